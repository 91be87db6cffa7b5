"""`review`: a track as a person edited it goes back into its job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chalchitra.cli import complete
from chalchitra.cli.ask import confirm
from chalchitra.cli.text import JobArgument, NoMuxOption, OutOption
from chalchitra.errors import UsageError
from chalchitra.hints import typed


def review(
    job: JobArgument,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The edited cues: .csv, .srt or .vtt.")
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "-t",
            "--language",
            metavar="LANG",
            help="Which track it is, where its name does not say it.",
            autocompletion=complete.languages,
        ),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take the edits back: the track as it was made.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask, even if most cues are gone.")
    ] = False,
    no_mux: NoMuxOption = False,
    out: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Make the edited cues in FILE the track of their language, in every format and in the film.

    They stay so through every later run, until --undo. Their text and times are not changed.
    """
    from chalchitra.cli.tracks import reporter, show_tracks
    from chalchitra.jobs import named_job
    from chalchitra.out import out_dir
    from chalchitra.subtitles.edited import read_edited
    from chalchitra.tracks import review as edits
    from chalchitra.tracks.rerun import remake, require_film

    if (file is None) is not undo:
        raise UsageError(
            "A file cannot be taken and taken back at once." if undo else "No file was named.",
            cause="--undo takes back what was read before." if undo else "review reads one.",
            fix="Leave out the file, or --undo."
            if undo
            else "Name the .csv, .srt or .vtt file that was edited, after the job.",
        )
    folder = named_job(out_dir(out), job).absolute()
    if not no_mux:
        require_film(folder)
    styled, changes = False, None
    if file is None:
        edits.undo(folder, language)
    else:
        edited = read_edited(file)
        styled = edited.styled
        changes = edits.changes(folder, file, edited.track, language)
        if changes is not None and changes.loses_most and not yes:
            more = ["-t", language] if language else []
            more += ["--no-mux"] if no_mux else []
            more += ["--out", str(out)] if out else []
            confirm(
                f"{changes} Take it all the same?",
                refused=f"Most cues of the track would be gone: {changes}",
                nothing="Nothing was taken.",
                fix=typed(
                    "chalchitra review", job, file, "--yes", *more, first="If that is meant,"
                ),
            )
        edits.take(folder, file, edited.track, language)
        if changes is not None and not as_json:
            print(changes)
    with reporter(as_json=as_json) as shown:
        outcome = remake(folder, shown, mux=not no_mux)
    show_tracks(folder, outcome, as_json=as_json, mux=not no_mux, changes=changes)
    if styled and not as_json and file is not None:
        print(f"Tags such as <i> in {file.name} are left out: tracks have plain text.")
