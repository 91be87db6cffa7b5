"""Jobs as their runners leave them: records, states, a process that holds one."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager

import pytest

from chalchitra.jobs.record import Output, Placed, StageRecord
from chalchitra.jobs.state import JobState
from chalchitra.pipeline import split_key
from chalchitra.stagekit.protocol import Degraded

HOLD = """
import sys, time
from pathlib import Path
from chalchitra.jobs.layout import JobLayout
from chalchitra.runner.lock import held
with held(JobLayout(Path(sys.argv[1])), "job"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def publish():
    """Write the record of a stage, as after a run of it."""

    def write(job, layout, key, *, seconds=1.0, started="2026-01-02T10:00:00+00:00", **fields):
        layout.stage(key).mkdir(parents=True, exist_ok=True)
        record = StageRecord(
            stage=key,
            fingerprint="f",
            fingerprint_parts={},
            attempt=1,
            environment=job.stage_environments[split_key(key)[0]],
            python="python",
            python_version="3.11",
            started=started,
            seconds=seconds,
            outputs=fields.pop("outputs", {}),
            **fields,
        )
        record.write(layout)
        return record

    return write


@pytest.fixture
def deliverable():
    """An output that was placed in `output/`."""

    def write(layout, name):
        layout.output.mkdir(exist_ok=True)
        path = layout.output / name
        path.write_text("text")
        placed = Placed(path=f"output/{name}", bytes=4, mtime_ns=0, sha256="")
        return {"srt": Output(path="x", bytes=4, mtime_ns=0, sha256="", placed=placed)}

    return write


@pytest.fixture
def degraded():
    return [Degraded(what="No aligner.", fix="Fetch one.")]


@pytest.fixture
def finish(publish):
    """Write all records of a job and its state, as after a run that ended well."""

    def write(job, layout, *, seconds=1.0, **fields):
        for key in job.stages:
            publish(job, layout, key, seconds=seconds, **fields)
        state = JobState.of(job)
        state.state, state.stages_done = "done", state.stages_total
        state.write(layout)
        return state

    return write


@pytest.fixture
def holding():
    """Hold a job from another process; yields the process."""

    @contextmanager
    def hold(layout):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(layout.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()
            process.communicate()

    return hold
