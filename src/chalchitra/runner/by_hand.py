"""The request of a stage that a person runs by hand: `scripts/stages/<stage>.py --job-dir DIR`."""

from __future__ import annotations

import shutil
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.store import read_job
from chalchitra.pipeline import STAGES, stage_key
from chalchitra.runner.request import build_request
from chalchitra.stagekit.protocol import REQUEST_FILE, Request


def make_request(job_dir: Path, stage: str, language: str | None) -> Request:
    """Build and write the request; its outputs go to `stages/<key>/by-hand/`, emptied before.

    Raises UsageError for a stage that the job does not have, MissingError where one before it has
    not run.
    """
    if STAGES[stage].per_language and not language:
        raise UsageError(
            f"{stage} runs once for each language, and none is named.",
            cause="--language is missing.",
            fix=f"Add it, for example: scripts/stages/{stage}.py --job-dir DIR --language en",
        )
    job_dir = job_dir.absolute()
    layout = JobLayout(job_dir)
    key = stage_key(stage, language)
    folder = layout.by_hand(key)
    request = build_request(read_job(job_dir), layout, key, folder, by_hand=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    request.write(folder / REQUEST_FILE)
    return request
