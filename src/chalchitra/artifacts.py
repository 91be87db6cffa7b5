"""The store of stage outputs by fingerprint: what one job made, another on the same film reuses.

`<out>/.store/ab/<fingerprint>/` holds the outputs, the stage's result.json and entry.json. Files in
the store are read-only and share their bytes with the stage folders of the jobs (hard links, where
the file system has them); what a person may edit, `output/`, never does.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from chalchitra.errors import HeldError, UsageError
from chalchitra.files import TEMPORARY_PREFIX, fsync_dir, sha256_file, write_text
from chalchitra.jobs import Job, JobLayout, StageRecord
from chalchitra.pipeline import split_key
from chalchitra.stagekit.protocol import RESULT_FILE, Result

FOLDER = ".store"
ENTRY_FILE = "entry.json"
NEVER_STORED = frozenset({"mux"})
"""A muxed film is as large as the film."""


class Entry(BaseModel):
    """What the store knows of one entry; `seconds` is what the stage took, `bytes` its outputs."""

    model_config = ConfigDict(extra="forbid")

    version: int = 1
    stage: str
    fingerprint: str
    job_id: str
    title: str
    seconds: float
    bytes: int


class ArtifactStore:
    """The store of one folder of jobs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._usable = True

    @classmethod
    def of_job(cls, layout: JobLayout) -> ArtifactStore | None:
        """The store of the folder that a job lies in; None for a job that lies elsewhere."""
        return cls(layout.out / FOLDER) if layout.out else None

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep whoever prunes out while a job runs.

        A store that cannot be locked (it is somebody else's) is not used: it saves work, and no job
        needs it.
        """
        with ExitStack() as stack:
            try:
                self.root.mkdir(exist_ok=True)
                handle = stack.enter_context(open(self.root / ".lock", "a", encoding="ascii"))
                fcntl.flock(handle, fcntl.LOCK_SH)
            except OSError:
                self._usable = False
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Have the store alone. Raises HeldError while a job runs."""
        with open(self.root / ".lock", "a", encoding="ascii") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HeldError(
                    f"The store {self.root} is in use.",
                    cause="A job runs, and may be about to reuse what would be removed.",
                    fix="Wait until it has ended; chalchitra jobs --state running shows it.",
                ) from None
            yield

    def folder(self, fingerprint: str) -> Path:
        return self.root / fingerprint[:2] / fingerprint

    def find(self, fingerprint: str) -> Entry | None:
        """The entry of a fingerprint; None when there is none that can be read."""
        return _entry(self.folder(fingerprint)) if self._usable else None

    def put(self, job: Job, layout: JobLayout, record: StageRecord) -> None:
        """Store what a published stage made, unless it is there or must not be."""
        stage, _ = split_key(record.stage)
        target = self.folder(record.fingerprint)
        if not self._usable or stage in NEVER_STORED or record.reduced or record.reused:
            return
        if target.exists():
            if self.find(record.fingerprint) is not None:
                return
            shutil.rmtree(target, ignore_errors=True)  # half an entry, which would stay in the way
        done = layout.done(record.stage, record.attempt)
        # Made inside the job, whose own leftovers its next run removes.
        work = layout.stage(record.stage) / f"{TEMPORARY_PREFIX}{secrets.token_hex(4)}"
        work.mkdir()
        try:
            for output in record.outputs.values():
                source = layout.root / output.path
                copy = work / source.relative_to(done)
                copy.parent.mkdir(parents=True, exist_ok=True)
                share(source, copy)
            shutil.copyfile(done / RESULT_FILE, work / RESULT_FILE)
            entry = Entry(
                stage=record.stage,
                fingerprint=record.fingerprint,
                job_id=job.job_id,
                title=job.title,
                seconds=record.seconds,
                bytes=sum(output.bytes for output in record.outputs.values()),
            )
            write_text(work / ENTRY_FILE, entry.model_dump_json(indent=1) + "\n")
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):  # another job was first
                work.rename(target)
                fsync_dir(target.parent)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def take(self, fingerprint: str, into: Path) -> Entry | None:
        """Put a stored stage's outputs and result into an attempt's folder.

        Every file is compared with its hash; an entry that is not whole is removed, and None
        returned. None too when the job's disk has no room: that is no fault of the entry's.
        """
        folder = self.folder(fingerprint)
        entry = _entry(folder)
        if entry is None:
            return None
        try:
            result = Result.model_validate_json((folder / RESULT_FILE).read_bytes())
            for output in result.outputs.values():
                copy = into / output.path
                copy.parent.mkdir(parents=True, exist_ok=True)
                share(folder / output.path, copy)
                if sha256_file(copy) != output.sha256:
                    raise ValueError(output.path)
            shutil.copyfile(folder / RESULT_FILE, into / RESULT_FILE)
        except (OSError, ValueError) as error:
            if isinstance(error, FileNotFoundError | ValueError):
                shutil.rmtree(folder, ignore_errors=True)
            for left in into.iterdir():
                left.unlink() if not left.is_dir() else shutil.rmtree(left)
            return None
        with suppress(OSError):
            os.utime(folder / ENTRY_FILE)
        return entry

    def entries(self) -> list[tuple[Entry, float]]:
        """Every entry with the time of its last use (seconds since the epoch), oldest first."""
        found = []
        for folder in self.root.glob("??/*"):
            entry = _entry(folder)
            if entry is not None:
                with suppress(FileNotFoundError):
                    found.append((entry, (folder / ENTRY_FILE).stat().st_mtime))
        return sorted(found, key=lambda item: item[1])

    def shared_bytes(self, entry: Entry) -> int:
        """How many of an entry's bytes jobs have too: removing it does not free these."""
        folder = self.folder(entry.fingerprint)
        return sum(
            stat.st_size
            for path in folder.rglob("*")
            if path.is_file() and (stat := path.stat()).st_nlink > 1
        )

    def prune(self, *, keep_seconds: float, keep_bytes: float, now: float) -> list[Entry]:
        """Remove what was not used for so long, then the oldest above the size.

        Returns what was removed. Raises HeldError while a job runs.
        """
        if not self.root.is_dir():
            return []
        removed = []
        with self.alone():
            entries = self.entries()
            total = sum(entry.bytes for entry, _ in entries)
            for entry, used in entries:
                if now - used <= keep_seconds and total <= keep_bytes:
                    continue
                folder = self.folder(entry.fingerprint)
                try:
                    (folder / ENTRY_FILE).unlink()  # first: half an entry is none
                    shutil.rmtree(folder)
                except OSError as error:
                    raise UsageError(
                        f"{folder} cannot be removed: {error.strerror}.",
                        cause="The store belongs to somebody else, or its disk is read-only.",
                        fix="Change its permissions, then prune again.",
                    ) from None
                total -= entry.bytes
                removed.append(entry)
            self._remove_halves()
        return removed

    def _remove_halves(self) -> None:
        for folder in self.root.glob("??/*"):
            if _entry(folder) is None:
                shutil.rmtree(folder, ignore_errors=True)


def share(source: Path, copy: Path) -> None:
    """Give a file a second, read-only name; a copy where the file system has no hard links."""
    try:
        os.link(source, copy)
    except OSError:
        shutil.copy2(source, copy)
        with open(copy, "rb") as handle:
            os.fsync(handle.fileno())
    copy.chmod(0o444)


def _entry(folder: Path) -> Entry | None:
    try:
        return Entry.model_validate_json((folder / ENTRY_FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def days_ago(seconds: float) -> float:
    """Days between a time (seconds since the epoch) and now; 0 for a time to come."""
    return max(0.0, (time.time() - seconds) / 86_400)
