"""Copying deliverables to where players look for them: next to the film, or into a named folder.

The copies are ours until a person changes them: then a later one goes next to it, as in `output/`
(deliver.py). What we put where is in `handed.json`; a file that it does not name is never touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalchitra.errors import UsageError
from chalchitra.files import write_text
from chalchitra.jobs import inside
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import Placed
from chalchitra.runner.deliver import is_as_placed, place

FILE = "handed.json"


class _Handed(BaseModel):
    """What lies where, by folder and by the name of the deliverable."""

    model_config = ConfigDict(extra="forbid")

    folders: dict[str, dict[str, Placed]] = Field(default_factory=dict)


@dataclass(frozen=True)
class _Folder:
    """A folder of the person, as deliver.py places into one."""

    root: Path

    @property
    def output(self) -> Path:
        return self.root


@dataclass(frozen=True)
class Target:
    """Where deliverables go: a folder, or None for that of each film."""

    folder: Path | None = None

    def of(self, job: Job) -> Path:
        return job.film.path.parent if self.folder is None else self.folder


def hand_over(
    job: Job, layout: JobLayout, deliverables: Iterable[Placed], target: Target
) -> tuple[list[str], list[str]]:
    """Copy the deliverables that are named after the film; returns the copies, and what to say.

    Those with a name that every film's have (`transcript.json`) stay in `output/`. Raises
    UsageError where the folder cannot be written.
    """
    folder = target.of(job)
    handed = _read(layout)
    known = handed.folders.setdefault(str(folder), {})
    copies, notes = [], []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for made in deliverables:
            path = layout.root / made.path
            if not path.name.startswith(f"{job.title}."):
                continue
            before = known.get(path.name)
            edited = not is_as_placed(layout, made)
            sha256 = inside.sha256(layout.root, path) if edited else made.sha256
            placed, beside = place(
                _Folder(folder), path, path.name, sha256, before, made_in=layout.root
            )
            known[path.name] = placed
            copies.append(str(folder / placed.path))
            if beside:
                notes.append(
                    f"{folder / path.name} was not made by this job and was kept; the new "
                    f"file is {placed.path}."
                )
    except OSError as error:
        raise UsageError(
            f"The deliverables cannot be copied to {folder}: {error.strerror or error}.",
            cause="The folder cannot be written, or its disk is full.",
            fix="The deliverables are in the job's output folder; give another folder with --to.",
        ) from None
    finally:
        write_text(layout.root / FILE, handed.model_dump_json(indent=1) + "\n")
    return copies, notes


def _read(layout: JobLayout) -> _Handed:
    try:
        return _Handed.model_validate_json(inside.read_bytes(layout.root, FILE))
    except (OSError, ValidationError):
        return _Handed()
