"""`run-pipeline --demo`: from a bare checkout to a subtitled film, nothing else typed."""

from __future__ import annotations

from pathlib import Path

from chalchitra.environments import state, supply
from chalchitra.environments.table import load
from chalchitra.paths import demo_film
from chalchitra.pipeline import plan, split_key
from chalchitra.prepare.films import prepare_film
from chalchitra.prepare.options import PrepareOptions
from chalchitra.prepare.plan import make_plan

DEMO_LANGUAGE = "en"
DEMO_MODEL = "base"
DEMO_ENGINE = "ctranslate2"


def prepare_demo(out: Path, *, quiet: bool) -> Path:
    """Build the environments that the demo needs, make its job, and return the job's folder.

    Raises MissingError when an environment cannot be built; bootstrap has said why.
    """
    table = load()
    stages = {split_key(key)[0] for key in plan("subtitle", DEMO_LANGUAGE, [])}
    choices = {"asr": DEMO_ENGINE}
    names = {table.service(stage, choices.get(stage))[0].name for stage in stages}
    missing = sorted(name for name in names if not state.state(name).whole)
    if missing:
        supply.build(missing)
    options = PrepareOptions(
        workflow="subtitle", source=DEMO_LANGUAGE, model=DEMO_MODEL, engine=DEMO_ENGINE
    )
    job, folder = prepare_film(demo_film(), make_plan(options), out)
    if not quiet:
        print(f"Prepared {job.job_id} from the demo clip.")
    return folder
