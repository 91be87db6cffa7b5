"""`status`: once, and staying until the job ends."""

from __future__ import annotations

import json
import os
import signal

import pytest

from chalchitra.jobs.state import JobState
from chalchitra.pipeline import STAGES


def states(row):
    return {stage["stage"]: stage["state"] for stage in row["stages"]}


def test_a_prepared_job(project, chalchitra):
    job, layout = project.job()
    for name in (job.job_id, layout.root):
        shown = chalchitra("status", name).out
        assert job.job_id in shown
        assert "ready" in shown
        assert "no estimate for demux" in shown
    (row,) = chalchitra("status", job.job_id, "--json").data
    assert set(states(row).values()) == {"waiting"}
    assert row["remaining"] == {"seconds": None, "no_estimate_for": job.stages}


def test_a_job_that_ran_and_one_that_can_learn_from_it(project, chalchitra):
    project.stage("alignment", "stage.degraded('No aligner.', fix='Fetch one.')")
    job, layout = project.job()
    assert chalchitra("run-pipeline", "-j", job.job_id).code == 0
    shown = chalchitra("status", job.job_id).out
    assert "\ndone" in shown
    assert "No aligner." in shown
    assert "srt.hi.txt" in shown
    (row,) = chalchitra("status", job.job_id, "--json").data
    assert (row["state"], row["remaining"]) == ("done", None)
    assert len(row["deliverables"]) == 2 * len(STAGES["subtitle_gen"].outputs)
    later, _ = project.job()
    (row,) = chalchitra("status", later.job_id, "--json").data
    assert row["remaining"]["no_estimate_for"] == []
    assert row["remaining"]["seconds"] > 0
    assert "Still to do: about" in chalchitra("status", later.job_id).out
    assert len(chalchitra("status", job.job_id, later.job_id, "--json").data) == 2


def test_a_job_that_failed_says_why(project, chalchitra):
    from_stage = "from chalchitra.errors import StageError; raise StageError('No.', cause='C.')"
    project.stage("vad", from_stage)
    job, layout = project.job()
    assert chalchitra("run-pipeline", "-j", job.job_id).code == 1
    shown = chalchitra("status", job.job_id).out
    assert "failed at vad" in shown
    assert shown.rstrip().endswith("C.")


def test_what_cannot_be_shown(project, chalchitra, tmp_path):
    job, layout = project.job()
    layout.job_file.write_text("{")
    for name in (job.job_id, "job_20260102_777", "nonsense", tmp_path):
        found = chalchitra("status", name)
        assert (found.code, found.out) == (2, "")
        assert found.err.startswith("Error: ")


def test_without_a_name_those_that_run(working, chalchitra, project):
    assert chalchitra("status").out == "No job is running.\n"
    assert chalchitra("status", "--json").data == []
    assert chalchitra("status", "--watch").code == 0
    project.job()
    with working() as (job, layout, runner):
        (row,) = chalchitra("status", "--json").data
        assert (row["job_id"], row["state"], row["stage"]) == (job.job_id, "running", "asr")
        assert row["holder"]["pid"] == runner.pid
        asr = next(stage for stage in row["stages"] if stage["stage"] == "asr")
        assert asr["progress"] == {"done": 1, "total": 4, "unit": "seconds"}
        shown = chalchitra("status").out
        assert f"by process {runner.pid}" in shown
        assert "25 %, 1 of 4 seconds" in shown


def test_watching_tells_each_change_and_ends_with_the_job(working, typed):
    with working() as (job, layout, runner):
        watch = typed("status", job.job_id, "--watch")
        first = watch.stdout.readline()
        assert first.startswith(f"{job.job_id} running asr 25 %, 2 of {len(job.stages)} stages")
        assert "no estimate for alignment" in first
        runner.terminate()
        last = watch.communicate(timeout=30)[0].splitlines()[-1]
        assert last.startswith(f"{job.job_id} cancelled at asr")
        assert watch.returncode == 0


def test_watching_for_programs_is_an_object_a_line(working, typed):
    with working() as (job, layout, runner):
        watch = typed("status", job.job_id, "--watch", "--json")
        first = json.loads(watch.stdout.readline())
        assert states(first)["asr"] == "running"
        runner.kill()
        last = json.loads(watch.communicate(timeout=30)[0].splitlines()[-1])
        assert (last["state"], states(last)["asr"]) == ("interrupted", "interrupted")


def test_watching_a_job_that_does_not_run_ends_at_once(project, chalchitra):
    job, layout = project.job()
    JobState.of(job).model_copy(update={"state": "done", "seconds": 7.0}).write(layout)
    shown = chalchitra("status", job.job_id, "--watch").out
    assert shown == f"{job.job_id} done, 0 of {len(job.stages)} stages done, in 7 s\n"


def test_on_a_terminal_the_whole_of_it_stays(project, on_terminal):
    job, layout = project.job()
    code, shown = on_terminal("status", job.job_id, "--watch")
    assert code == 0
    assert "no estimate for demux" in shown.split("\x1b[")[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_stops_watching_stops_nothing_else(working, typed, number):
    with working() as (job, layout, runner):
        watch = typed("status", job.job_id, "--watch")
        watch.stdout.readline()
        os.kill(watch.pid, number)
        after = watch.communicate(timeout=60)[0].splitlines()
        assert all(line.startswith(job.job_id) for line in after), "no error, no traceback"
        assert watch.returncode == 130
        assert runner.poll() is None
