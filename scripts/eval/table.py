"""Figures as a table: on the terminal, and in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from score import Figures

NOTHING = "–"


@dataclass(frozen=True)
class Column:
    """A column's heading and what a row says there."""

    heading: str
    show: Callable[[Figures], str]


def _rate(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return NOTHING if value is None else f"{100 * value:.0f} %"


def _pair(values: tuple[float, float] | None) -> str:
    return NOTHING if values is None else f"{values[0]:.2f} / {values[1]:.2f}"


def _name(row: Figures) -> str:
    shift = f" +{row.shift:g} s" if row.shift else ""
    return f"{row.system}{shift}"


def _onsets(row: Figures) -> str:
    found = sum(one.onset is not None for one in row.timed)
    lacking = f" ({found} of {len(row.timed)})" if found < len(row.timed) else ""
    return _pair(row.onset) + (lacking if row.word_times != "none" else "")


def _missed(row: Figures) -> str:
    if not row.sentences:
        return NOTHING
    return f"{len(row.missed)} of {row.sentences}"


def _diarization(row: Figures) -> str:
    if row.diarization is None or row.diarization_without_overlaps is None:
        return NOTHING
    without = _rate(row.diarization_without_overlaps.rate)
    return f"{_rate(row.diarization.rate)} / {without} ({row.speakers})"


def _cost(row: Figures) -> str:
    return NOTHING if row.cost is None else f"{row.cost.cpu:.0f}"


COLUMNS = (
    Column("system", _name),
    Column("WER", lambda row: _rate(row.words.rate)),
    Column("CER", lambda row: _rate(row.characters.rate)),
    Column("words", lambda row: _share(row.words.share)),
    Column("right script", lambda row: _share(row.scripts.fidelity)),
    Column("foreign letters", lambda row: _share(row.scripts.foreign_letters)),
    Column("repeats", lambda row: str(row.repeats) if row.words.reference else NOTHING),
    Column(
        "invented/min",
        lambda row: NOTHING if row.invented_a_minute is None else f"{row.invented_a_minute:.1f}",
    ),
    Column("missed", _missed),
    Column("onset", _onsets),
    Column("offset", lambda row: _pair(row.offset)),
    Column("DER", _diarization),
    Column("CPU seconds", _cost),
)


def columns_of(rows: Sequence[Figures]) -> list[Column]:
    """The columns in which any of the rows says something."""
    return [column for column in COLUMNS if any(column.show(row) != NOTHING for row in rows)]


def show(corpus: str, rows: Sequence[Figures]) -> None:
    """The table of one corpus on the terminal."""
    from rich.console import Console
    from rich.table import Table

    columns = columns_of(rows)
    drawn = Table(title=corpus, title_justify="left")
    for number, column in enumerate(columns):
        drawn.add_column(column.heading, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        drawn.add_row(*(column.show(row) for column in columns))
    console = Console()
    if not console.is_terminal:  # A file or pipe takes any width.
        console = Console(width=200)
    console.print(drawn)


def markdown(rows: Sequence[Figures]) -> str:
    """The table of one corpus in Markdown; ends with a newline."""
    columns = columns_of(rows)
    lines = [
        [column.heading for column in columns],
        ["---", *["---:"] * (len(columns) - 1)],
        *([column.show(row) for column in columns] for row in rows),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
