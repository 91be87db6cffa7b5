"""Finding all jobs of an `out` folder, and saying of each how far it is.

Only names that a job's folder can have are looked at: what is being written or removed has another.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from chalchitra.errors import ChalchitraError, UsageError
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.state import STATES, JobState, effective, read_state
from chalchitra.jobs.store import id_of_path, read_job


@dataclass(frozen=True)
class Row:
    """One job as it is listed; `data` is None and `error` says why where `state` is broken."""

    job_id: str
    job_dir: Path
    user: str
    state: str
    data: JobState | None
    error: dict[str, Any] | None = None

    def age(self, now: datetime) -> float | None:
        """Seconds since the job was prepared; None where that is not known."""
        return seconds_since(self.data.created, now) if self.data else None

    def to_dict(self, now: datetime) -> dict[str, Any]:
        fields = dict.fromkeys(JobState.model_fields) | (
            self.data.model_dump() if self.data else {"error": self.error}
        )
        del fields["version"]
        own = {
            "job_id": self.job_id,
            "job_dir": str(self.job_dir),
            "user": self.user,
            "state": self.state,
        }
        return own | {"age": self.age(now)} | {k: v for k, v in fields.items() if k not in own}


@dataclass
class Jobs:
    """The jobs of one `out`, newest first; `unreadable` gathers folders that could not be read."""

    out: Path
    unreadable: list[Path] = field(default_factory=list)

    def folders(self, user: str | None = None) -> Iterator[Path]:
        """Every job's folder. Broken ones too; not what holds neither job.json nor state.json."""
        for year in self._numbered(self.out, 4):
            for month in self._numbered(year, 2):
                for day in self._numbered(month, 2):
                    yield from self._of_day(day, user)

    def rows(
        self,
        *,
        user: str | None = None,
        states: Collection[str] = (),
        last: int | None = None,
    ) -> Iterator[Row]:
        """The jobs of these states (of any where none is named), `last` at most."""
        wanted = 0
        for folder in self.folders(user):
            if last is not None and wanted >= last:
                return
            row = row_of(folder)
            if row is not None and (not states or row.state in states):
                wanted += 1
                yield row

    def _of_day(self, day: Path, user: str | None) -> Iterator[Path]:
        users = [path for path in self._entries(day) if not path.name.startswith(".")]
        jobs = [
            job
            for folder in users
            if user is None or folder.name == user
            for job in self._entries(folder)
            if _is_number(job.name) and len(job.name) >= 3
        ]
        yield from sorted(jobs, key=lambda job: int(job.name), reverse=True)

    def _numbered(self, folder: Path, digits: int) -> list[Path]:
        found = [path for path in self._entries(folder) if _is_number(path.name)]
        return sorted((path for path in found if len(path.name) == digits), reverse=True)

    def _entries(self, folder: Path) -> list[Path]:
        """The folders in a folder; what a link leads to lies elsewhere."""
        try:
            with os.scandir(folder) as entries:
                return [
                    Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)
                ]
        except FileNotFoundError:  # removed since we saw it
            return []
        except OSError:
            self.unreadable.append(folder)
            return []


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal()


def row_of(job_dir: Path) -> Row | None:
    """One job as it is listed; None where the folder holds none (any more)."""
    layout = JobLayout(job_dir)
    job_id = id_of_path(job_dir) or job_dir.name
    try:
        read_job(job_dir)
        state = read_state(layout)
        return Row(job_id, job_dir, job_dir.parent.name, effective(state, layout), state)
    except ChalchitraError as error:
        if not any(map(os.path.lexists, (layout.job_file, layout.state))):
            return None
        return Row(job_id, job_dir, job_dir.parent.name, "broken", None, error.to_dict())


def check_states(names: Collection[str]) -> None:
    """Raise UsageError when one of the names is no state that a job is shown with."""
    for name in names:
        if name not in STATES:
            raise UsageError(
                f"Unknown job state: {name}.",
                cause=f"The states are {', '.join(STATES)}.",
                fix="For example: --state failed",
            )


def seconds_since(text: str, now: datetime) -> float | None:
    """Seconds from an ISO time to `now`, at least 0 (clocks jump); None where it is no time."""
    try:
        then = datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        return None
    return max(0.0, round((now - then).total_seconds(), 3))
