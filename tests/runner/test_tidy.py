"""What a run that ended badly left: processes that are surely its own are ended, files removed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from chalchitra.errors import ExitCode
from chalchitra.runner import history
from chalchitra.runner.history import read_history
from chalchitra.runner.processes import (
    RUNNER_VARIABLE,
    boot_id,
    group_members,
    mark_of,
    start_of,
)

from .quick import Quick, end_group, leftovers

SLEEP = "import time; print('ready', flush=True); time.sleep(60)"
LEAVES_A_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}])"


@pytest.fixture
def quick(project):
    return Quick(project)


@pytest.fixture
def group():
    """Start Python code in a process group of its own; returns its number once it is ready."""
    started = []

    def start(code=SLEEP, **environ):
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, **environ},
        )
        started.append(process)
        assert process.stdout.readline() == b"ready\n"
        return process.pid

    yield start
    for process in started:
        end_group(process.pid)
        process.communicate()


RUNNER = (4_000_000, "7")
"""The number and the start of a runner that lives no more."""
OURS = {RUNNER_VARIABLE: mark_of(boot_id(), *RUNNER)}


def leave(layout, key, group, **fields):
    """Write down a running attempt, as a runner that was killed left it."""
    layout.attempt(key, 1).mkdir(parents=True)
    history.begin(layout, key, 1, "f", {}, RUNNER[0])
    fields = {"runner_start": RUNNER[1], **fields}
    history.note_process(layout, key, 1, group)
    found = read_history(layout, key)
    found.attempts[0] = found.attempts[0].model_copy(update=fields)
    found.write(layout, key)


def test_what_a_dead_runner_left_running_is_ended(quick, group):
    job, layout = quick.job()
    number = group(**OURS)
    leave(layout, "vad", number)
    ran = quick.run(layout)
    assert group_members(number) == []
    assert ran.warnings == ["stopped processes that an earlier run had left running"]
    assert (ran.outcome.exit_code, ran.served) == (ExitCode.DONE, job.stages)
    assert [one.ending for one in read_history(layout, "vad").attempts] == ["lost", "done"]
    assert leftovers(layout) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"boot": "another boot"},
        {"host": "elsewhere"},
        {"group_start": "1"},
        {"group_start": ""},
        {"ending": "crashed"},
        {"runner": 1},
        {"runner_start": "8"},
        {"runner": os.getpid(), "runner_start": start_of(os.getpid())},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_process_that_only_has_the_number_is_left_alone(quick, group, fields):
    job, layout = quick.job()
    number = group(**OURS)
    leave(layout, "vad", number, **fields)
    ran = quick.run(layout)
    assert len(group_members(number)) == 1
    assert ran.outcome.exit_code == ExitCode.DONE
    told = ["an attempt was started on elsewhere and may still run there"]
    assert ran.warnings == (told if "host" in fields else [])
    assert quick.run(layout).warnings == [], "it is said once"


def test_what_is_gone_already_needs_no_ending(quick, group):
    job, layout = quick.job()
    number = group()
    leave(layout, "vad", number)
    end_group(number)
    assert quick.run(layout).warnings == []


@pytest.mark.parametrize("ours", [True, False])
def test_members_without_a_leader_are_ended_by_their_mark_alone(quick, group, ours):
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    job, layout = quick.job()
    number = group(LEAVES_A_CHILD, **(OURS if ours else {}))
    deadline = time.monotonic() + 10
    while any(member.pid == number for member in group_members(number)):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    leave(layout, "vad", number)
    quick.run(layout)
    assert len(group_members(number)) == (0 if ours else 1)


def test_a_bystander_whose_number_and_start_a_stranger_wrote_down_lives(quick, group):
    job, layout = quick.job()
    number = group()
    leave(layout, "vad", number)
    assert quick.run(layout).warnings == []
    assert len(group_members(number)) == 1


def test_a_stage_that_outlived_its_runner_and_its_guard_is_ended(project):
    job, layout = project.job("transcribe", ())
    project.stage("demux", "print('listening', flush=True); import time; time.sleep(60)")
    command = [sys.executable, "-m", "chalchitra", "run-pipeline", "--job-dir", str(layout.root)]
    runner = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not (layout.log("demux").exists() and "listening" in layout.log("demux").read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        (attempt,) = read_history(layout, "demux").attempts
        for member in group_members(attempt.group):
            if member.pid != attempt.group:
                os.kill(member.pid, signal.SIGKILL)
    finally:
        runner.kill()
        runner.wait()
    assert attempt.runner == runner.pid
    assert [member.pid for member in group_members(attempt.group)] == [attempt.group]
    ran = Quick(project).run(layout)
    assert group_members(attempt.group) == []
    assert ran.outcome.exit_code == ExitCode.DONE


def test_only_what_is_temporary_is_removed(quick):
    job, layout = quick.job()
    quick.run(layout)
    temporary = [
        layout.root / ".tmp-1.json",
        layout.output / ".tmp-2.srt",
        layout.stage("vad") / ".tmp-3" / "regions.json",
        layout.stage("vad") / ".tmp-4.json",
        layout.attempt("asr", 7) / "request.json",
    ]
    kept = [
        layout.root / "notes.txt",
        layout.output / "film.hi.srt",
        layout.by_hand("asr") / "transcript.json",
        layout.log("asr"),
    ]
    for path in (*temporary, *kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert quick.run(layout).served == []
    assert [path for path in temporary if path.exists()] == []
    assert leftovers(layout) == []
    assert [path for path in kept if not path.exists()] == []


def test_older_results_that_a_crash_left_beside_the_published_one_go(quick):
    job, layout = quick.job()
    quick.run(layout)
    quick.run(layout, force=True)
    (layout.done("vad", 1)).mkdir()
    (layout.done("vad", 1) / "regions.all.txt").write_text("old")
    assert quick.run(layout).served == []
    assert [path.name for path in layout.stage("vad").glob("done-*")] == ["done-002"]


@pytest.mark.parametrize("ending", ["lost", "done"])
def test_what_was_recorded_before_the_crash_counts_as_done(quick, ending):
    job, layout = quick.job()
    quick.run(layout)
    found = read_history(layout, "vad")
    number = 1 if ending == "done" else 2
    found.attempts[0] = found.attempts[0].model_copy(update={"ending": "running", "number": number})
    found.write(layout, "vad")
    assert quick.run(layout).served == []
    assert read_history(layout, "vad").attempts[0].ending == ending
