"""Trying a stage again after what may pass, smaller after it ran out of memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from chalchitra.errors import ChalchitraError, PassingError, StageError
from chalchitra.jobs.record import StageRecord
from chalchitra.pipeline import STAGES, split_key
from chalchitra.runner.attempt import AttemptError, Work, run_attempt
from chalchitra.runner.history import read_history
from chalchitra.runner.launch import POLL_SECONDS
from chalchitra.runner.request import parameters
from chalchitra.runner.rules import RetryRules

_SMALLER = {
    "float32": {"cpu": "int8", "cuda": "float16"},
    "float16": {"cuda": "int8_float16", "cpu": "int8"},
    "int8_float16": {"cuda": "int8", "cpu": "int8"},
}
"""CTranslate2's number formats, each with the next that takes less memory."""
_ONE_BY_ONE = 0.1
"""Seconds of sound in which no two stretches fit, so that the aligner hears each alone."""


def run_with_retries(work: Work, rules: RetryRules) -> StageRecord:
    """Run a stage until it is published. Raises the last attempt's error."""
    crashed_before = read_history(work.layout, work.key).crashes(work.decision.fingerprint)
    crashes_left = 0 if crashed_before > rules.crashes else rules.crashes
    memory_left = rules.memory
    smaller = smaller_steps(work)
    reduced: dict[str, Any] = {}
    retries = 0
    while True:
        try:
            return run_attempt(work, reduced)
        except AttemptError as failed:
            retries += 1
            if failed.kind == "memory" and memory_left and (step := next(smaller, None)):
                memory_left -= 1
                reduced |= step
            elif (
                failed.ending in ("crashed", "timeout") or failed.kind == PassingError.kind
            ) and crashes_left:
                crashes_left -= 1
            else:
                raise _last(failed, retries, crashed_before) from failed
            seconds = rules.wait_seconds(retries)
            work.reporter.emit(
                "stage_retry",
                stage=work.key,
                error=failed.error.to_dict(),
                seconds=seconds,
                reduced=dict(reduced),
            )
            _wait(seconds, work.check)


def smaller_steps(work: Work) -> Iterator[dict[str, Any]]:
    """What may be made smaller, one step after another, by the table of stages."""
    job, key = work.job, work.key
    by_tool = STAGES[split_key(key)[0]].smaller
    machine, params = job.machine_of(key), parameters(job, key)
    for name in by_tool.get(job.tool_of(key), by_tool.get("", ())):
        match name:
            case "batch_size":
                batch = params.get(name)
                while isinstance(batch, int) and batch > 1:
                    batch = max(1, batch // 4)
                    yield {name: batch}
            case "batch_seconds" if machine.device != "cpu":  # a CPU takes them one by one anyway
                seconds = params.get(name)
                if isinstance(seconds, int | float) and seconds != _ONE_BY_ONE:
                    yield {name: _ONE_BY_ONE}
            case "threads" if machine.device == "cpu" and machine.threads > 1:
                yield {name: 1}  # fewer blocks side by side
            case "compute_type":
                kind = machine.compute_type
                while kind := _SMALLER.get(kind, {}).get(machine.device, ""):
                    yield {name: kind}


def _last(failed: AttemptError, tries: int, crashed_before: int) -> ChalchitraError:
    """The error as it is shown at the end: with how often it was tried."""
    total = crashed_before + tries
    if (failed.ending == "failed" and failed.kind != PassingError.kind) or total < 2:
        return failed.error
    return StageError(
        failed.error.what,
        cause=f"{failed.error.cause.removesuffix('.')}, {total} times in a row.",
        fix=failed.error.fix,
    )


def _wait(seconds: float, check: Callable[[], None]) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        check()
        time.sleep(POLL_SECONDS)
