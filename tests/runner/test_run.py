"""The runner and the stage protocol together: real processes, stages that echo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import nullcontext

import pytest

from chalchitra.errors import ExitCode, HeldError, MissingError, UsageError
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.record import read_record
from chalchitra.pipeline import split_key
from chalchitra.runner.lock import held
from chalchitra.runner.resources import Slot
from chalchitra.runner.run import RunOptions, Services, run_job
from chalchitra.stagekit.protocol import Request


class Recorder:
    def __init__(self):
        self.events = []

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass

    def emit(self, event, **fields):
        self.events.append((event, fields))

    def names(self, event):
        return [fields["stage"] for name, fields in self.events if name == event]


def run(layout, **options):
    recorder = Recorder()
    outcome = run_job(layout.root, recorder, RunOptions(**options))
    return outcome, recorder


def test_every_stage_runs_once_in_order_and_then_never_again(project):
    job, layout = project.job()
    outcome, recorder = run(layout)
    assert outcome.exit_code == ExitCode.DONE
    assert recorder.names("stage_finished") == job.stages
    outcome, recorder = run(layout)
    assert outcome.exit_code == ExitCode.DONE
    assert recorder.names("stage_skipped") == job.stages
    assert recorder.events[-1][0] == "summary"


def test_each_stage_runs_in_the_python_of_its_environment(project):
    job, layout = project.job()
    told = (
        "import sysconfig; given['told'] = {k: os.environ.get(k) for k in ('VIRTUAL_ENV', "
        "'PYTHONPATH', 'PYTHONHOME', 'DEBUG_MODE', 'LOG_LEVEL', 'HF_HUB_OFFLINE', 'PATH')} "
        "| {'prefix': sys.prefix}"
    )
    for stage in ("asr", "subtitle_gen"):
        project.stage(stage, told)
    run(layout, debug=True)
    for key, name in (("asr", "one"), ("subtitle_gen@hi", "two")):
        record = read_record(layout, key)
        environment = project.root / "venv" / name
        assert record.environment == name
        assert record.python == str(environment / "bin" / "python")
        output = next(iter(record.outputs.values()))
        given = json.loads((layout.root / output.path).read_text())["told"]
        assert given["prefix"] == given["VIRTUAL_ENV"] == str(environment)
        assert given["PATH"].split(os.pathsep)[0] == str(environment / "bin")
        assert given["PYTHONPATH"] == str(project.root / "src")
        assert (given["DEBUG_MODE"], given["LOG_LEVEL"]) == ("true", "DEBUG")
        assert (given["HF_HUB_OFFLINE"], given["PYTHONHOME"]) == ("1", None)


def test_only_what_depends_on_a_change_runs_again(project):
    job, layout = project.job()
    run(layout)
    project.stage("translation", "given['better'] = True")
    _, recorder = run(layout)
    assert recorder.names("stage_finished") == ["translation@en", "subtitle_gen@en", "qc", "mux"]
    why = next(f["reasons"] for e, f in recorder.events if e == "stage_started")
    assert why == ("code script changed",)


def test_a_stage_that_makes_the_same_again_stops_there(project):
    job, layout = project.job()
    run(layout)
    project.stage("vad", "unused = 1")
    _, recorder = run(layout)
    assert recorder.names("stage_finished") == ["vad"]


def test_a_setting_of_one_stage_leaves_the_others_alone(project):
    job, layout = project.job(settings={"subtitle_gen": {"word": "a"}})
    run(layout)
    job.settings["subtitle_gen"]["word"] = "b"
    layout.job_file.write_text(job.model_dump_json())
    _, recorder = run(layout)
    assert recorder.names("stage_finished") == ["subtitle_gen@hi", "subtitle_gen@en", "qc", "mux"]


def test_another_film_runs_everything_a_touched_one_nothing(project):
    job, layout = project.job()
    run(layout)
    os.utime(job.film.path, ns=(1, 1))
    _, recorder = run(layout)
    assert recorder.names("stage_finished") == []
    job.film.path.write_text("another film")
    _, recorder = run(layout)
    assert recorder.names("stage_finished") == job.stages


def test_a_failing_stage_says_what_it_said_and_what_was_done_stays(project):
    job, layout = project.job()
    project.stage(
        "asr",
        "from chalchitra.errors import StageError; "
        "raise StageError('It is too loud.', cause='Music.', fix='Turn it down.')",
    )
    outcome, recorder = run(layout)
    assert outcome.exit_code == ExitCode.STAGE_FAILED
    error = outcome.summary["error"]
    assert error["what"] == "asr: It is too loud."
    assert (error["cause"], error["fix"]) == ("Music.", "Turn it down.")
    assert "Traceback" in layout.log("asr").read_text()
    project.stage("asr")
    _, recorder = run(layout)
    assert recorder.names("stage_skipped") == ["demux", "vad"]
    assert recorder.names("stage_finished") == job.stages[2:]


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("raise ValueError('secret 42')", "ValueError: secret 42"),
        ("os._exit(0)", "left no result"),
        ("os.kill(os.getpid(), 9)", "killed by signal 9"),
        ("stage.output('transcript', 'x.json'); stage.finished_outputs()", "did not write it"),
        ('print(\'{"type": "closed"}\'); sys.exit(5)', "exit status 5"),
        ("stage.input('film')", "does not declare"),
    ],
)
def test_no_silent_success(project, extra, said):
    job, layout = project.job("transcribe", ())
    project.stage("asr", extra)
    outcome, recorder = run(layout)
    assert outcome.exit_code == ExitCode.STAGE_FAILED
    assert said in outcome.summary["error"]["what"]
    assert read_record(layout, "asr") is None
    assert "alignment" not in recorder.names("stage_started")


def test_a_bad_exit_beats_a_result_that_says_success(project):
    job, layout = project.job("transcribe", ())
    project.stage("vad", "import atexit; atexit.register(os._exit, 9)")
    outcome, _ = run(layout)
    assert outcome.exit_code == ExitCode.STAGE_FAILED
    assert read_record(layout, "vad") is None


def test_what_is_degraded_reaches_the_summary(project):
    job, layout = project.job("transcribe", ())
    project.stage("alignment", "stage.degraded('No aligner.', 'Not fetched.', 'Fetch it.')")
    outcome, _ = run(layout)
    row = next(row for row in outcome.summary["stages"] if row["stage"] == "alignment")
    assert row["degraded"] == [{"what": "No aligner.", "why": "Not fetched.", "fix": "Fetch it."}]
    outcome, _ = run(layout)
    assert outcome.summary["stages"][3]["degraded"] == row["degraded"]


def test_a_deliverable_changed_by_hand_survives(project):
    job, layout = project.job()
    run(layout)
    mine = layout.output / "srt.hi.txt"
    mine.write_text("my correction")
    project.stage("subtitle_gen", "given['more'] = 1")
    outcome, recorder = run(layout)
    assert outcome.exit_code == ExitCode.DONE
    assert mine.read_text() == "my correction"
    assert '"more"' in (layout.output / "srt.hi.new.txt").read_text()
    assert any("edited by hand" in f.get("text", "") for _, f in recorder.events)


def test_a_deliverable_that_was_removed_is_put_back_without_running(project):
    job, layout = project.job()
    run(layout)
    text = (layout.output / "srt.hi.txt").read_text()
    (layout.output / "srt.hi.txt").unlink()
    _, recorder = run(layout)
    assert recorder.names("stage_finished") == []
    assert (layout.output / "srt.hi.txt").read_text() == text


def test_an_environment_that_vanished_stops_before_anything_starts(project):
    job, layout = project.job()
    (project.root / "venv" / "two").rename(project.root / "venv" / "gone")
    outcome, recorder = run(layout)
    assert outcome.exit_code == ExitCode.MISSING
    assert isinstance(outcome.error, MissingError)
    assert recorder.names("stage_started") == []
    assert "./bootstrap.sh --env two" in outcome.summary["error"]["fix"]


def test_everything_that_is_missing_is_named_at_once(project):
    job, layout = project.job()
    for name in ("one", "two"):
        (project.root / "venv" / name / "chalchitra.json").unlink()
    job.film.path.unlink()
    outcome, _ = run(layout)
    assert outcome.exit_code == ExitCode.MISSING
    assert len(outcome.summary["error"]["errors"]) == 3


def test_a_second_runner_is_told_who_holds_the_job(project):
    job, layout = project.job()
    with held(layout, job.job_id), pytest.raises(HeldError, match=f"process {os.getpid()}"):
        run(layout)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}'])
def test_a_broken_job_is_refused(project, text):
    job, layout = project.job()
    layout.job_file.write_text(text)
    with pytest.raises(UsageError, match="broken"):
        run(layout)


def test_a_stage_runs_by_hand_on_what_was_published(project):
    job, layout = project.job()
    run(layout)
    published = read_record(layout, "asr").outputs["transcript"].sha256
    python = project.root / "venv" / "one" / "bin" / "python"
    done = subprocess.run(
        [python, project.root / "scripts/stages/asr.py", "--job-dir", layout.root],
        env={"PYTHONPATH": str(project.root / "src"), "CHALCHITRA_ROOT": str(project.root)},
        capture_output=True,
        text=True,
        check=True,
    )
    made = layout.by_hand("asr") / "transcript.all.txt"
    assert done.stdout.splitlines()[0] == str(made)
    record = read_record(layout, "asr")
    assert made.read_text() == (layout.root / record.outputs["transcript"].path).read_text()
    assert record.outputs["transcript"].sha256 == published


def test_a_whole_job_runs_by_hand_without_any_runner(project):
    job, layout = project.job("transcribe", ())
    for stage in job.stages:
        subprocess.run(
            [sys.executable, project.root / f"scripts/stages/{stage}.py", "--job-dir", layout.root],
            env={**os.environ, "PYTHONPATH": str(project.root / "src")},
            check=True,
            capture_output=True,
        )
    assert (layout.by_hand("export") / "result.json").is_file()


def test_by_hand_an_input_that_nobody_made_is_named(project):
    job, layout = project.job()
    done = subprocess.run(
        [sys.executable, project.root / "scripts/stages/asr.py", "--job-dir", layout.root],
        env={**os.environ, "PYTHONPATH": str(project.root / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == ExitCode.MISSING
    assert "asr needs the output of demux" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_request_says_everything_a_stage_may_read(project):
    job, layout = project.job()
    run(layout)
    request = Request.model_validate_json(
        (layout.done("translation@en", 1) / "request.json").read_bytes()
    )
    assert (request.stage, request.language, request.protocol) == ("translation", "en", 1)
    assert set(request.inputs) == {"transcript"}
    assert all(path.is_absolute() for path in request.inputs.values())


def test_nothing_temporary_is_left(project):
    job, layout = project.job()
    run(layout)
    names = [path.name for path in JobLayout(layout.root).root.rglob("*")]
    assert not [name for name in names if name.startswith(("attempt-", ".tmp-"))]


def test_room_is_asked_for_by_stage_so_that_it_keeps_its_own_worker(project):
    job, layout = project.job()
    needs = []

    def gate(need, check):
        needs.append(need)
        return nullcontext(Slot())

    run_job(layout.root, Recorder(), RunOptions(), Services(gate=gate))
    assert [need.stage for need in needs] == [split_key(key)[0] for key in job.stages]
