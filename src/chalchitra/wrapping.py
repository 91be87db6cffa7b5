"""Sentences on a terminal: parted between words, and commands whole, so that they can be pasted."""

from __future__ import annotations

import re
import sys
from typing import TextIO

from chalchitra.printable import printable, raw
from chalchitra.tables import Style, colours, folded, styled, terminal_width, width_of

_COMMAND = re.compile(r"(?:\b[Tt]ype|^Next|^Or, .*): (?=\S)")
"""What stands before a command, which is the end of its line (`hints.typed`)."""
_HEAD = re.compile(r" *(?:\S+ {2,})?")
"""The margin of a line, with the name that stands in a column before its text."""
_COLOURED = re.compile(r"(\x1b\[\d+m)([^\x1b]*)(\x1b\[0m)")
_NARROW = 40
"""A terminal that has fewer columns gets no deeper margins: there is no room for them."""


def wrapped(line: str, width: int | None) -> list[str]:
    """The line in lines of at most `width` columns; without one, as it is.

    A command at its end is never parted: where it does not fit it has a line of its own. What is
    wider than the terminal without a space in it stands whole too.
    """
    if width is None or width_of(line) <= width:
        return [line]
    if coloured := _COLOURED.fullmatch(line):
        before, text, after = coloured.groups()
        return [f"{before}{part}{after}" for part in wrapped(text, width)]
    if "\x1b" in line:
        return [line]  # a row of a table, which fits
    found = list(_COMMAND.finditer(line))
    text, command = (line[: found[-1].end()], line[found[-1].end() :]) if found else (line, "")
    head = match.group() if (match := _HEAD.match(text)) else ""
    if width < _NARROW or width_of(head) > width // 2:
        head = head[: len(head) - len(head.lstrip())]
    margin = " " * (width_of(head) + (0 if head.strip() else 2))
    lines = folded(text[len(head) :], width - width_of(head), rest=margin[width_of(head) :])
    lines = [head + lines[0], *(" " * width_of(head) + one for one in lines[1:])]
    if not command:
        return lines
    if width_of(joined := f"{lines[-1]} {command}") <= width:
        return [*lines[:-1], joined]
    return [*lines, margin + command]


def say(*lines: str, style: Style = "", file: TextIO | None = None) -> None:
    """Print lines to stdout (or `file`): wrapped and in colour where that is a terminal."""
    stream = file or sys.stdout
    width = terminal_width(stream)
    for line in lines:
        for part in wrapped(printable(line), width):
            print(styled(part, style, colours=colours(stream)), file=raw(stream), flush=True)
