"""One runner a job: of many that start at once one runs, and the others are told who it is."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest

from chalchitra.errors import ExitCode

from .harness import (
    Forked,
    TinyJobs,
    assert_whole,
    out_of,
    problems_of,
    stages_of,
    starts_of,
    wait_for,
)

ROUNDS = int(os.environ.get("CHALCHITRA_ROUNDS", "30"))

WAIT = """
import time
deadline = time.monotonic() + 120
while (stage, moment) == ("demux", "start") and time.monotonic() < deadline:
    (folder.parents[7] / "marker").touch()
    if (folder.parents[7] / "go").exists():
        break
    time.sleep(0.01)
"""
"""The first stage waits for a file, so that the runner holds its job as long as a test wants."""


def all_but_one_ended(runs: list[Forked]) -> list[Forked]:
    """Wait until a single runner is left; returns those that ended."""
    deadline = time.monotonic() + 100
    while sum(run.poll() is None for run in runs) > 1:
        assert time.monotonic() < deadline, "more than one runner runs"
        time.sleep(0.01)
    return [run for run in runs if run.code is not None]


def race(tiny_jobs: TinyJobs, name: str, many: int) -> None:
    job = tiny_jobs.fresh(name)
    runs = [tiny_jobs.run(job) for _ in range(many)]
    try:
        losers = all_but_one_ended(runs)
    finally:
        (out_of(job) / "go").touch()
    (winner,) = (run for run in runs if run not in losers)
    assert winner.wait() == ExitCode.DONE, winner.text
    assert len(losers) == many - 1
    for loser in losers:
        assert loser.code == ExitCode.HELD, f"{loser.code}: {loser.text}"
        assert re.search(rf"\b{winner.pid}\b.* since \d{{4}}-", loser.text), loser.text
        assert "Traceback" not in loser.text
        said = [event["event"] for event in loser.events]
        assert said == ["error"], f"a runner that is not to run said: {loser.events}"
    assert {starts_of(job, key) for key in stages_of(job)} == {1}
    assert_whole(job, tiny_jobs.reference)


@pytest.mark.parametrize("many", [2, 10])
def test_of_many_runners_at_once_exactly_one_runs(tiny_jobs, fault, many):
    fault.write_text(WAIT)
    rounds = [f"round-{number}" for number in range(ROUNDS)]
    problems = problems_of(rounds, lambda name: race(tiny_jobs, name, many), tiny_jobs.folder)
    assert not problems, problems


def start_and_wait_for_a_stage(tiny_jobs: TinyJobs, name: str) -> tuple[Path, Forked]:
    job = tiny_jobs.fresh(name)
    run = tiny_jobs.run(job)
    wait_for(out_of(job) / "marker", run)
    return job, run


def test_the_job_of_a_runner_that_was_killed_is_taken_over_at_once(tiny_jobs, fault):
    fault.write_text(WAIT)
    job, run = start_and_wait_for_a_stage(tiny_jobs, "killed")
    (out_of(job) / "go").touch()
    run.kill()
    again = tiny_jobs.run(job)
    run.wait()
    assert again.wait() == ExitCode.DONE, again.text
    assert_whole(job, tiny_jobs.reference)


def test_a_runner_that_is_stopped_still_holds_its_job(tiny_jobs, fault):
    """A closed lid is no dead runner."""
    fault.write_text(WAIT)
    job, run = start_and_wait_for_a_stage(tiny_jobs, "stopped")
    run.kill(signal.SIGSTOP)
    try:
        second = tiny_jobs.run(job)
        assert second.wait() == ExitCode.HELD, second.text
        assert str(run.pid) in second.text
    finally:
        (out_of(job) / "go").touch()
        run.kill(signal.SIGCONT)
    assert run.wait() == ExitCode.DONE, run.text
    assert_whole(job, tiny_jobs.reference)


def test_a_lock_that_nobody_holds_does_not_hinder(tiny_jobs):
    """Left by a machine that lost its power: the file is there, with a process that lives."""
    job = tiny_jobs.fresh("left")
    (job / ".lock").write_text(f'{{"pid": {os.getpid()}, "host": "here", "since": "2026"}}\n')
    run = tiny_jobs.run(job)
    assert run.wait() == ExitCode.DONE, run.text
    assert_whole(job, tiny_jobs.reference)
