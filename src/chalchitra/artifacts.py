"""The store of stage outputs by fingerprint: what one job made, another on the same film reuses.

`<out>/.store/ab/<fingerprint>/` holds the outputs, the stage's result.json and entry.json. Files in
the store are read-only and share their bytes with the stage folders of the jobs (hard links, where
the file system has them); what a person may edit, `output/`, never does.

Whoever may write to a shared store may put anything there. So an entry is taken only where nobody
but this user, root and the owner of the folder of jobs could have written it, its paths are plain,
no link in the store is followed, and no file is given a right that it had not.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from chalchitra import inside
from chalchitra.errors import HeldError, UsageError
from chalchitra.files import TEMPORARY_PREFIX, copy_bytes, sha256_open, write_text
from chalchitra.hints import jobs_line
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import StageRecord
from chalchitra.pipeline import STAGES, split_key
from chalchitra.stagekit.protocol import (
    MESSAGES_FILE,
    REQUEST_FILE,
    RESULT_FILE,
    OutputFile,
    Result,
)

FOLDER = ".store"
ENTRY_FILE = "entry.json"

_SHELF = re.compile("[0-9a-f]{2}")
_NO_FILE = frozenset({errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.EINVAL})
"""What opening says of a file that is missing, a link, or none at all."""
_RESERVED = frozenset({ENTRY_FILE, MESSAGES_FILE, REQUEST_FILE, RESULT_FILE})
_LAST_TIME = 250_000_000_000.0
"""Seconds since the epoch, in the year 9892: what a file may claim beyond that is no date."""
_WAIT_SECONDS = 10.0
"""So long a job waits for whoever prunes, which takes a moment."""
_POLL_SECONDS = 0.05


class Entry(BaseModel):
    """What the store knows of one entry; `seconds` is what the stage took, `bytes` its outputs."""

    model_config = ConfigDict(extra="forbid")

    version: int = 1
    stage: str = Field(pattern=r"^[a-z_]{1,40}(@[A-Za-z-]{1,40})?$")
    fingerprint: str = Field(pattern=r"^[0-9a-f]{64}$")
    job_id: str
    title: str
    seconds: float = Field(ge=0, allow_inf_nan=False)
    bytes: int = Field(ge=0, lt=1 << 63)


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
    def in_use(self, check: Callable[[], None] = lambda: None) -> Iterator[str | None]:
        """Keep whoever prunes out while a job runs; `check` raises where the job is to stop.

        A store that cannot be locked is not used, and a sentence that says so is given: it saves
        work, and no job needs it.
        """
        trouble: str | None = None
        with ExitStack() as stack:
            try:
                self.root.mkdir(exist_ok=True)
                lock = stack.enter_context(self._lock())
                deadline = time.monotonic() + _WAIT_SECONDS
                while not _locked(lock, fcntl.LOCK_SH):
                    if time.monotonic() > deadline:
                        raise OSError(errno.EBUSY, "another process has locked it")
                    check()
                    time.sleep(_POLL_SECONDS)
            except OSError as error:
                self._usable = False
                trouble = (
                    f"The store {self.root} cannot be used ({error.strerror}), so results are not "
                    "shared with other jobs."
                )
            yield trouble

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Have the store alone. Raises HeldError while a job runs, UsageError where none can."""
        with ExitStack() as stack:
            try:
                self.root.mkdir(exist_ok=True)
                alone = _locked(stack.enter_context(self._lock()), fcntl.LOCK_EX)
            except OSError as error:
                raise UsageError(
                    f"The store {self.root} cannot be locked: {error.strerror}.",
                    cause="It is a link, belongs to somebody else, or its disk is read-only.",
                    fix="Change its permissions, or remove it if it is not a folder of stage "
                    "outputs.",
                ) from None
            if not alone:
                raise HeldError(
                    f"The store {self.root} is in use.",
                    cause="A job is running and may be about to reuse what would be removed.",
                    fix=jobs_line(
                        self.root.parent,
                        "--state",
                        "running",
                        first="Wait until it has finished; to see it,",
                    ),
                )
            yield

    @contextmanager
    def _lock(self) -> Iterator[int]:
        """The file to lock. Raises OSError.

        It is open for reading and writing: on NFS flock(2) is a lock of a byte range, of which a
        shared one wants the first and the other the second.
        """
        flags = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with inside.opened(self.root) as root:
            try:
                fd = os.open(".lock", os.O_RDWR | os.O_CREAT | flags, 0o666, dir_fd=root)
            except PermissionError:  # another user's: to share it, reading is enough
                fd = os.open(".lock", os.O_RDONLY | flags, dir_fd=root)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise OSError(errno.EINVAL, "its .lock is not a regular file")
            yield fd
        finally:
            os.close(fd)

    def folder(self, fingerprint: str) -> Path:
        return self.root / fingerprint[:2] / fingerprint

    @contextmanager
    def _shelf(self, fingerprint: str) -> Iterator[int]:
        """The folder that a fingerprint's entry lies in. Raises OSError."""
        with inside.opened(self.root) as root, inside.opened(fingerprint[:2], root) as shelf:
            yield shelf

    def find(self, fingerprint: str) -> Entry | None:
        """The entry of a fingerprint; None when there is none that can be read and trusted."""
        if not self._usable:
            return None
        with (
            suppress(OSError, ValueError),
            self._shelf(fingerprint) as shelf,
            inside.opened(fingerprint, shelf) as folder,
        ):
            return self._trusted_entry(folder, fingerprint)
        return None

    def put(self, job: Job, layout: JobLayout, record: StageRecord) -> None:
        """Store what a published stage made, unless it is there or must not be.

        Raises OSError, or ValueError where the record is none of a stage's.
        """
        stage, _ = split_key(record.stage)
        name = record.fingerprint
        if not self._usable or not STAGES[stage].stored or record.reduced or record.reused:
            return
        if self.find(name) is not None:
            return
        done = layout.done(record.stage, record.attempt)
        # Made inside the job, whose own leftovers its next run removes.
        work = layout.stage(record.stage) / f"{TEMPORARY_PREFIX}{secrets.token_hex(4)}"
        work.mkdir()
        try:
            with inside.opened(done) as folder:
                for output in record.outputs.values():
                    path = (layout.root / output.path).relative_to(done).as_posix()
                    _share(folder, path, work / path, seal=True)
                _share(folder, RESULT_FILE, work / RESULT_FILE, link=False)
            entry = Entry(
                stage=record.stage,
                fingerprint=name,
                job_id=job.job_id,
                title=job.title,
                seconds=record.seconds,
                bytes=sum(output.bytes for output in record.outputs.values()),
            )
            write_text(work / ENTRY_FILE, entry.model_dump_json(indent=1) + "\n")
            (work / ENTRY_FILE).chmod(stat.S_IMODE((work / ENTRY_FILE).stat().st_mode) & 0o444)
            work.chmod(
                stat.S_IMODE(work.stat().st_mode) & 0o755
            )  # others cannot change what is in it
            self.root.mkdir(exist_ok=True)
            with inside.opened(self.root) as root:
                with suppress(FileExistsError):
                    os.mkdir(name[:2], dir_fd=root)
                with inside.opened(name[:2], root) as shelf:
                    with suppress(OSError):
                        _remove(shelf, name)  # half an entry, which would stay in the way
                    with suppress(OSError):  # another job was first
                        os.rename(work, name, dst_dir_fd=shelf)
                        os.fsync(shelf)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def take(self, fingerprint: str, into: Path) -> Entry | None:
        """Put a stored stage's outputs and result into an attempt's folder, which is empty.

        Every file is compared with its hash; an entry that is not whole is removed, and None
        returned. None too when the job's disk has no room: that is no fault of the entry's.
        """
        with (
            suppress(OSError, ValueError),
            self._shelf(fingerprint) as shelf,
            inside.opened(fingerprint, shelf) as folder,
        ):
            entry = self._trusted_entry(folder, fingerprint)
            try:
                self._take(folder, entry, into)
            except (OSError, ValueError) as error:
                for left in into.iterdir():
                    left.unlink() if not left.is_dir() else shutil.rmtree(left)
                if isinstance(error, ValueError) or error.errno in _NO_FILE:
                    _remove(shelf, fingerprint)
                return None
            with suppress(OSError), inside.opened_file(folder, ENTRY_FILE) as fd:
                os.utime(fd)
            return entry
        return None

    def _take(self, folder: int, entry: Entry, into: Path) -> None:
        """Raises ValueError or OSError where the entry is not whole, or `into` has no room."""
        result = Result.model_validate_json(self._read(folder, RESULT_FILE))
        if result.status != "done" or split_key(result.stage)[0] != split_key(entry.stage)[0]:
            raise ValueError(f"a result of {result.stage}, {result.status}")
        for output in result.outputs.values():
            _check_names(output)
            with inside.opened_file(folder, output.path) as fd:
                self._check_trusted(fd)
                if os.fstat(fd).st_size != output.bytes or _sha256(fd) != output.sha256:
                    raise ValueError(output.path)
            _share(folder, output.path, into / output.path)
        _share(folder, RESULT_FILE, into / RESULT_FILE, link=False)

    def _trusted_entry(self, folder: int, name: str) -> Entry:
        self._check_trusted(folder)
        return _entry_of(self._read(folder, ENTRY_FILE), name)

    def _read(self, folder: int, name: str) -> bytes:
        with inside.opened_file(folder, name) as fd:
            self._check_trusted(fd)
            return inside.read_all(fd)

    def _check_trusted(self, fd: int) -> None:
        """Raises PermissionError for what others than those we trust may have written."""
        inside.require_trusted(os.fstat(fd), self.root.parent)

    def entries(self) -> list[tuple[Entry, float]]:
        """Every entry with the time of its last use (seconds since the epoch), oldest first.

        Those of other people too: they take room, whoever may use them.
        """
        found = []
        for shelf, name in self._all():
            if (entry := _entry(shelf, name)) is not None:
                found.append(entry)
        return sorted(found, key=lambda item: item[1])

    def _all(self) -> Iterator[tuple[int, str]]:
        """Whatever lies where entries lie: the folder, open, and a name in it."""
        with ExitStack() as stack:
            try:
                root = stack.enter_context(inside.opened(self.root))
            except OSError:
                return
            for first in filter(_SHELF.fullmatch, _names(root)):
                with ExitStack() as inner:
                    try:
                        shelf = inner.enter_context(inside.opened(first, root))
                        names = _names(shelf)
                    except OSError:
                        continue
                    for name in names:
                        yield shelf, name

    def shared_bytes(self, entry: Entry) -> int:
        """How many of an entry's bytes jobs have too: removing it does not free these."""
        shared = 0
        try:
            with (
                self._shelf(entry.fingerprint) as shelf,
                inside.opened(entry.fingerprint, shelf) as folder,
            ):
                for _, _, files, fd in os.fwalk(".", dir_fd=folder):
                    for name in files:
                        found = os.stat(name, dir_fd=fd, follow_symlinks=False)
                        if stat.S_ISREG(found.st_mode) and found.st_nlink > 1:
                            shared += found.st_size
        except (OSError, RecursionError):
            return entry.bytes  # a job that runs has just dropped it, or nobody can tell
        return shared

    def prune(self, *, keep_seconds: float, keep_bytes: float, now: float) -> list[Entry]:
        """Remove what was not used for so long, then the oldest above the size.

        Returns what was removed. Raises HeldError while a job runs, and UsageError, after all else
        was removed, where something cannot be.
        """
        if not self.root.is_dir():
            return []
        removed = []
        failed: list[tuple[Path, str]] = []
        with self.alone():
            entries = self.entries()
            total = sum(entry.bytes for entry, _ in entries)
            for entry, used in entries:
                if now - used <= keep_seconds and total <= keep_bytes:
                    continue
                try:
                    with self._shelf(entry.fingerprint) as shelf:
                        _remove(shelf, entry.fingerprint)
                except OSError as error:
                    failed.append((self.folder(entry.fingerprint), error.strerror or str(error)))
                    continue
                total -= entry.bytes
                removed.append(entry)
            for shelf, name in self._all():
                if _entry(shelf, name) is None:  # half an entry, or none
                    with suppress(OSError):
                        _remove(shelf, name)
        if failed:
            folder, why = failed[0]
            more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
            raise UsageError(
                f"{folder} cannot be removed: {why}{more}.",
                cause="The store belongs to somebody else, or its disk is read-only.",
                fix="Change its permissions, then prune again.",
            )
        return removed


