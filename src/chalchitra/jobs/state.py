"""How far a job is: `state.json`, written by its runner for whoever looks.

It is never what a run decides by: what was done is in the stages' records, and a state that is
missing or broken is made again from them.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from chalchitra import job_files
from chalchitra.files import write_text
from chalchitra.jobs.holding import holder
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import read_record
from chalchitra.names import Count, JobId, Seconds, StageKey

STATE_VERSION: Literal[1] = 1
STATES = ("ready", "queued", "running", "interrupted", "done", "failed", "cancelled", "broken")
"""What a job can be shown as. `queued`: its runner waits for room on the machine; `interrupted`:
its runner died; `broken`: job.json is unreadable."""
RUNNING = ("queued", "running")
"""The states of a job that a runner has."""


class JobState(BaseModel):
    """How far one job is.

    `first_part` is the first file that the film was joined of, where it was. `minutes` are those of
    the film that are heard, None where its length is not known; `stage` is the key that runs, or at
    which the job stopped; `started` and `ended` are the last run's, with its `seconds`. Times are
    ISO 8601. `degraded` counts what was done less than asked; `expected` says how right the
    transcript is to be expected (transcript/expected.py); `error` is a ChalchitraError as a
    dictionary.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    version: Literal[1] = STATE_VERSION
    job_id: JobId
    title: str
    user: str
    workflow: str
    film: str
    first_part: str | None = None
    minutes: Seconds | None = None
    created: str
    state: Literal["ready", "queued", "running", "done", "failed", "cancelled"] = "ready"
    stage: StageKey | None = None
    stage_started: str | None = None
    started: str | None = None
    ended: str | None = None
    seconds: Seconds | None = None
    stages_done: Count = 0
    stages_total: Count
    degraded: Count = 0
    expected: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    pid: Count | None = None

    @classmethod
    def of(cls, job: Job) -> JobState:
        """The state of a job that nobody has run yet."""
        heard = job.heard_seconds
        return cls(
            job_id=job.job_id,
            title=job.title,
            user=job.user,
            workflow=job.workflow,
            film=str(job.film.path),
            first_part=str(job.given) if job.parts else None,
            minutes=None if heard is None else round(heard / 60, 4),
            created=job.created,
            stages_total=len(job.stages),
        )

    def write(self, layout: JobLayout) -> None:
        write_text(layout.state, self.model_dump_json(indent=1) + "\n", durable=False)


def read_state(layout: JobLayout) -> JobState:
    """The state of a job; out of job.json and the records where state.json is of no use.

    Raises UsageError (of read_job) when there is no job that could be read.
    """
    from chalchitra.jobs.store import read_job  # it writes our state, and so imports us

    return _written(layout) or _from_records(read_job(layout.root), layout)


def read_expected(layout: JobLayout) -> dict[str, Any] | None:
    """How right a job's transcript is to be expected, as export wrote it; None where it did not."""
    record = read_record(layout, "export")
    if record is None or "expected" not in record.outputs:
        return None
    try:
        found = job_files.read_json(layout.root, record.outputs["expected"].path)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def effective(state: JobState, layout: JobLayout) -> str:
    """What the job is to be shown as: a running one that nobody holds was interrupted."""
    if state.state not in RUNNING or holder(layout) is not None:
        return state.state
    # Its runner may have ended it between our two looks.
    again = _written(layout)
    return again.state if again is not None and again.state not in RUNNING else "interrupted"


def _written(layout: JobLayout) -> JobState | None:
    try:
        return JobState.model_validate_json(job_files.read_bytes(layout.root, layout.state))
    except (OSError, ValidationError):
        return None


def _from_records(job: Job, layout: JobLayout) -> JobState:
    state = JobState.of(job)
    records = {key: read_record(layout, key) for key in job.stages}
    done = [record for record in records.values() if record is not None]
    missing = [key for key, record in records.items() if record is None]
    state.stages_done = len(done)
    state.degraded = sum(len(record.degraded) for record in done)
    state.expected = read_expected(layout)
    if done:
        state.started = min(record.started for record in done)
        state.seconds = round(sum(record.seconds for record in done), 3)
    if not missing:
        state.state = "done"
    elif job_files.is_file(layout.root, layout.lock):  # somebody ran it
        state.stage = missing[0]
        state.state, state.error = _last_ending(layout, missing[0])
    return state


def _last_ending(
    layout: JobLayout, key: str
) -> tuple[Literal["running", "failed", "cancelled"], dict[str, Any] | None]:
    """How the last attempt of a stage ended, as far as it was written down."""
    try:
        last = job_files.read_json(layout.root, layout.attempts(key))["attempts"][-1]
        ending, error = last.get("ending"), last.get("error")
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return "running", None
    if ending == "cancelled":
        return "cancelled", None
    if ending in ("failed", "crashed", "timeout"):
        return "failed", error if isinstance(error, dict) else None
    return "running", None
