"""faster-whisper's model, encoding less of the silence that fills a window of 30 s.

Whisper's encoder takes any length up to 30 s in CTranslate2, and most of what a CPU does for a
short block is to encode the silence after it. With MARGIN of it left, base took 0.5 s for a
clip of 11 s instead of 1.3 (one thread): the same words, and fewer loops on 30 Hindi clips. With
3 s "ask not" became "asked not".
"""

from __future__ import annotations

import threading
from typing import Any

MARGIN = 500
"""Frames of 10 ms that are kept after the last one with sound: 5 s."""
LEAST = 50
"""So few frames (0.5 s) after a block's last sentence have no window of their own: it is the
sound around the speech, and Whisper writes "3." or "1, 2..." for it."""


class NothingLeftError(Exception):
    """Of this block, all that says something has been decoded."""


def whisper_model_class() -> Any:
    """A class of faster-whisper's WhisperModel with the attribute `short`, False to begin with.

    Each thread says with `begin` that it begins a block; NothingLeftError then ends its last
    window where that would hold less than LEAST.
    """
    from faster_whisper import WhisperModel

    class ShortContextModel(WhisperModel):  # type: ignore[misc]
        short: bool = False

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._block = threading.local()

        def begin(self) -> None:
            self._block.decoded = False

        def encode(self, features: Any) -> Any:
            decoded = getattr(self._block, "decoded", None)  # None: nobody would catch it
            if decoded and frames_with_sound(features) < LEAST:
                raise NothingLeftError
            if decoded is not None:
                self._block.decoded = True
            return super().encode(without_silence(features) if self.short else features)

    return ShortContextModel


def without_silence(features: Any) -> Any:
    """Features of shape (..., frames) without the frames of padding but for MARGIN of them.

    faster-whisper fills a window with columns of zeros, which no sound gives. Of the frames an even
    number is kept, since the encoder halves them.
    """
    import numpy as np

    frames = frames_with_sound(features) + MARGIN
    return np.ascontiguousarray(features[..., : frames + frames % 2])


def frames_with_sound(features: Any) -> int:
    """The frames of features of shape (..., frames) up to the last that is no padding."""
    import numpy as np

    sounding = np.flatnonzero(np.any(features != 0, axis=tuple(range(features.ndim - 1))))
    return int(sounding[-1]) + 1 if len(sounding) else 0
