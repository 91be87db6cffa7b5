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
from chalchitra.wrapping import say


def review(
    job: JobArgument,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The edited file: .csv, .srt or .vtt.")
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "-t",
            "--language",
            metavar="LANG",
            help="Language of the track, if the file's name does not tell it.",
            autocompletion=complete.languages,
        ),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Go back to the track as it was generated.")
    ] = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", "-y", help="Do not ask for confirmation, even if most cues are gone."
        ),
    ] = False,
    no_mux: NoMuxOption = False,
    out: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Put an edited subtitle file back into its job: every format and the film are updated.

    Your text and times are kept as they are, in later runs too, until --undo.
    """
    from chalchitra.cli.tracks import reporter, show_tracks
    from chalchitra.editing import review as edits
    from chalchitra.editing.rerun import remake, require_film
    from chalchitra.jobs.store import named_job
    from chalchitra.out import out_dir
    from chalchitra.subtitles.tracks.edited import read_edited

    if (file is None) is not undo:
        raise UsageError(
            "A file and --undo contradict each other." if undo else "No file was named.",
            cause="--undo drops the edits made before." if undo else "review reads an edited file.",
            fix="Leave one of them out."
            if undo
            else "Give the edited .csv, .srt or .vtt file after the job.",
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
                f"{changes} Use it anyway?",
                refused=f"Most cues of the track would be lost: {changes}",
                nothing="Nothing was changed.",
                fix=typed("chalchitra review", job, file, "--yes", *more, first="If you mean it,"),
            )
        edits.take(folder, file, edited.track, language)
        if changes is not None and not as_json:
            say(str(changes))
    with reporter(as_json=as_json) as shown:
        outcome = remake(folder, shown, mux=not no_mux)
    show_tracks(folder, outcome, as_json=as_json, mux=not no_mux, changes=changes)
    if styled and not as_json and file is not None:
        say(f"Tags such as <i> in {file.name} were dropped: tracks are plain text.")
