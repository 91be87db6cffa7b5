"""What stages took in the latest finished jobs: the samples that an estimate is made of."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from chalchitra.errors import ChalchitraError
from chalchitra.jobs.estimate import Rates, Sample, Work
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.listing import Jobs
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import read_record
from chalchitra.jobs.state import read_state
from chalchitra.jobs.store import id_of_path, read_job
from chalchitra.pipeline import split_key

_JOBS = 20
"""So many finished jobs are asked: enough for a median, and today's machine, not last year's."""
_LOOKED_AT = 400
"""So many jobs are looked at for them: a folder of failed ones must not take seconds."""


def work_of(job: Job, key: str) -> Work:
    """What the speed of this stage of this job depends on."""
    stage, _ = split_key(key)
    model, machine = job.models.get(key), job.machines.get(key, job.machines.get(stage))
    detail = (
        model.name if model else None,
        machine and (machine.device, machine.compute_type),
        job.tool_of(key),
    )
    environment = job.stage_environments.get(key, job.stage_environments.get(stage, ""))
    return Work(stage, environment, detail)


def rates_beside(job_dir: Path) -> Rates:
    """The rates of the finished jobs in the same `out` as this one; none if it lies elsewhere."""
    if id_of_path(job_dir) is None:
        return Rates(())
    return rates_in(job_dir.absolute().parents[4])


def rates_in(out: Path) -> Rates:
    """The rates of the latest finished jobs of an `out`."""
    folders = islice(Jobs(out).folders(), _LOOKED_AT)
    done = (path for path in folders if _is_done(path))
    return Rates(sample for path in islice(done, _JOBS) for sample in _samples(path))


def _is_done(job_dir: Path) -> bool:
    try:
        return read_state(JobLayout(job_dir)).state == "done"
    except ChalchitraError:
        return False


def _samples(job_dir: Path) -> Iterator[Sample]:
    """The stages of one finished job that really ran; a reused one took no time of its own."""
    try:
        job = read_job(job_dir)
    except ChalchitraError:
        return
    minutes = None if job.heard_seconds is None else job.heard_seconds / 60
    layout = JobLayout(job_dir)
    for key in job.stages:
        record = read_record(layout, key)
        if record is not None and minutes and not record.reused:
            yield Sample(work_of(job, key), record.seconds, minutes)
