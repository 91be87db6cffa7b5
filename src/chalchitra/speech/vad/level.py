"""Sound that is too quiet for networks, made louder: a slow gain, moment by moment.

Networks that look for voices were trained on speech at an ordinary level. Of read speech at
-50 dB they lose a third to a half, at -60 dB all, though a person who turns it up hears every word.
So what is quieter than QUIET is raised towards it, by MOST at most. Loud sound holds the gain down
around it and lets it go by SLOPE, so the pauses in a sentence are raised with the sentence, and
quiet talk soon after loud music is raised too. What is loud enough stays as it is, to the sample.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalchitra.speech.sound import SAMPLE_RATE, Samples, Sound

QUIET = -33.0
"""dB below full scale (RMS of FRAME) that is loud enough."""
MOST = 45.0
"""Nothing is raised by more (dB): 16 bits leave nothing of speech that would need it."""
SLOPE = 30.0
"""dB a second by which the gain may rise after a louder sound, and falls before the next."""
FRAME = 0.1
"""Seconds that a level is measured over; between frames the gain changes evenly."""
_BLOCK = 600
"""Frames that are in memory at a time."""


@dataclass(frozen=True)
class Gains:
    """How much a sound is raised (dB): in the middle of each FRAME from `start` (s) on."""

    start: float
    values: Sequence[float]

    def raised(self, samples: Samples, start: float) -> Samples:
        """The samples, of which the first is at `start` (s), raised; themselves where none is."""
        import numpy as np

        if not len(samples):
            return samples
        at = (start - self.start + np.arange(len(samples)) / SAMPLE_RATE) / FRAME - 0.5
        first = max(0, int(at[0]))
        gains = np.asarray(self.values[first : int(at[-1]) + 2])
        if not gains.any():
            return samples
        gain = np.interp(at - first, np.arange(len(gains)), gains)
        return np.clip(samples * 10 ** (gain / 20), -1.0, 1.0).astype(np.float32)


class Levelled:
    """A sound whose quiet moments are raised (a chalchitra.speech.sound.Sound)."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self.gains = gains_of(sound)
        self.start, self.end = sound.start, sound.end

    def read(self, start: float, end: float) -> Samples:
        first = self.start + max(0, round((start - self.start) * SAMPLE_RATE)) / SAMPLE_RATE
        return self.gains.raised(self._sound.read(start, end), first)


def gains_of(sound: Sound) -> Gains:
    """The gains that bring a sound's quiet moments to QUIET. Reads all of it once."""
    import numpy as np

    levels = _levels(sound)
    slope = SLOPE * FRAME * np.arange(len(levels))
    # The loudest of all around, each less by the slope to where it is.
    before = np.maximum.accumulate(levels + slope) - slope
    after = (np.maximum.accumulate((levels - slope)[::-1])[::-1]) + slope
    gains = np.clip(QUIET - np.maximum(before, after), 0.0, MOST)
    return Gains(sound.start, gains.astype(np.float32))


def _levels(sound: Sound) -> Any:
    """The level (dB) of each FRAME; the last one may be shorter."""
    import numpy as np

    size = round(FRAME * SAMPLE_RATE)
    levels = []
    frame, count = 0, math.ceil((sound.end - sound.start) / FRAME - 1e-6)
    while frame < count:
        samples = sound.read(
            sound.start + frame * FRAME, sound.start + min(frame + _BLOCK, count) * FRAME
        )
        if not len(samples):
            break
        padded = np.pad(np.square(samples, dtype=np.float64), (0, -len(samples) % size))
        levels.append(padded.reshape(-1, size).mean(axis=1))
        frame += _BLOCK
    power = np.concatenate(levels) if levels else np.zeros(0)
    return 10 * np.log10(np.maximum(power, 1e-12))
