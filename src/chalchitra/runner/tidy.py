"""What a run that ended badly left behind: ended, published or removed before the next begins.

Called by the one who holds the job, so that nothing here belongs to a run that still goes on.
"""

from __future__ import annotations

import shutil

from chalchitra import job_files
from chalchitra.files import TEMPORARY_PREFIX, is_folder
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import read_record
from chalchitra.runner import history, processes
from chalchitra.runner.attempt import remove_older
from chalchitra.runner.events import Reporter
from chalchitra.runner.history import AttemptRecord
from chalchitra.runner.publish import adopt


def tidy(job: Job, layout: JobLayout, reporter: Reporter) -> None:
    """End what outlived its runner, publish what it renamed, remove what it left half-made.

    Raises StageError where a folder that the job writes into is a link, or none.
    """
    stages = [layout.root / "stages", *map(layout.stage, job.stages)]
    job_files.require_folders(layout.root, [*stages, layout.log("any").parent, layout.output])
    for key in job.stages:
        attempts = history.read_history(layout, key).attempts
        unended = [attempt for attempt in attempts if attempt.ending == "running"]
        for attempt in unended:
            _end_orphan(layout, key, attempt, reporter)
        if adopt(job, layout, key, reporter) is not None:
            reporter.emit(
                "stage_warning", stage=key, text="published what an earlier run had finished"
            )
        record = read_record(layout, key)
        for attempt in unended:
            published = record is not None and record.attempt == attempt.number
            history.end(layout, key, attempt.number, "done" if published else "lost")
        if record is not None and layout.done(key, record.attempt).is_dir():
            remove_older(layout, key, keep=layout.done(key, record.attempt))
    _sweep(layout)


def _end_orphan(layout: JobLayout, key: str, attempt: AttemptRecord, reporter: Reporter) -> None:
    if attempt.host != processes.host():
        reporter.emit(
            "stage_warning",
            stage=key,
            text=f"an attempt was started on {attempt.host} and may still run there",
        )
    elif _is_orphan(attempt) and processes.end_marked(attempt.group or 0, _mark(attempt)):
        reporter.emit(
            "stage_warning",
            stage=key,
            text="stopped processes that an earlier run had left running",
        )


def _is_orphan(attempt: AttemptRecord) -> bool:
    """Whether the attempt's processes, if any are left, have lost their runner.

    While any member of a group lives, its number is given to no other process; so a leader that
    started at another time means that the attempt's group is gone.
    """
    if attempt.boot != processes.boot_id() or not attempt.group:
        return False
    if processes.lives(attempt.runner, attempt.runner_start):
        return False
    members = processes.group_members(attempt.group)
    return all(one.start == attempt.group_start for one in members if one.pid == attempt.group)


def _mark(attempt: AttemptRecord) -> str:
    return processes.mark_of(attempt.boot, attempt.runner, attempt.runner_start)


def _sweep(layout: JobLayout) -> None:
    """Remove temporary files and attempts that nobody works on any more.

    A link is removed itself, and what it leads to stays.
    """
    stages = layout.root / "stages"
    keys = [path for path in stages.glob("*") if is_folder(path)]
    left = [found for key in keys for found in key.glob("attempt-*")]
    for folder in (layout.root, layout.output, *keys):
        left += folder.glob(f"{TEMPORARY_PREFIX}*")
    for path in left:
        if is_folder(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
