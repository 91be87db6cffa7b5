"""One job as it is looked at: its stages, the running one's progress, what is still to come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from chalchitra import job_files
from chalchitra.jobs.estimate import Estimate, Progress, Rates, running_left, total
from chalchitra.jobs.holding import Holder, holder
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.listing import seconds_since
from chalchitra.jobs.model import Job
from chalchitra.jobs.pace import work_of
from chalchitra.jobs.record import StageRecord, deliverables, read_record
from chalchitra.jobs.state import RUNNING, JobState, effective, read_state
from chalchitra.jobs.store import read_job
from chalchitra.pipeline import split_key
from chalchitra.stagekit.protocol import MESSAGES_FILE, messages_in

_FINISHED = ("done", "reused")
_ATTEMPT = re.compile(r"^attempt-([0-9]{1,9})$")
_LAST_BYTES = 1 << 16
"""So much of the end of a stage's messages has its last progress."""
_MOST = 1e15
"""No stage counts so far."""


@dataclass(frozen=True)
class StageView:
    """One stage. `state` is done, reused, waiting, or what the job is at the stage it is at.

    `seconds` are what it took, or has taken so far; `left` those it still needs, None where that is
    not known; `progress` its last message: done, total, unit.
    """

    key: str
    environment: str
    state: str
    seconds: float | None = None
    left: float | None = None
    progress: dict[str, Any] | None = None
    degraded: tuple[dict[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "stage": self.key,
            "state": self.state,
            "environment": self.environment,
            "seconds": self.seconds,
            "progress": self.progress,
            "remaining": self.left,
            "degraded": list(self.degraded),
        }


@dataclass(frozen=True)
class View:
    """One job at one moment; `left` is None when nothing is left to do."""

    job_dir: Path
    data: JobState
    state: str
    stages: tuple[StageView, ...]
    deliverables: tuple[Path, ...]
    held_by: Holder | None
    left: Estimate | None

    @property
    def runs(self) -> bool:
        return self.state in RUNNING

    @property
    def now(self) -> StageView | None:
        """The stage that runs, or at which the job stopped."""
        return next((s for s in self.stages if s.state not in {*_FINISHED, "waiting"}), None)

    def to_dict(self) -> dict[str, Any]:
        data = self.data.model_dump(exclude={"version", "pid"})
        return data | {
            "job_dir": str(self.job_dir),
            "state": self.state,
            "stages": [stage.to_dict() for stage in self.stages],
            "deliverables": [str(path) for path in self.deliverables],
            "holder": self.held_by.to_dict() if self.held_by else None,
            "remaining": {
                "seconds": None if self.left.seconds is None else round(self.left.seconds, 1),
                "no_estimate_for": list(self.left.unknown),
            }
            if self.left
            else None,
        }

    def gist(self) -> dict[str, Any]:
        """What is worth a new line when it changes: all but the seconds that pass by themselves."""
        data = self.to_dict()
        del data["remaining"], data["holder"]
        for stage in data["stages"]:
            del stage["remaining"]
            if stage["state"] == "running":
                del stage["seconds"]
        return data


def look(job_dir: Path, rates: Rates, now: datetime) -> View:
    """Read one job. Raises UsageError when there is none, or its job.json is broken."""
    layout = JobLayout(job_dir)
    job, data = read_job(job_dir), read_state(layout)
    state = effective(data, layout)
    if state not in (data.state, "interrupted"):  # it ended while we looked
        data = read_state(layout)
    records = {key: read_record(layout, key) for key in job.stages}
    stages = []
    for key in job.stages:
        record = records[key]
        shown = _state_of(job, key, record, data, state)
        if record is not None and shown in _FINISHED:
            degraded = tuple(item.model_dump() for item in record.degraded)
            stages.append(
                StageView(key, record.environment, shown, record.seconds, degraded=degraded)
            )
        else:
            expected = rates.expected(work_of(job, key), data.minutes)
            stages.append(_unfinished(job, layout, key, shown, data, expected, now))
    to_do = {stage.key: stage.left for stage in stages if stage.state not in _FINISHED}
    return View(
        job_dir=job_dir,
        data=data,
        state=state,
        stages=tuple(stages),
        deliverables=tuple(
            layout.root / placed.path for placed in deliverables(layout, records.values())
        ),
        held_by=holder(layout),
        left=total(to_do) if to_do and state != "done" else None,
    )


def _state_of(job: Job, key: str, record: StageRecord | None, data: JobState, state: str) -> str:
    """What a stage is shown as.

    A record of before this run counts only where the stage cannot be touched by what runs again.
    """
    at = data.stage if state not in ("done", "ready") else None
    since = data.stage_started if key == at else data.started
    fresh = record is not None and since is not None and not _before(record.started, since)
    if key == at and not fresh:
        return state
    if record is None or (at is not None and not fresh and _depends(job, key, at)):
        return "waiting"
    return "reused" if record.reused else "done"


def _unfinished(
    job: Job,
    layout: JobLayout,
    key: str,
    shown: str,
    data: JobState,
    expected: float | None,
    now: datetime,
) -> StageView:
    environment = job.stage_environments.get(key, job.stage_environments.get(split_key(key)[0], ""))
    if shown == "waiting" or data.stage_started is None:
        return StageView(key, environment, shown, left=expected)
    if shown != "running":
        ended = _time(data.ended or "")
        took = seconds_since(data.stage_started, ended) if ended else None
        return StageView(key, environment, shown, took, expected)
    elapsed = seconds_since(data.stage_started, now) or 0.0
    told = last_progress(layout, key, data.stage_started)
    message, progress = told if told else (None, None)
    left = running_left(expected, elapsed, progress)
    return StageView(key, environment, shown, elapsed, left, message)


def last_progress(
    layout: JobLayout, key: str, stage_started: str
) -> tuple[dict[str, Any], Progress] | None:
    """The last thing a running stage said of its progress; None when it said nothing yet.

    What an attempt before `stage_started` said does not count.
    """
    path = _messages(layout, key)
    if path is None:
        return None
    try:
        written = job_files.stat(layout.root, path).st_mtime
        said = datetime.fromtimestamp(written).astimezone()
        data = job_files.read_end(layout.root, path, _LAST_BYTES)
    except (OSError, ValueError, OverflowError):
        return None
    started = _time(stage_started)
    if started is None or said < started:
        return None
    for message in reversed(list(messages_in(data))):
        match message:
            case {"type": "progress", "done": int() | float() as done, "total": total, **rest}:
                if (
                    not isinstance(total, int | float)
                    or not 0 <= done <= total <= _MOST
                    or not total
                ):
                    continue
                shown = {"done": done, "total": total, "unit": str(rest.get("unit", ""))}
                return shown, Progress(done / total, (said - started).total_seconds())
    return None


def _messages(layout: JobLayout, key: str) -> Path | None:
    """The messages of the latest attempt that is not published."""
    names = job_files.names(layout.root, layout.stage(key))
    numbers = [int(match[1]) for name in names if (match := _ATTEMPT.match(name))]
    return layout.attempt(key, max(numbers)) / MESSAGES_FILE if numbers else None


def _depends(job: Job, key: str, on: str) -> bool:
    """Whether a stage's inputs come, directly or not, from another."""
    # Producers come before what needs them (Job): this comes to an end.
    makers = {producer for producer, _ in job.inputs_of(key).values()} & set(job.stages)
    return on in makers or any(_depends(job, maker, on) for maker in makers)


def _before(text: str, other: str) -> bool:
    one, two = _time(text), _time(other)
    return one is not None and two is not None and one < two


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        return None
