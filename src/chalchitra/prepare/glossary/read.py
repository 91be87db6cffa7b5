"""Reading a glossary that a person wrote: one term a line, or a table with a line of headings.

A line that begins with # is a comment. A table's columns are parted by tabs, in a .csv file by
commas (or semicolons); its first line names them: `term`, languages, `note`. Without such a line
each line is a term.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.files import sha256_bytes
from chalchitra.given import require_given
from chalchitra.glossary import LARGEST, GlossaryTerm
from chalchitra.hints import typed

LONGEST_TERM = 100
"""Characters (code points)."""
TERM, NOTE = "term", "note"

LanguageId = Callable[[str], str | None]
"""The id of a language that a heading names; None for anything else."""


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A glossary's file: its rows by column (`term`, `note`, ids of languages)."""

    path: Path
    sha256: str
    columns: tuple[str, ...]
    rows: tuple[_Row, ...]

    def terms(self, source: str) -> list[GlossaryTerm]:
        """Its terms for a film that is spoken in `source` (an id of config/languages.toml).

        The column of that language has them, and where it has none the column `term`. Raises
        UsageError when it has neither, and for a term that stands there twice with other content.
        """
        column = source if source in self.columns else TERM
        if column not in self.columns:
            raise UsageError(
                f"{self.path} has no terms in the spoken language ({source}).",
                cause=f"Its columns are {', '.join(self.columns)}.",
                fix=f"Add a column {source}, or leave this glossary out with --no-glossary.",
            )
        found: dict[str, tuple[int, GlossaryTerm]] = {}
        for row in self.rows:
            text = row.cells.get(column) or row.cells.get(TERM, "")
            if not text:
                continue
            renderings = {
                name: cell for name, cell in row.cells.items() if name not in (TERM, NOTE, source)
            }
            term = GlossaryTerm(text=text, renderings=renderings, note=row.cells.get(NOTE, ""))
            line, before = found.setdefault(text.casefold(), (row.line, term))
            if before != term:
                raise UsageError(
                    f"{self.path}, line {row.line}: {text} is already there with different "
                    "entries.",
                    cause=f"Line {line} has it too.",
                    fix="Keep one of the two lines.",
                )
        return [term for _, term in found.values()]


def read_sheet(path: Path, language_id: LanguageId) -> Sheet:
    """Read a glossary. Raises UsageError naming the file and, where it is one, the line."""
    data = _bytes(path)
    lines = list(_table(_text(data, path), path))
    columns, rows = _headings(lines, path, language_id)
    return Sheet(path, sha256_bytes(data), columns, tuple(_rows(rows, columns, path)))


def _bytes(path: Path) -> bytes:
    return require_given(
        path,
        LARGEST,
        lambda cause: UsageError(
            f"{path} is too large to be a glossary.",
            cause=cause,
            fix="Give a list of names, one per line.",
        ),
        called="The glossary",
        option="--glossary",
    )


def _text(data: bytes, path: Path) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UsageError(
            f"{path}, line {line}: this is not UTF-8.",
            cause="The file was saved in another encoding.",
            fix="Save it as UTF-8 text; a spreadsheet can export CSV in UTF-8.",
        ) from None
    return unicodedata.normalize("NFC", text)


def _table(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines that are no comment and not empty: number, cells."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    shown = [(number, line) for number, line in enumerate(lines, 1) if _counts(line)]
    comma = ","
    if path.suffix.lower() == ".csv" and shown and ";" in shown[0][1] and "," not in shown[0][1]:
        comma = ";"
    for number, line in shown:
        _check_characters(line, number, path)
        if path.suffix.lower() == ".csv":
            # A line at a time: no term goes over two, and an error has its line.
            try:
                cells = next(csv.reader([line], delimiter=comma, strict=True))
            except csv.Error as error:
                raise UsageError(
                    f"{path}, line {number}: this is not a valid CSV line.",
                    cause=f"{str(error).capitalize()}.",
                    fix='Close every quotation mark; write one inside a cell as "".',
                ) from None
        else:
            cells = line.split("\t")
        yield number, [" ".join(cell.split()) for cell in cells]


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _check_characters(line: str, number: int, path: Path) -> None:
    if any(unicodedata.category(character) == "Cc" and character != "\t" for character in line):
        raise UsageError(
            f"{path}, line {number}: it contains characters that do not belong in text.",
            cause="The file is not plain text, or was damaged.",
            fix="Save it as plain text in UTF-8.",
        )


def _headings(
    lines: list[tuple[int, list[str]]], path: Path, language_id: LanguageId
) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    """The columns, and the lines without the headings."""
    if not lines:
        return (TERM,), []
    number, first = lines[0]
    names = [_heading(cell, language_id) for cell in first]
    if len(first) == 1 and names[0] != TERM:  # a term may be called as a language is
        wide = next((line for line, cells in lines if len(cells) > 1), None)
        if wide is None:
            return (TERM,), lines
        raise _no_headings(path, wide)
    if all(name is None for name in names):
        raise _no_headings(path, number)
    for name, cell in zip(names, first, strict=True):
        if name is None:
            raise UsageError(
                f"{path}, line {number}: {cell or 'an empty heading'!r} is not a column heading.",
                cause="A heading is term, note, or a language.",
                fix=typed(
                    "chalchitra languages", first="Correct it; to see the names of the languages,"
                ),
            )
        if names.count(name) > 1:
            raise UsageError(
                f"{path}, line {number}: two columns are called {name}.",
                cause="Each heading names one column.",
                fix="Put both into one column, or name the other language.",
            )
    return tuple(name for name in names if name), lines[1:]


def _heading(cell: str, language_id: LanguageId) -> str | None:
    name = cell.casefold()
    return name if name in (TERM, NOTE) else language_id(cell)


def _no_headings(path: Path, number: int) -> UsageError:
    return UsageError(
        f"{path}, line {number}: the column headings are missing.",
        cause="A glossary with several columns must begin with a line of headings.",
        fix="Begin with a line such as term, en, note, separated like the other lines.",
    )


def _rows(
    lines: list[tuple[int, list[str]]], columns: tuple[str, ...], path: Path
) -> Iterator[_Row]:
    for number, cells in lines:
        if len(cells) > len(columns):
            raise UsageError(
                f"{path}, line {number}: {len(cells)} columns, but {len(columns)} headings.",
                cause="There is a comma or tab too many, or a heading is missing.",
                fix='Put a cell that contains a comma in quotation marks: "Delhi, India".',
            )
        named = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
        for name, cell in named.items():
            _check_term(cell, name, number, path)
        yield _Row(number, named)


def _check_term(cell: str, column: str, number: int, path: Path) -> None:
    if column == NOTE:
        return
    if len(cell) > LONGEST_TERM:
        raise UsageError(
            f"{path}, line {number}: {cell[:30]!r}... is too long for a term.",
            cause=f"It has {len(cell)} characters, but at most {LONGEST_TERM} are allowed.",
            fix="Write one name or word per line.",
        )
    if not any(character.isalpha() for character in cell):
        raise UsageError(
            f"{path}, line {number}: {cell!r} has no letters.",
            cause="A term is a name or a word.",
            fix="Correct the line, or begin it with # to leave it out.",
        )
