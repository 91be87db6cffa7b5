"""Ending a run before its time: by the job's cancel file, or with the whole program."""

from __future__ import annotations

import threading

import pytest

from chalchitra.errors import CancelledError, ExitCode
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.record import read_record
from chalchitra.jobs.state import read_state
from chalchitra.runner import stop
from chalchitra.runner.history import read_history
from chalchitra.runner.run import RunOptions, run_job
from chalchitra.runner.stop import Stop

from .quick import Quick, echo, leftovers


@pytest.fixture
def layout(tmp_path):
    return JobLayout(tmp_path)


def test_nobody_asked(layout):
    watch = Stop(layout)
    watch.check()
    watch.forget()
    assert list(layout.root.iterdir()) == []


def test_a_wish_is_heard_and_taken_back(layout, monkeypatch):
    monkeypatch.setattr(stop, "FILE_SECONDS", 0)
    watch = Stop(layout)
    watch.check()
    layout.cancel.touch()
    with pytest.raises(CancelledError, match="job was cancelled") as caught:
        watch.check()
    assert caught.value.exit_code == ExitCode.CANCELLED
    assert not layout.cancel.exists()
    with pytest.raises(CancelledError):  # a thread that was left to itself asks, too
        watch.check()


def test_the_file_is_looked_for_at_least_twice_a_second(layout, monkeypatch):
    now = 100.0
    monkeypatch.setattr(stop.time, "monotonic", lambda: now)
    watch = Stop(layout)
    watch.check()
    layout.cancel.touch()
    now += 0.5
    with pytest.raises(CancelledError):
        watch.check()


def test_the_end_of_the_program_ends_every_job(layout, tmp_path):
    everything = threading.Event()
    watches = [Stop(JobLayout(tmp_path / name), everything) for name in "ab"]
    for watch in watches:
        watch.check()
    everything.set()
    for watch in watches:
        with pytest.raises(CancelledError, match="run was cancelled"):
            watch.check()


def test_a_wish_for_an_earlier_run_is_forgotten(project):
    quick = Quick(project)
    job, layout = quick.job()
    layout.cancel.touch()
    assert quick.run(layout).served == job.stages
    assert not layout.cancel.exists()


def test_a_cancelled_job_goes_on_where_it_stopped(project, monkeypatch):
    monkeypatch.setattr(stop, "FILE_SECONDS", 0)
    quick = Quick(project)
    job, layout = quick.job()

    def asks(stage):
        layout.cancel.touch()
        echo(stage)

    quick.instead["vad"] = asks
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.CANCELLED
    assert ran.served == ["demux", "vad"]
    assert read_record(layout, "vad") is not None, "what was finished is kept"
    assert read_state(layout).state == "cancelled"
    ran = quick.run(layout)
    assert (ran.outcome.exit_code, ran.served) == (ExitCode.DONE, ["asr"])


def test_what_is_cancelled_while_it_runs_is_no_crash(project, monkeypatch):
    monkeypatch.setattr(stop, "FILE_SECONDS", 0)
    job, layout = project.job("transcribe", ())
    project.stage("demux", f"import time; open({str(layout.cancel)!r}, 'w'); time.sleep(60)")
    outcome = run_job(layout.root, Quick(project), RunOptions())
    assert outcome.exit_code == ExitCode.CANCELLED
    assert outcome.summary["stages"][0]["state"] == "cancelled"
    (attempt,) = read_history(layout, "demux").attempts
    assert attempt.ending == "cancelled"
    project.stage("demux")
    assert run_job(layout.root, Quick(project), RunOptions(only=("demux",))).error is None
    assert leftovers(layout) == []
