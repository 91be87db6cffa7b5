"""One attempt of one stage: request, process, result, publication by one rename, record."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chalchitra.errors import StageError
from chalchitra.files import fsync_dir
from chalchitra.jobs import Job, JobLayout, Output, StageRecord, read_record
from chalchitra.pipeline import split_key
from chalchitra.runner.decide import Decision
from chalchitra.runner.deliver import place
from chalchitra.runner.events import Reporter
from chalchitra.runner.launch import run_process
from chalchitra.stagekit.protocol import (
    MESSAGES_FILE,
    REQUEST_VARIABLE,
    RESULT_FILE,
    ModelRef,
    Result,
)
from chalchitra.stagekit.request import build_request

MOVED_OUTPUTS = frozenset({"mux"})
"""Stages whose deliverable is moved, not copied: a film is not kept twice."""

_ATTEMPT = re.compile(r"^(?:attempt|done)-(\d+)$")


def run_attempt(
    job: Job,
    layout: JobLayout,
    key: str,
    decision: Decision,
    *,
    python: Path,
    script: Path,
    environ: Mapping[str, str],
    models: dict[str, ModelRef],
    reporter: Reporter,
) -> StageRecord:
    """Run a stage once and publish what it made. Raises StageError (or what the stage said)."""
    _, language = split_key(key)
    number = _next_number(layout, key)
    attempt = layout.attempt(key, number)
    attempt.mkdir(parents=True)
    layout.log(key).parent.mkdir(exist_ok=True)
    request = build_request(
        job, layout, key, attempt, models=models, fingerprint=decision.fingerprint
    )
    request.write(layout.request(key))
    started, clock = datetime.now().astimezone(), time.monotonic()
    log = layout.log(key)
    with open(log, "a", encoding="utf-8") as out:
        out.write(f"== {started:%Y-%m-%d %H:%M:%S} attempt {number}: {python} {script}\n")
    code = run_process(
        [
            str(python),
            str(script),
            "--job-dir",
            str(layout.root),
            *(["--language", language] if language else []),
        ],
        env={**environ, REQUEST_VARIABLE: str(layout.request(key))},
        cwd=attempt,
        log=log,
        messages=attempt / MESSAGES_FILE,
        on_message=lambda message: _forward(reporter, key, message),
    )
    result = _read_result(key, attempt, code, log)
    done = layout.done(key, number)
    attempt.rename(done)
    fsync_dir(done.parent)
    record = StageRecord(
        stage=key,
        fingerprint=decision.fingerprint,
        fingerprint_parts=decision.parts,
        attempt=number,
        environment=request.environment,
        python=result.python,
        python_version=result.python_version,
        libraries=result.libraries,
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - clock, 3),
        outputs=_publish_outputs(layout, key, done, result, reporter),
        degraded=result.degraded,
        metrics=result.metrics,
    )
    record.write(layout)
    _remove_older(layout, key, keep=done)
    return record


def _forward(reporter: Reporter, key: str, message: dict[str, Any]) -> None:
    match message:
        case {"type": "progress", "done": done, "total": total, "unit": unit}:
            reporter.emit("stage_progress", stage=key, done=done, total=total, unit=unit)
        case {"type": "warning", "text": text}:
            reporter.emit("stage_warning", stage=key, text=text)


def _next_number(layout: JobLayout, key: str) -> int:
    try:
        names = [entry.name for entry in layout.stage(key).iterdir()]
    except FileNotFoundError:
        return 1
    return 1 + max((int(m[1]) for name in names if (m := _ATTEMPT.match(name))), default=0)


def _read_result(key: str, attempt: Path, code: int, log: Path) -> Result:
    """The result of an attempt that succeeded; a non-zero exit beats what it says."""
    result: Result | None
    try:
        result = Result.model_validate_json((attempt / RESULT_FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        result = None
    if code == 0 and result is not None and result.status == "done":
        _check_outputs(key, attempt, result)
        return result
    if result is not None and result.error is not None:
        error = result.error
        raise StageError(f"{key}: {error.what}", cause=error.cause, fix=error.fix)
    ended = f"was killed by signal {-code}" if code < 0 else f"ended with exit status {code}"
    raise StageError(
        f"{key} {ended} and left no result.",
        cause="The machine ran out of memory, or a library crashed."
        if code < 0
        else f"Its last words are in {log}.",
        fix=f"Look at {log}, then run the job again.",
    )


def _check_outputs(key: str, attempt: Path, result: Result) -> None:
    for name, output in result.outputs.items():
        path = attempt / output.path
        inside = path.resolve().is_relative_to(attempt.resolve())
        if not inside or not path.is_file() or path.stat().st_size != output.bytes:
            raise StageError(
                f"{key} says that it made {name}, and {output.path} is not what it says.",
                cause="The stage or the disk is at fault.",
                fix="Run the job again; report the stage's log if it stays.",
            )


def _publish_outputs(
    layout: JobLayout, key: str, done: Path, result: Result, reporter: Reporter
) -> dict[str, Output]:
    stage, _ = split_key(key)
    before = read_record(layout, key)
    outputs: dict[str, Output] = {}
    for name, output in result.outputs.items():
        path, placed = done / output.path, None
        if output.deliver_as:
            old = before.outputs.get(name) if before else None
            move = stage in MOVED_OUTPUTS
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
                    text=f"output/{output.deliver_as} was changed by hand and is kept; "
                    f"the new one is {placed.path}",
                )
        stat = path.stat()
        outputs[name] = Output(
            path=path.relative_to(layout.root).as_posix(),
            bytes=stat.st_size,
            mtime_ns=stat.st_mtime_ns,
            sha256=output.sha256,
            deliver_as=output.deliver_as,
            placed=placed,
        )
    return outputs


def replace_missing(layout: JobLayout, record: StageRecord) -> bool:
    """Put back deliverables that are gone from `output/`; returns whether there were any."""
    changed = False
    for output in record.outputs.values():
        if output.placed is None or not output.deliver_as:
            continue
        if (layout.root / output.placed.path).exists():
            continue
        source = layout.root / output.path
        output.placed, _ = place(layout, source, output.deliver_as, output.sha256, output.placed)
        changed = True
    if changed:
        record.write(layout)
    return changed


def _remove_older(layout: JobLayout, key: str, keep: Path) -> None:
    for entry in layout.stage(key).iterdir():
        if entry != keep and entry.is_dir() and _ATTEMPT.match(entry.name):
            shutil.rmtree(entry, ignore_errors=True)
