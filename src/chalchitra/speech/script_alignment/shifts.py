"""What the times of a subtitle file are worth: where another cut of the film has its lines.

Nothing is believed of them but that neighbours stay together: between two cuts all lines lie
equally much later or earlier (or drift slowly, at another frame rate). The lines that were
recognised say how much.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from statistics import median

from chalchitra.speech.script_alignment.report import Shift

NEAR = 5
"""Recognised lines to each side whose median shift is a line's own."""
SAME = 0.7
"""Shifts (s) that differ by less are one."""
FEWEST = 2
"""A stretch of fewer lines is no stretch: a line may be recognised in a wrong place."""

Known = Sequence[tuple[int, float]]
"""(line, how much later (s) it begins than its file says), by line."""


def expected(line: int, start: float | None, known: Known) -> tuple[float, ...]:
    """When a line may begin (s), by the shifts of the lines before and after it."""
    if start is None or not known:
        return ()
    at = bisect_left(known, (line, float("-inf")))
    before = [shift for _, shift in known[max(0, at - NEAR) : at]]
    after = [shift for _, shift in known[at : at + NEAR]]
    return tuple(start + median(side) for side in (before, after) if side)


def stretches(known: Known) -> list[Shift]:
    """The runs of lines that share a shift. Each step to the next run is a cut, or a drift."""
    runs: list[list[tuple[int, float]]] = []
    for one in known:
        if runs and abs(one[1] - median(shift for _, shift in runs[-1][-NEAR:])) < SAME:
            runs[-1].append(one)
        else:
            runs.append([one])
    kept = [run for run in runs if len(run) >= FEWEST] or runs[:1]
    return [
        Shift(
            first=run[0][0],
            last=run[-1][0],
            seconds=round(median(shift for _, shift in run), 2),
        )
        for run in kept
    ]
