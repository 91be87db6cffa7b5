"""One runner a job: an advisory lock on the job directory, gone when its holder dies."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from chalchitra import job_files
from chalchitra.errors import HeldError, UsageError
from chalchitra.hints import job_argument, typed
from chalchitra.jobs.holding import Holder, holder
from chalchitra.jobs.layout import JobLayout

__all__ = ["Holder", "held", "holder"]

_LOOK_SECONDS = 0.5
"""So long a runner tries again: who only looks holds the lock for an instant."""
_POLL_SECONDS = 0.02


@contextmanager
def held(layout: JobLayout, job_id: str) -> Iterator[None]:
    """Hold the job. Raises HeldError, naming the holder, when another process has it.

    Raises UsageError when the folder cannot be locked: it is gone, or may not be written.
    """
    try:
        fd = job_files.descriptor(layout.root, layout.lock, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise _unlockable(layout, job_id, error) from None
    try:
        _take(fd, layout, job_id)
        if not _is_still_there(fd, layout):
            raise _gone(layout, job_id)
        me = Holder(os.getpid(), socket.gethostname(), f"{datetime.now():%Y-%m-%d %H:%M:%S}")
        with suppress(OSError):  # a full disk: the lock counts, not its text
            os.ftruncate(fd, 0)
            os.pwrite(fd, (json.dumps(me.to_dict()) + "\n").encode(), 0)
        yield
    finally:
        os.close(fd)


def _take(fd: int, layout: JobLayout, job_id: str) -> None:
    deadline = time.monotonic() + _LOOK_SECONDS
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise HeldError(
                    f"Job {job_id} is being run by {holder(layout) or Holder()}.",
                    cause="A second runner would do the same work twice.",
                    fix=typed(
                        "chalchitra cancel",
                        job_argument(layout.root),
                        first="Wait for it to finish; or to stop it first,",
                    ),
                ) from None
        except OSError as error:
            raise _unlockable(layout, job_id, error) from None
        time.sleep(_POLL_SECONDS)


def _is_still_there(fd: int, layout: JobLayout) -> bool:
    """False when the job was removed while we waited for its lock."""
    try:
        return os.path.samestat(os.fstat(fd), layout.lock.lstat())
    except OSError:
        return False


def _gone(layout: JobLayout, job_id: str) -> UsageError:
    return UsageError(
        f"The folder of job {job_id} is missing: {layout.root}.",
        cause="Somebody removed or moved it.",
        fix="Put it back, or prepare the film again.",
    )


def _unlockable(layout: JobLayout, job_id: str, error: OSError) -> UsageError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return _gone(layout, job_id)
    what = f"Job {job_id} cannot be locked in {layout.root}."
    if error.errno == errno.EROFS:
        return UsageError(
            what,
            cause="Its file system is mounted read-only.",
            fix="Mount it writable, or copy the folder to another disk and give it with --job-dir.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return UsageError(
            what,
            cause="The folder or its .lock belongs to another user, or is not writable.",
            fix="Run it as that user, or change the owner or the permissions.",
        )
    if error.errno in (errno.ELOOP, errno.EMLINK, errno.EINVAL, errno.EISDIR):
        return UsageError(
            what,
            cause=f"About its .lock: {error.strerror}.",
            fix=typed("rm -r", layout.lock, first="Look at it, then"),
        )
    return UsageError(
        what,
        cause=f"The file system says: {error.strerror}.",
        fix="Free some space on the disk, or use --out to keep jobs on a disk that supports locks.",
    )
