"""Two times with a comma between them, and text below: YouTube's .sbv, and SubViewer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalchitra.subtitles.formats.clock import ms, single_spaced
from chalchitra.subtitles.formats.faults import Fault
from chalchitra.subtitles.formats.markup import untagged
from chalchitra.subtitles.formats.model import Format, RawCue, Reading, Row

_TIME = r"-?\d{1,4}:\d{1,2}:\d{1,2}(?:\.\d{1,3})?"
_TIMING = re.compile(rf"({_TIME}) ?[,;] ?({_TIME})")
_BREAK = re.compile(r"\[br\]|\|", re.IGNORECASE)


def _times(row: str) -> re.Match[str] | None:
    return _TIMING.fullmatch(single_spaced(row.strip("\ufeff")[:80]))


def _recognises(text: str) -> bool:
    return any(map(_times, text[:40_000].split("\n")))


def _read(rows: Sequence[str], rate: float | None) -> Reading:
    """A text ends at a blank row, unless what follows has no times: then it goes on."""
    reading = Reading()
    timings = [(at, match) for at, row in enumerate(rows) if (match := _times(row))]
    reading.faults += [
        Fault("stray_text", number, " ".join(row.split())[:80])
        for number, row in enumerate(rows[: timings[0][0] if timings else 0], 1)
        if any(map(str.isalpha, row)) and not row.lstrip("\ufeff ").startswith("[")
    ]
    for n, (at, match) in enumerate(timings):
        after = timings[n + 1][0] if n + 1 < len(timings) else len(rows)
        text = [part for row in rows[at + 1 : after] for part in _BREAK.split(row)]
        reading.cues.append(RawCue(ms(match[1]), ms(match[2]), tuple(text), at + 1))
    return reading


def _rows(cue: RawCue) -> list[Row]:
    return [Row(text) for row in cue.rows if (text := untagged(row))]


FORMAT = Format(
    id="sbv",
    title="SubViewer",
    suffixes=(".sbv",),
    recognises=_recognises,
    read=_read,
    rows=_rows,
)
