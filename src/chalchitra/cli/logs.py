"""`logs`: what a stage's process printed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from chalchitra.cli.text import JobArgument, OutOption, print_json
from chalchitra.errors import CancelledError
from chalchitra.wrapping import say

if TYPE_CHECKING:
    from chalchitra.jobs.logs import Piece


def logs(
    job: JobArgument,
    stage: Annotated[
        str | None,
        typer.Argument(
            metavar="STAGE",
            help="asr, translation@ta, ...  [default: the one that is running or stopped]",
            show_default=False,
        ),
    ] = None,
    follow: Annotated[
        bool,
        typer.Option(
            "-f",
            "--follow",
            help="Keep printing until the job ends; without STAGE, one stage after another.",
        ),
    ] = False,
    out: OutOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object per line, with stage and line.")
    ] = False,
) -> None:
    """Print the log of a stage."""
    from chalchitra.jobs import logs as reading
    from chalchitra.jobs.layout import JobLayout
    from chalchitra.jobs.store import named_job
    from chalchitra.out import out_dir

    layout = JobLayout(named_job(out_dir(out), job))
    keys = reading.stage_keys(layout)
    if follow:
        pieces = reading.follow(layout, keys, stage)
    else:
        chosen = reading.choose_stage(layout, keys, stage)
        pieces = reading.printed(layout, chosen)
        if stage is None and not as_json:
            say(f"==> {chosen} <==", file=sys.stderr)
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
