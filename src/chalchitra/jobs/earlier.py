"""Jobs that were made of a film before: preparing it once more makes another one."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from chalchitra.errors import ChalchitraError
from chalchitra.hints import job_argument, run_line, typed
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.listing import Jobs, Row, row_of
from chalchitra.jobs.state import read_state


def earlier_jobs(out: Path, user: str, films: Collection[Path]) -> dict[Path, Row]:
    """The newest job of each of these films that the user has in `out`, where there is one."""
    wanted = {str(film): film for film in films}
    found: dict[Path, Row] = {}
    for folder in Jobs(out).folders(user):
        try:
            film = wanted.get(read_state(JobLayout(folder)).film)
        except ChalchitraError:  # a broken one is of no use
            continue
        if film is None or film in found:
            continue
        row = row_of(folder)
        if row is not None and row.state != "broken":
            found[film] = row
            if len(found) == len(wanted):
                break
    return found


def told(row: Row) -> str:
    """What a person is told of an earlier job, with what to type for it."""
    first = f"This film was prepared before, as {row.job_id} ({row.state});"
    if row.state in ("done", "running"):
        see = f"{first} to see that job,"
        return typed("chalchitra status", job_argument(row.job_dir), first=see)
    return run_line(row.job_dir, first=f"{first} to continue that job,")
