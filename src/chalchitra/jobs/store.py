"""Making, finding and reading jobs on disk."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from contextlib import suppress
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from chalchitra import job_files
from chalchitra.errors import UsageError
from chalchitra.files import TEMPORARY_PREFIX, fsync_dir, is_folder, write_text
from chalchitra.hints import jobs_line
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.state import JobState

_JOB_ID = re.compile(r"^job_(\d{4})(\d{2})(\d{2})_(\d{3,})$")
_JOB_PLACE = re.compile(r"^([0-9]{4})/([0-9]{2})/([0-9]{2})/[^/.][^/]*/([0-9]{3,})$")
_MAX_NUMBER = 1_000_000


def claim_id(out: Path, day: date) -> tuple[str, Path]:
    """Claim the day's next free job number; returns the job id and the claim's folder.

    `mkdir` either makes the folder or fails, so two callers never get one number
    (docs/design.md, "What the user sees").
    """
    ids = out / f"{day:%Y/%m/%d}" / ".ids"
    ids.mkdir(parents=True, exist_ok=True)
    taken = (int(entry.name) for entry in ids.iterdir() if entry.name.isdecimal())
    for number in range(max(taken, default=0) + 1, _MAX_NUMBER):
        claim = ids / f"{number:03d}"
        try:
            claim.mkdir()
        except FileExistsError:
            continue
        return f"job_{day:%Y%m%d}_{number:03d}", claim
    raise UsageError(
        f"No job number is free in {ids}.",
        cause="A million jobs were made in one day.",
        fix="Give another folder with --out.",
    )


def job_path(out: Path, job_id: str, user: str) -> Path:
    match = _JOB_ID.match(job_id)
    assert match, job_id
    year, month, day, number = match.groups()
    return out / year / month / day / user / number


def write_job(
    job: Job,
    job_dir: Path,
    script: str | None = None,
    glossary: str | None = None,
    film: Path | None = None,
) -> None:
    """Write a new job's directory whole: it appears with job.json and state.json, or not at all.

    `script` is the content of script.json, where a text was given with the film, and `glossary`
    that of glossary.json; `film` is a film that becomes the job's own (it is moved there).
    """
    job_dir.parent.mkdir(parents=True, exist_ok=True)
    temporary = job_dir.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(4)}")
    temporary.mkdir()
    try:
        layout = JobLayout(temporary)
        write_text(layout.job_file, job.model_dump_json(indent=1) + "\n")
        JobState.of(job).write(layout)
        if script is not None:
            write_text(layout.script, script)
        if glossary is not None:
            write_text(layout.glossary, glossary)
        take_film(film, job, layout)
        temporary.rename(job_dir)
        fsync_dir(job_dir.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def take_film(film: Path | None, job: Job, layout: JobLayout) -> None:
    """Move a joined film to where the job has it, by one rename."""
    if film is not None:
        layout.film.mkdir()
        film.rename(layout.film / job.film.path.name)
        fsync_dir(layout.film)


def rewrite_job(job: Job, layout: JobLayout) -> None:
    """Replace job.json whole by what is another now; whoever does so holds the job."""
    write_text(layout.job_file, job.model_dump_json(indent=1) + "\n")


def find_job(out: Path, job_id: str) -> Path:
    """The directory of a job by its id. Raises UsageError when there is none, or the id is none."""
    match = _JOB_ID.match(job_id)
    if not match:
        raise UsageError(
            f"{job_id!r} is not a valid job id.",
            cause="A job id looks like job_20241120_001.",
            fix="Copy the id that prepare-job printed, or give the folder with --job-dir.",
        )
    year, month, day, number = match.groups()
    named = (out / year / month / day).glob(f"[!.]*/{number}")
    found = sorted(path for path in named if is_folder(path) and is_folder(path.parent))
    if len(found) > 1:  # somebody made a second folder of this number
        own = [path for path in found if is_own(path)]
        if len(own) != 1:
            raise UsageError(
                f"Several folders are job {job_id}: {', '.join(map(str, found))}.",
                cause="Each number is used once; a folder was created or copied by hand.",
                fix="Name one of them with --job-dir.",
            )
        found = own
    if not found:
        raise UsageError(
            f"There is no job {job_id} in {out}.",
            cause="It was made with another --out, or removed.",
            fix="Give the same --out as prepare-job, or the folder with --job-dir.",
        )
    return found[0]


def named_job(out: Path, name: str) -> Path:
    """The directory of a job that a person named by its id or its folder. Raises UsageError."""
    if _JOB_ID.match(name):
        return find_job(out, name)
    folder = Path(name).expanduser().resolve()
    if folder.is_dir():
        return folder
    raise UsageError(
        f"{name!r} is neither a job's id nor a folder.",
        cause="A job id looks like job_20241120_001.",
        fix=jobs_line(out, first="To list the jobs,"),
    )


def id_of_path(job_dir: Path) -> str | None:
    """The id that a job's place in `out` stands for; None for a folder that lies elsewhere."""
    match = _JOB_PLACE.match("/".join(job_dir.absolute().parts[-5:]))
    return "job_{}{}{}_{}".format(*match.groups()) if match else None


def is_own(job_dir: Path) -> bool:
    """Whether a job belongs to who runs this program: its folder, and its job.json.

    In a folder where several people write, another's job is not run without being named.
    """
    owners = set()
    try:
        for path in (job_dir, JobLayout(job_dir).job_file):
            with suppress(FileNotFoundError):
                owners.add(path.lstat().st_uid)
    except OSError:  # one that may not even be looked at
        return False
    return owners == {os.geteuid()}


def read_job(job_dir: Path) -> Job:
    """Read job.json. Raises UsageError when it is missing or broken, naming the field."""
    path = JobLayout(job_dir).job_file
    try:
        data = job_files.read_bytes(job_dir, path)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            f"{job_dir} is not a job folder.",
            cause="There is no job.json in it.",
            fix="Give a folder that prepare-job made.",
        ) from None
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read.", cause=f"{error.strerror}.", fix="Check its permissions."
        ) from None
    try:
        return Job.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"{path} is broken{f' at {where}' if where else ''}: {first['msg']}.",
            cause="It was edited or cut short.",
            fix="Make the job again with prepare-job; the old folder stays as it is.",
        ) from None
