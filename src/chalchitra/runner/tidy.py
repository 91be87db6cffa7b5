"""What a run that ended badly left behind: ended, published or removed before the next begins.

Called by the one who holds the job, so that nothing here belongs to a run that still goes on.
"""

from __future__ import annotations

import shutil

from chalchitra.files import TEMPORARY_PREFIX
from chalchitra.jobs import Job, JobLayout, read_record
from chalchitra.runner import history, processes
from chalchitra.runner.attempt import remove_older
from chalchitra.runner.events import Reporter
from chalchitra.runner.history import AttemptRecord
from chalchitra.runner.publish import adopt
from chalchitra.stagekit.protocol import REQUEST_FILE, REQUEST_VARIABLE


def tidy(job: Job, layout: JobLayout, reporter: Reporter) -> None:
    """End what outlived its runner, publish what it renamed, remove what it left half-made."""
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
    elif attempt.boot == processes.boot_id() and attempt.group and _is_ours(layout, key, attempt):
        processes.end_group(attempt.group)
        reporter.emit("stage_warning", stage=key, text="ended what an earlier run left running")


def _is_ours(layout: JobLayout, key: str, attempt: AttemptRecord) -> bool:
    """Whether the group is the attempt's, and not a later one that got its number.

    While any member lives, its number is given to no other process; so a leader that started at
    another time means that the attempt's group is gone. Members without a leader have no start to
    compare (a daemon's group looks like that too): they are the attempt's if they have its request
    in their environment.
    """
    assert attempt.group is not None
    members = processes.group_members(attempt.group)
    leaders = [member for member in members if member.pid == attempt.group]
    if leaders:
        return leaders[0].start == attempt.group_start
    request = str(layout.attempt(key, attempt.number) / REQUEST_FILE)
    return any(processes.has_variable(member.pid, REQUEST_VARIABLE, request) for member in members)


def _sweep(layout: JobLayout) -> None:
    """Remove temporary files and attempts that nobody works on any more."""
    folders = [layout.root, layout.output, *(layout.root / "stages").glob("*")]
    for folder in folders:
        for left in folder.glob(f"{TEMPORARY_PREFIX}*"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
    for attempt in (layout.root / "stages").glob("*/attempt-*"):
        shutil.rmtree(attempt, ignore_errors=True)
