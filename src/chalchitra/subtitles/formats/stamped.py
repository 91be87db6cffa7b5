"""Lines with a time before them, or two: TMPlayer, lyrics (LRC), transcripts with time stamps.

A line with one is shown until the next line, `_LONGEST` at most: nothing else says how long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from chalchitra.subtitles.formats.arrows import ARROW
from chalchitra.subtitles.formats.clock import TENS, ms
from chalchitra.subtitles.formats.faults import Fault
from chalchitra.subtitles.formats.markup import TAG, parted, without_unseen
from chalchitra.subtitles.formats.model import Format, RawCue, Reading, Row

_LONGEST = 7000
"""Milliseconds."""
_LOOKED_AT = 400
_CLOCK = rf"\d{{1,3}}:{TENS}?\d:{TENS}?\d"
_TMPLAYER = re.compile(rf"\ufeff?({_CLOCK})(?:,\d)?[:=](?!\d\d(?:\D|$))(.*)$", re.DOTALL)
_LYRIC = re.compile(r"\[(\d{1,4}:[0-5]?\d(?:\.\d{1,3})?)\]")
_LYRICS_HEAD = re.compile(r"\ufeff?\[(?:ar|al|ti|au|by|offset|re|ve|length|la|#):[^\]\n]*\]\s*$")
_LYRIC_WORD = re.compile(r"<\d{1,4}:\d{1,2}(?:[.:]\d{1,3})?>")
_TIME = rf"(?:\d{{1,3}}:)?{TENS}?\d:{TENS}\d(?:[.,]\d{{1,3}})?"
_SECONDS = r"\d{1,6}\.\d{1,3}s?"
_BEFORE = r"\ufeff?[ \t]{0,9}(?P<open>[\[({]?) ?"
_AFTER = r" ?(?P<close>[\])}]?)(?:[ \t]{0,9}[-–—:,|>]{0,3}(?:[ \t]+|$)|(?<=[\])}]))(?P<text>.*)$"
_STAMP = re.compile(rf"{_BEFORE}(?P<time>{_TIME}){_AFTER}", re.DOTALL)
_RANGE = re.compile(
    rf"{_BEFORE}(?P<time>{_TIME}|{_SECONDS})"
    rf"(?:[ \t]{{0,9}}(?:{ARROW}|[-‐‑–—−~,]|to|[\])}}]?[ \t]?[\[({{])[ \t]{{0,9}}|[ \t]{{1,9}})"
    rf"(?P<end>{_TIME}|{_SECONDS}){_AFTER}",
    re.DOTALL,
)
"""A line with both its times: whisper prints "[00:01.000 --> 00:04.000]  text"."""
_NUMBER = re.compile(r"\s{0,9}\d{1,6}\s{0,9}$")

_NAMED = 80
_NAME = re.compile(
    r"(?P<name>\w[^\t:]{0,40}?)(?:\t| {2,9}| ?[\[(|])"
    r"(?P<time>(?:\d{1,3}:)?[0-5]?\d:[0-5]\d)[\])]?:?"
)
"""A name and a time on a row of their own, as services for transcripts write them."""


class _Line(NamedTuple):
    """A line's number, its times (ms), its text, and who says it where that stands apart."""

    number: int
    start: int
    text: str
    speaker: str | None = None
    end: int | None = None


def _tmplayer(rows: Sequence[str]) -> Iterator[_Line]:
    def begun(number: int, row: str) -> _Line | None:
        found = _TMPLAYER.match(row)
        return _Line(number, ms(found[1]), found[2].replace("|", "\n")) if found else None

    return _with_more(rows, begun)


def _lyrics(rows: Sequence[str]) -> Iterator[_Line]:
    """A line may have several times: it is sung at each."""
    times: dict[int, list[int]] = {}

    def begun(number: int, row: str) -> _Line | None:
        at = 1 if row.startswith("\ufeff") else 0
        while (found := _LYRIC.match(row, at)) is not None:
            times.setdefault(number, []).append(ms(found[1]))
            at = found.end()
        return _Line(number, times[number][0], row[at:]) if number in times else None

    kept = [row if _LYRICS_HEAD.match(row) is None else "" for row in rows]
    for line in _with_more(kept, begun):
        text = _LYRIC_WORD.sub("", line.text)
        yield from (line._replace(start=time, text=text) for time in times[line.number])


def _transcript(rows: Sequence[str]) -> Iterator[_Line]:
    ranges = sum(bool(_RANGE.match(row)) for row in rows)
    stamps = sum(bool(_STAMP.match(row)) for row in rows)
    both = ranges > 0 and ranges * 2 >= stamps
    return _with_more(rows, lambda number, row: _begun(number, row, both=both), numbered=both)


def _with_more(
    rows: Sequence[str], begins: Callable[[int, str], _Line | None], *, numbered: bool = False
) -> Iterator[_Line]:
    """Rows without a time go on with the line above them; but for the number of the next line,
    where lines are `numbered`."""
    line: _Line | None = None
    more: list[str] = []
    for number, row in enumerate(rows, 1):
        begun = begins(number, row)
        if begun is None:
            more.append(row)
            continue
        if line is not None:
            if numbered and len(more) > 1 and _NUMBER.match(more[-1]) and not more[-2].strip():
                more.pop()
            yield line._replace(text="\n".join([line.text, *more]))
        line, more = begun, []
    if line is not None:
        yield line._replace(text="\n".join([line.text, *more]))


def _begun(number: int, row: str, *, both: bool) -> _Line | None:
    """What begins with this row: "[0:01] text", or "Name  0:01" above its text.

    `both`: lines have two times.
    """
    if both and (found := _RANGE.match(row)) is not None:
        return _Line(number, _ms(found["time"]), found["text"], end=_ms(found["end"]))
    if (found := _STAMP.match(row)) is not None:
        return _Line(number, ms(found["time"]), found["text"])
    if len(row) < _NAMED and (named := _NAME.fullmatch(row.strip("\ufeff \t"))) is not None:
        return _Line(number, ms(named["time"]), "", " ".join(named["name"].split()))
    return None


def _ms(text: str) -> int:
    """The milliseconds of a clock's time, or of seconds with a fraction."""
    return ms(text) if ":" in text else round(float(text.removesuffix("s")) * 1000)


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
        enough = 1 if all(line.end is not None for line in found) else 2
        return len(numbers) >= enough and len(numbers) * 4 >= len(rows)
    return bool(numbers) and len(numbers) * 2 > len(rows)


def _read(rows: Sequence[str], rate: float | None, kind: str) -> Reading:
    lines = list(_LINES[kind](rows))
    if kind == "lrc":
        lines.sort(key=lambda line: line.start)
    reading = Reading()
    before = rows[: min((line.number for line in lines), default=1) - 1]
    reading.faults += [
        Fault("stray_text", number, " ".join(row.split())[:80])
        for number, row in enumerate(before, 1)
        if any(map(str.isalnum, row))
        and not _LYRICS_HEAD.match(row)
        and not row.strip().isdecimal()
    ]
    ends = [line.start for line in lines[1:]]
    for line, end in zip(lines, [*ends, None], strict=True):
        latest = line.start + _LONGEST
        shown = latest if end is None or end < line.start else min(end, latest)
        shown = line.end if line.end is not None else shown
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
    shown = (without_unseen(TAG.sub("", row)).strip() for row in parted(cue.rows))
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
