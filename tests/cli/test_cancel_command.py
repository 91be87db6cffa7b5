"""`cancel`: of a job that runs, and of one that does not."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from chalchitra.errors import HeldError
from chalchitra.jobs.holding import Holder
from chalchitra.jobs.state import JobState, read_state
from chalchitra.runner.cancel import ask, wait
from chalchitra.runner.lock import held

HOLD = """
import sys
from pathlib import Path
from chalchitra.jobs.layout import JobLayout
from chalchitra.runner.lock import held
with held(JobLayout(Path(sys.argv[1])), "job"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_running_job_is_cancelled_and_can_go_on(project, working, typed, chalchitra):
    with working() as (job, layout, runner):
        process = typed("cancel", job.job_id)
        said = process.communicate(timeout=40)[0]
        assert process.returncode == 0
        assert f"Asked process {runner.pid} on" in said
        assert f"Job {job.job_id} was cancelled at asr" in said
        assert runner.wait(timeout=10) == 130
        assert read_state(layout).state == "cancelled"
        assert not layout.cancel.exists()
    project.stage("asr")
    assert chalchitra("run-pipeline", "-j", job.job_id).code == 0


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_a_job_that_ended_needs_no_cancelling(project, chalchitra, state):
    job, layout = project.job()
    JobState.of(job).model_copy(update={"state": state}).write(layout)
    found = chalchitra("cancel", job.job_id)
    assert (found.code, found.err) == (0, "")
    assert f"it is {state}" in found.out
    (row,) = chalchitra("cancel", job.job_id, "--json").data
    assert (row["asked"], row["state"]) == (False, state)
    assert not layout.cancel.exists()


@pytest.mark.parametrize(("state", "cause"), [("ready", "prepared"), ("running", "runner died")])
def test_a_job_that_nobody_runs_cannot_be_cancelled(project, chalchitra, state, cause):
    job, layout = project.job()
    JobState.of(job).model_copy(update={"state": state}).write(layout)
    found = chalchitra("cancel", job.job_id)
    assert found.code == 2
    assert "is not running" in found.err
    assert cause in found.err
    assert not layout.cancel.exists()


def test_a_job_that_does_not_stop_stays_asked(project):
    job, layout = project.job()
    with held(layout, job.job_id):
        asked = ask(layout)
        assert not asked.elsewhere
        with pytest.raises(HeldError, match="still running") as caught:
            wait(asked, 0.2)
        assert str(asked.runner.pid) in caught.value.fix
        assert layout.cancel.exists()


def test_a_wish_that_came_too_late_is_taken_back(project):
    job, layout = project.job()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(layout.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as runner:
        assert runner.stdout.readline() == "held\n"
        asked = ask(layout)
        JobState.of(job).model_copy(update={"state": "done"}).write(layout)
        runner.communicate("\n")
        assert wait(asked).state == "done"
    assert not layout.cancel.exists()


def test_of_a_job_on_another_machine_it_is_said(project, monkeypatch, chalchitra):
    job, layout = project.job()
    JobState.of(job).model_copy(update={"state": "running"}).write(layout)
    answers = [Holder(12, "elsewhere", "2026-01-02 10:00:00")]
    monkeypatch.setattr(
        "chalchitra.runner.cancel.holder", lambda layout: answers.pop() if answers else None
    )
    found = chalchitra("cancel", job.job_id)
    assert "process 12 on elsewhere" in found.err
    assert "another machine" in found.err


def test_several_at_once(project, chalchitra):
    done, layout = project.job()
    JobState.of(done).model_copy(update={"state": "done"}).write(layout)
    ready, _ = project.job()
    found = chalchitra("cancel", ready.job_id, done.job_id, "--json")
    assert found.code == 2
    assert [row["job_id"] for row in json.loads(found.out)] == [done.job_id]
    assert ready.job_id in json.loads(found.err)["error"]["what"]
