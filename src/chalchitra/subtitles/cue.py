"""A cue by seconds, under the name that scripts of people know; goes with the next version.

The program's own cues count whole milliseconds (cues/cue.py).
"""

from __future__ import annotations

from chalchitra.subtitles.cues import cue


class Cue(cue.Cue):
    """A cue whose `start` and `end` are given in seconds of the film."""

    def __init__(
        self,
        index: int,
        start: float,
        end: float,
        lines: tuple[str, ...],
        units: tuple[int, ...] = (),
    ) -> None:
        super().__init__(index, cue.milliseconds(start), cue.milliseconds(end), lines, units)
