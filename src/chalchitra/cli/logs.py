"""`logs`: what a stage's process printed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from chalchitra.cli.text import JobArgument, OutOption, print_json
from chalchitra.errors import CancelledError

if TYPE_CHECKING:
    from chalchitra.jobs.logs import Piece


def logs(
    job: JobArgument,
    stage: Annotated[
        str | None,
        typer.Argument(help="asr, translation@ta, ...; else the one that runs or stopped."),
    ] = None,
    follow: Annotated[
        bool,
        typer.Option(
            "-f", "--follow", help="Go on until the job ends, from stage to stage if none is named."
        ),
    ] = False,
    out: OutOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help='One object a line: {"stage", "line"}.')
    ] = False,
) -> None:
    """Print the log of a stage."""
    from chalchitra.jobs import JobLayout, named_job
    from chalchitra.jobs import logs as reading
    from chalchitra.out import out_dir

    layout = JobLayout(named_job(out_dir(out), job))
    keys = reading.stage_keys(layout)
    if follow:
        pieces = reading.follow(layout, keys, stage)
    else:
        pieces = reading.printed(layout, reading.choose_stage(layout, keys, stage))
    try:
        if as_json:
            for line in reading.lines(pieces):
                print_json("logs", {"stage": line.stage, "line": line.text})
        else:
            _print(pieces, heads=follow and stage is None)
    except CancelledError as stopped:
        raise typer.Exit(int(stopped.exit_code)) from None  # only the looking was stopped


def _print(pieces: Iterator[Piece], *, heads: bool) -> None:
    stage = None
    for piece in pieces:
        if heads and piece.stage != stage:
            sys.stdout.write(f"{'' if stage is None else chr(10)}==> {piece.stage} <==\n")
        stage = piece.stage
        sys.stdout.write(piece.text)
        sys.stdout.flush()
