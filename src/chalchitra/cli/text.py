"""Words and columns for a terminal, without loading more than the standard library."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated

import typer

OutOption = Annotated[Path | None, typer.Option(help="Where jobs live.")]
NoMuxOption = Annotated[
    bool, typer.Option("--no-mux", help="Make the tracks only, and leave the film as it is.")
]
JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="A job's id, or its folder.")]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def printable(text: str) -> str:
    """The text on one line, without what would steer the terminal or cannot be written."""
    if text.isascii() and text.isprintable():
        return text
    return "".join("\ufffd" if unicodedata.category(c) in _NOT_SHOWN else c for c in text)


_NOT_SHOWN = frozenset({"Cc", "Cs", "Zl", "Zp"})


def width(text: str) -> int:
    """How many columns a text takes; marks that join the letter before take none."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(c) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def columns(rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """Rows of cells as aligned lines; columns in `right` are numbers."""
    if not rows:
        return []
    widths = [max(width(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for index, cell in enumerate(row):
            space = " " * (widths[index] - width(cell))
            cells.append(space + cell if index in right else cell + space)
        lines.append("  ".join(cells).rstrip())
    return lines


def spoken(seconds: float | None) -> str:
    """A length of time as one says it: 40 s, 12 min, 1 h 05 min, 3 days."""
    if seconds is None:
        return "?"
    if round(seconds) < _MINUTE:
        return f"{seconds:.0f} s"
    if round(seconds / _MINUTE) < 60:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        minutes = round(seconds / _MINUTE)
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{seconds / _DAY:.0f} days"