def _names(folder: int) -> list[str]:
    with os.scandir(folder) as found:
        return sorted(item.name for item in found)


def _locked(lock: int, kind: int) -> bool:
    """Whether the lock is had now. Raises OSError where files cannot be locked."""
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _entry(shelf: int, name: str) -> tuple[Entry, float] | None:
    """An entry, whoever's it is, and its last use; None for what is none."""
    try:
        with inside.opened(name, shelf) as folder, inside.opened_file(folder, ENTRY_FILE) as fd:
            used = min(max(0.0, os.fstat(fd).st_mtime), _LAST_TIME)
            return _entry_of(inside.read_all(fd), name), used
    except (OSError, ValueError):
        return None


def _entry_of(data: bytes, name: str) -> Entry:
    """The entry written in entry.json. Raises ValueError, also where its folder is another's."""
    entry = Entry.model_validate_json(data)
    if entry.fingerprint != name:
        raise ValueError(f"{entry.fingerprint} in {name}")
    return entry


def _check_names(output: OutputFile) -> None:
    """Raises ValueError where an output would lie elsewhere than an output may."""
    if inside.parts(output.path)[0] in _RESERVED:
        raise ValueError(output.path)
    if output.deliver_as is not None and len(inside.parts(output.deliver_as)) > 1:
        raise ValueError(output.deliver_as)


