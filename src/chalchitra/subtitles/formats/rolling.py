"""Captions that roll: a new line comes below, the older one moves up and is there once more.

So broadcasters' live captions and YouTube's automatic ones are, whatever file they end up in. Here
every line is left once, with the time at which it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalchitra.subtitles.formats.model import Row

_NEXT = 300
"""Milliseconds after which a cue no longer goes on with the one before it."""
_LEAST, _SHARE = 3, 0.4
"""So many cues, and this share of all, repeat rows of the cue before them where captions roll:
two people may say the same, but not all the time."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows that are shown together, from `start` to `end` (ms, None where unknown).

    `number` is the cue's position in the file, from 1, and `speaker` who its format says speaks.
    """

    number: int
    start: int | None
    end: int | None
    rows: tuple[Row, ...]
    speaker: str | None = None


def unrolled(cues: Sequence[Shown]) -> list[Shown] | None:
    """The cues with each row once, when it came; None where the captions do not roll.

    Where a row grows, word by word, only what is new comes again.
    """
    found: list[Shown] = []
    before: Shown | None = None
    repeating = 0
    texted = [cue for cue in cues if cue.rows]
    for cue in texted:
        fresh = _new_rows(before, cue) if before is not None and _follows(before, cue) else cue.rows
        if fresh != cue.rows:
            repeating += 1
            if found and fresh:
                found[-1] = _until(found[-1], cue.start)
            elif found and found[-1].end is not None and cue.end is not None:
                found[-1] = replace(found[-1], end=max(found[-1].end, cue.end))
        if fresh:
            found.append(replace(cue, rows=fresh))
        before = cue
    timed = any(row.times for cue in texted for row in cue.rows)
    enough = repeating >= 1 if timed else repeating >= _LEAST and repeating >= _SHARE * len(texted)
    return found if enough else None


def _until(cue: Shown, start: int | None) -> Shown:
    if cue.start is None or start is None:
        return cue
    return replace(cue, end=max(cue.start, start))


def _follows(before: Shown, cue: Shown) -> bool:
    if before.start is None or before.end is None or cue.start is None:
        return False
    return before.start <= cue.start <= before.end + _NEXT


def _new_rows(before: Shown, cue: Shown) -> tuple[Row, ...]:
    """The rows of a cue that the one before it did not show, or what a row has grown by."""
    old = [" ".join(row.text.split()) for row in before.rows]
    new = [" ".join(row.text.split()) for row in cue.rows]
    for count in range(min(len(old), len(new)), 0, -1):
        if old[-count:] == new[:count]:
            return cue.rows[count:]
        last = old[-1]
        if old[-count:-1] == new[: count - 1] and new[count - 1].startswith(f"{last} "):
            grown = Row(new[count - 1][len(last) + 1 :], cue.rows[count - 1].speaker)
            return (grown, *cue.rows[count:])
    return cue.rows
