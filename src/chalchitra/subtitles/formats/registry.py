"""The formats of timed texts, one file each: what `qc`, `--transcript` and `review` read, and what
tracks are written as.

A reader gives cues as they stand and the file's faults; it puts nothing right. Which format a text
is, its content says. The first that recognises it is it: the strict ones stand before the loose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from chalchitra.subtitles.formats import (
    ass,
    framed,
    sami,
    sbv,
    smpte,
    srt,
    stamped,
    table,
    ttml,
    vtt,
)
from chalchitra.subtitles.formats.model import Format, Reading

FORMATS: tuple[Format, ...] = (
    vtt.FORMAT,
    ass.FORMAT,
    ttml.FORMAT,
    sami.FORMAT,
    table.FORMAT,
    framed.MICRODVD,
    framed.MPL2,
    stamped.LRC,
    smpte.FORMAT,
    sbv.FORMAT,
    srt.FORMAT,
    stamped.TMPLAYER,
    stamped.STAMPED,
)
WRITTEN: dict[str, Format] = {one.id: one for one in FORMATS if one.write is not None}
"""The formats that tracks are written as, by their ids, which the files' names end in."""
_LEAST_ROWS = 6
_RETURNS = re.compile(r"\r+\n?")
SUFFIXES = frozenset(suffix for format_ in FORMATS for suffix in format_.suffixes)
"""What the files of these formats are called."""


def recognised(text: str) -> Format | None:
    """The format of a text, whose lines end with "\\n"; None where it has no times of cues."""
    return next((format_ for format_ in FORMATS if format_.recognises(text)), None)


def lines_of(text: str) -> str:
    """The text with "\\n" ending its lines, whatever ended them."""
    return _RETURNS.sub(
        lambda run: "\n" if run[0].endswith("\n") else "\n" * len(run[0]), text
    ).replace("\u2028", "\n")


def titled(id_: str) -> str:
    """What the format with this id is called."""
    return next(format_.title for format_ in FORMATS if format_.id == id_)


def read(format_: Format, text: str, rate: float | None = None) -> Reading:
    """A text's cues and faults in this format; `rate`: the film's frames a second, if known."""
    rows = text.split("\n")
    if not _is_double_spaced(rows):
        return format_.read(rows, rate)
    reading = format_.read(rows[::2], rate)
    return Reading(
        [replace(cue, line=2 * cue.line - 1) for cue in reading.cues],
        [replace(fault, line=2 * fault.line - 1) for fault in reading.faults],
    )


def _is_double_spaced(rows: Sequence[str]) -> bool:
    """Whether a blank row follows every row, as where each was a paragraph of a word processor."""
    return len(rows) > _LEAST_ROWS and not any(row.strip() for row in rows[1::2])
