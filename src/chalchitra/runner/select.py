"""Which stages of a job a run may touch, and which it runs whatever their fingerprints say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalchitra.errors import UsageError
from chalchitra.jobs.model import Job
from chalchitra.pipeline import STAGES, split_key


@dataclass(frozen=True)
class Selection:
    """`wanted` are the stage keys that may run, `forced` those that run in any case."""

    wanted: frozenset[str]
    forced: dict[str, str]


def select(
    job: Job, *, from_stage: str | None = None, only: Sequence[str] = (), force: bool = False
) -> Selection:
    """What --from, --only and --force mean for a job.

    `--from S` runs S and every stage after it again; `--only S` leaves all others alone; `--force`
    runs again whatever is wanted. A stage is named by its key, or without its language for all
    languages. Raises UsageError for a stage that the job, or this version, does not have.
    """
    _require_known(job)
    wanted = list(job.stages)
    if only:
        named = {key for name in only for key in _keys(job, name)}
        wanted = [key for key in wanted if key in named]
    forced: dict[str, str] = {}
    if force:
        forced |= dict.fromkeys(wanted, "--force was given")
    if from_stage is not None:
        first = min(job.stages.index(key) for key in _keys(job, from_stage))
        forced |= {
            key: f"--from {from_stage} was given"
            for key in wanted
            if job.stages.index(key) >= first
        }
    return Selection(frozenset(wanted), forced)


def _require_known(job: Job) -> None:
    unknown = [key for key in job.stages if split_key(key)[0] not in STAGES]
    if unknown:
        raise UsageError(
            f"Job {job.job_id} has a stage {unknown[0]}, which this version of Chalchitra does not "
            "have.",
            cause="It was prepared with another version.",
            fix="Prepare it again with prepare-job; the old folder stays as it is.",
        )


def _keys(job: Job, name: str) -> list[str]:
    found = [key for key in job.stages if name in (key, split_key(key)[0])]
    if not found:
        raise UsageError(
            f"Job {job.job_id} has no stage {name}.",
            cause=f"Its stages are {', '.join(job.stages)}.",
            fix="Name one of them; 'translation' means the translation into every language.",
        )
    return found
