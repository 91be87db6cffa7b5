"""Lines with one time before them: TMPlayer, lyrics (LRC), and transcripts with time stamps.

A line is shown until the next one, `_LONGEST` at most: nothing else says how long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from chalchitra.subtitles.formats.clock import ms
from chalchitra.subtitles.formats.markup import TAG, without_unseen
from chalchitra.subtitles.formats.model import Format, RawCue, Reading, Row

_LONGEST = 7000
"""Milliseconds."""
_LOOKED_AT = 400
_CLOCK = r"\d{1,3}:[0-5]?\d:[0-5]?\d"
_TMPLAYER = re.compile(rf"\ufeff?({_CLOCK})(?:,\d)?[:=](?!\d\d(?:\D|$))(.*)$", re.DOTALL)
_LYRIC = re.compile(r"\[(\d{1,4}:[0-5]?\d(?:\.\d{1,3})?)\]")
_LYRICS_HEAD = re.compile(r"\ufeff?\[(?:ar|al|ti|au|by|offset|re|ve|length|la|#):[^\]\n]*\]\s*$")
_LYRIC_WORD = re.compile(r"<\d{1,4}:\d{1,2}(?:[.:]\d{1,3})?>")
_STAMP = re.compile(
    r"\ufeff?[ \t]{0,9}(?P<open>[\[({]?) ?(?P<time>(?:\d{1,3}:)?[0-5]?\d:[0-5]\d(?:[.,]\d{1,3})?)"
    r" ?(?P<close>[\])}]?)(?:[ \t]{0,9}[-–—:|>]{0,3}(?:[ \t]+|$)|(?<=[\])}]))(?P<text>.*)$",
    re.DOTALL,
)

_NAMED = 80
_NAME = re.compile(
    r"(?P<name>\w[^\t:]{0,40}?)(?:\t| {2,9}| ?[\[(|])(?P<time>(?:\d{1,3}:)?[0-5]?\d:[0-5]\d)[\])]?"
)
"""A name and a time on a row of their own, as services for transcripts write them."""


class _Line(NamedTuple):
    """A line's number, its time (ms), its text, and who says it where that stands apart."""

    number: int
    start: int
    text: str
    speaker: str | None = None


def _tmplayer(rows: Sequence[str]) -> Iterator[_Line]:
    for number, row in enumerate(rows, 1):
        if (found := _TMPLAYER.match(row)) is not None:
            yield _Line(number, ms(found[1]), found[2].replace("|", "\n"))


def _lyrics(rows: Sequence[str]) -> Iterator[_Line]:
    """A line may have several times: it is sung at each."""
    for number, row in enumerate(rows, 1):
        at = 1 if row.startswith("\ufeff") else 0
        times: list[int] = []
        while (found := _LYRIC.match(row, at)) is not None:
            times.append(ms(found[1]))
            at = found.end()
        text = _LYRIC_WORD.sub("", row[at:])
        yield from (_Line(number, time, text) for time in times)


def _transcript(rows: Sequence[str]) -> Iterator[_Line]:
    """Rows without a time go on with the line above them."""
    line: _Line | None = None
    more: list[str] = []
    for number, row in enumerate(rows, 1):
        begun = _begun(number, row)
        if begun is None:
            more.append(row)
            continue
        if line is not None:
            yield line._replace(text="\n".join([line.text, *more]))
        line, more = begun, []
    if line is not None:
        yield line._replace(text="\n".join([line.text, *more]))


def _begun(number: int, row: str) -> _Line | None:
    """What begins with this row: "[0:01] text", or "Name  0:01" above its text."""
    if (found := _STAMP.match(row)) is not None:
        return _Line(number, ms(found["time"]), found["text"])
    if len(row) < _NAMED and (named := _NAME.fullmatch(row.strip("\ufeff \t"))) is not None:
        return _Line(number, ms(named["time"]), "", " ".join(named["name"].split()))
    return None


_LINES: dict[str, Callable[[Sequence[str]], Iterator[_Line]]] = {
    "tmplayer": _tmplayer,
    "lrc": _lyrics,
    "stamped": _transcript,
}


def _recognises(text: str, kind: str) -> bool:
    """Whether lines with times are common enough, and their times rise."""
    rows = [row for row in text[:100_000].split("\n") if row.strip("\ufeff \t")][:_LOOKED_AT]
    rows = [row for row in rows if not _LYRICS_HEAD.match(row)]
    found = list(_LINES[kind](rows))
    starts = [line.start for line in found]
    if kind != "lrc":
        falling = sum(b < a for a, b in pairwise(starts))
        if falling * 5 > len(starts):
            return False
    numbers = {line.number for line in found}
    if kind == "stamped":
        # A stamp may stand above several lines; a schedule's two lines are no transcript.
        return len(numbers) >= 2 and len(numbers) * 4 >= len(rows)
    return bool(numbers) and len(numbers) * 2 > len(rows)


def _read(rows: Sequence[str], rate: float | None, kind: str) -> Reading:
    lines = list(_LINES[kind](rows))
    if kind == "lrc":
        lines.sort(key=lambda line: line.start)
    reading = Reading()
    ends = [line.start for line in lines[1:]]
    for line, end in zip(lines, [*ends, None], strict=True):
        latest = line.start + _LONGEST
        shown = latest if end is None or end < line.start else min(end, latest)
        if line.text.strip():
            reading.cues.append(
                RawCue(
                    line.start,
                    shown,
                    tuple(line.text.split("\n")),
                    line.number,
                    speaker=line.speaker,
                )
            )
    return reading


def _rows(cue: RawCue) -> list[Row]:
    shown = (without_unseen(TAG.sub("", row)).strip() for row in cue.rows)
    return [Row(text) for row in shown if (text := row.removeprefix("/").strip())]


def _format(kind: str, title: str, *suffixes: str) -> Format:
    return Format(
        id=kind,
        title=title,
        suffixes=suffixes,
        recognises=partial(_recognises, kind=kind),
        read=partial(_read, kind=kind),
        rows=_rows,
    )


TMPLAYER = _format("tmplayer", "TMPlayer", ".tmp")
LRC = _format("lrc", "LRC", ".lrc")
STAMPED = _format("stamped", "text with time stamps")
