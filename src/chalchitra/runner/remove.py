"""Removing a job: its folder and nothing else, so that no look ever finds half of it.

The folder gets a temporary name first, which no list shows; what an earlier removal left under such
a name is removed with the next one. The job's number stays claimed: ids are never given twice.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chalchitra import job_files
from chalchitra.errors import ChalchitraError, HeldError, UsageError
from chalchitra.files import TEMPORARY_PREFIX, fsync_dir, is_folder
from chalchitra.hints import job_argument, typed
from chalchitra.jobs.holding import holder
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.state import read_state
from chalchitra.jobs.store import id_of_path, read_job
from chalchitra.runner.lock import held

REMOVED_PREFIX = f"{TEMPORARY_PREFIX}rm-"


@dataclass(frozen=True)
class Removal:
    """A job that may be removed, and the files in its `output/` that go with it."""

    layout: JobLayout
    job_id: str
    deliverables: tuple[Path, ...]


def plan_removal(job_dir: Path) -> Removal:
    """Check that a job can be removed; nothing is changed.

    Raises HeldError while it runs; UsageError when the folder is no job, is a link, or holds the
    film that the job is about.
    """
    layout = JobLayout(job_dir)
    job_id = _check_job(layout)
    if (runner := holder(layout)) is not None:
        raise HeldError(
            f"Job {job_id} is being run by {runner}.",
            cause="A running job cannot be removed.",
            fix=typed(
                "chalchitra cancel",
                job_argument(job_dir),
                first="Wait for it to finish; or to stop it first,",
            ),
        )
    return Removal(layout, job_id, tuple(_files(layout.output)))


def remove(removal: Removal) -> None:
    """Remove the job's folder. Raises HeldError when somebody began to run it meanwhile.

    Raises UsageError when the folder, or something in it, cannot be removed.
    """
    layout = removal.layout
    parent, name = layout.root.parent, layout.root.name
    hidden = parent / f"{REMOVED_PREFIX}{name}-{secrets.token_hex(4)}"
    with held(layout, removal.job_id):
        try:
            layout.root.rename(hidden)
        except OSError as error:
            raise UsageError(
                f"Job {removal.job_id} cannot be removed.",
                cause=f"{parent} cannot be changed: {error.strerror}.",
                fix="Run this as the job's owner, or change the folder's permissions.",
            ) from None
        fsync_dir(parent)
        try:
            _remove_tree(hidden)
        except OSError as error:
            raise UsageError(
                f"Job {removal.job_id} was not removed completely: the rest is in {hidden}.",
                cause=f"{error.filename or hidden} cannot be removed: {error.strerror}.",
                fix="Change its permissions and remove that folder.",
            ) from None
    _finish_earlier(parent)


def _check_job(layout: JobLayout) -> str:
    """The job's id; UsageError when the folder is not surely a job's."""
    if layout.root.is_symlink():
        raise UsageError(
            f"{layout.root} is a link to {layout.root.resolve()}.",
            cause="Removing what a link points to could remove something that should be kept.",
            fix="Name the folder itself, or remove the link with rm.",
        )
    film: Path | None = None
    try:
        job = read_job(layout.root)
        job_id, film = job.job_id, job.film.path
        if job.parts and film.resolve().parent == layout.film.resolve():
            film = None  # we joined it, and the parts lie elsewhere
    except ChalchitraError:
        # Broken, and still a job, where only jobs are; a job.json elsewhere may be anybody's.
        job_id = id_of_path(layout.root) or ""
        files = (layout.job_file, layout.state)
        if not job_id or not any(map(os.path.lexists, files)):
            raise
        with suppress(ChalchitraError):
            film = Path(read_state(layout).film)
    if film and film.exists() and film.resolve().is_relative_to(layout.root.resolve()):
        raise UsageError(
            f"The film of job {job_id} is in the job's own folder: {film}.",
            cause="Removing the job would remove the film.",
            fix="Move the film elsewhere first.",
        )
    return job_id


def _files(folder: Path) -> list[Path]:
    """All files below a folder; a link counts as itself and is not followed."""
    found: list[Path] = []
    if folder.is_symlink():
        return found
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        found += [Path(place, name) for name in (*names, *links)]
    return sorted(path for path in found if not path.name.startswith(TEMPORARY_PREFIX))


def _remove_tree(folder: Path) -> None:
    """Remove a folder, its lock last, so that whoever holds the lock is alone in there."""
    lock = JobLayout(folder).lock
    for path in list(folder.iterdir()):
        if path == lock:
            continue
        if is_folder(path):
            shutil.rmtree(path)
        else:
            path.unlink()
    lock.unlink(missing_ok=True)
    folder.rmdir()


def _finish_earlier(parent: Path) -> None:
    """Remove what removals of ours that were cut short left beside; one that goes on is held."""
    for left in parent.glob(f"{REMOVED_PREFIX}*"):
        with suppress(OSError):
            if left.is_symlink() or left.stat().st_uid != os.geteuid():
                continue
            try:
                fd = job_files.descriptor(left, JobLayout(left).lock, os.O_RDWR)
            except FileNotFoundError:
                left.rmdir()  # its lock goes last
                continue
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove_tree(left)
            finally:
                os.close(fd)
