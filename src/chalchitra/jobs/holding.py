"""Who holds a job: looking at its lock without being in a runner's way.

The lock is an advisory one (flock(2)) on `<job>/.lock`; the file's text names who took it, and says
nothing once the lock is gone. Taking it is the runner's affair (runner/lock.py).
"""

from __future__ import annotations

import fcntl
import os
import time
from dataclasses import asdict, dataclass
from typing import Any

from pydantic_core import from_json

from chalchitra import job_files
from chalchitra.jobs.layout import JobLayout

_TEXT_SECONDS = 0.25
"""So long may a new holder take between the lock and its name in the file."""
_POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Holder:
    """The process that holds a job; `pid` is None and `host` empty where it did not say."""

    pid: int | None = None
    host: str = ""
    since: str = ""

    def __str__(self) -> str:
        if self.pid is None:
            return "another process"
        return f"process {self.pid} on {self.host} since {self.since}"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def holder(layout: JobLayout) -> Holder | None:
    """Who holds the job, None when nobody does. Changes nothing and creates nothing.

    It takes a shared lock for an instant; a runner that meets that instant tries again.
    """
    try:
        fd = job_files.descriptor(layout.root, layout.lock)
    except OSError:
        return None
    try:
        deadline = time.monotonic() + _TEXT_SECONDS
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            except OSError:  # a file system without locks: nobody can hold anything there
                return None
            else:
                return None
            found = _parse(os.pread(fd, 4096, 0))
            if found is not None:
                return found
            if time.monotonic() > deadline:
                return Holder()
            time.sleep(_POLL_SECONDS)
    finally:
        os.close(fd)


def _parse(text: bytes) -> Holder | None:
    try:
        match from_json(text):
            case {"pid": int(pid), "host": str(host), "since": str(since)}:
                return Holder(pid, host, since)
    except ValueError:
        pass
    return None
