"""Making the tracks of a job again after something about them was changed in job.json."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from chalchitra.editing.quality import no_tracks
from chalchitra.errors import UsageError
from chalchitra.hints import run_line
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import read_record
from chalchitra.jobs.store import read_job
from chalchitra.pipeline import GIVEN, split_key
from chalchitra.runner import rules
from chalchitra.runner.events import Reporter
from chalchitra.runner.film_again import place_now
from chalchitra.runner.film_hash import film_missing
from chalchitra.runner.run import Outcome, RunOptions, Services, run_job
from chalchitra.runner.workers import WorkerPool

TRACKS = "subtitle_gen"


def require_tracks(job: Job, layout: JobLayout) -> None:
    """Raise UsageError unless the job has tracks, and all that they are made of is there."""
    keys = [key for key in job.stages if split_key(key)[0] == TRACKS]
    if not keys:
        raise no_tracks(job)
    made_of = {
        producer
        for key in keys
        for producer, _ in job.inputs_of(key).values()
        if producer not in GIVEN and producer not in keys
    }
    missing = [key for key in job.stages if key in made_of and read_record(layout, key) is None]
    if missing:
        raise UsageError(
            f"The tracks of job {job.job_id} cannot be made yet.",
            cause=f"{missing[0]} has not run.",
            fix=run_line(layout.root),
        )


def require_film(folder: Path) -> None:
    """Raise UsageError where the job's film, which is to be made again with its tracks, is gone."""
    job = read_job(folder)
    if "mux" in job.stages and place_now(job) is None:
        raise film_missing(
            job.film.path, "Put it back, or add --no-mux: the tracks do not need the film."
        )


def remake(folder: Path, reporter: Reporter, *, mux: bool) -> Outcome:
    """Make the tracks again and their report, and with `mux` the film; all else is left alone.

    A deliverable that a person changed is never overwritten, as in any run. Raises as run_job does.
    """
    wanted = {TRACKS, "qc", "mux"} if mux else {TRACKS, "qc"}
    stages = read_job(folder).stages
    only = dict.fromkeys(name for key in stages if (name := split_key(key)[0]) in wanted)
    options = RunOptions(only=tuple(only))
    if sum(split_key(key)[0] == TRACKS for key in stages) < 2:
        return run_job(folder, reporter, options)
    with closing(WorkerPool(rules.load())) as pool:  # one process for all languages
        return run_job(folder, reporter, options, Services(launcher=pool.serve))
