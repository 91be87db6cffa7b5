"""A job's folder: its number claimed, all of it written, or nothing left."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.jobs.model import Job
from chalchitra.jobs.store import claim_id, job_path, write_job


def write(
    build: Callable[[str], Job],
    out: Path,
    day: date,
    script: str | None = None,
    glossary: str | None = None,
    film: Path | None = None,
) -> tuple[Job, Path]:
    """Write the job that `build` makes of the day's next id; returns it and its folder.

    `script` and `glossary` are the contents of script.json and glossary.json, `film` is a film that
    becomes the job's own. Raises OSError where
    that cannot be written.
    """
    claim: Path | None = None
    try:
        job_id, claim = claim_id(out, day)
        job = build(job_id)
        folder = job_path(out, job_id, job.user)
        write_job(job, folder, script, glossary, film)
    except OSError:
        if claim is not None:
            shutil.rmtree(claim, ignore_errors=True)
        raise
    return job, folder


@contextmanager
def writable(out: Path) -> Iterator[None]:
    """Turn the system's refusal to write into a UsageError with its true cause."""
    try:
        yield
    except OSError as error:
        cause, fix = _UNWRITABLE.get(error.errno or 0, ("", "Give another folder with --out."))
        raise UsageError(
            f"A job cannot be written to {out}: {error.strerror or error}.", cause=cause, fix=fix
        ) from None


_FULL = ("The disk or your quota is full.", "Free some space, or give another folder with --out.")
_CLOSED = (
    "You have no permission to write to that folder.",
    "Give another folder with --out, or change its permissions.",
)
_UNWRITABLE = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
    errno.EROFS: ("That disk is read-only.", "Give another folder with --out."),
    errno.ENAMETOOLONG: ("The path is too long.", "Give a folder with a shorter path with --out."),
    errno.ENOTDIR: ("A part of that path is a file.", "Give another folder with --out."),
}
"""The true cause by the system's error, and what to do about it."""
