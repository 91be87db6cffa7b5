"""One attempt of one stage: written down, asked for, run, judged, published by one rename."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chalchitra import job_files, stopping
from chalchitra.errors import CancelledError, ChalchitraError, StageError
from chalchitra.files import fsync_dir, is_folder, sha256_json
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import StageRecord, read_record
from chalchitra.pipeline import split_key
from chalchitra.runner import history, processes
from chalchitra.runner.decide import Decision
from chalchitra.runner.events import Reporter
from chalchitra.runner.history import Ending
from chalchitra.runner.launch import Ended, Launch, Watch
from chalchitra.runner.publish import publish
from chalchitra.runner.request import build_request
from chalchitra.stagekit.protocol import (
    REQUEST_FILE,
    REQUEST_VARIABLE,
    RESULT_FILE,
    ModelRef,
    Result,
)

Launcher = Callable[[Launch, Watch], Ended]
"""Serves a request and waits for its end: a process of its own, or a warm worker."""

_FAR_TOO_MANY = 100_000_000
"""No stage was tried so often: what says so was made up, and no name has room for more digits."""
_ATTEMPT = re.compile(r"^(?:attempt|done)-([0-9]{1,9})$")


class AttemptError(Exception):
    """An attempt that failed: what the person is told, how it ended, and the kind of error."""

    def __init__(self, error: ChalchitraError, ending: Ending, kind: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.ending = ending
        self.kind = kind


@dataclass(frozen=True)
class Work:
    """All that every attempt of one stage of one job shares."""

    job: Job
    layout: JobLayout
    key: str
    decision: Decision
    python: Path
    script: Path
    environ: Mapping[str, str]
    models: dict[str, ModelRef]
    timeout: float | None
    launcher: Launcher
    reporter: Reporter
    check: Callable[[], None]
    check_film: Callable[[], None]
    """Raises when the film is no longer the one that the fingerprint counts."""


def run_attempt(work: Work, reduced: Mapping[str, Any]) -> StageRecord:
    """Run the stage once and publish what it made; `reduced` is what is smaller than asked.

    Raises AttemptError; CancelledError when the run was stopped.
    """
    layout, key = work.layout, work.key
    _, language = split_key(key)
    work.check_film()
    number = next_number(layout, key)
    attempt = layout.attempt(key, number)
    attempt.mkdir(parents=True)
    layout.log(key).parent.mkdir(exist_ok=True)
    started, clock = datetime.now().astimezone(), time.monotonic()
    request = build_request(
        work.job, layout, key, attempt, models=work.models, reduced=reduced
    ).model_copy(
        update={
            "fingerprint": work.decision.fingerprint,
            "fingerprint_parts": work.decision.parts,
            "attempt": number,
            "started": started.isoformat(timespec="seconds"),
        }
    )
    request.write(attempt / REQUEST_FILE)
    begun = history.begin(layout, key, number, request.fingerprint, dict(reduced), os.getpid())
    log = layout.log(key)
    head = f"== {started:%Y-%m-%d %H:%M:%S} attempt {number}: {work.python} {work.script}\n"
    with job_files.to_append(log) as out:
        out.write(head.encode())
    launch = Launch(
        key=key,
        environment=request.environment,
        python=work.python,
        script=work.script,
        arguments=("--job-dir", str(layout.root), *(["--language", language] if language else [])),
        environ={
            **work.environ,
            REQUEST_VARIABLE: str(attempt / REQUEST_FILE),
            processes.RUNNER_VARIABLE: processes.mark_of(
                processes.boot_id(), begun.runner, begun.runner_start
            ),
        },
        code=sha256_json(work.decision.parts["code"]),
        attempt=attempt,
        log=log,
        timeout=work.timeout,
    )
    watch = Watch(
        on_group=lambda group: history.note_process(layout, key, number, group),
        on_message=lambda message: _forward(work.reporter, key, message),
        check=work.check,
    )
    kills = _oom_kills()
    try:
        ended = work.launcher(launch, watch)
        _judge(key, attempt, ended, log, work.timeout, out_of_memory=_oom_kills() > kills)
        work.check_film()
    except AttemptError as failed:
        history.end(layout, key, number, failed.ending, failed.error.to_dict())
        raise
    except CancelledError:
        history.end(layout, key, number, "cancelled")
        raise
    except ChalchitraError as error:  # the film is another one now
        history.end(layout, key, number, "failed", error.to_dict())
        raise
    done = layout.done(key, number)
    attempt.rename(done)
    fsync_dir(done.parent)
    seconds = round(time.monotonic() - clock, 3)
    with stopping.not_now():
        record = publish(work.job, layout, key, done, work.reporter, seconds=seconds)
    history.end(layout, key, number, "done")
    remove_older(layout, key, keep=done)
    return record


def _forward(reporter: Reporter, key: str, message: dict[str, Any]) -> None:
    match message:
        case {"type": "progress", "done": done, "total": total, "unit": unit}:
            reporter.emit("stage_progress", stage=key, done=done, total=total, unit=unit)
        case {"type": "warning", "text": text}:
            reporter.emit("stage_warning", stage=key, text=text)


def next_number(layout: JobLayout, key: str) -> int:
    """The number of a stage's next attempt: above every earlier one, whatever is left of it."""
    numbers = [history.read_history(layout, key).last_number]
    if (record := read_record(layout, key)) is not None:
        numbers.append(record.attempt)
    names = job_files.names(layout.root, layout.stage(key))
    numbers += [int(match[1]) for name in names if (match := _ATTEMPT.match(name))]
    return 1 + max(number for number in (0, *numbers) if number < _FAR_TOO_MANY)


