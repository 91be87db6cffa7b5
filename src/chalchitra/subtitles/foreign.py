"""Anybody's SRT or WebVTT file as it stands: its cues in the file's order, and its faults.

Nothing is put right: cues stay unsorted, overlapping and empty where they are. A cue's text ends at
the first blank line, as the formats have it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from chalchitra.errors import UsageError
from chalchitra.subtitles.cue import Cue
from chalchitra.text.decode import Decoded, decode
from chalchitra.text.direction import UNSEEN

FaultKind = Literal[
    "encoding",  # neither UTF-8 nor, for SRT, anything that players read
    "format",  # WebVTT under the name of SRT, or the reverse
    "time_form",  # times that are readable and not written as the format wants them
    "time_unreadable",
    "no_number",
    "numbering",
    "no_blank_line",
    "stray_text",
]
_TOLD_ONCE = frozenset({"time_form", "no_number", "no_blank_line"})
"""Habits of a whole file: told once, with how many cues have them."""

LARGEST = 20_000_000
"""Bytes. The subtitles of a long film have some 200,000."""

_DIGITS = r"\d{1,9}"
_TIME = rf"-?{_DIGITS}\s*:\s*{_DIGITS}(?:\s*:\s*{_DIGITS})?(?:\s*[,.:]\s*{_DIGITS})?"
_TIMING = re.compile(rf"\s*(?P<start>{_TIME})\s*-{{1,3}}\s?>\s*(?P<end>{_TIME})(?P<rest>.*)$")
_WELL_FORMED = {
    "srt": re.compile(r"\d{2,}:[0-5]\d:[0-5]\d,\d{3} --> \d{2,}:[0-5]\d:[0-5]\d,\d{3}(?:\s.*)?$"),
    "vtt": re.compile(
        r"\s*(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}\s+-->\s+(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}(?:\s.*)?$"
    ),
}
_NUMBER = re.compile(_DIGITS)
_LIKE_A_TIME = re.compile(r"\d\s*[:,.]\s*\d")
_NOT_A_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_SRT_TAG = re.compile(r"</?[A-Za-z][^<>\n]*>|\{\\[^{}\n]*\}")
_VTT_TAG = re.compile(r"<[^<>\n]*>")
_UNSEEN = str.maketrans("", "", "\ufeff\u2060" + UNSEEN)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the file itself. `line` counts the file's lines from 1.

    `cue` is the position of the cue where it was seen (first), `count` how many cues have it.
    """

    kind: FaultKind
    line: int
    found: str
    expected: str = ""
    cue: int | None = None
    count: int = 1


@dataclass(frozen=True)
class SubtitleFile:
    """A file that was read. A cue's `index` is its position in the file, from 1."""

    path: Path
    format: Literal["srt", "vtt"]
    encoding: str
    cues: list[Cue] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    """For each cue, the line of the file that has its times."""
    faults: list[Fault] = field(default_factory=list)


def read_subtitles(path: Path) -> SubtitleFile:
    """The cues and faults of an SRT or WebVTT file.

    Raises UsageError where it is missing, empty, no text, or holds nothing like a cue.
    """
    decoded = _decoded(path)
    rows = re.sub(r"\r*\n|\r", "\n", decoded.text).split("\n")
    head = next((row for row in rows if row.strip()), "").strip("\ufeff \t")
    if not head:
        raise _none(path, "It is empty.")
    if head.startswith("[Script Info]"):
        raise _none(path, "It is an ASS file, whose cues have styles of their own.")
    named_vtt = path.suffix.lower() == ".vtt"
    is_vtt = head.startswith("WEBVTT")
    file = SubtitleFile(path, "vtt" if is_vtt else "srt", decoded.encoding)
    if decoded.encoding not in ("utf-8", "utf-8-sig"):
        file.faults.append(Fault("encoding", 1, decoded.encoding, "utf-8"))
    if is_vtt != named_vtt and path.suffix.lower() in (".srt", ".vtt"):
        expected = "a first line WEBVTT" if named_vtt else "SubRip"
        file.faults.append(Fault("format", 1, head[:40], expected))
    if is_vtt:
        rows = _without_notes(rows)
    _scan(rows, file)
    if not is_vtt and not file.cues and not any(f.kind == "time_unreadable" for f in file.faults):
        raise _none(path, "No line in it has the times of a cue.")
    file.faults[:] = _told_once(file.faults)
    return file


@dataclass(frozen=True, slots=True)
class _Header:
    """Rows first..timing begin a cue (0-based). `number`: what stands above the times in SRT."""

    first: int
    timing: int
    number: int | None
    times: tuple[int, int] | None


