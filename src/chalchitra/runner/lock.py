"""One runner a job: an advisory lock on the job directory, gone when its holder dies."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from chalchitra.errors import HeldError
from chalchitra.jobs import JobLayout


@contextmanager
def held(layout: JobLayout, job_id: str) -> Iterator[None]:
    """Hold the job. Raises HeldError, naming the holder, when another runner has it."""
    with open(layout.lock, "a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "another process"
            raise HeldError(
                f"Job {job_id} is being run by {holder}.",
                cause="A second runner would do the same work twice.",
                fix="Wait for it, or stop it first.",
            ) from None
        handle.truncate(0)
        handle.write(
            f"process {os.getpid()} on {socket.gethostname()} "
            f"since {datetime.now():%Y-%m-%d %H:%M:%S}\n"
        )
        handle.flush()
        yield
