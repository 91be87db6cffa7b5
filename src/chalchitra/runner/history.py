"""The attempts of a stage, each written down before its process starts.

`stages/<key>/attempts.json`. What was started and never ended by its own runner is found by it,
and a stage that keeps crashing is known across restarts.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalchitra import job_files, timestamps
from chalchitra.files import write_text
from chalchitra.jobs.layout import JobLayout
from chalchitra.names import AttemptNumber, Count
from chalchitra.runner import processes

KEPT = 20
"""So many attempts are remembered a stage."""

Ending = Literal["running", "done", "failed", "crashed", "timeout", "cancelled", "lost"]
"""How an attempt ended. `crashed`: its process died or left no result; `lost`: its runner died."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AttemptRecord(_Model):
    """One attempt. `group` and `group_start` name its process group, `runner` and `runner_start`
    the process that started it (runner/processes.py)."""

    number: AttemptNumber
    fingerprint: str
    started: str
    host: str
    boot: str
    runner: Count
    runner_start: str = ""
    group: Count | None = None
    group_start: str = ""
    ended: str | None = None
    ending: Ending = "running"
    error: dict[str, Any] | None = None
    reduced: dict[str, Any] = Field(default_factory=dict)


class History(_Model):
    """All remembered attempts of a stage, oldest first."""

    version: Literal[1] = 1
    attempts: list[AttemptRecord] = Field(default_factory=list)

    @property
    def last_number(self) -> int:
        return max((attempt.number for attempt in self.attempts), default=0)

    def crashes(self, fingerprint: str) -> int:
        """How often the stage crashed on the same work since it last ended otherwise."""
        count = 0
        for attempt in reversed(self.attempts):
            if attempt.fingerprint != fingerprint or attempt.ending in ("done", "failed"):
                break
            count += attempt.ending in ("crashed", "timeout")
        return count

    def write(self, layout: JobLayout, key: str, *, durable: bool = True) -> None:
        self.attempts = self.attempts[-KEPT:]
        write_text(layout.attempts(key), self.model_dump_json(indent=1) + "\n", durable=durable)


def read_history(layout: JobLayout, key: str) -> History:
    """The history of a stage; an empty one when there is none that can be read."""
    try:
        data = job_files.read_bytes(layout.root, layout.attempts(key))
        found = History.model_validate_json(data)
    except (OSError, ValidationError):
        return History()
    found.attempts = found.attempts[-KEPT:]  # each may cost a look at all processes
    return found


def begin(
    layout: JobLayout, key: str, number: int, fingerprint: str, reduced: dict[str, Any], runner: int
) -> AttemptRecord:
    """Write down that an attempt is about to start; returns its record."""
    history = read_history(layout, key)
    record = AttemptRecord(
        number=number,
        fingerprint=fingerprint,
        started=timestamps.now(),
        host=processes.host(),
        boot=processes.boot_id(),
        runner=runner,
        runner_start=processes.start_of(runner),
        reduced=reduced,
    )
    history.attempts.append(record)
    history.write(layout, key)
    return record


def note_process(layout: JobLayout, key: str, number: int, group: int) -> None:
    """Write down which process group an attempt runs in."""
    _update(layout, key, number, group=group, group_start=processes.start_of(group))


def end(
    layout: JobLayout, key: str, number: int, ending: Ending, error: dict[str, Any] | None = None
) -> None:
    """Write down how an attempt ended."""
    _update(layout, key, number, ending=ending, ended=timestamps.now(), error=error)


def forget(layout: JobLayout, key: str) -> None:
    """Start counting anew: the person asked for another try."""
    if job_files.is_file(layout.root, layout.attempts(key)):
        history = read_history(layout, key)
        history.attempts = [one for one in history.attempts if one.ending == "running"]
        history.write(layout, key)


def _update(layout: JobLayout, key: str, number: int, **fields: Any) -> None:
    history = read_history(layout, key)
    for index, attempt in enumerate(history.attempts):
        if attempt.number == number:
            history.attempts[index] = attempt.model_copy(update=fields)
    # A power cut ends the process too, and then the boot is another one.
    history.write(layout, key, durable=False)
