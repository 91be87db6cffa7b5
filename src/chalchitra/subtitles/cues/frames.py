"""The one arithmetic of a track's time, for the cutter (clock.py, typeset.py) and the judge (qc/).

Time is counted in whole ticks: the film's frames, or milliseconds where it has no even frames. How
each time becomes ticks, and why:

- A limit of a style, and a length between two times of a file, is the nearest tick, and halfway the
  later one. Both are rounded alike, so what keeps a limit in seconds keeps it in frames.
- What must be read in time is whole ticks, rounded up: no cue is read faster than the limit.
- A moment of the sound is the tick that it lies in: no cue comes after its first sound.
- A tick is written as the last millisecond, or hundredth, that does not come after it. A player
  shows a cue from the first picture that is not earlier than the cue: rounded up, it would come one
  picture late half of the time.
- Hundredths that are read are the frame that they were rounded from, whichever way
  (`of_hundredths`). Up to 60 frames a second there is only one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from chalchitra.subtitles.cues.cue import CueSettings, milliseconds

_HALF = Fraction(1, 2)
HUNDREDTH = 10
"""Milliseconds."""
_STAMP = 1
"""Milliseconds that the time stamp of a picture may have been rounded by, as Matroska's are."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """`rate` is the film's frames a second, at most 60; None: ticks are milliseconds."""

    rate: Fraction | None = None

    @property
    def per_second(self) -> Fraction:
        return Fraction(1000) if self.rate is None else self.rate

    def slack(self, step: int) -> int:
        """Ticks that times rounded to `step` milliseconds may take from a length, or add to it.

        None where such times are still the frames that they were rounded from.
        """
        if self.rate is None:
            return step
        return 0 if step <= HUNDREDTH else ceil(step * self.rate / 1000)

    def limit(self, seconds: float) -> int:
        """A limit in seconds."""
        return _nearest(Fraction(str(seconds)) * self.per_second)

    def length(self, start: int, end: int) -> int:
        """How long it is from one time of a file to another (ms)."""
        return _nearest((end - start) * self.per_second / 1000)

    def at(self, moment: int) -> int:
        """The tick that a moment (ms) lies in. It never falls, so it makes no overlap."""
        return floor(moment * self.per_second / 1000)

    def at_picture(self, seconds: float) -> int:
        """The tick at which a cue comes with the picture that is stamped with this time."""
        if self.rate is None:
            return milliseconds(seconds)
        return self.at(milliseconds(seconds) + _STAMP)

    def written(self, tick: int) -> int:
        """The milliseconds that stand for a tick."""
        return floor(tick * 1000 / self.per_second)

    def of_hundredths(self, moment: int) -> int:
        """A time (ms) that a format keeps to hundredths, as it was before they were rounded."""
        if self.rate is None:
            return moment
        earliest = moment - Fraction(HUNDREDTH, 2)
        return self.written(ceil(earliest * self.rate / 1000))

    def seconds(self, ticks: int) -> float:
        """So many ticks in seconds, for people."""
        return round(float(ticks / self.per_second), 3)


class Pace:
    """How long a reader takes for what is counted: characters, or words."""

    def __init__(self, ticks: Ticks, per_second: float | Fraction) -> None:
        one = ticks.per_second / Fraction(str(per_second))
        self._ticks, self._count = one.numerator, one.denominator

    def needed(self, count: int) -> int:
        """The fewest ticks in which so many can be read at this pace."""
        return -(-count * self._ticks // self._count)


@dataclass(frozen=True, slots=True)
class Limits:
    """A style's limits of time in ticks. A gap longer than `gap` and shorter than `closing` is not
    to be; it is closed."""

    shortest: int
    longest: int
    gap: int
    closing: int

    @classmethod
    def of(cls, settings: CueSettings, ticks: Ticks) -> Limits:
        in_frames = ticks.rate is not None and settings.min_gap_frames > 0
        gap = (
            _nearest(Fraction(str(settings.min_gap_frames)))
            if in_frames
            else ticks.limit(settings.min_gap)
        )
        return cls(
            shortest=ticks.limit(settings.min_duration),
            longest=max(1, ticks.limit(settings.max_duration)),
            gap=gap,
            closing=max(ticks.limit(settings.close_gap), gap),
        )


def _nearest(value: Fraction) -> int:
    return floor(value + _HALF)
