"""state.json: written with the job, and made again from the records when it is of no use."""

from __future__ import annotations

import json

import pytest

from chalchitra.errors import UsageError
from chalchitra.jobs.model import Clip
from chalchitra.jobs.state import JobState, effective, read_state
from chalchitra.stagekit.protocol import Degraded


def test_a_prepared_job_is_ready(project):
    job, layout = project.job()
    state = JobState.model_validate_json(layout.state.read_bytes())
    assert state == JobState.of(job) == read_state(layout)
    assert (state.state, state.stage, state.stages_done) == ("ready", None, 0)
    assert state.stages_total == len(job.stages)
    assert state.film == str(job.film.path)
    assert effective(state, layout) == "ready"


@pytest.mark.parametrize(
    ("duration", "clip", "minutes"),
    [
        (600.0, None, 10.0),
        (600.0, Clip(start=60), 9.0),
        (600.0, Clip(start=60, end=120), 1.0),
        (None, Clip(start=60, end=120), 1.0),
        (None, None, None),
        (None, Clip(start=60), None),
    ],
)
def test_minutes_are_those_that_are_heard(project, duration, clip, minutes):
    job, layout = project.job()
    job.film.duration, job.clip = duration, clip
    assert JobState.of(job).minutes == minutes


def test_a_state_cut_anywhere_is_made_again_from_the_records(project, publish):
    job, layout = project.job()
    publish(job, layout, "demux", degraded=[Degraded(what="Less.")])
    whole = layout.state.read_bytes()
    layout.state.unlink()
    rebuilt = read_state(layout)
    assert (rebuilt.stages_done, rebuilt.degraded, rebuilt.job_id) == (1, 1, job.job_id)
    for length in range(len(whole.rstrip())):
        layout.state.write_bytes(whole[:length])
        assert read_state(layout) == rebuilt
    layout.state.write_bytes(whole.rstrip())
    assert read_state(layout) == JobState.of(job)


@pytest.mark.parametrize("text", ["null", "[]", "{}", '{"version": 2}', "\xff"])
def test_a_state_that_is_something_else_is_not_believed(project, text):
    job, layout = project.job()
    layout.state.write_text(text)
    assert read_state(layout) == JobState.of(job)


def test_all_records_make_a_job_done(project, finish):
    job, layout = project.job()
    finish(job, layout, seconds=2.0)
    layout.state.unlink()
    state = read_state(layout)
    assert (state.state, state.stages_done) == ("done", len(job.stages))
    assert state.seconds == 2.0 * len(job.stages)


@pytest.mark.parametrize(
    ("ending", "state", "shown"),
    [
        ("running", "running", "interrupted"),
        ("lost", "running", "interrupted"),
        ("failed", "failed", "failed"),
        ("crashed", "failed", "failed"),
        ("timeout", "failed", "failed"),
        ("cancelled", "cancelled", "cancelled"),
    ],
)
def test_without_a_state_the_last_attempt_says_how_the_run_ended(
    project, publish, ending, state, shown
):
    job, layout = project.job()
    publish(job, layout, "demux")
    layout.stage("vad").mkdir()
    error = {"kind": "stage", "what": "It broke."} if state == "failed" else None
    layout.attempts("vad").write_text(
        json.dumps({"version": 1, "attempts": [{"ending": ending, "error": error}]})
    )
    layout.lock.touch()
    layout.state.unlink()
    found = read_state(layout)
    assert (found.state, found.stage, found.error) == (state, "vad", error)
    assert effective(found, layout) == shown


@pytest.mark.parametrize("text", ["", "{", "[]", '{"attempts": []}', '{"attempts": [3]}'])
def test_attempts_that_cannot_be_read_leave_an_interrupted_job(project, text):
    job, layout = project.job()
    layout.stage("demux").mkdir(parents=True)
    layout.attempts("demux").write_text(text)
    layout.lock.touch()
    layout.state.unlink()
    assert effective(read_state(layout), layout) == "interrupted"


def test_no_job_is_an_error(project, tmp_path):
    job, layout = project.job()
    layout.state.unlink()
    layout.job_file.unlink()
    with pytest.raises(UsageError, match="is not a job folder"):
        read_state(layout)


def test_a_state_is_enough_where_job_json_is_broken(project):
    job, layout = project.job()
    layout.job_file.write_text("{")
    assert read_state(layout) == JobState.of(job)


def test_a_running_job_that_nobody_holds_was_interrupted(project, holding):
    job, layout = project.job()
    state = JobState.of(job)
    state.state = "running"
    state.write(layout)
    assert effective(state, layout) == "interrupted"
    with holding(layout) as runner:
        assert effective(state, layout) == "running"
        runner.kill()
        runner.wait()
        assert effective(state, layout) == "interrupted"


def test_a_job_that_ends_between_two_looks_was_not_interrupted(project):
    job, layout = project.job()
    seen = JobState.of(job)
    seen.state = "running"
    ended = seen.model_copy(update={"state": "done"})
    ended.write(layout)
    assert effective(seen, layout) == "done"
