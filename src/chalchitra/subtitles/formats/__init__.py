"""The formats of timed texts, one file each: what `qc`, `--transcript` and `review` read.

A reader gives cues as they stand and the file's faults; it puts nothing right. Which format a text
is, its content says. The first that recognises it is it: the strict ones stand before the loose.
"""

from __future__ import annotations

import re

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
from chalchitra.subtitles.formats.model import Fault, FaultKind, Format, RawCue, Reading, Row

__all__ = [
    "FORMATS",
    "SUFFIXES",
    "Fault",
    "FaultKind",
    "Format",
    "RawCue",
    "Reading",
    "Row",
    "lines_of",
    "read",
    "recognised",
    "titled",
]

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
    return format_.read(text.split("\n"), rate)
