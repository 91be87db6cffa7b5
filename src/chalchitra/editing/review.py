"""Edited cues: a person's file becomes the track of a job, until it is taken back."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from chalchitra.editing.rerun import require_tracks
from chalchitra.errors import UsageError
from chalchitra.files import sha256_bytes, write_text
from chalchitra.hints import job_argument, typed
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import EditedFile, Job
from chalchitra.jobs.record import read_record
from chalchitra.jobs.store import read_job, rewrite_job
from chalchitra.languages import find
from chalchitra.pipeline import stage_key
from chalchitra.runner.lock import held
from chalchitra.subtitles.tracks.compare import Changes, compare
from chalchitra.subtitles.tracks.edited import EditedTrack
from chalchitra.subtitles.tracks.template_track import TemplateTrack


def changes(folder: Path, file: Path, track: EditedTrack, language: str | None) -> Changes | None:
    """How an edited file differs from the track as it is; None where that has not been made.

    Raises as `take` does.
    """
    layout = JobLayout(folder)
    job = read_job(folder)
    wanted = _language(job, file, language)
    record = read_record(layout, stage_key("subtitle_gen", wanted))
    if record is None or "cues" not in record.outputs:
        return None
    try:
        before = TemplateTrack.read(layout.root / record.outputs["cues"].path).cues
    except (OSError, ValidationError):
        return None
    return compare(before, track.to_cues())


def take(folder: Path, file: Path, track: EditedTrack, language: str | None) -> str:
    """Make the cues of an edited file the track of a language; returns its id.

    `language` is as it was typed; without it the file's name says it. The cues are copied into the
    job's folder before job.json names them, so that a crash leaves the job as it was or as it is to
    be. Raises UsageError for a language that the job has not, HeldError for a job that is run.
    """
    layout = JobLayout(folder)
    job = read_job(folder)
    require_tracks(job, layout)
    wanted = _language(job, file, language)
    text = track.to_json()
    edit = EditedFile(
        path=Path(os.path.normpath(file.absolute())),
        cues=len(track.cues),
        sha256=sha256_bytes(text.encode()),
    )
    with held(layout, job.job_id):
        job = read_job(folder)
        before = job.edits.get(wanted)
        write_text(layout.edited(wanted, edit.sha256), text)
        rewrite_job(job.model_copy(update={"edits": {**job.edits, wanted: edit}}), layout)
        if before is not None and before.sha256 != edit.sha256:
            _remove(layout.edited(wanted, before.sha256))
    return wanted


def undo(folder: Path, language: str | None) -> str:
    """Take the edits of a language back, so that its track is made as before; returns its id.

    Without `language`, of the only one that was edited. Raises as `take` does, and UsageError where
    nothing was edited.
    """
    layout = JobLayout(folder)
    job = read_job(folder)
    edited = list(job.edits)
    wanted = find(language).id if language is not None else edited[0] if len(edited) == 1 else ""
    if wanted not in job.edits:
        if wanted:
            what = f"Job {job.job_id} has no edits of {wanted}."
        else:
            what = (
                "Several tracks have edits; name one with -t."
                if edited
                else f"Job {job.job_id} has no edits."
            )
        raise UsageError(
            what,
            cause=f"The edited tracks are {', '.join(edited)}."
            if edited
            else "None of its tracks was edited.",
            fix=typed(
                "chalchitra review",
                job_argument(folder),
                "--undo",
                "-t",
                edited[0],
                first="To undo one,",
            )
            if edited
            else typed("chalchitra qc", job_argument(folder), first="To see the tracks,"),
        )
    with held(layout, job.job_id):
        job = read_job(folder)
        rest = dict(job.edits)
        gone = rest.pop(wanted, None)
        rewrite_job(job.model_copy(update={"edits": rest}), layout)
        if gone is not None:
            _remove(layout.edited(wanted, gone.sha256))
    return wanted


def _remove(path: Path) -> None:
    with suppress(OSError):  # what job.json no longer names harms nobody
        path.unlink()


def _language(job: Job, file: Path, named: str | None) -> str:
    """The track that a file is to become: what was named, or what stands in the file's name."""
    tracks = [job.source_language, *job.target_languages]
    if named is not None:
        found = find(named).id
        if found in tracks:
            return found
        raise UsageError(
            f"Job {job.job_id} has no {found} track.",
            cause=f"Its tracks are {', '.join(tracks)}.",
            fix=f"For example: -t {tracks[0]}",
        )
    for part in reversed(file.stem.split(".")[1:]):
        if part in tracks:
            return part
        if any(name in tracks for name in (part.removesuffix("-Latn"), *part.split("+"))):
            raise UsageError(
                f"{file.name} is made from another track.",
                cause="Romanised and bilingual tracks follow those of their languages.",
                fix="Edit the track of the language itself; this one is then made from it.",
            )
    if len(tracks) == 1:
        return tracks[0]
    raise UsageError(
        f"{file.name} does not say which track it is.",
        cause=f"Its name does not have one of {', '.join(tracks)} before its extension.",
        fix=f"Name the language, for example: -t {tracks[0]}",
    )
