"""The rows of `--json`, command by command; docs/schemas has them as JSON schemas.

A row says what there is: a field that is not known is null, and none is left out but where it says
so. Times are ISO 8601, lengths of time seconds, sizes bytes, paths absolute.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from chalchitra.subtitles.qc.job import JobReport
from chalchitra.subtitles.qc.model import QualityReport


class Row(BaseModel):
    """One row: nothing in it that its schema does not name."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ErrorRow(Row):
    """An error: what happened, its likely cause, what to type or change next.

    One of the kind `several` has them in `errors`.
    """

    kind: Literal[
        "failed", "usage", "missing", "held", "stage", "passing", "memory", "several", "cancelled"
    ]
    what: str
    cause: str
    fix: str
    errors: list[ErrorRow] | None = None


class Failure(Row):
    """The last line of what any command prints with `--json` where something failed."""

    error: ErrorRow
    exit_code: int


class DegradedRow(Row):
    """Something that was done less than asked."""

    what: str
    why: str
    fix: str


class PreparedRow(Row):
    """`prepare-job`: a job that was written; `earlier` is the folder of one of the same film."""

    job_id: str
    job_dir: str
    workflow: str
    film: str
    parts: list[str]
    title: str
    source_language: str
    detected: dict[str, Any] | None
    target_languages: list[str]
    glossary: list[str]
    stages: list[str]
    stage_environments: dict[str, str]
    earlier: str | None
    notes: list[str]


class JobRow(Row):
    """`jobs`: a job; of one that is `broken` only its place is known, and `error`.

    `age` is seconds since it was prepared; the rest is state.json's (state.schema.json).
    """

    job_id: str
    job_dir: str
    user: str
    state: str
    age: float | None
    title: str | None
    workflow: str | None
    film: str | None
    first_part: str | None
    minutes: float | None
    created: str | None
    stage: str | None
    stage_started: str | None
    started: str | None
    ended: str | None
    seconds: float | None
    stages_done: int | None
    stages_total: int | None
    degraded: int | None
    expected: dict[str, Any] | None
    error: dict[str, Any] | None
    pid: int | None


class ProgressRow(Row):
    """How far a running stage is: `done` of `total`."""

    done: float
    total: float
    unit: str


class StageRow(Row):
    """A stage of `status`; `remaining` is seconds, null where that is not known."""

    stage: str
    state: str
    environment: str
    seconds: float | None
    progress: ProgressRow | None
    remaining: float | None
    degraded: list[DegradedRow]


class HolderRow(Row):
    """The process that runs a job; `pid` is null where it did not say."""

    pid: int | None
    host: str
    since: str


class RemainingRow(Row):
    """What is still to do, in seconds; of the stages named there is no estimate."""

    seconds: float | None
    no_estimate_for: list[str]


class StatusRow(Row):
    """`status`: a job with its stages."""

    job_id: str
    job_dir: str
    title: str
    user: str
    workflow: str
    film: str
    first_part: str | None
    minutes: float | None
    created: str
    state: str
    stage: str | None
    stage_started: str | None
    started: str | None
    ended: str | None
    seconds: float | None
    stages_done: int
    stages_total: int
    degraded: int
    expected: dict[str, Any] | None
    error: dict[str, Any] | None
    stages: list[StageRow]
    deliverables: list[str]
    holder: HolderRow | None
    remaining: RemainingRow | None


class LogRow(Row):
    """`logs`: a line of a stage's log."""

    stage: str
    line: str


class CancelledRow(Row):
    """`cancel`: a job, whether it was `asked` to stop, and its state then."""

    job_id: str
    job_dir: str
    asked: bool
    state: str
    stage: str | None


class RemovedRow(Row):
    """`rm`: a job that was removed, with its deliverables."""

    job_id: str
    job_dir: str
    deliverables: list[str]


class SizeRow(Row):
    """How much of the store a stage takes; `only_here` is what no job has too."""

    stage: str
    entries: int
    bytes: int
    only_here: int


class MemoryRow(Row):
    """The translated sentences that are remembered."""

    sentences: int
    bytes: int


class CacheRow(Row):
    """`cache`: the store of stage outputs."""

    store: str
    entries: int
    bytes: int
    only_here: int
    oldest_use: str | None
    memory: MemoryRow
    stages: list[SizeRow]


class PrunedEntry(Row):
    """An entry that was removed from the store."""

    stage: str
    fingerprint: str
    job_id: str
    title: str
    bytes: int
    only_here: int


class PrunedRow(Row):
    """`cache prune`: what was removed, what that `freed`, and what stays."""

    store: str
    removed: list[PrunedEntry]
    freed: int
    entries: int
    bytes: int


class ChangesRow(Row):
    """`review`: the cues that were read, and how they compare with the track as it was."""

    read: int
    changed: int
    new: int
    gone: int


class FileReport(QualityReport):
    """`qc FILE`: the report of a file; what is not known is left out."""

    file: str
    format: str
    encoding: str


class TracksReport(JobReport):
    """`qc JOB`, `restyle` and `review`: the reports of a job's tracks; without what is not known.

    `changes` is there for `review` alone.
    """

    job_id: str
    changes: ChangesRow | None = None


class ModelRow(Row):
    """`models list`: a model in one format. `bytes` is null where nobody knows it unfetched.

    `purpose` says what it is for, `wanted` whether this machine or the named languages want it,
    `usable` whether this machine reads its format; `accepted` is null where no agreement is needed.
    """

    name: str
    kind: str
    format: str
    state: Literal["ok", "not fetched", "damaged"]
    bytes: int | None
    gated: bool
    licence: str | None
    non_commercial: bool
    accepted: bool | None
    languages: list[str]
    path: str
    purpose: str
    wanted: bool
    usable: bool


class FigureRow(Row):
    """An error rate in percent that somebody published."""

    percent: float
    unit: Literal["words", "characters"]
    test: str
    source: str
    certain: str


class MeasuredRow(Row):
    """Our own error rates, 0 to 1."""

    words: float
    least: float
    most: float
    characters: float
    recordings: int
    seconds: float


class AccuracyRow(Row):
    """What is known of how well a model recognises a language."""

    model: str
    measured: MeasuredRow | None
    published: list[FigureRow]


class LanguageRow(Row):
    """`languages`: a language; config/languages.toml explains the columns."""

    id: str
    name: str
    native: str
    script: str
    whisper: str | None
    tokens_per_character: float | None
    prompt: str | None
    invented: list[str]
    undoubled: list[str]
    indictrans2: str | None
    nllb: str | None
    container: str | None
    container_mp4: str | None
    bcp47: str
    direction: str
    aliases: list[str]
    accuracy: list[AccuracyRow]


class FindingRow(Row):
    """`doctor`: one thing, whether it is well, and what to do where it is not."""

    what: str
    ok: bool
    found: str
    fix: str
