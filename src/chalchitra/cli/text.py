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
    Path | None, typer.Option(metavar="DIR", help="Folder of all jobs.", show_default="out")
]
NoMuxOption = Annotated[
    bool, typer.Option("--no-mux", help="Update the subtitle files only, not the film.")
]
JobArgument = Annotated[
    str,
    typer.Argument(metavar="JOB", help="Job id or folder.", autocompletion=complete.jobs),
]


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
