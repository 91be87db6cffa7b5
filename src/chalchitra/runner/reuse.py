"""Publishing what the store already has, instead of running a stage."""

from __future__ import annotations

import time

from chalchitra import timestamps
from chalchitra.artifacts import ArtifactStore
from chalchitra.files import fsync_dir
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import StageRecord
from chalchitra.runner.attempt import next_number, remove_older
from chalchitra.runner.decide import Decision
from chalchitra.runner.events import Reporter
from chalchitra.runner.publish import publish
from chalchitra.runner.request import build_request
from chalchitra.stagekit.protocol import REQUEST_FILE, ModelRef


def reuse(
    store: ArtifactStore,
    job: Job,
    layout: JobLayout,
    key: str,
    decision: Decision,
    models: dict[str, ModelRef],
    reporter: Reporter,
) -> StageRecord | None:
    """Publish the outputs of the decision's fingerprint; None when the store has none whole."""
    clock = time.monotonic()
    if store.find(decision.fingerprint) is None:
        return None
    number = next_number(layout, key)
    attempt = layout.attempt(key, number)
    attempt.mkdir(parents=True)
    entry = store.take(decision.fingerprint, attempt)
    if entry is None:
        attempt.rmdir()
        return None
    request = build_request(job, layout, key, attempt, models=models).model_copy(
        update={
            "fingerprint": decision.fingerprint,
            "fingerprint_parts": decision.parts,
            "attempt": number,
            "started": timestamps.now(),
        }
    )
    request.write(attempt / REQUEST_FILE)
    done = layout.done(key, number)
    attempt.rename(done)
    fsync_dir(done.parent)
    seconds = round(time.monotonic() - clock, 3)
    record = publish(job, layout, key, done, reporter, seconds=seconds, made_by=entry.job_id)
    remove_older(layout, key, keep=done)
    return record