def _oom_kills() -> int:
    """How many processes Linux has killed for want of memory; 0 elsewhere (proc_vmstat(5))."""
    with suppress(OSError, ValueError), open("/proc/vmstat", encoding="ascii") as lines:
        return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
    return 0


def _judge(
    key: str, attempt: Path, ended: Ended, log: Path, timeout: float | None, *, out_of_memory: bool
) -> None:
    """Raises AttemptError unless the attempt succeeded; a bad exit beats what a result says."""
    if ended.timed_out:
        raise AttemptError(
            StageError(
                f"{key} took longer than {timeout:.0f} s and was stopped.",
                cause="It hung, or this machine is much slower than config/runner.toml expects.",
                fix=f"Look at {log}; raise the stage's timeout in config/runner.toml.",
            ),
            "timeout",
            "timeout",
        )
    try:
        result = Result.model_validate_json(job_files.read_bytes(attempt, RESULT_FILE))
    except (OSError, ValidationError):
        result = None
    if ended.status == 0 and result is not None and result.status == "done":
        _check_outputs(key, attempt, result)
        return
    if result is not None and result.error is not None and ended.status > 0:
        said = result.error
        error = StageError(f"{key}: {said.what}", cause=said.cause, fix=said.fix)
        raise AttemptError(error, "failed", said.kind)
    killed = ended.status < 0
    how = (
        f"was killed by signal {-ended.status}"
        if killed
        else f"ended with exit status {ended.status}"
    )
    cause = f"Its last output is in {log}."
    if killed:
        how = f"was killed by signal {-ended.status}"
        cause = "The machine ran out of memory." if out_of_memory else "A library crashed."
    raise AttemptError(
        StageError(
            f"{key} {how} and left no result.",
            cause=cause,
            fix=f"Look at {log}, then run the job again.",
        ),
        "crashed",
        "memory" if killed and out_of_memory else "crashed",
    )


def _check_outputs(key: str, attempt: Path, result: Result) -> None:
    for name, output in result.outputs.items():
        try:
            whole = job_files.stat(attempt, output.path).st_size == output.bytes
        except OSError:
            whole = False
        if not whole:
            error = StageError(
                f"{key} reported that it made {name}, but {output.path} does not match its report.",
                cause="The stage or the disk is at fault.",
                fix="Run the job again; report the stage's log if it happens again.",
            )
            raise AttemptError(error, "failed", "stage")


def remove_older(layout: JobLayout, key: str, keep: Path) -> None:
    """Remove every attempt of a stage but the one that is published."""
    for entry in layout.stage(key).iterdir():
        if entry != keep and is_folder(entry) and _ATTEMPT.match(entry.name):
            shutil.rmtree(entry, ignore_errors=True)
