"""Copying deliverables to where players look for them: next to the film, or into a named folder.

The copies are ours until a person changes them: then a later one goes next to it, as in `output/`
(deliver.py). What we put where is in `handed.json`; a file that it does not name is never touched.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalchitra import job_files, stopping
from chalchitra.errors import UsageError
from chalchitra.files import write_text
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
    """Where deliverables go: a folder, or None for that of each film.

    `own` is the folder in it for a film that has another's name.
    """

    folder: Path | None = None
    own: str | None = None

    def of(self, job: Job) -> Path:
        if self.folder is None:
            return job.given.parent
        return self.folder / self.own if self.own else self.folder

    def within(self, own: str | None) -> Target:
        """The target of a film that needs this folder in the one that all share."""
        return replace(self, own=own)


def hand_over(
    job: Job, layout: JobLayout, deliverables: Iterable[Placed], target: Target
) -> tuple[list[str], list[str]]:
    """Copy the deliverables that are named after the film; returns the copies, and what to say.

    Those with a name that every film's have (`transcript.json`) stay in `output/`. Raises
    UsageError where the folder cannot be written.
    """
    handed = _read(layout)
    folder = _where(job, target, handed)
    known = handed.folders.setdefault(str(folder), {})
    copies, notes = [], []
    if folder != target.folder and target.folder is not None:
        notes.append(f"Another film is named {job.title!r} too, so the copies are in {folder}.")
    if target.folder is None and job.parts:
        notes.append(f"The film was joined of parts: the copies are next to {job.given}.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            for made in deliverables:
                path = layout.root / made.path
                if not path.name.startswith(f"{job.title}."):
                    continue
                before = known.get(path.name)
                edited = not is_as_placed(layout, made)
                sha256 = job_files.sha256(layout.root, path) if edited else made.sha256
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


def _where(job: Job, target: Target, handed: _Handed) -> Path:
    """The folder of the copies. A film stays where it is, whatever others came meanwhile."""
    shared = target.folder
    if shared is not None:
        before = [Path(known) for known in handed.folders if ".." not in Path(known).parts]
        for folder in before:
            if shared in (folder, *folder.parents):
                return folder
    return target.of(job)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder, so that two jobs do not take one name in it at once."""
    with ExitStack() as held:
        with suppress(OSError):  # a file system without locks
            handle = os.open(folder, os.O_RDONLY)
            held.callback(os.close, handle)
            stopping.lock(handle, fcntl.LOCK_EX)
        yield


def _read(layout: JobLayout) -> _Handed:
    try:
        return _Handed.model_validate_json(job_files.read_bytes(layout.root, FILE))
    except (OSError, ValidationError):
        return _Handed()
