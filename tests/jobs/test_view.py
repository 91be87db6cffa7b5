"""Looking at one job: stages, progress, what is left."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta

import pytest

from chalchitra.errors import UsageError
from chalchitra.jobs.estimate import Rates, Sample
from chalchitra.jobs.pace import work_of
from chalchitra.jobs.state import JobState
from chalchitra.jobs.view import look

START = datetime.fromisoformat("2026-01-02T12:00:00+00:00")
NONE = Rates(())


def at(seconds):
    return START + timedelta(seconds=seconds)


def told(layout, key, attempt, *messages, seconds):
    """The messages of an attempt, the last of them so many seconds after START."""
    folder = layout.attempt(key, attempt)
    folder.mkdir(parents=True)
    path = folder / "messages.jsonl"
    path.write_text("".join(f"{json.dumps(message)}\n" for message in messages))
    os.utime(path, (at(seconds).timestamp(),) * 2)
    return path


def progress(done, total=100):
    return {"type": "progress", "done": done, "total": total, "unit": "seconds"}


@pytest.fixture
def running(project, holding):
    """A job that is held and has begun `asr` at START; yields (job, layout)."""
    job, layout = project.job()
    JobState.of(job).model_copy(
        update={
            "state": "running",
            "stage": "asr",
            "started": (START - timedelta(seconds=60)).isoformat(),
            "stage_started": START.isoformat(),
        }
    ).write(layout)
    with holding(layout):
        yield job, layout


def states(view):
    return {stage.key: stage.state for stage in view.stages}


def test_a_job_that_nobody_ran_waits(project):
    job, layout = project.job()
    view = look(layout.root, NONE, START)
    assert set(states(view).values()) == {"waiting"}
    assert view.left.seconds is None
    assert list(view.left.unknown) == job.stages
    assert (view.state, view.runs, view.now, view.held_by) == ("ready", False, None, None)


def test_a_running_stage_shows_its_last_progress(running, publish):
    job, layout = running
    publish(job, layout, "demux")
    told(layout, "asr", 1, progress(90), seconds=-30)
    told(layout, "asr", 2, progress(10), progress(40), {"type": "log", "text": "x"}, seconds=20)
    view = look(layout.root, NONE, at(25))
    assert states(view)["demux"] == "done"
    assert states(view)["alignment"] == "waiting"
    assert view.now.key == "asr"
    assert view.now.progress == {"done": 40, "total": 100, "unit": "seconds"}
    assert view.now.seconds == 25
    assert view.now.left == pytest.approx(25)  # 40 % in 20 s, and 5 s since
    assert "asr" not in view.left.unknown
    assert "alignment" in view.left.unknown
    assert view.held_by.pid is not None


def test_what_an_earlier_attempt_said_does_not_count(running):
    job, layout = running
    told(layout, "asr", 1, progress(90), seconds=-30)
    view = look(layout.root, NONE, at(25))
    assert (view.now.progress, view.now.left) == (None, None)


@pytest.mark.parametrize(
    "line",
    [
        '{"type": "progress"}',
        '{"type": "progress", "done": 1, "total": 0, "unit": "x"}',
        '{"type": "progress", "done": "1", "total": 2, "unit": "x"}',
        '{"type": "progress", "done": 3, "total": 2, "unit": "x"}',
        '{"type": "progress", "done": 1, "to',
        "nothing",
    ],
)
def test_progress_that_makes_no_sense_is_not_shown(running, line):
    job, layout = running
    path = told(layout, "asr", 1, progress(40), seconds=20)
    path.write_text(path.read_text() + line + "\n")
    os.utime(path, (at(20).timestamp(),) * 2)
    assert look(layout.root, NONE, at(25)).now.progress["done"] == 40


def test_the_rest_is_what_earlier_jobs_took(running):
    job, layout = running
    minutes = job.film.duration / 60
    rates = Rates(Sample(work_of(job, key), 10 * minutes, minutes) for key in job.stages[1:])
    view = look(layout.root, rates, at(0.5 * minutes))
    asr, *later = [stage for stage in view.stages if stage.key not in ("demux", "vad")]
    assert asr.left == pytest.approx(9.5 * minutes, abs=0.01)
    assert [stage.left for stage in later] == pytest.approx([10 * minutes] * len(later), abs=0.01)
    assert view.left.unknown == ("demux",)


def test_records_of_an_earlier_run_count_where_nothing_changes_for_them(running, publish):
    job, layout = running
    for key in job.stages:
        publish(job, layout, key, started="2026-01-01T00:00:00+00:00")
    shown = states(look(layout.root, NONE, at(1)))
    assert (shown["demux"], shown["vad"]) == ("done", "done")
    assert shown["asr"] == "running"
    assert {shown[key] for key in job.stages[3:]} == {"waiting"}


def test_between_two_stages_none_runs(running, publish):
    job, layout = running
    publish(job, layout, "asr", started=at(0).isoformat())
    view = look(layout.root, NONE, at(25))
    assert states(view)["asr"] == "done"
    assert (view.now, view.runs) == (None, True)


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_job_that_stopped_shows_where(project, publish, state):
    job, layout = project.job()
    publish(job, layout, "demux")
    error = {"kind": "stage", "what": "It broke.", "cause": "", "fix": ""}
    JobState.of(job).model_copy(
        update={
            "state": state,
            "stage": "vad",
            "stage_started": START.isoformat(),
            "ended": at(7).isoformat(),
            "error": error,
        }
    ).write(layout)
    view = look(layout.root, NONE, at(1000))
    assert (view.now.key, view.now.state, view.now.seconds) == ("vad", state, 7)
    assert view.to_dict()["error"] == error


def test_a_job_whose_runner_died_was_interrupted(project):
    job, layout = project.job()
    JobState.of(job).model_copy(
        update={"state": "running", "stage": "asr", "stage_started": START.isoformat()}
    ).write(layout)
    view = look(layout.root, NONE, at(10))
    assert (view.state, view.now.key, view.now.state) == ("interrupted", "asr", "interrupted")
    assert view.now.seconds is None


def test_a_done_job_shows_what_it_made(project, finish, publish, deliverable, degraded):
    job, layout = project.job()
    finish(job, layout, seconds=2.0)
    publish(job, layout, "alignment", degraded=degraded, reused=True)
    publish(job, layout, "mux", outputs=deliverable(layout, "film.hi.srt"))
    publish(job, layout, "export", outputs=deliverable(layout, "gone.txt"))
    (layout.output / "gone.txt").unlink()
    view = look(layout.root, NONE, START)
    assert (view.state, view.left) == ("done", None)
    assert states(view) == dict.fromkeys(job.stages, "done") | {"alignment": "reused"}
    assert view.deliverables == (layout.output / "film.hi.srt",)
    data = view.to_dict()
    assert data["remaining"] is None
    assert next(row for row in data["stages"] if row["stage"] == "alignment")["degraded"] == [
        item.model_dump() for item in degraded
    ]


def test_the_gist_changes_with_progress_and_not_with_time(running):
    job, layout = running
    told(layout, "asr", 1, progress(40), seconds=20)
    rates = Rates([Sample(work_of(job, "asr"), 100, 1)])
    first = look(layout.root, rates, at(25)).gist()
    assert look(layout.root, rates, at(26)).gist() == first
    told(layout, "asr", 2, progress(50), seconds=26)
    assert look(layout.root, rates, at(26)).gist() != first


def test_a_broken_job_cannot_be_looked_at(project):
    job, layout = project.job()
    layout.job_file.write_text("{")
    with pytest.raises(UsageError, match="broken"):
        look(layout.root, NONE, START)
