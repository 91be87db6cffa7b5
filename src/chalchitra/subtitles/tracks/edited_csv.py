"""The reviewer's spreadsheet (formats/table.py writes it) read back, with every fault named."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import pairwise
from typing import NamedTuple

from chalchitra.errors import ChalchitraError, UsageError, raise_first
from chalchitra.subtitles.cues.cue import Cue, clock_time
from chalchitra.subtitles.formats.cells import cell_lines
from chalchitra.subtitles.formats.table import COLUMNS

_NEEDED = frozenset({"start", "end", "text"})
_SEPARATORS = ",;\t"
_SHOWN_ERRORS = 10

_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_TIME = re.compile(
    r"\[?\s*(?:(?P<h>\d{1,9}):)?(?P<m>\d{1,9}):(?P<s>\d{1,2})(?:[.,](?P<fraction>\d{1,20}))?"
    r"\s*(?P<half>[AaPp][Mm])?\s*\]?"
)


class _Time(NamedTuple):
    milliseconds: int
    has_hours: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """A row by the number that a spreadsheet shows beside it; times are milliseconds."""

    number: int
    start: int
    end: int
    lines: tuple[str, ...]


def from_review(data: bytes, name: str = "The spreadsheet") -> list[Cue]:
    """The cues of an edited file, in the order of their times and numbered from 1.

    Only the columns start, end and text count. Any of the usual separators, quoting and line ends
    is read, and UTF-16. `name` is the file's, for messages. Raises UsageError (or several at once)
    for what cannot be read, with the row and what to type there: nothing is left out silently.
    """
    records = _records(_decode(data, name), name)
    header = [cell.strip().casefold() for cell in next(records, [])]
    if missing := [column for column in COLUMNS if column in _NEEDED - set(header)]:
        raise UsageError(
            f"{name} has no column {' and no column '.join(missing)}.",
            cause="Its first row does not name the columns, or it is not a spreadsheet of cues.",
            fix=f"Make its first row: {','.join(COLUMNS)}",
        )
    rows: list[_Row] = []
    errors: list[ChalchitraError] = []
    latest = 0
    for number, record in enumerate(records, start=2):
        if not any(cell.strip() for cell in record):
            continue
        try:
            row = _row(number, _cells(number, header, record), latest)
        except UsageError as error:
            errors.append(error)
        else:
            rows.append(row)
            latest = max(latest, row.start)
    rows.sort(key=lambda row: row.start)
    errors += _overlaps(rows)
    if _lost_letters(rows):
        errors.append(_not_unicode(name))
    raise_first(errors, _SHOWN_ERRORS, "rows")
    return [Cue(index, row.start, row.end, row.lines) for index, row in enumerate(rows, start=1)]


def _decode(data: bytes, name: str) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise _not_unicode(name) from None


def _not_unicode(name: str) -> UsageError:
    return UsageError(
        f"{name} has lost its letters.",
        cause="It was not saved as Unicode, and other encodings have no Indian scripts.",
        fix="Edit a fresh copy and save it as “CSV UTF-8” (Excel) or with the character set "
        "“Unicode (UTF-8)” (LibreOffice).",
    )


def _records(text: str, name: str) -> Iterator[list[str]]:
    """The rows of the file as cells, the header first."""
    if said := _SEPARATOR_LINE.match(text):
        text = text[said.end() :]
    separators = said[1] if said else _SEPARATORS
    reader = csv.reader(
        StringIO(text, newline=""), delimiter=_separator(text, separators), strict=True
    )
    try:
        yield from reader
    except csv.Error:
        raise UsageError(
            f"{name} cannot be read from line {reader.line_num} onwards.",
            cause="There is a quotation mark in the wrong place.",
            fix='Write every quotation mark inside a cell twice (""), or save it in a spreadsheet.',
        ) from None


def _separator(text: str, separators: str) -> str:
    """The one that finds the needed columns in the first line."""
    header = text.partition("\n")[0].rstrip("\r").replace('"', "").casefold()
    for separator in separators:
        if {cell.strip() for cell in header.split(separator)} >= _NEEDED:
            return separator
    return separators[0]


def _cells(number: int, header: Sequence[str], record: Sequence[str]) -> dict[str, str]:
    if any(cell.strip() for cell in record[len(header) :]):
        raise UsageError(
            f"Row {number} has more cells than there are columns.",
            cause="A text contains the separator but has no quotation marks around it.",
            fix='Put the whole text in quotation marks: "like this, for example".',
        )
    return dict(zip(header, record, strict=False))


def _row(number: int, cells: Mapping[str, str], latest: int) -> _Row:
    """One row. `latest` is the latest start of those above it. Raises UsageError."""
    start = _time(number, "start", cells)
    end = _time(number, "end", cells)
    lines = cell_lines(cells.get("text", ""))
    if not lines:
        raise UsageError(
            f"Row {number} has no text.",
            cause="Its cell in the column text is empty.",
            fix="Type its text there, or delete the whole row.",
        )
    if start.milliseconds < latest and not start.has_hours:
        raise UsageError(
            f"Row {number} starts before the rows above it, because its time has no hours.",
            cause="Spreadsheets show and save times without their hours.",
            fix=f"Type the time with its hours, in brackets: [{clock_time(latest)}].",
        )
    if end.milliseconds <= start.milliseconds:
        shown = clock_time(start.milliseconds)
        raise UsageError(
            f"Row {number} does not end after it starts.",
            cause=f"It starts at {shown} and ends at {clock_time(end.milliseconds)}.",
            fix=f"Type an end later than [{shown}].",
        )
    return _Row(number, start.milliseconds, end.milliseconds, lines)


def _time(number: int, column: str, cells: Mapping[str, str]) -> _Time:
    text = cells.get(column, "").strip().lstrip("'")
    found = _TIME.fullmatch(text)
    if found:
        hours, minutes, seconds = (int(found[part] or 0) for part in "hms")
        has_hours = found["h"] is not None
        if seconds < 60 and (minutes < 60 or not has_hours):
            if found["half"] is not None:  # a clock's time, as LibreOffice shows one
                hours = hours % 12 + (12 if found["half"].casefold() == "pm" else 0)
            thousandths = round(1000 * float(f"0.{found['fraction'] or 0}"))
            whole = (hours * 60 + minutes) * 60 + seconds
            return _Time(whole * 1000 + thousandths, has_hours)
    raise UsageError(
        f"Row {number} has {f'“{text}”' if text else 'nothing'} as its {column}.",
        cause="That is not a valid time.",
        fix="Type hours, minutes, seconds and thousandths in brackets: [00:01:02.500].",
    )


def _overlaps(rows: Sequence[_Row]) -> Iterator[UsageError]:
    for before, row in pairwise(rows):
        if row.start < before.end:
            end, start = clock_time(before.end), clock_time(row.start)
            yield UsageError(
                f"Row {row.number} starts before row {before.number} ends.",
                cause=f"Row {before.number} ends at {end}, row {row.number} starts at {start}.",
                fix=f"Type [{start}] as the end of row {before.number}, or a later start of row "
                f"{row.number}.",
            )


def _lost_letters(rows: Sequence[_Row]) -> bool:
    """Whether question marks stand where letters stood, in every row."""
    text = "".join(line for row in rows for line in row.lines)
    return "??" in text and not any(character.isalnum() for character in text)
