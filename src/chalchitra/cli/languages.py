"""`languages`: what can be heard and translated, and how well, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from chalchitra.cli.text import print_json
from chalchitra.tables import Column, show
from chalchitra.wrapping import say

if TYPE_CHECKING:
    from chalchitra.accuracy import Known
    from chalchitra.languages import Language

_STANDARD_TEST = "FLEURS"


def languages(
    search: Annotated[
        str,
        typer.Argument(
            metavar="SEARCH", help="Show only languages whose name or code contains this."
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")] = False,
) -> None:
    """List the languages, the engines for each, and the error rates of Whisper's models."""
    from chalchitra.accuracy import known, models
    from chalchitra.languages import all_languages, find

    wanted = search.casefold()
    rows = [
        language
        for language in all_languages()
        if wanted
        in " ".join((language.id, language.name, language.native, *language.aliases)).casefold()
    ]
    if not rows:
        rows = [find(search)]  # which says what is close to it, where it is none
    if as_json:
        told = [
            row.to_dict()
            | {"accuracy": [one.to_dict() for name in models() if (one := known(name, row))]}
            for row in rows
        ]
        print_json("languages", told)
        return
    show(COLUMNS, [cells(row) for row in rows])
    heard = {row: [known(name, row) for name in models()] for row in rows if row.whisper}
    figures = [(row.id, *map(_cell, found)) for row, found in heard.items() if any(found)]
    if figures:
        print("\nWord error rate in %, by Whisper model:")
        show(figure_columns(models()), figures)
        say(_MARKS)
    elif heard:
        print("\nThe error rates of Whisper's models are not known for them.")


COLUMNS = (
    Column("code"),
    Column("language"),
    Column("own name", need=1),
    Column("recognised by"),
    Column("translated by"),
)
_MARKS = (
    "Published for FLEURS, or with c for Common Voice: sentences read aloud; films are harder."
    " *: measured by us (docs/quality.md); k: characters, not words; empty: not known."
    " --json has the sources."
)


def cells(row: Language) -> tuple[str, ...]:
    """A language's row of the table."""
    translators = {"IndicTrans2": row.indictrans2, "NLLB": row.nllb}
    return (
        row.id,
        row.name,
        row.native,
        "Whisper" if row.whisper else "",
        ", ".join(name for name, code in translators.items() if code),
    )


def figure_columns(names: list[str]) -> list[Column]:
    """The columns of the figures: the largest models are the last to be left out."""
    return [
        Column("code"),
        *(
            Column(name.replace("large-v3-turbo", "turbo"), need=len(names) - at, right=True)
            for at, name in enumerate(names)
        ),
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
