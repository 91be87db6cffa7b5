"""`run-pipeline --demo`: from a bare checkout to a subtitled film, nothing else typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from chalchitra import stopping
from chalchitra.environments import state
from chalchitra.environments.table import load
from chalchitra.errors import ExitCode, MissingError
from chalchitra.hints import typed
from chalchitra.paths import project_root
from chalchitra.pipeline import plan, split_key
from chalchitra.prepare.films import prepare_film
from chalchitra.prepare.options import PrepareOptions
from chalchitra.prepare.plan import make_plan

DEMO_LANGUAGE = "en"
DEMO_MODEL = "base"
DEMO_ENGINE = "ctranslate2"


def demo_film(root: Path | None = None) -> Path:
    """The clip that comes with the repository: LibriVox readings, in the public domain."""
    return (root or project_root()) / "docs" / "demo" / "demo.mp4"


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
        _bootstrap(missing)
    options = PrepareOptions(
        workflow="subtitle", source=DEMO_LANGUAGE, model=DEMO_MODEL, engine=DEMO_ENGINE
    )
    job, folder = prepare_film(demo_film(), make_plan(options), out)
    if not quiet:
        print(f"Prepared {job.job_id} from the demo clip.")
    return folder


def _bootstrap(names: list[str]) -> None:
    command = [str(project_root() / "bootstrap.sh")]
    for name in names:
        command += ["--env", name]
    sys.stdout.flush()
    # Its own words go to stderr, so that --json stays a stream of events.
    with subprocess.Popen(command, stdout=sys.stderr) as process:
        try:
            status = stopping.aside(process.wait)
        finally:
            process.terminate()
    stopping.check()  # Ctrl-C on the terminal was for both of us
    if status != ExitCode.DONE:
        raise MissingError(
            f"The demo needs the environments {', '.join(names)}, but they could not be built.",
            cause="bootstrap printed the reason above.",
            fix=typed("./run-pipeline.sh --demo", first="Fix that, then"),
        )
