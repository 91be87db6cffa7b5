"""The film's content hash, kept by size and time, so that a film is read once and not every run."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from stat import S_ISREG

from chalchitra import job_files
from chalchitra.errors import UsageError
from chalchitra.files import sha256_file, write_json
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.pipeline import FILM


def film_sha256(film: Path, kept: Path, *, keep: bool = True) -> str:
    """The sha256 of `film`; `kept` is the file that remembers it, written only with `keep`.

    Raises UsageError when the film is gone, is no file or cannot be read.
    """
    try:
        stat = film.stat()
        if not S_ISREG(stat.st_mode):
            raise UsageError(
                f"The film is not a regular file: {film}",
                cause="Something else was put in its place, or the job was made by somebody else.",
                fix="Put the film back, or prepare the job again with its new location.",
            )
        key = {"path": str(film), "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}
        known = _known(kept)
        if known is not None and {name: known.get(name) for name in key} == key:
            return str(known["sha256"])
        digest = sha256_file(film)
    except FileNotFoundError:
        raise film_missing(
            film, "Put it back, or prepare the job again with its new location."
        ) from None
    except OSError as error:
        raise UsageError(
            f"The film cannot be read: {film}",
            cause=f"{error.strerror}.",
            fix="Check the disk and the file's permissions.",
        ) from None
    if keep:
        write_json(kept, {**key, "sha256": digest})
    return digest


def film_missing(film: Path, fix: str, *, since: str = "since the job was prepared") -> UsageError:
    """The error of a film that is not where it was."""
    return UsageError(
        f"The film is missing: {film}",
        cause=f"It was moved, renamed or deleted {since}.",
        fix=fix,
    )


def reads_film(job: Job, key: str) -> bool:
    """Whether a stage of the job has the film among its inputs."""
    return any(producer == FILM for producer, _ in job.inputs_of(key).values())


def sha256_for(job: Job, layout: JobLayout, keys: Collection[str], *, keep: bool = True) -> str:
    """The hash of the job's film; where it is gone and none of these stages reads it, the last one.

    Raises as `film_sha256` does.
    """
    if not any(reads_film(job, key) for key in keys) and not job.film.path.exists():
        return known_sha256(layout.film_hash) or ""
    return film_sha256(job.film.path, layout.film_hash, keep=keep)


def known_sha256(kept: Path) -> str | None:
    """The hash that `kept` remembers, of whatever file; None where it remembers none."""
    known = _known(kept)
    return None if known is None else str(known["sha256"])


def check_same_film(film: Path, kept: Path) -> None:
    """Raises UsageError when the film is not the one that was hashed, by size and time."""
    known = _known(kept)
    try:
        stat = film.stat()
    except OSError:
        raise film_missing(
            film,
            "Put it back and run the job again; what was finished is kept.",
            since="while the job ran",
        ) from None
    if known is None or (known.get("bytes"), known.get("mtime_ns")) != (
        stat.st_size,
        stat.st_mtime_ns,
    ):
        raise UsageError(
            f"The film changed while the job ran: {film}",
            cause="Another file was put in its place, or it was still being written.",
            fix="Run the job again; the film will be examined again.",
        )


def _known(kept: Path) -> dict[str, object] | None:
    try:
        data = job_files.read_json(kept.parent, kept)
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) and isinstance(data.get("sha256"), str) else None
