"""faster-whisper's model, encoding less of the silence that fills a window of 30 s.

Whisper's encoder takes any length up to 30 s in CTranslate2, and most of what a CPU does for a
short block is to encode the silence after it. With MARGIN of it left, base heard a clip of 11 s in
0.41 s instead of 1.27 (one thread): the same words, and fewer loops on 30 Hindi clips. With a third
of that margin a word changed.
"""

from __future__ import annotations

from typing import Any

MARGIN = 300
"""Frames of 10 ms that are kept after the last one with sound: 3 s."""


def whisper_model_class() -> Any:
    """A class of faster-whisper's WhisperModel with the attribute `short`, False to begin with."""
    from faster_whisper import WhisperModel

    class ShortContextModel(WhisperModel):  # type: ignore[misc]
        short: bool = False

        def encode(self, features: Any) -> Any:
            return super().encode(without_silence(features) if self.short else features)

    return ShortContextModel


def without_silence(features: Any) -> Any:
    """Features of shape (..., frames) without the frames of padding but for MARGIN of them.

    faster-whisper fills a window with columns of zeros, which no sound gives. Of the frames an even
    number is kept, since the encoder halves them.
    """
    import numpy as np

    heard = np.flatnonzero(np.any(features != 0, axis=tuple(range(features.ndim - 1))))
    frames = (int(heard[-1]) + 1 if len(heard) else 0) + MARGIN
    return np.ascontiguousarray(features[..., : frames + frames % 2])
