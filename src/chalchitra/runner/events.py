"""What a run tells while it goes on: one event after another, to whoever shows them.

Every event is a dictionary with `event`, `job_id`, `time` (ISO 8601) and the fields below;
`run-pipeline --events` prints them one a line, the terminal draws them.

    job_started     job_dir, title, stages, in a batch label (told_apart.py)
    fetch           model, done, total (bytes)
    fetched         model
    stage_skipped   stage, environment, reasons
    stage_reused    stage, environment, reasons, seconds, degraded, deliverables
    stage_queued    stage (there is no room on the machine for it now)
    stage_started   stage, environment, does, reasons
    stage_progress  stage, done, total, unit
    stage_warning   stage, text
    stage_retry     stage, error, seconds (until then), reduced
    stage_finished  stage, environment, seconds, degraded, deliverables
    stage_failed    stage, environment, seconds, error, log
    summary         job_dir, state, seconds, stages, deliverables, copies (with --to and
                    --beside), expected, error, notes, new_notes (those that came up in this run)

Several jobs begin with the first of these and end with the second (films: job_id, job_dir, title,
label, state, seconds, degraded, expected, error, exit_code; workers: how many were started, by
stage):

    batch_started   jobs
    batch_summary   seconds, films, workers

With --dry-run there are only these:

    fetch_planned   model
    stage_planned   stage, environment, action (run, skip or reuse), reasons
"""

from __future__ import annotations

import os
from typing import Any, Protocol

from chalchitra.schemas import CHECK_VARIABLE


class Reporter(Protocol):
    """Takes events. Used as a context manager around a run."""

    def __enter__(self) -> Reporter: ...

    def __exit__(self, *exc: object) -> None: ...

    def emit(self, event: str, **fields: Any) -> None: ...


def checked(event: str, fields: dict[str, Any]) -> None:
    """Hold an event against docs/schemas/event.schema.json, while tests run."""
    if os.environ.get(CHECK_VARIABLE):
        from chalchitra.schemas.registry import check

        check("event", {"event": event, **fields})


class Silent:
    """A reporter that shows nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def emit(self, event: str, **fields: Any) -> None:
        pass
