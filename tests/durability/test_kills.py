"""Kill the runner or a stage at many points, run again, and find everything as if undisturbed.

CHALCHITRA_SEED draws other points, CHALCHITRA_KILLS so many of each kind; a kill that failed can be
repeated by its name: pytest tests/durability -k SIGKILL-runner-asr-done.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from .harness import (
    Published,
    Run,
    assert_not_repeated,
    assert_told_in_sentences,
    assert_whole,
    command,
    equal_job,
    left_over,
    out_of,
    outputs,
    prepared_job,
    problems_of,
    processes_of,
    stage_process,
    wait_for,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")

SEED = int(os.environ.get("CHALCHITRA_SEED", "1"))
KILLS = int(os.environ.get("CHALCHITRA_KILLS", "0"))

# --- tiny stages: many kills in a minute ----------------------------------------------------------


def numbers(count: int, of: int) -> list[int]:
    """So many of the numbers 1 to `of`, drawn."""
    count = min(KILLS or count, of)
    return sorted(random.Random(SEED).sample(range(1, of + 1), count))


def test_the_runner_is_killed_at_any_time(tiny_jobs, tmp_path):
    def check(delay: float) -> None:
        job = tiny_jobs.fresh(f"after-{delay:.6f}")
        run = tiny_jobs.run(job)
        time.sleep(delay)
        run.kill()
        run.wait()
        tiny_jobs.finish(job)

    chance = random.Random(SEED)
    delays = [chance.uniform(0, tiny_jobs.seconds) for _ in range(KILLS or 15)]
    problems = problems_of(delays, check, tmp_path)
    assert not problems, problems


def test_the_runner_is_killed_before_it_changes_a_file(tiny_jobs, tmp_path):
    def check(number: int) -> None:
        job = tiny_jobs.fresh(f"change-{number}")
        run = tiny_jobs.run_until(job, number, signal.SIGKILL)
        assert run.wait() in (-signal.SIGKILL, 0), run.text[-2000:]
        tiny_jobs.finish(job)

    problems = problems_of(numbers(25, len(tiny_jobs.changes)), check, tmp_path)
    assert not problems, f"{problems}\n{tiny_jobs.changes}"


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_the_runner_is_cancelled_before_it_changes_a_file(tiny_jobs, tmp_path, which):
    def check(number: int) -> None:
        job = tiny_jobs.fresh(f"change-{number}")
        run = tiny_jobs.run_until(job, number, which)
        assert_cancelled(run.wait(), run.summary, run.text)
        tiny_jobs.finish(job)

    problems = problems_of(numbers(12, len(tiny_jobs.changes)), check, tmp_path)
    assert not problems, f"{problems}\n{tiny_jobs.changes}"


def test_a_job_whose_runner_is_killed_again_and_again_is_done_in_the_end(tiny_jobs):
    """The kills are the runner's, not crashes of the stage: they use up no retries."""
    chance = random.Random(SEED)
    job = tiny_jobs.fresh("again and again")
    for _ in range(8):
        before = Published.of(job)
        tiny_jobs.run_until(job, chance.randint(5, 45), signal.SIGKILL).wait()
        assert_not_repeated(job, before)
    tiny_jobs.finish(job)


DEAF = """
import signal, subprocess, sys, time
if (stage, moment) == ("asr", "start"):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    (folder.parents[7] / "marker").touch()
    time.sleep(300)
"""


def test_a_stage_that_hears_no_signal_ends_with_its_runner_and_so_do_its_children(tiny_jobs, fault):
    job = tiny_jobs.fresh("deaf")
    fault.write_text(DEAF)
    run = tiny_jobs.run(job)
    wait_for(out_of(job) / "marker", run)
    assert len(processes_of(job)) >= 2
    run.kill()
    run.wait()
    fault.unlink()
    tiny_jobs.finish(job)


def assert_cancelled(code: int, summary: dict | None, text: str) -> None:
    """Exit code 130, said in sentences; or a run that had ended well before the signal came."""
    assert "Traceback" not in text, text[-2000:]
    if code == 0 and summary is not None and summary["state"] == "done":
        return
    assert code == 130, f"exit code {code}: {text[-2000:]}"
    if summary is not None:
        assert summary["state"] == "cancelled"
        assert_told_in_sentences(summary["error"])


# --- a real small job -----------------------------------------------------------------------------

STAGES = ("demux", "vad", "asr", "alignment", "export", "subtitle_gen@en", "qc", "mux")
DELIVERING = ("export", "subtitle_gen@en", "qc", "mux")


@dataclass(frozen=True)
class Kill:
    """Who gets which signal, in which stage, and when."""

    signal: signal.Signals
    who: str
    stage: str
    moment: str
    fraction: float

    def __str__(self) -> str:
        return f"{self.signal.name}-{self.who}-{self.stage}-{self.moment}"


RUNNER_MOMENTS = ("started", "working", "working", "result", "done", "record", "finished")
STAGE_MOMENTS = ("process", "working", "working", "result")
PASSES = (
    (signal.SIGKILL, "runner"),
    (signal.SIGKILL, "stage"),
    (signal.SIGINT, "runner"),
    (signal.SIGTERM, "runner"),
)


