"""Where a job's models are now: a checkout, or the folder of models, may have moved since."""

from __future__ import annotations

from chalchitra.jobs.model import Job, ModelChoice
from chalchitra.models import catalogue
from chalchitra.paths import models_dir


def with_models_here(job: Job) -> Job:
    """The job with its models where they are on this machine today.

    A folder that a person named is found where the models are, if it was among them; else it stays
    the one that was named, there or not.
    """
    known = catalogue.load()
    models = {key: _here(choice, known) for key, choice in job.models.items()}
    return job if models == job.models else job.model_copy(update={"models": models})


def _here(choice: ModelChoice, known: catalogue.Catalogue) -> ModelChoice:
    if choice.path.exists():
        return choice
    if not known.knows(choice.name, choice.kind):
        moved = models_dir() / choice.path.name
        return choice.model_copy(update={"path": moved}) if moved.is_dir() else choice
    ours = known.find(choice.name, choice.kind, choice.format).path()
    if ours.name != choice.path.name:
        return choice
    return choice.model_copy(update={"path": ours})
