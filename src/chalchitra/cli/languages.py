"""`languages`: what can be heard and translated, and how well, as tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from chalchitra.accuracy import Known
    from chalchitra.languages import Language

_STANDARD_TEST = "FLEURS"


def languages(
    search: Annotated[str, typer.Argument(help="Show only what contains this.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")] = False,
) -> None:
    """List the languages: their ids, what hears and translates them, and how well."""
    from chalchitra.accuracy import known, models
    from chalchitra.languages import all_languages

    wanted = search.casefold()
    rows = [
        language
        for language in all_languages()
        if wanted
        in " ".join((language.id, language.name, language.native, *language.aliases)).casefold()
    ]
    if as_json:
        told = [
            row.to_dict()
            | {"accuracy": [one.to_dict() for name in models() if (one := known(name, row))]}
            for row in rows
        ]
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in (
        "id",
        "language",
        "in its own script",
        "heard by Whisper",
        "IndicTrans2",
        "NLLB",
    ):
        table.add_column(column)
    for row in rows:
        table.add_row(
            row.id,
            row.name,
            row.native,
            "yes" if row.whisper else "no",
            "yes" if row.indictrans2 else "no",
            "yes" if row.nllb else "no",
        )
    console = Console()
    console.print(table)
    heard = {row: [known(name, row) for name in models()] for row in rows if row.whisper}
    console.print(*_how_well(heard, models()), sep="\n")


def _how_well(heard: dict[Language, list[Known]], names: list[str]) -> list[object]:
    """The table of models by language, with what its marks mean; where nothing is known, that."""
    from rich.table import Table

    rows = [(row, [_cell(one) for one in found]) for row, found in heard.items() if any(found)]
    if not rows:
        return ["", "How well Whisper's models hear them is not known here."] if heard else []
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    table.add_column("id")
    for name in names:
        table.add_column(name.replace("large-v3-turbo", "turbo"), justify="right", no_wrap=True)
    for row, cells in rows:
        table.add_row(row.id, *cells)
    return [
        "",
        "Words wrong of 100, by Whisper model:",
        table,
        "* we measured it, on other recordings than the rest (docs/quality.md); no mark: published"
        " for FLEURS, c: for Common Voice, both sentences read aloud, and films are harder;"
        " k: characters, not words; empty: not known. Their sources: --json.",
    ]


def _cell(one: Known) -> str:
    """One figure: ours, else the first that was published."""
    if one.measured is not None:
        return f"{100 * one.measured.words:.0f}*"
    if not one.published:
        return ""
    figure = one.published[0]
    marks = ("k" if figure.unit == "characters" else "") + (
        "" if figure.test == _STANDARD_TEST else "c"
    )
    return f"{figure.percent:.0f}{marks}"