def _scan(rows: Sequence[str], file: SubtitleFile) -> None:
    headers = list(_headers(rows, file.format))
    before = headers[0].first if headers else len(rows)
    _report_stray(rows, 0, before, None, file)
    previous_number = 0
    for n, header in enumerate(headers):
        after = headers[n + 1].first if n + 1 < len(headers) else len(rows)
        said = rows[header.timing].strip()
        line = header.timing + 1
        cue = len(file.cues) + 1 if header.times else None
        if header.times is None:
            file.faults.append(Fault("time_unreadable", line, said))
        elif not _WELL_FORMED[file.format].match(rows[header.timing].strip(" \t\ufeff")):
            file.faults.append(Fault("time_form", line, said, cue=cue))
        if file.format == "srt":
            if header.number is None:
                file.faults.append(Fault("no_number", line, "", str(previous_number + 1), cue))
            elif header.number != previous_number + 1:
                found, expected = str(header.number), str(previous_number + 1)
                file.faults.append(Fault("numbering", header.first + 1, found, expected, cue))
            previous_number = previous_number + 1 if header.number is None else header.number
        if n and rows[header.first - 1].strip():
            file.faults.append(Fault("no_blank_line", header.first + 1, "", cue=cue))
        ends = header.timing + 1
        while ends < after and rows[ends].strip():
            ends += 1
        _report_stray(rows, ends, after, cue, file)
        if header.times:
            shown = (_plain(row, file.format) for row in rows[header.timing + 1 : ends])
            start, end = (time / 1000 for time in header.times)
            file.cues.append(Cue(len(file.cues) + 1, start, end, tuple(filter(None, shown))))
            file.lines.append(line)


def _headers(rows: Sequence[str], format_: str) -> Iterator[_Header]:
    passed = -1
    for at, row in enumerate(rows):
        times = _times(row)
        above = rows[at - 1].strip(" \t\ufeff") if at - 1 > passed else ""
        is_number = bool(_NUMBER.fullmatch(above))
        if times is None and not ("-->" in row and (is_number or _LIKE_A_TIME.search(row))):
            continue
        first, number = at, None
        if format_ == "vtt":
            if above and (at - 2 <= passed or not rows[at - 2].strip()) and above != "WEBVTT":
                first = at - 1
        elif is_number:
            first, number = at - 1, int(above)
        yield _Header(first, at, number, times)
        passed = at


def _times(row: str) -> tuple[int, int] | None:
    """The times of a cue in milliseconds; None for a row that has none."""
    match = _TIMING.match(row.strip("\ufeff"))
    return (_ms(match["start"]), _ms(match["end"])) if match else None


def _ms(text: str) -> int:
    """Hours may be missing, and any of :,. may stand before the fraction."""
    sign = -1 if text.startswith("-") else 1
    clock, _, fraction = re.sub(r"\s", "", text).lstrip("-").replace(",", ".").partition(".")
    parts = [int(part) for part in clock.split(":")]
    if len(parts) == 4:  # 00:00:01:500
        fraction = str(parts.pop())
        fraction = fraction.rjust(3, "0")
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + part
    return sign * (seconds * 1000 + int((fraction + "000")[:3]))


def _plain(row: str, format_: str) -> str:
    """A row as it is shown: without tags."""
    if format_ == "vtt":
        return html.unescape(_VTT_TAG.sub("", row)).translate(_UNSEEN).strip()
    return _SRT_TAG.sub("", row).translate(_UNSEEN).strip()


def _without_notes(rows: Sequence[str]) -> list[str]:
    """The rows, WebVTT's header, comments and styles blank: lines keep their numbers."""
    kept = []
    skipping = True
    between = False
    for row in rows:
        if not row.strip():
            skipping, between = False, True
        elif between:
            skipping, between = bool(_NOT_A_CUE.match(row)), False
        if "-->" in row:
            skipping = False
        kept.append("" if skipping else row)
    return kept


def _report_stray(
    rows: Sequence[str], first: int, after: int, cue: int | None, file: SubtitleFile
) -> None:
    for at in range(first, after):
        if rows[at].strip("\ufeff \t"):
            found = " ".join(" ".join(rows[at:after]).split())
            file.faults.append(Fault("stray_text", at + 1, found[:80], cue=cue))
            return


def _told_once(faults: Sequence[Fault]) -> list[Fault]:
    kept: dict[object, Fault] = {}
    for n, fault in enumerate(faults):
        key = fault.kind if fault.kind in _TOLD_ONCE else n
        if (first := kept.get(key)) is not None:
            kept[key] = Fault(
                first.kind, first.line, first.found, first.expected, first.cue, first.count + 1
            )
        else:
            kept[key] = fault
    return list(kept.values())


def _decoded(path: Path) -> Decoded:
    try:
        if path.stat().st_size > LARGEST:
            raise _none(path, f"It has more than {LARGEST / 1e6:.0f} MB.")
        return decode(path.read_bytes())
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read.",
            cause=f"{error.strerror}.",
            fix="Correct the name, or the file's permissions.",
        ) from None
    except ValueError as error:
        raise _none(path, str(error)) from None


def _none(path: Path, cause: str) -> UsageError:
    return UsageError(
        f"{path} is no subtitle file that can be judged.",
        cause=cause,
        fix="Give a .srt or .vtt file; ffmpeg -i FILE out.srt makes one of other formats.",
    )