def draw(counts: tuple[int, int, int, int], seed: int) -> list[Kill]:
    """So many kills of each pass: every stage as often as every other, the moments drawn."""
    chance, kills = random.Random(seed), []
    for (number, who), count in zip(PASSES, counts, strict=True):
        rounds = -(-count // len(STAGES))
        stages = [stage for _ in range(rounds) for stage in chance.sample(STAGES, len(STAGES))]
        for stage in stages[:count]:
            moments = list(RUNNER_MOMENTS if who == "runner" else STAGE_MOMENTS)
            if who == "runner" and stage in DELIVERING:
                moments.append("placing")
            if who == "runner" and stage == STAGES[-1]:
                moments += ["summary"]
            kills.append(Kill(number, who, stage, chance.choice(moments), chance.random()))
    return kills


@dataclass(frozen=True)
class Reference:
    """The real job: as it was prepared, and what an equal one made and took undisturbed.

    `scratch` is what it left in the folders for temporary files and for caches.
    """

    prepared: Path
    outputs: dict[str, str]
    seconds: dict[str, float]
    scratch: set[str]


@pytest.fixture(scope="module")
def reference(base_model, tmp_path_factory) -> Reference:
    prepared = prepared_job(tmp_path_factory.mktemp("prepared"))
    job = equal_job(prepared, tmp_path_factory.mktemp("reference"))
    scratch = tmp_path_factory.mktemp("scratch")
    run = run_with_scratch(job, scratch)
    assert run.wait() == 0, run.stderr
    assert run.summary is not None
    seconds = {row["stage"]: row["seconds"] for row in run.summary["stages"]}
    assert tuple(seconds) == STAGES
    return Reference(prepared, outputs(job), seconds, files_of(scratch))


def run_with_scratch(job: Path, scratch: Path) -> Run:
    """Start the real runner, with folders of its own for temporary files and for caches."""
    folders = {"TMPDIR": scratch / "tmp", "XDG_CACHE_HOME": scratch / "cache"}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    argv = command("run-pipeline.sh", "--job-dir", job, "--json")
    return Run.start(job, argv, **{name: str(folder) for name, folder in folders.items()})


def files_of(scratch: Path) -> set[str]:
    return {path.relative_to(scratch).as_posix() for path in scratch.rglob("*") if path.is_file()}


def reached(run: Run, kill: Kill, usual: float) -> bool:
    """Wait for the moment of a kill; False when the run ended first."""
    folder = run.job_dir / "stages" / kill.stage
    output = run.job_dir / "output"

    def appeared(pattern: str) -> bool:
        return any(True for _ in folder.glob(pattern))

    already: set[Path] = set()

    def started() -> bool:
        nonlocal already
        if not run.saw("stage_started", kill.stage):
            already = set(output.glob("*"))
            return False
        return True

    if not run.wait_for(started):
        return False
    match kill.moment:
        case "process":
            return run.wait_for(lambda: stage_process(run.job_dir))
        case "working":
            time.sleep(usual * kill.fraction)
            return run.process.poll() is None
        case "result":
            return run.wait_for(lambda: appeared("*/result.json"))
        case "done":
            return run.wait_for(lambda: appeared("done-*"))
        case "placing":
            return run.wait_for(lambda: set(output.glob("*")) - already)
        case "record":
            return run.wait_for((folder / "record.json").exists)
        case "finished":
            return run.wait_for(lambda: run.saw("stage_finished", kill.stage))
        case "summary":
            return run.wait_for(lambda: run.saw("summary"))
    return True


def kill_and_run_again(kill: Kill, reference: Reference, tmp_path: Path) -> None:
    job = equal_job(reference.prepared, tmp_path / "out")
    scratch = tmp_path / "scratch"
    run = run_with_scratch(job, scratch)
    in_time = reached(run, kill, reference.seconds[kill.stage])
    if kill.who == "runner":
        run.process.send_signal(kill.signal)
    elif in_time and run.wait_for(lambda: stage_process(job)):
        process = stage_process(job)
        if process is not None:
            os.kill(process.pid, kill.signal)
    groups = {process.group for process in processes_of(job)} - {os.getpgrp()}
    before = Published.of(job)
    code = run.wait()
    assert left_over(job, groups) == []
    if kill.who == "stage":
        # The runner may have tried again and ended well, or not; it never crashes itself.
        assert code in (0, 1), run.stderr
        if run.summary and run.summary["error"]:
            assert_told_in_sentences(run.summary["error"])
    elif kill.signal == signal.SIGKILL:
        before = Published.of(job)
        assert code in (-signal.SIGKILL, 0)
    else:
        before = Published.of(job)
        assert_cancelled(code, run.summary, run.stderr)
    if code == 0:
        assert_whole(job, reference.outputs)
        assert_not_repeated(job, before)

    again = run_with_scratch(job, scratch)
    assert again.wait() == 0, f"{again.summary} {again.stderr}"
    assert_whole(job, reference.outputs)
    assert_not_repeated(job, before)
    assert left_over(job, ()) == []
    assert files_of(scratch) <= reference.scratch


@pytest.mark.smoke
def test_a_real_job_writes_only_into_its_folders(reference):
    assert reference.scratch == set()


@pytest.mark.smoke
@pytest.mark.parametrize("kill", draw((2, 1, 1, 1), SEED), ids=str)
def test_a_real_job_is_killed(kill, reference, tmp_path):
    kill_and_run_again(kill, reference, tmp_path)


@pytest.mark.smoke
@pytest.mark.slow
@pytest.mark.parametrize(
    "kill", draw((KILLS or 42, KILLS or 28, KILLS or 14, KILLS or 14), SEED + 1), ids=str
)
def test_a_real_job_is_killed_many_times(kill, reference, tmp_path):
    kill_and_run_again(kill, reference, tmp_path)
