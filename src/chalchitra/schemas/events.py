"""The events of `run-pipeline --json`, one a line; what each says is in runner/events.py."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from chalchitra.schemas.rows import DegradedRow, ErrorRow, Row


class _OfJob(Row):
    job_id: str
    time: str


class _OfStage(_OfJob):
    stage: str


class _InEnvironment(_OfStage):
    environment: str


class _Ended(_InEnvironment):
    seconds: float
    degraded: list[DegradedRow]
    deliverables: list[str]


class JobStarted(_OfJob):
    """`label`, in a batch: the title, with its folder where others have the same."""

    event: Literal["job_started"]
    job_dir: str
    title: str
    label: str | None = None
    stages: list[str]


class Fetch(_OfJob):
    event: Literal["fetch"]
    model: str
    done: int
    total: int


class Fetched(_OfJob):
    event: Literal["fetched"]
    model: str


class FetchPlanned(_OfJob):
    event: Literal["fetch_planned"]
    model: str


class StageSkipped(_InEnvironment):
    event: Literal["stage_skipped"]
    reasons: list[str]


class StageReused(_Ended):
    event: Literal["stage_reused"]
    reasons: list[str]


class StageQueued(_OfStage):
    event: Literal["stage_queued"]


class StageStarted(_InEnvironment):
    event: Literal["stage_started"]
    does: str
    reasons: list[str]


class StageProgress(_OfStage):
    event: Literal["stage_progress"]
    done: float
    total: float
    unit: str


class StageWarning(_OfStage):
    event: Literal["stage_warning"]
    text: str


class StageRetry(_OfStage):
    event: Literal["stage_retry"]
    error: ErrorRow
    seconds: float
    reduced: dict[str, Any]


class StageFinished(_Ended):
    event: Literal["stage_finished"]


class StageFailed(_InEnvironment):
    event: Literal["stage_failed"]
    seconds: float
    error: ErrorRow
    log: str


class StagePlanned(_InEnvironment):
    event: Literal["stage_planned"]
    action: Literal["run", "skip", "reuse"]
    reasons: list[str]


class SummaryStage(Row):
    """A stage in the summary. One that was never run has no `degraded` and no `deliverables`."""

    stage: str
    environment: str
    seconds: float
    state: Literal["done", "reused", "up to date", "left alone", "failed", "cancelled", "running"]
    degraded: list[DegradedRow] = Field(default_factory=list)
    deliverables: list[str] = Field(default_factory=list)


class Summary(_OfJob):
    event: Literal["summary"]
    job_dir: str
    state: Literal["done", "ready", "failed", "cancelled"]
    seconds: float
    stages: list[SummaryStage]
    deliverables: list[str]
    copies: list[str]
    expected: dict[str, Any] | None
    error: ErrorRow | None
    notes: list[str]
    new_notes: list[str]


class BatchStarted(Row):
    event: Literal["batch_started"]
    time: str
    jobs: list[str]


class BatchFilm(Row):
    """How a job of a batch ended, and what it needs."""

    job_id: str
    job_dir: str
    title: str
    label: str
    state: str
    seconds: float
    degraded: list[str]
    expected: dict[str, Any] | None
    error: ErrorRow | None
    exit_code: int


class BatchSummary(Row):
    event: Literal["batch_summary"]
    time: str
    seconds: float
    films: list[BatchFilm]
    workers: dict[str, int]


class Error(Row):
    """What stopped the command before or after its jobs."""

    event: Literal["error"]
    time: str
    error: ErrorRow
    exit_code: int


Event = Annotated[
    JobStarted
    | Fetch
    | Fetched
    | FetchPlanned
    | StageSkipped
    | StageReused
    | StageQueued
    | StageStarted
    | StageProgress
    | StageWarning
    | StageRetry
    | StageFinished
    | StageFailed
    | StagePlanned
    | Summary
    | BatchStarted
    | BatchSummary
    | Error,
    Field(discriminator="event"),
]
