"""Lines with SMPTE time codes (HH:MM:SS:FF): one or two, then text, there or on the rows below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chalchitra.subtitles.formats.arrows import ARROW
from chalchitra.subtitles.formats.clock import timecode_ms
from chalchitra.subtitles.formats.faults import Fault
from chalchitra.subtitles.formats.markup import untagged
from chalchitra.subtitles.formats.model import Format, RawCue, Reading, Row

_CODE = r"\d{2}[:;][0-5]\d[:;][0-5]\d[:;]\d{2}(?!\d)"
_BETWEEN = rf"[ \t]{{0,9}}(?:[,;|]|{ARROW}|[-–—]|/|to)?[ \t]{{0,9}}"
_LINE = re.compile(
    rf"\ufeff?[ \t]{{0,9}}(?:\d{{1,6}}[.:)]?[ \t]{{1,9}})?[\[(]?(?P<start>{_CODE})[\])]?"
    rf"(?:{_BETWEEN}[\[(]?(?P<end>{_CODE})[\])]?)?(?:{_BETWEEN})(?P<text>.*)$",
    re.DOTALL,
)
_NUMBER = re.compile(r"[\s\ufeff]{0,9}\d{1,9}\s{0,9}$")
_STYLE = re.compile(r"\^[BIU]")
"""How Spruce's titles switch bold, italics and underlines."""
_COMMENT = re.compile(r"\s{0,9}(?://|\$[A-Za-z]|@)")
"""Spruce's and Avid's own lines: //Font select, $FontName = Arial, @ This file ..."""
_LONGEST = 7000
"""Milliseconds that a line without an end is shown at most."""
_LOOKED_AT = 400
_MOST_FRAMES = 60
"""A second has no more."""


class _Line(NamedTuple):
    number: int
    start: str
    end: str | None
    text: tuple[str, ...]


def _recognises(text: str) -> bool:
    rows = [row for row in text[:100_000].split("\n") if row.strip()][:_LOOKED_AT]
    rows = [row for row in rows if not _COMMENT.match(row)]
    found = [match for row in rows if (match := _LINE.match(row)) is not None]
    codes = [code for match in found for code in (match["start"], match["end"]) if code]
    # From 60 on they are hundredths of a second, which people write with a colon too.
    frames = all(int(code[-2:]) < _MOST_FRAMES for code in codes)
    return bool(found) and frames and len(found) * 5 >= len(rows)


def _lines(rows: Sequence[str]) -> Iterator[_Line]:
    line: _Line | None = None
    for number, row in enumerate(rows, 1):
        found = _LINE.match(row)
        if found is None:
            if line is not None and row.strip() and not _COMMENT.match(row):
                line = line._replace(text=(*line.text, row))
            continue
        if line is not None:
            yield _without_number(line, rows, number)
        line = _Line(number, found["start"], found["end"], (found["text"],))
    if line is not None:
        yield line


def _without_number(line: _Line, rows: Sequence[str], following: int) -> _Line:
    """The line without the number of the one that follows on the row `following`."""
    above = rows[following - 2] if following - 2 >= line.number else ""
    numbered = bool(_NUMBER.match(above)) and len(line.text) > 1 and line.text[-1] is above
    blank = following - 3 < line.number or not rows[following - 3].strip()
    return line._replace(text=line.text[:-1]) if numbered and blank else line


def _read(rows: Sequence[str], rate: float | None) -> Reading:
    reading = Reading()
    lines = list(_lines(rows))
    reading.faults += [
        Fault("stray_text", number, " ".join(row.split())[:80])
        for number, row in enumerate(rows[: lines[0].number - 1 if lines else 0], 1)
        if any(map(str.isalpha, row)) and not _COMMENT.match(row)
    ]
    starts = [timecode_ms(line.start, rate or 25.0) for line in lines]
    for n, (line, start) in enumerate(zip(lines, starts, strict=True)):
        end = timecode_ms(line.end, rate or 25.0) if line.end else None
        if start is None:  # the pattern is stricter than what is no time
            reading.faults.append(Fault("time_unreadable", line.number, line.start))
        elif end is None:
            end = start + _LONGEST
            if n + 1 < len(starts) and (following := starts[n + 1]) is not None:
                end = min(end, following) if following > start else end
        text = tuple(part for row in line.text for part in row.split("|"))
        reading.cues.append(RawCue(start, end, text, line.number))
    return reading


def _rows(cue: RawCue) -> list[Row]:
    return [Row(text) for row in cue.rows if (text := untagged(_STYLE.sub("", row)))]


FORMAT = Format(
    id="smpte",
    title="text with SMPTE time codes",
    suffixes=(),
    recognises=_recognises,
    read=_read,
    rows=_rows,
    needs_rate=lambda text: True,
)
