"""Running the stages that hear which language is spoken, in what becomes the job's own folder.

The folder lies out of sight (`out/YYYY/MM/DD/.tmp-listening-.../NNN`) until the job is whole, then
gets its place by one rename: what was demuxed and heard is there when the job runs. A preparation
that fails or is interrupted removes it and gives its number back; what one left that was killed is
removed by the next.
"""

from __future__ import annotations

import fcntl
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chalchitra import stopping
from chalchitra.errors import StageError
from chalchitra.files import TEMPORARY_PREFIX, fsync_dir, write_text
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import read_record
from chalchitra.jobs.state import JobState
from chalchitra.jobs.store import claim_id, job_path, take_film, write_job
from chalchitra.runner.events import Reporter
from chalchitra.runner.run import RunOptions, Services, run_job
from chalchitra.speech.language_id.model import DetectedLanguage

HIDDEN_PREFIX = f"{TEMPORARY_PREFIX}listening-"
"""Of a folder beside the users' own: nothing that lists jobs looks into it."""
LOCK_FILE = ".listening.lock"


@dataclass
class Listening:
    """A job that only listens: its folder, which is still hidden, and what it heard."""

    job: Job
    folder: Path
    place: Path
    heard: DetectedLanguage

    def become(self, job: Job, glossary: str | None = None, film: Path | None = None) -> Path:
        """Write the whole job and put its folder in its place, which is returned.

        `film` is a film that becomes the job's own.
        """
        layout = JobLayout(self.folder)
        write_text(layout.job_file, job.model_dump_json(indent=1) + "\n")
        JobState.of(job).write(layout)
        if glossary is not None:
            write_text(layout.glossary, glossary)
        take_film(film, job, layout)
        self.place.parent.mkdir(parents=True, exist_ok=True)
        self.folder.rename(self.place)
        fsync_dir(self.place.parent)
        return self.place


@contextmanager
def listening(
    build: Callable[[str], Job],
    out: Path,
    day: date,
    reporter: Reporter,
    services: Services | None = None,
) -> Iterator[Listening]:
    """Write the job that `build` makes of an id, run it, and give what it heard.

    Unless the job has become a whole one by the end, nothing is left of it. Raises what stopped its
    stages, CancelledError when it was interrupted, and OSError where nothing can be written.
    """
    with alone_or_beside(out):
        job_id, claim = claim_id(out, day)
        hidden = claim.parents[1] / f"{HIDDEN_PREFIX}{secrets.token_hex(4)}"
        place: Path | None = None
        try:
            job = build(job_id)
            place = job_path(out, job_id, job.user)
            found = Listening(job, hidden / place.name, place, DetectedLanguage())
            write_job(job, found.folder)
            outcome = run_job(found.folder, reporter, RunOptions(debug=job.debug), services)
            if outcome.error is not None:
                raise outcome.error
            found.heard = _read(JobLayout(found.folder))
            yield found
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
            if place is None or not place.is_dir():
                with suppress(OSError):
                    claim.rmdir()


def _read(layout: JobLayout) -> DetectedLanguage:
    record = read_record(layout, "language")
    if record is None:
        raise StageError(
            "The stage language produced no result.",
            cause="Its record is missing from the job's folder.",
            fix="Type the same command with --debug, and report what it prints.",
        )
    return DetectedLanguage.read(layout.root / record.outputs["language"].path)


@contextmanager
def alone_or_beside(out: Path) -> Iterator[None]:
    """Hold the lock that everyone who listens shares; who is alone first removes what others left.

    Where it cannot be held (a file system without locks) nothing is removed.
    """
    out.mkdir(parents=True, exist_ok=True)
    with open(out / LOCK_FILE, "a", encoding="ascii") as handle:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove_leftovers(out)
        with suppress(OSError):
            stopping.lock(handle, fcntl.LOCK_SH)
        yield


def _remove_leftovers(out: Path) -> None:
    """Remove the hidden folders, and give back the numbers, of preparations that were killed."""
    for hidden in out.glob(f"[0-9]*/[0-9]*/[0-9]*/{HIDDEN_PREFIX}*"):
        numbers = [path.name for path in hidden.iterdir()]
        shutil.rmtree(hidden, ignore_errors=True)
        for number in numbers:
            placed = any(path.is_dir() for path in hidden.parent.glob(f"[!.]*/{number}"))
            if number.isdecimal() and not placed:
                with suppress(OSError):
                    (hidden.parent / ".ids" / number).rmdir()
