"""Tables with columns of times: our own spreadsheet for reviewers, whisper's .tsv and .csv, labels.

Cells are read as `review` reads them. Whole numbers are milliseconds, as whisper writes them, and
others seconds, as Audacity does.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from io import StringIO

from chalchitra.subtitles.cues.cue import Cue, clock_time
from chalchitra.subtitles.formats.cells import cell_lines, harmless, lines_cell
from chalchitra.subtitles.formats.clock import TIME, ms, single_spaced, timecode_ms
from chalchitra.subtitles.formats.faults import Fault
from chalchitra.subtitles.formats.markup import TAG, without_unseen
from chalchitra.subtitles.formats.model import CueNote, Format, RawCue, Reading, Row

COLUMNS = ("index", "start", "end", "duration", "cps", "text", "speaker", "confidence")
_BOM = "\ufeff"
_START = frozenset(
    """start|start time|starttime|begin|begin time|in|in point|in time|in timestamp|from|tc in|
    time in|timecode in|timecode|time|timestamp""".replace("\n    ", "").split("|")
)
_END = frozenset(
    """end|end time|endtime|finish|out|out point|out time|out timestamp|to|tc out|time out|
    timecode out|stop""".replace("\n    ", "").split("|")
)
_TEXT = frozenset(
    "text|subtitle|subtitles|dialogue|caption|captions|transcript|sentence|line|source".split("|")
)
_SPEAKER = frozenset(("speaker", "speaker name", "character", "voice"))
_SEPARATORS = ",;\t"
_LABEL = re.compile(r"\ufeff?-?\d{1,9}(?:[.,]\d{1,9})?\t-?\d{1,9}(?:[.,]\d{1,9})?\t")
"""A label of Audacity: two times in seconds and a text, without a row of headings."""
_NUMBER = re.compile(r"(-?\d{1,12})(?:[.,](\d{1,9}))?")
_TIME = re.compile(TIME)
_TIMECODE = re.compile(r"(?<![\w:;])\d{1,3}[:;]\d\d[:;]\d\d[:;]\d\d(?![\w:;])")
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*$", re.IGNORECASE)


def _head(text: str) -> tuple[str, str, bool]:
    """The row of headings, what parts its cells, and whether a line sep=... stands above it."""
    lines = text[:10_000].lstrip("\ufeff").split("\n", 2)
    said = _SEPARATOR_LINE.match(lines[0][:20])
    row = (lines[1] if said and len(lines) > 1 else lines[0]).rstrip("\r")
    for separator in said[1] if said else _SEPARATORS:
        names = _names(row.split(separator))
        if names & _START and names & _TEXT:
            return row, separator, said is not None
    return "", "", said is not None


def _names(cells: Sequence[str]) -> set[str]:
    return set(map(_name, cells))


def _name(cell: str) -> str:
    """The name of a column as the tables above have it: Start_Time, "Start (s)"."""
    bare = cell.strip(' \t"').casefold().partition("(")[0]
    return " ".join(re.split(r"[\s_-]+", bare)).strip()


def _recognises(text: str) -> bool:
    if _head(text)[1]:
        return True
    rows = [row for row in text[:40_000].split("\n") if row.strip()]
    return bool(rows) and 2 * sum(bool(_LABEL.match(row)) for row in rows) > len(rows)


def _read(rows: Sequence[str], rate: float | None) -> Reading:
    text = "\n".join(rows).lstrip("\ufeff")
    head, separator, said = _head(text)
    if not separator:
        return _labels(rows)
    if said:
        text = text.partition("\n")[2]
    names = [_name(cell) for cell in head.split(separator)]
    # Whisper's .tsv has no quoting: a quotation mark there is the text's.
    bare = separator == "\t" and '"' not in head and names == ["start", "end", "text"]
    rows_of = StringIO(text, newline="")
    table = (
        csv.reader(rows_of, delimiter=separator, quoting=csv.QUOTE_NONE)
        if bare
        else csv.reader(rows_of, delimiter=separator)
    )
    at = {kind: _column(names, known) for kind, known in _KINDS.items()}
    reading = Reading()
    records: list[tuple[int, list[str]]] = []
    try:
        next(table)
        begins = table.line_num + 1
        for record in table:
            records.append((begins + said, record))
            begins = table.line_num + 1
    except (csv.Error, StopIteration) as error:
        reading.faults.append(Fault("stray_text", table.line_num, str(error)[:80]))
    seconds = _in_seconds(
        [record[at["start"]] for _, record in records if len(record) > at["start"]]
    )
    for line, record in records:
        if not any(cell.strip() for cell in record):
            continue
        cell = {kind: record[n] if 0 <= n < len(record) else "" for kind, n in at.items()}
        start, end = (_ms(cell[kind], rate, seconds=seconds) for kind in ("start", "end"))
        if start is None:
            found = cell["start"].strip() or ", ".join(record)
            reading.faults.append(Fault("time_unreadable", line, found[:80]))
            end = None
        elif end is None:
            end = start
        speaker = " ".join(cell["speaker"].split()) or None
        reading.cues.append(RawCue(start, end, cell_lines(cell["text"]), line, speaker=speaker))
    return reading


_KINDS = {"start": _START, "end": _END, "text": _TEXT, "speaker": _SPEAKER}


def _column(names: Sequence[str], known: frozenset[str]) -> int:
    return next((n for n, name in enumerate(names) if name in known), -1)


def _labels(rows: Sequence[str]) -> Reading:
    reading = Reading()
    for line, row in enumerate(rows, 1):
        if _LABEL.match(row) is not None:
            start, end, text = row.strip("\ufeff").split("\t", 2)
            times = (_ms(start, None, seconds=True), _ms(end, None, seconds=True))
            reading.cues.append(RawCue(*times, (text,), line))
    return reading


def _in_seconds(starts: Sequence[str]) -> bool:
    numbers = [match for start in starts if (match := _NUMBER.fullmatch(start.strip()))]
    return any(match[2] is not None for match in numbers)


def _ms(cell: str, rate: float | None, *, seconds: bool) -> int | None:
    text = single_spaced(cell[:60].strip(" \t'[]"))
    if (number := _NUMBER.fullmatch(text)) is not None:
        if not seconds:
            return int(number[1])
        value = int(f"{number[2] or 0:0<3}"[:3])
        return int(number[1]) * 1000 + (-value if text.startswith("-") else value)
    if rate is not None and (code := timecode_ms(text, rate)) is not None:
        return code
    return ms(text) if _TIME.fullmatch(text) else None


def _rows(cue: RawCue) -> list[Row]:
    shown = (" ".join(without_unseen(TAG.sub("", row)).split()) for row in cue.rows)
    return [Row(text) for text in shown if text]


def to_review(
    cues: Sequence[Cue],
    notes: Mapping[int, CueNote] | None = None,
    *,
    length: Callable[[str], int] = len,
) -> str:
    """The whole file, with a byte order mark, without which Excel shows no Indian script.

    `notes` are by the cues' index; `length` counts the characters of the column cps (characters a
    second, the line break not counted). Index, duration and cps are for reading only.
    """
    whole = StringIO(newline="")
    whole.write(_BOM)
    writer = csv.writer(whole, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for cue in cues:
        note = (notes or {}).get(cue.index, CueNote())
        speed = sum(map(length, cue.lines)) / cue.seconds if cue.seconds > 0 else None
        writer.writerow(
            [
                cue.index,
                f"[{clock_time(cue.start)}]",
                f"[{clock_time(cue.end)}]",
                f"{cue.seconds:.3f}",
                "" if speed is None else f"{speed:.1f}",
                lines_cell(cue.lines),
                harmless(note.speaker or ""),
                "" if note.confidence is None else f"{note.confidence:.2f}",
            ]
        )
    return whole.getvalue()


FORMAT = Format(
    id="csv",
    title="table of cues",
    suffixes=(".tsv", ".csv"),
    recognises=_recognises,
    read=_read,
    rows=_rows,
    needs_rate=lambda text: _TIMECODE.search(text[:100_000]) is not None,
    write=lambda track: to_review(track.cues, track.notes, length=track.length),
)
