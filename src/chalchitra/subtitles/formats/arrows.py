"""Rows with an arrow between two times, and what stands around them: SubRip and WebVTT alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chalchitra.subtitles.formats.clock import TIME, ms, single_spaced, words_of
from chalchitra.subtitles.formats.faults import Fault
from chalchitra.subtitles.formats.model import RawCue, Reading

ARROW = r"(?:[-‐‑–—−] ?){1,3}(?:>|&gt;|›|→)|[=]{1,2}>|→|⟶"
"""However editors, translators and word processors leave "-->"."""
_TIMING = re.compile(
    rf"(?:(?P<number>\d{{1,9}})[.)]? )?(?P<start>{TIME}) ?(?:{ARROW}) ?(?P<end>{TIME})"
    r"(?P<rest>(?: .*)?)$"
)
_ARROW_MARKS = frozenset("->→⟶›＞")
_SETTING = re.compile(
    r"(?:align|line|position|size|vertical|region|[XY][12]|[A-Z])[:：]\S*", re.IGNORECASE
)
"""What may follow the times: places on the screen."""
_SRT_FORM = r"\d{2,}:[0-5]\d:[0-5]\d,\d{3} --> \d{2,}:[0-5]\d:[0-5]\d,\d{3}(?:\s.*)?$"
_VTT_TIME = r"(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}"
_WELL_FORMED = {
    "srt": re.compile(_SRT_FORM),
    "vtt": re.compile(rf"{_VTT_TIME}\s+-->\s+{_VTT_TIME}(?:\s.*)?$"),
}
_NUMBER = re.compile(r"#?(\d{1,9})[.)]?")
_LIKE_A_TIME = re.compile(r"\d ?[:,.] ?\d")
_LIKE_A_TIMING = re.compile(rf"{TIME} ?-->")
_FRACTION = re.compile(r"[,.] ?\d+ ?$")
_LONGEST = 300
"""Characters of a row with times: settings after them are short."""


@dataclass(frozen=True, slots=True)
class _Header:
    """Rows first..timing begin a cue (0-based); `above`: what names or numbers it there."""

    first: int
    timing: int
    above: str
    number: int | None
    times: tuple[int, int] | None
    rest: str = ""
    text: str = ""
    """What is said on the row of the times."""


def timing_rows(text: str) -> bool:
    """Whether a row of the text's beginning has the two times of a cue."""
    return any(_parsed(row) is not None for row in text[:40_000].split("\n"))


def read_arrows(rows: Sequence[str], kind: str) -> Reading:
    """The cues of SubRip (`kind` "srt") or WebVTT ("vtt"), as they stand."""
    reading = Reading()
    headers = list(_headers(rows, kind))
    before = headers[0].first if headers else len(rows)
    _report_stray(rows, 0, before, None, reading)
    previous = 0
    seen = 0
    for n, header in enumerate(headers):
        after = headers[n + 1].first if n + 1 < len(headers) else len(rows)
        said = rows[header.timing].strip()
        line = header.timing + 1
        seen += header.times is not None
        cue = seen if header.times else None
        if header.times is None:
            reading.faults.append(Fault("time_unreadable", line, said[:80]))
        elif not _WELL_FORMED[kind].match(rows[header.timing].strip(" \t\ufeff")):
            reading.faults.append(Fault("time_form", line, said[:80], cue=cue))
        if kind == "srt":
            if header.number is None:
                reading.faults.append(Fault("no_number", line, "", str(previous + 1), cue))
            elif header.number != previous + 1 or not header.above.isdecimal():
                found, expected = header.above, str(previous + 1)
                reading.faults.append(Fault("numbering", header.first + 1, found, expected, cue))
            previous = previous + 1 if header.number is None else header.number
        if n and rows[header.first - 1].strip():
            reading.faults.append(Fault("no_blank_line", header.first + 1, "", cue=cue))
        ends = header.timing + 1
        while ends < after and not _ends_a_cue(rows[ends], kind):
            ends += 1
        _report_stray(rows, ends, after, cue, reading)
        start, end = header.times or (None, None)
        reading.cues.append(
            RawCue(
                start,
                end,
                (*([header.text] if header.text else []), *rows[header.timing + 1 : ends]),
                line,
                identifier=header.above,
                position=header.rest.strip(),
                stray=tuple(row for row in rows[ends:after] if row.strip("\ufeff \t")),
            )
        )
    return reading


def _ends_a_cue(row: str, kind: str) -> bool:
    """In WebVTT only an empty line does; in SubRip, as players read it, one of spaces too."""
    return not (row.strip("\ufeff") if kind == "vtt" else row.strip())


