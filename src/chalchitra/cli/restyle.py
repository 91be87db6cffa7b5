"""`restyle`: a job's cues cut by another style."""

from __future__ import annotations

from typing import Annotated

import typer

from chalchitra.cli import complete
from chalchitra.cli.text import JobArgument, NoMuxOption, OutOption
from chalchitra.errors import UsageError


def restyle(
    job: JobArgument,
    style: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="Subtitle style: netflix, netflix-children, sdh, bbc, or a TOML file.",
            autocompletion=complete.styles,
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="subtitle_gen.KEY=VALUE", help="Change one setting. Repeatable."
        ),
    ] = None,
    no_mux: NoMuxOption = False,
    out: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Re-cut a finished job's subtitles in another style, and update its film.

    Recognition and translation do not run again. Values of --set override those of the style.
    """
    from chalchitra.cli.tracks import reporter, show_tracks
    from chalchitra.editing.rerun import require_film
    from chalchitra.editing.restyle import restyle as make
    from chalchitra.hints import job_argument, typed
    from chalchitra.jobs.store import named_job
    from chalchitra.out import out_dir
    from chalchitra.settings import parse_override

    overrides = [parse_override(text) for text in set_ or ()]
    folder = named_job(out_dir(out), job).absolute()
    if style is None and not overrides:
        raise UsageError(
            "There is nothing to change.",
            cause="Neither --style nor --set was given.",
            fix=typed(
                "chalchitra restyle", job_argument(folder), "--style", "bbc", first="For example,"
            ),
        )
    if not no_mux:
        require_film(folder)
    with reporter(as_json=as_json) as shown:
        outcome = make(folder, shown, style=style, overrides=overrides, mux=not no_mux)
    show_tracks(folder, outcome, as_json=as_json, mux=not no_mux)
