"""The record of a published stage: what ran, where, on what, and what it made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalchitra import job_files
from chalchitra.files import write_text
from chalchitra.jobs.layout import JobLayout
from chalchitra.names import (
    AttemptNumber,
    Count,
    InsidePath,
    PlacedPath,
    PlainName,
    Seconds,
    StageKey,
)
from chalchitra.stagekit.protocol import Degraded


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Placed(_Model):
    """A deliverable as it was put into `output/`: what tells later that a person changed it."""

    path: PlacedPath
    bytes: Count
    mtime_ns: int
    sha256: str


class Output(_Model):
    """One output of a stage; `path` is relative to the job directory."""

    path: InsidePath
    bytes: Count
    mtime_ns: int
    sha256: str
    deliver_as: PlainName | None = None
    placed: Placed | None = None


class StageRecord(_Model):
    """`stages/<key>/record.json`. `fingerprint_parts` are what the fingerprint was made of.

    `reused` says that the outputs came out of the store, made by the job `made_by`; `reduced` what
    was made smaller than asked.
    """

    version: int = 1
    stage: StageKey
    fingerprint: str
    fingerprint_parts: dict[str, Any]
    attempt: AttemptNumber
    environment: str
    python: str
    python_version: str
    libraries: dict[str, str] = Field(default_factory=dict)
    started: str
    seconds: Seconds
    outputs: dict[str, Output]
    degraded: list[Degraded] = Field(default_factory=list)
    metrics: dict[str, Any] = Field(default_factory=dict)
    reused: bool = False
    made_by: str = ""
    reduced: dict[str, Any] = Field(default_factory=dict)

    def write(self, layout: JobLayout) -> None:
        write_text(layout.record(self.stage), self.model_dump_json(indent=1) + "\n")


def read_record(layout: JobLayout, key: str) -> StageRecord | None:
    """The record of a stage, or None when there is none that can be trusted."""
    try:
        data = job_files.read_bytes(layout.root, layout.record(key))
        record = StageRecord.model_validate_json(data)
    except (OSError, ValidationError):
        return None
    return record if record.stage == key else None  # a damaged job has others' records


def deliverables(layout: JobLayout, records: Iterable[StageRecord | None]) -> Iterator[Placed]:
    """What these stages placed in `output/`, as far as files of these names are there."""
    for record in records:
        for output in record.outputs.values() if record else ():
            if output.placed and job_files.is_file(layout.root, output.placed.path):
                yield output.placed
