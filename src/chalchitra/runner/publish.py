"""Publishing an attempt: its deliverables placed, its record written.

Everything is read back from the attempt's own folder, so that what a crash left between the rename
and the record is published by the next run instead of being made again.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from chalchitra import job_files
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import Output, Placed, StageRecord, read_record
from chalchitra.pipeline import STAGES, split_key, stage_key
from chalchitra.runner.deliver import is_as_placed, place, places
from chalchitra.runner.events import Reporter
from chalchitra.stagekit.protocol import (
    REQUEST_FILE,
    RESULT_FILE,
    Degraded,
    OutputFile,
    Request,
    Result,
)

_DONE = re.compile(r"^done-([0-9]{1,9})$")


def publish(
    job: Job,
    layout: JobLayout,
    key: str,
    done: Path,
    reporter: Reporter,
    *,
    seconds: float | None = None,
    made_by: str | None = None,
) -> StageRecord:
    """Place the deliverables of a renamed attempt and write its record.

    `seconds` is what the attempt took, the stage's own time when not known; `made_by` the job whose
    outputs these are, when they came out of the store. Raises ValueError (pydantic's) or OSError
    when the folder holds no whole attempt.
    """
    request, result = _read(layout, done)
    before = read_record(layout, key)
    record = StageRecord(
        stage=key,
        fingerprint=request.fingerprint,
        fingerprint_parts=request.fingerprint_parts,
        attempt=request.attempt,
        environment=request.environment,
        python=result.python,
        python_version=result.python_version,
        libraries=result.libraries,
        started=request.started,
        seconds=result.seconds if seconds is None else seconds,
        outputs={
            name: _publish_output(layout, key, done, name, output, before, reporter)
            for name, output in result.outputs.items()
        },
        degraded=[*result.degraded, *_reductions(request)],
        metrics=result.metrics,
        reused=made_by is not None,
        made_by=made_by or job.job_id,
        reduced=request.reduced,
    )
    record.write(layout)
    if before is not None and not _moves(key):
        _clear(layout, before, record)
    return record


def _clear(layout: JobLayout, before: StageRecord, record: StageRecord) -> None:
    """Remove deliverables that a stage made before and makes no more: a format, another track.

    They would contradict the new ones. What a person changed stays.
    """
    made = {output.placed.path for output in record.outputs.values() if output.placed}
    for output in before.outputs.values():
        if output.placed and output.placed.path not in made and is_as_placed(layout, output.placed):
            with suppress(OSError):
                job_files.unlink(layout.root, output.placed.path)


def _reductions(request: Request) -> list[Degraded]:
    if not request.reduced:
        return []
    smaller = " and ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in request.reduced.items()
    )
    return [
        Degraded(
            what=f"It ran with {smaller}, lower than the job's settings.",
            why="It had run out of memory.",
            fix="Choose a smaller model with --model, or close other programs, and run it again "
            f"with --from {request.stage}.",
        )
    ]


def adopt(job: Job, layout: JobLayout, key: str, reporter: Reporter) -> StageRecord | None:
    """Publish what was renamed and never recorded; None when there is nothing of that kind.

    Only an attempt whose every output is there with its hash counts. Raises OSError when it cannot
    be published now (a full disk): it stays where it is for the next run.
    """
    record = read_record(layout, key)
    known = record.attempt if record is not None else 0
    names = job_files.names(layout.root, layout.stage(key))
    numbers = sorted(
        (int(match[1]) for name in names if (match := _DONE.match(name))), reverse=True
    )
    for number in numbers:
        if number <= known:
            return None
        done = layout.done(key, number)
        try:
            whole = _whole(layout, key, number)
        except (OSError, ValueError):
            continue
        if whole:
            return publish(job, layout, key, done, reporter)
    return None


def _whole(layout: JobLayout, key: str, number: int) -> bool:
    done = layout.done(key, number)
    request, result = _read(layout, done)
    if (stage_key(request.stage, request.language), request.attempt) != (key, number):
        return False
    return result.status == "done" and all(
        any(
            job_files.is_file(layout.root, path)
            and job_files.stat(layout.root, path).st_size == output.bytes
            and job_files.sha256(layout.root, path) == output.sha256
            for path in _places(layout, key, done, output)
        )
        for output in result.outputs.values()
    )


def _read(layout: JobLayout, done: Path) -> tuple[Request, Result]:
    """What a published attempt was asked and how it ended; OSError or ValueError as `publish`."""
    request = job_files.read_bytes(layout.root, done / REQUEST_FILE)
    result = job_files.read_bytes(layout.root, done / RESULT_FILE)
    return Request.model_validate_json(request), Result.model_validate_json(result)


def _moves(key: str) -> bool:
    """Whether a stage's deliverable is moved, not copied: a film is not kept twice."""
    return not STAGES[split_key(key)[0]].stored


def _places(layout: JobLayout, key: str, done: Path, output: OutputFile) -> list[Path]:
    """Where an output may lie: a moved one is no longer in its attempt's folder."""
    found = [done / output.path]
    if output.deliver_as and _moves(key):
        found += places(layout, output.deliver_as)
    return found


def _publish_output(
    layout: JobLayout,
    key: str,
    done: Path,
    name: str,
    output: OutputFile,
    before: StageRecord | None,
    reporter: Reporter,
) -> Output:
    path = done / output.path
    placed: Placed | None = None
    if output.deliver_as:
        old = before.outputs.get(name) if before else None
        move = _moves(key)
        placed, beside = place(
            layout,
            path,
            output.deliver_as,
            output.sha256,
            old.placed if old else None,
            move=move,
        )
        if move:
            path = layout.root / placed.path
        if beside:
            reporter.emit(
                "stage_warning",
                stage=key,
                text=f"output/{output.deliver_as} was edited by hand and was kept; the new one is "
                f"{placed.path}",
            )
    stat = job_files.stat(layout.root, path)
    return Output(
        path=path.relative_to(layout.root).as_posix(),
        bytes=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        sha256=output.sha256,
        deliver_as=output.deliver_as,
        placed=placed,
    )


def replace_missing(layout: JobLayout, record: StageRecord) -> bool:
    """Put back deliverables that are gone from `output/`; returns whether there were any."""
    changed = False
    for output in record.outputs.values():
        if output.placed is None or not output.deliver_as:
            continue
        if os.path.lexists(layout.root / output.placed.path):
            continue
        source = layout.root / output.path
        output.placed, _ = place(layout, source, output.deliver_as, output.sha256, output.placed)
        changed = True
    if changed:
        record.write(layout)
    return changed
