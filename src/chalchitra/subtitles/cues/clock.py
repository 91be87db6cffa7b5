"""When cues come and go: the limits of time in whole ticks (frames.py), and shot changes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chalchitra.subtitles.cues.cue import CueSettings
from chalchitra.subtitles.cues.frames import Limits, Ticks
from chalchitra.subtitles.cues.shot_changes import ShotChanges

Bound = Literal["linger", "next", "longest", "film", "shot"]
"""What ends a cue: it may linger no longer, what follows begins, the longest time, the film's end,
a shot change."""

FOREVER = 10**12


@dataclass(frozen=True, slots=True)
class Out:
    """When a cue leaves the screen (ticks), and why then."""

    end: int
    bound: Bound


class Clock:
    """The times of cues under a style. All times are ticks of the film.

    `film` is the film's duration. With `cuts`, cues move onto shot changes as the style says.
    """

    def __init__(
        self,
        settings: CueSettings,
        film: int | None = None,
        cuts: ShotChanges | None = None,
        ticks: Ticks | None = None,
    ) -> None:
        self.ticks = ticks or Ticks()
        limits = Limits.of(settings, self.ticks)
        self.min_duration, self.max_duration = limits.shortest, limits.longest
        self.min_gap, self.close_gap = limits.gap, limits.closing
        self.linger = self.ticks.limit(settings.linger)
        self.film = film
        self._reach = self.ticks.limit(settings.shot_reach)
        self._cuts: list[int] = []
        if cuts is not None and self._reach:
            self._cuts = [self.ticks.at_picture(cut) for cut in cuts.cuts]

    def in_time(self, spoken: int, before: int) -> int:
        """When a cue comes whose first sound is at `spoken`, the last sound before it at `before`.

        Within the style's reach after a shot change it comes with the change, unless the sound
        before goes on over it.
        """
        at = bisect_right(self._cuts, spoken)
        if not at:
            return spoken
        cut = self._cuts[at - 1]
        return cut if spoken - cut <= self._reach and before <= cut - self.min_gap else spoken

    def out_time(self, start: int, spoken: int, following: int, reading: int = 0) -> Out:
        """The end of a cue whose sound ends at `spoken` and that another follows at `following`.

        It stays on for `linger`, and for `min_duration` where there is room; a gap that would be
        shorter than `close_gap` is closed to `min_gap`, or kept long enough to be seen as one. It
        does not linger over a shot change if it can be read (in `reading`) before that.
        """
        least = max(spoken, start + self.min_duration)
        end, bound = max(spoken + self.linger, least), "linger"
        room = following - self.min_gap
        if self._cuts and (near := self._by_cut(start, spoken, end, room, following, reading)):
            return Out(near, "shot")
        if room <= end:
            end, bound = room, "next"
        elif following - end < self.close_gap:
            end = max(least, following - self.close_gap)
            if following - end < self.close_gap:  # kept on for min_duration
                end = room
            bound = "next"
        if end > start + self.max_duration:
            end, bound = start + self.max_duration, "longest"
        if self.film is not None and end > self.film:
            end, bound = self.film, "film"
        if (crowded := self._crowded(start, following)) > end:
            end, bound = crowded, "next"
        return Out(end, bound)  # type: ignore[arg-type]

    def _crowded(self, start: int, following: int) -> int:
        """The earliest end of a cue: where cues crowd, half of what room there is goes to it."""
        return start + max(1, min(self.min_gap, (following - start) // 2))

    def _by_cut(
        self, start: int, spoken: int, end: int, room: int, following: int, reading: int
    ) -> int | None:
        """The out-time before a shot change, where the cue would end near one."""
        at = bisect_left(self._cuts, spoken + self.min_gap)
        if at == len(self._cuts):
            return None
        cut = self._cuts[at]
        last = cut - self.min_gap
        if end < cut - self._reach or last > min(room, start + self.max_duration):
            return None
        if last < self._crowded(start, following):
            return None  # a sound of less than a tick just before the change
        if last - start < max(self.min_duration, reading) and last < min(end, room):
            return None  # it would end before it can be read
        gap = following - last
        return None if self.min_gap < gap < self.close_gap else last


def spaced_starts(starts: Sequence[int], clock: Clock) -> list[int]:
    """In-times at least two gaps apart, and early enough for the last cue to fit into the film."""
    step = max(2, 2 * clock.min_gap)
    film = clock.film
    if film is not None:
        step = max(2, min(step, film // len(starts)))
    spaced = list(starts)
    for i in range(1, len(spaced)):
        spaced[i] = max(spaced[i], spaced[i - 1] + step)
    if film is not None:
        latest = max(film, step * len(spaced))
        for i in reversed(range(len(spaced))):
            latest = spaced[i] = min(spaced[i], latest - step)
    return spaced
