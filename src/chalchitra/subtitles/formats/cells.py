"""A cue's text in the cell of a spreadsheet, guarded against what spreadsheets make of it.

Spreadsheets change what they open: a text that begins with = is run, and 1/2 becomes a date. So a
text that may be taken for a formula, a number or a date stands behind an apostrophe; so does what
would begin a cell with a formula where a spreadsheet takes a semicolon or a tab within a text for
the end of a cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalchitra.subtitles.cues.words import clean

LINE_BREAK = "⏎"
"""What stands between two lines of a cue; a line break inside a cell is read as well."""

_FORMULA = tuple("=+-@\t\r＝＋－＠")
"""What begins a formula (OWASP, "CSV Injection")."""
_AFTER = re.compile(r"""([;\t][\s"]*+)('*+)([=+\-@＝＋－＠]?)""")
"""What separates cells elsewhere, and what a cell that begins there would begin with."""
_LONGEST_DATE = 4
"""Words: "Monday, 5 May 2025"."""
_BREAKS = re.compile(rf"(?<!\\){LINE_BREAK}|\r\n|\r|\n")


def lines_cell(lines: Sequence[str]) -> str:
    """The cell with a cue's lines."""
    return guarded(f" {LINE_BREAK} ".join(map(_with_literal_breaks, lines)))


def cell_lines(text: str) -> tuple[str, ...]:
    """The lines of a cell with a cue's text."""
    parts = (clean(part) for part in _BREAKS.split(_unguarded(text)))
    return tuple(part.replace(f"\\{LINE_BREAK}", LINE_BREAK) for part in parts if part)


def harmless(text: str) -> str:
    """A text for people, that no spreadsheet runs."""
    text = _guarded_inside(text)
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def guarded(text: str) -> str:
    """A text that comes back as it is."""
    text = _guarded_inside(text)
    return f"'{text}" if _is_changed(text) else text


def _guarded_inside(text: str) -> str:
    return _AFTER.sub(lambda at: f"{at[1]}'{at[2]}{at[3]}" if at[3] else at[0], text)


def _unguarded(text: str) -> str:
    text = text[1:] if text.startswith("'") and _is_changed(text) else text
    return _AFTER.sub(lambda at: f"{at[1]}{at[2][1:]}{at[3]}" if at[3] else at[0], text)


def _is_changed(text: str) -> bool:
    """Whether a spreadsheet may take the text, without apostrophes before it, for something else.

    A formula, a logical value, or whatever has a digit and is no longer than a date.
    """
    bare = text.lstrip("'")
    return (
        bare.startswith(_FORMULA)
        or bare.casefold() in ("true", "false")
        or (any(map(str.isdigit, bare)) and len(bare.split()) <= _LONGEST_DATE)
    )


def _with_literal_breaks(line: str) -> str:
    return line.replace(LINE_BREAK, f"\\{LINE_BREAK}")