def _headers(rows: Sequence[str], kind: str) -> Iterator[_Header]:
    loose = _in_the_text(rows)
    if kind == "vtt":  # its texts write ">" so, and its times do not
        loose |= {at for at, row in enumerate(rows) if "&gt;" in row}
    numbered = _numbered(rows)
    passed = -1
    for at, row in enumerate(rows):
        if _ARROW_MARKS.isdisjoint(row):
            continue
        parsed = _parsed(row) if at not in loose else None
        above = _bare(rows[at - 1])[:200] if at - 1 > passed else ""
        is_number = bool(_NUMBER.fullmatch(above))
        if parsed is None and (
            at in loose or not ("-->" in row and (is_number or _begins_like_times(row)))
        ):
            continue
        first, number = at, None
        parted = at - 2 <= passed or not rows[at - 2].strip("\ufeff \t")
        if kind == "vtt":
            empty = at - 2 <= passed or not rows[at - 2].strip("\ufeff")
            if above and (empty or (parted and is_number)) and above != "WEBVTT":
                first = at - 1
        elif is_number and (parted or numbered):
            first, number = at - 1, _number(above)
        above = above if first < at else ""
        if parsed is None:
            yield _Header(first, at, above, number, None)
        else:
            if number is None and parsed.number:
                above, number = parsed.number, int(parsed.number)
            rest = "" if parsed.is_text else parsed.rest
            text = parsed.rest if parsed.is_text else ""
            yield _Header(first, at, above, number, parsed.times, rest, text)
        passed = at


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    return int(found[1]) if found else None


def _bare(row: str) -> str:
    return " ".join(words_of(row[:400]))


def _begins_like_times(row: str) -> bool:
    """Whether an arrow's row that has no two times was meant to have them.

    One that begins like them, or has little else: a sentence with an arrow is text.
    """
    bare = single_spaced(row[:_LONGEST])
    if _LIKE_A_TIMING.match(bare):
        return True
    letters = sum(map(str.isalpha, bare))
    return bool(_LIKE_A_TIME.search(bare)) and letters * 2 < len(bare)


def _numbered(rows: Sequence[str]) -> bool:
    """Whether the cues of a file without blank lines have numbers: most of them, in a row."""
    numbers = [
        _number(_bare(rows[at - 1])) if at else None
        for at, row in enumerate(rows)
        if not _ARROW_MARKS.isdisjoint(row) and _parsed(row) is not None
    ]
    steps = sum(
        a is not None and b is not None and b in (a, a + 1) for a, b in pairwise([0, *numbers])
    )
    return steps * 2 >= len(numbers)


def _in_the_text(rows: Sequence[str]) -> frozenset[int]:
    """Rows inside a cue's text that look like times and are words: "10:30 --> 11:45, my shift".

    Where times have fractions of seconds, a row without them that stands below text is text.
    """
    found = [(at, row) for at, row in enumerate(rows) if ">" in row and _parsed(row) is not None]
    whole = [at for at, row in found if _has_fraction(row)]
    if len(whole) * 2 < len(found):
        return frozenset()
    return frozenset(
        at
        for at, row in found
        if not _has_fraction(row)
        and at
        and rows[at - 1].strip()
        and _number(_bare(rows[at - 1])) is None
    )


def _has_fraction(row: str) -> bool:
    match = _TIMING.match(single_spaced(row[:_LONGEST]))
    return match is not None and bool(_FRACTION.search(match["start"]))


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A row of times (ms): the number before them, and what follows them, as it stands."""

    times: tuple[int, int]
    number: str
    rest: str

    @property
    def is_text(self) -> bool:
        """Whether what follows is said, and says nothing of places on the screen."""
        words = self.rest.split()
        return not all(map(_SETTING.fullmatch, words)) and any(map(str.isalnum, self.rest))


def _parsed(row: str) -> _Parsed | None:
    """The times of a cue and what stands beside them; None for a row that has none."""
    match = _TIMING.match(single_spaced(row[:_LONGEST]))
    if match is None:
        return None
    before = len(match.string[: match.start("rest")].split())
    rest = " ".join(words_of(row)[before:])
    return _Parsed((ms(match["start"]), ms(match["end"])), match["number"] or "", rest)


def _report_stray(
    rows: Sequence[str], first: int, after: int, cue: int | None, reading: Reading
) -> None:
    for at in range(first, after):
        if rows[at].strip("\ufeff \t"):
            found = " ".join(" ".join(row[:200] for row in rows[at : min(after, at + 9)]).split())
            reading.faults.append(Fault("stray_text", at + 1, found[:80], cue=cue))
            return
