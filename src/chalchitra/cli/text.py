"""Words for a terminal, without loading more than the standard library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from chalchitra.cli import complete
from chalchitra.printable import json_line
from chalchitra.schemas import CHECK_VARIABLE


def _print_version(wanted: bool) -> None:
    if wanted:
        from chalchitra import __version__

        print(f"chalchitra {__version__}")
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option(
        "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
    ),
]
OutOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where jobs live.", show_default="out")
]
NoMuxOption = Annotated[
    bool, typer.Option("--no-mux", help="Make the tracks only, and leave the film as it is.")
]
JobArgument = Annotated[
    str,
    typer.Argument(metavar="JOB", help="A job's id, or its folder.", autocompletion=complete.jobs),
]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def named(text: str | None) -> list[str]:
    """The names in a list such as en,ta."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def print_json(kind: str, data: Any, *, file: TextIO | None = None) -> None:
    """Print what a program reads; the schema of its `kind` is in docs/schemas."""
    if os.environ.get(CHECK_VARIABLE):
        from chalchitra.schemas.registry import check

        check(kind, data)
    print(json_line(data), file=file, flush=True)
    if kind != "error":
        _rows.append(kind)


_rows: list[str] = []
"""The kinds of what this command printed for programs so far."""


def rows_printed() -> bool:
    """Whether stdout has something for programs already."""
    return bool(_rows)


def nothing_printed() -> None:
    """A command begins."""
    _rows.clear()


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