def _sha256(fd: int) -> str:
    with open(fd, "rb", closefd=False) as handle:
        return sha256_open(handle)


def _share(folder: int, name: str, copy: Path, *, link: bool = True, seal: bool = False) -> None:
    """Give a file of a folder a second, read-only name; a copy where that cannot be.

    Only one's own file is linked, since its owner may change it, and only one that nobody writes
    to; `seal` makes it such. No right is added. Raises OSError, or ValueError for a path that leads
    elsewhere.
    """
    with inside.opened_file(folder, name) as fd:
        found = os.fstat(fd)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if link and found.st_uid == os.geteuid() and (seal or not found.st_mode & 0o222):
            with suppress(OSError):
                os.link(name, copy, src_dir_fd=folder, follow_symlinks=False)
                if not os.path.samestat(copy.lstat(), found):  # replaced meanwhile
                    copy.unlink()
                    raise ValueError(name)
                if seal:
                    os.fchmod(fd, found.st_mode & 0o444)
                return
        made = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, found.st_mode & 0o444)
        with open(fd, "rb", closefd=False) as handle, open(made, "wb") as out:
            copy_bytes(handle, out)
            out.flush()
            os.fsync(out.fileno())


def _remove(shelf: int, name: str) -> None:
    """Remove what lies there, a link itself and not what it points to. Raises OSError."""
    try:
        found = os.stat(name, dir_fd=shelf, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(found.st_mode):
        os.unlink(name, dir_fd=shelf)
        return
    with suppress(OSError), inside.opened(name, shelf) as folder:
        os.unlink(ENTRY_FILE, dir_fd=folder)  # first: half an entry is none
    try:
        shutil.rmtree(name, dir_fd=shelf)
    except RecursionError:
        raise OSError(errno.ELOOP, "Its folders are nested too deeply", name) from None


def days_ago(seconds: float) -> float:
    """Days between a time (seconds since the epoch) and now; 0 for a time to come."""
    return max(0.0, (time.time() - seconds) / 86_400)
