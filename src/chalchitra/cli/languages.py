"""`languages`: what can be heard and translated, as a table."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def languages(
    search: Annotated[str, typer.Argument(help="Show only what contains this.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")] = False,
) -> None:
    """List the languages: their ids, and what hears and translates them."""
    from chalchitra.languages import all_languages

    wanted = search.casefold()
    rows = [
        language
        for language in all_languages()
        if wanted
        in " ".join((language.id, language.name, language.native, *language.aliases)).casefold()
    ]
    if as_json:
        typer.echo(json.dumps([row.to_dict() for row in rows], ensure_ascii=False))
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
    Console().print(table)
