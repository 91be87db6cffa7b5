"""What a run tells while it goes on: one event after another, to whoever shows them.

Every event is a dictionary with `event` and the fields below; `run-pipeline --json` prints them
one a line, the terminal draws them.

    job_started     job_id, job_dir, title, stages
    fetch           model, done, total (bytes)
    stage_skipped   stage, environment, reasons
    stage_started   stage, environment, does, reasons
    stage_progress  stage, done, total, unit
    stage_warning   stage, text
    stage_finished  stage, environment, seconds, degraded, deliverables
    stage_failed    stage, environment, seconds, error, log
    summary         job_id, job_dir, state, seconds, stages, deliverables, error, notes
"""

from __future__ import annotations

from typing import Any, Protocol


class Reporter(Protocol):
    """Takes events. Used as a context manager around a run."""

    def __enter__(self) -> Reporter: ...

    def __exit__(self, *exc: object) -> None: ...

    def emit(self, event: str, **fields: Any) -> None: ...
