"""Every table that is printed: right at any width of a terminal, and whole in a pipe.

Widths are those of terminals (as the C library's wcwidth has them), not those of rich: it gives the
vowel signs of Indian scripts no column, and a table with Hindi names stands crooked. What does
not fit is first folded, then left out by need and told, and where even the columns that are always
needed do not fit, every row becomes a paragraph. Nothing is ever cut.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TextIO

from chalchitra.printable import printable, raw

Style = Literal["", "head", "good", "warning", "error", "faint"]

_GAP = "  "
_LEAST_FOLD = 16
"""A column that folds is not made narrower than this: a word a line cannot be read."""
_CODES: dict[Style, str] = {
    "head": "1", "good": "32", "warning": "33", "error": "31", "faint": "2",
}  # fmt: skip


class Cell(str):
    """A text with a style, which only a terminal shows."""

    style: Style

    def __new__(cls, text: str, style: Style = "") -> Cell:
        made = super().__new__(cls, text)
        made.style = style
        return made


def state_cell(state: str, *, degraded: bool = False) -> Cell:
    """The state of a job or a stage, in the colour that it has in every table."""
    if degraded and state in ("done", "reused", "up to date"):
        return Cell(f"{state}, with warnings", "warning")
    return Cell(state, _OF_STATES.get(state, ""))


_OF_STATES: dict[str, Style] = {
    "done": "good", "reused": "good", "up to date": "good", "ok": "good",
    "interrupted": "warning", "cancelled": "warning", "held": "warning",
    "failed": "error", "broken": "error", "damaged": "error", "FAIL": "error",
    "waiting": "faint", "left alone": "faint", "not fetched": "faint",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column. Those of the largest `need` are left out first where room is short, 0 never.

    `right` is for numbers; a text that `folds` may take several lines.
    """

    name: str
    need: int = 0
    right: bool = False
    folds: bool = False


def show(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print a table to stdout, as wide as the terminal, or whole where that is none."""
    for line in table(columns, rows, terminal_width(), colours=colours()):
        print(line, file=raw(sys.stdout))


def terminal_width(stream: TextIO | None = None) -> int | None:
    """How many columns the terminal has that stdout (or `stream`) goes to; None: it is none."""
    stream = stream or sys.stdout
    return shutil.get_terminal_size().columns if stream.isatty() else None


def colours(stream: TextIO | None = None) -> bool:
    """Whether stdout (or `stream`) shows colours, and the person wants them (no-color.org)."""
    stream = stream or sys.stdout
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    width: int | None = None,
    *,
    colours: bool = False,
) -> list[str]:
    """The lines of a table; without a `width` every column stands whole, and there are no colours.

    The first column names the row. What is in a cell cannot steer the terminal.
    """
    rows = [[_harmless(cell) for cell in row] for row in rows]
    if width is None:
        return _aligned(columns, rows, _natural(columns, rows), colours=False)
    used = [at for at, _ in enumerate(columns) if not at or any(row[at] for row in rows)]
    left_out: list[str] = []
    while True:
        shown = [columns[at] for at in used]
        cells = [[row[at] for at in used] for row in rows]
        widths = _fitted(shown, cells, width)
        if widths is not None:
            lines = _aligned(shown, cells, widths, colours=colours)
            return lines + _told(left_out, width)
        least = max(used, key=lambda at: (columns[at].need, at))
        if not columns[least].need:
            return _paragraphs(columns, rows, width, colours=colours)
        used.remove(least)
        left_out.append(columns[least].name)


def _harmless(cell: str) -> Cell:
    return Cell(printable(cell), getattr(cell, "style", ""))


def styled(text: str, style: Style, *, colours: bool) -> str:
    """The text as a terminal shows it: its colour is the only escape sequence in it."""
    text = printable(text)
    code = _CODES.get(style)
    return f"\x1b[{code}m{text}\x1b[0m" if colours and code and text else text


def width_of(text: str) -> int:
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


def folded(text: str, width: int, *, rest: str = "") -> list[str]:
    """The text in lines of at most `width` columns, parted between words only.

    Lines after the first begin with `rest`. A word that is wider stands whole on a line of its own.
    """
    lines: list[str] = []
    line = ""
    for word in re.split(r"[ \n]+", text.strip()):
        longer = f"{line} {word}" if line else (rest if lines else "") + word
        if line and width_of(longer) > width:
            lines.append(line)
            longer = rest + word
        line = longer
    return [*lines, line]


def _natural(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    return [
        max(width_of(column.name), *(width_of(row[at]) for row in rows))
        if rows
        else width_of(column.name)
        for at, column in enumerate(columns)
    ]


def _fitted(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int
) -> list[int] | None:
    """The columns' widths within `width`; None where they do not fit."""
    widths = _natural(columns, rows)
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - width
    for at in reversed(range(len(columns))):
        if over <= 0:
            break
        if columns[at].folds:
            words = [word for row in rows for word in row[at].split()]
            least = max([_LEAST_FOLD, *map(width_of, words)])
            given = min(over, max(0, widths[at] - least))
            widths[at] -= given
            over -= given
    return widths if over <= 0 else None


def _aligned(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    *,
    colours: bool,
) -> list[str]:
    head: list[str] = [Cell(column.name, "head") for column in columns]
    lines = []
    for row in (head, *rows):
        cells = [
            folded(cell, widths[at]) if columns[at].folds else [cell] for at, cell in enumerate(row)
        ]
        for number in range(max(map(len, cells), default=0)):
            parts = []
            for at, cell in enumerate(cells):
                text = cell[number] if number < len(cell) else ""
                space = " " * (widths[at] - width_of(text))
                shown = styled(text, getattr(row[at], "style", ""), colours=colours)
                parts.append(space + shown if columns[at].right else shown + space)
            lines.append(_GAP.join(parts).rstrip())
    return lines


def _paragraphs(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int, *, colours: bool
) -> list[str]:
    """A row as its name and, below it, all else that it has; numbers say what they are of."""
    lines = []
    for first, *others in rows:
        name = f"{columns[0].name} {first}" if first.isdigit() else first
        lines.append(styled(name, "head", colours=colours))
        said: list[str] = []
        for column, cell in zip(columns[1:], others, strict=True):
            if cell:
                said.append(f"{column.name} {cell}" if column.right else cell)
        if said:
            lines += [f"  {line}" for line in folded(", ".join(said), width - 2)]
    return lines


def _told(left_out: Sequence[str], width: int) -> list[str]:
    if not left_out:
        return []
    names = ", ".join(left_out[::-1])
    return folded(f"(Not shown: {names}; --json shows all.)", width)
