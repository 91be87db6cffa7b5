"""Every command is told to stop, or left unread, before one of the things that it does.

The moments are numbers of what the program does (files it opens, lists and changes, processes it
starts), drawn by seed, not times: CHALCHITRA_SEED draws others, CHALCHITRA_KILLS so many of each
kind. scripts/fuzz/signals.py does the same by the clock, to whole processes.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chalchitra import paths, stopping
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.state import read_state
from chalchitra.jobs.store import read_job
from chalchitra.settings import resolve

from .harness import Forked, assert_whole, outputs, problems_of, temporary_files

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")

SEED = int(os.environ.get("CHALCHITRA_SEED", "1"))
CASES = int(os.environ.get("CHALCHITRA_KILLS", "2"))
FIRST = 4
"""Before it our streams are not in place, and a log that becomes a pipe is no stream of theirs."""
CONFIG = paths.config_dir()
DOES = frozenset(
    {"open", "os.listdir", "os.scandir", "os.rename", "os.mkdir", "os.remove", "os.rmdir",
     "os.link", "subprocess.Popen", "shutil.rmtree"}
)  # fmt: skip
ODD = re.compile(r"Traceback|Exception ignored|defect of|disk is full|Broken pipe")


def before_number(wanted: int, action: Callable[[], None], seen: Path | None = None):
    """A hook for Forked: `action` before the so manyth thing; `seen` counts them."""

    def install() -> None:
        me, count = os.getpid(), 0

        def hook(event, args):
            nonlocal count
            if event in DOES and os.getpid() == me:
                count += 1
                if count == wanted:
                    action()
                if seen is not None:
                    os.truncate(seen, count)

        sys.addaudithook(hook)

    return install


def unread() -> None:
    """From now on nobody reads what the program prints."""
    read, write = os.pipe()
    os.close(read)
    os.dup2(write, 1)
    os.close(write)


def told(number: int) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


HOW = {**{number.name: told(number) for number in stopping.SIGNALS}, "unread": unread}


def copy(out: Path, name: str) -> Path:
    return Path(shutil.copytree(out, out.parent / "cases" / name, symlinks=True))


def cut_short(out: Path, argv, tmp_path: Path, check) -> str:
    """What is wrong after the command was told at moments of its own; `check` takes the copy of
    `out` and the run, and raises."""
    seen = tmp_path / "seen"
    seen.touch()
    undisturbed = copy(out, "undisturbed")
    hook = before_number(0, lambda: None, seen)
    run = Forked(argv(undisturbed), tmp_path / "undisturbed.log", hook)
    code = run.wait()
    check(undisturbed, run)
    total = seen.stat().st_size
    assert total > FIRST + CASES, run.text
    chance = random.Random(SEED)
    cases = [(how, number) for how in HOW for number in chance.sample(range(FIRST, total), CASES)]

    def one(case):
        how, number = case
        mine = copy(out, f"{how}-{number}")
        log = tmp_path / f"{how}-{number}.log"
        run = Forked(argv(mine), log, before_number(number, HOW[how]))
        ended = run.wait()
        assert not ODD.search(run.text), run.text[-1000:]
        assert ended in ({code} if how == "unread" else {130, code}), f"{ended}: {run.text[-500:]}"
        check(mine, run)
        shutil.rmtree(mine)

    return problems_of(cases, one, tmp_path)


def jobs_of(out: Path) -> list[Path]:
    return sorted(path.parent for path in out.glob("2*/*/*/[!.]*/*/job.json"))


def undisturbed(out: Path) -> Path:
    """What `cut_short` compares with, which it leaves."""
    return out.parent / "undisturbed"


def go_on(out: Path, reference, log: Path) -> None:
    """The next run does what is left, and everything is as if undisturbed."""
    for job in jobs_of(out):
        assert read_state(JobLayout(job)).state not in ("running", "failed")
        assert not JobLayout(job).queued.exists()
    again = Forked(["run-pipeline", "--all", "--out", out], log)
    assert again.wait() == 0, again.text[-1000:]
    for job in jobs_of(out):
        assert_whole(job, reference)


def test_runs_are_told_to_stop(tiny_jobs, tmp_path):
    def check(out, run):
        go_on(out, tiny_jobs.reference, tmp_path / f"{out.name}-again.log")

    out = tiny_jobs.fresh("single").parents[4]
    problems = cut_short(out, lambda out: ["run-pipeline", "--all", "--out", out], tmp_path, check)
    assert not problems, problems


@pytest.fixture
def many(tiny_jobs, tiny):
    """An `out` with three prepared jobs; the tiny stages serve no second request."""
    rules = tiny.root / "config" / "runner.toml"
    rules.write_text(rules.read_text().replace("worker = true", "worker = false"))
    first = tiny_jobs.fresh("many")
    for number in ("002", "003"):
        shutil.copytree(first, first.with_name(number))
        (first.parents[1] / ".ids" / number).mkdir()
        job = json.loads((first / "job.json").read_text())
        job["job_id"] = f"{job['job_id'][:-3]}{number}"
        (first.with_name(number) / "job.json").write_text(json.dumps(job))
    return first.parents[4]


def test_batches_are_told_to_stop(many, tiny_jobs, tmp_path):
    def check(out, run):
        go_on(out, tiny_jobs.reference, tmp_path / f"{out.name}-again.log")

    problems = cut_short(many, lambda out: ["run-pipeline", "--all", "--out", out], tmp_path, check)
    assert not problems, problems


def test_removing_is_told_to_stop(many, tmp_path):
    def check(out, run):
        left = {f"job_20260102_{job.name}" for job in jobs_of(out)}
        said = set(re.findall(r"Removed (\w+)\.", run.text))
        assert not left & said
        if left:
            argv = ["rm", "--yes", "--out", out, *sorted(left)]
            again = Forked(argv, tmp_path / f"{out.name}-again.log")
            assert again.wait() == 0, again.text
            assert temporary_files(out) == []

    problems = cut_short(many, lambda out: ["rm", "--yes", *jobs_of(out)], tmp_path, check)
    assert not problems, problems


@pytest.fixture
def wishing(tiny, monkeypatch):
    """The tiny project with all that is settled by files of config/."""
    for name in ("CHALCHITRA_SEED", "CHALCHITRA_KILLS"):  # which are no settings
        monkeypatch.delenv(name, raising=False)
    for file in CONFIG.glob("*.toml"):
        own = tiny.root / "config" / file.name
        if not own.exists():
            own.symlink_to(file)
    return tiny


def test_preparing_is_told_to_stop(wishing, tmp_path):
    season, out = tmp_path / "season", tmp_path / "prepared" / "out"
    season.mkdir()
    out.mkdir(parents=True)
    for number in range(3):
        (season / f"film {number}.mkv").write_text(f"film {number}")

    def argv(out):
        return ["prepare-job", season, "--transcribe", "-s", "en", "--model", "base", "--out", out]

    def check(out, run):
        there = {f"job_{''.join(job.parts[-5:-2])}_{job.name}" for job in jobs_of(out)}
        assert len(list(out.glob("2*/*/*/.ids/*"))) == len(there), "each number has its job"
        assert temporary_files(out) == []
        if not out.name.startswith("SIG"):
            assert len(there) == 3
        if not out.name.startswith("unread"):
            assert set(re.findall(r"^(job_\d+_\d+) ", run.text, re.MULTILINE)) == there

    problems = cut_short(out, argv, tmp_path, check)
    assert not problems, problems


@pytest.fixture
def ran(wishing, tiny_jobs, tmp_path):
    """An `out` with a job that is done, and what a person made of its track."""
    file = tiny_jobs.prepared / "job.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"settings": resolve()}))
    job = tiny_jobs.fresh("ran")
    run = tiny_jobs.run(job)
    assert run.wait() == 0, run.text
    (tmp_path / "film.hi.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nedited\n")
    return job.parents[4]


@pytest.mark.parametrize("command", ["restyle", "review", "undo"])
def test_remaking_is_told_to_stop(ran, tmp_path, command):
    edited = ["review", "-t", "hi", "--yes"]
    typed = {
        "restyle": lambda job: ["restyle", job, "--style", "bbc"],
        "review": lambda job: [*edited, job, tmp_path / "film.hi.srt"],
        "undo": lambda job: [*edited, job, "--undo"],
    }
    wanted = ["hi"] if command == "review" else []
    if command == "undo":
        (job,) = jobs_of(ran)
        Forked(typed["review"](job), tmp_path / "edited.log").wait()
        assert read_job(job).edits

    def argv(out):
        return typed[command](*jobs_of(out))

    def check(out, run):
        log = tmp_path / f"{out.name}-again.log"
        again = Forked(argv(out), log).wait()
        assert again in {code, 2} if command == "undo" else again == code, log.read_text()
        go_on(out, outputs(*jobs_of(undisturbed(out))), log)
        (job,), (made,) = jobs_of(out), jobs_of(undisturbed(out))
        assert read_job(job).settings == read_job(made).settings
        assert list(read_job(job).edits) == list(read_job(made).edits) == wanted

    code = Forked(argv(copy(ran, "code")), tmp_path / "code.log").wait()
    problems = cut_short(ran, argv, tmp_path, check)
    assert not problems, problems


def test_handing_over_is_told_to_stop(tiny_jobs, tmp_path):
    def argv(out):
        return ["run-pipeline", "--all", "--out", out, "--to", out / "players"]

    def check(out, run):
        (job,) = jobs_of(out)
        for copied in (out / "players").glob("[!.]*"):
            assert copied.read_bytes() == (job / "output" / copied.name).read_bytes()
        again = Forked(
            ["run-pipeline", "--job-dir", job, *argv(out)[2:]], tmp_path / f"{out.name}-2.log"
        )
        assert again.wait() == 0, again.text
        assert players(out) == players(undisturbed(out))
        go_on(out, tiny_jobs.reference, tmp_path / f"{out.name}-again.log")

    problems = cut_short(tiny_jobs.fresh("single").parents[4], argv, tmp_path, check)
    assert not problems, problems


def players(out: Path) -> dict[str, bytes]:
    found = {file.name: file.read_bytes() for file in (out / "players").iterdir()}
    assert found
    return found


@pytest.mark.parametrize(
    "command", [["jobs"], ["cache"], ["cache", "prune", "--all"]], ids=" ".join
)
def test_looking_is_told_to_stop(many, tmp_path, command):
    def check(out, run):
        assert len(jobs_of(out)) == 3

    ran = Forked(["run-pipeline", "--all", "--out", many], tmp_path / "ran.log")
    assert ran.wait() == 0, ran.text  # so that the store has something to look at
    problems = cut_short(many, lambda out: [*command, "--out", out], tmp_path, check)
    assert not problems, problems


def test_a_job_that_waits_in_a_batch_is_taken_out_of_it(many, fault, tmp_path):
    """The first stages wait, so that the last job has no turn yet."""
    go, here = tmp_path / "go", tmp_path / "here"
    here.mkdir()
    fault.write_text(
        "import time\n"
        f"open({str(here)!r} + '/' + folder.parents[2].name, 'w')\n"
        f"while not __import__('os').path.exists({str(go)!r}):\n    time.sleep(0.01)\n"
    )
    for number in range(4, 12):  # more than have a thread each on any machine that tests run on
        first = jobs_of(many)[0]
        shutil.copytree(first, first.with_name(f"{number:03d}"))
        (first.parents[1] / ".ids" / f"{number:03d}").mkdir()
    run = Forked(["run-pipeline", "--all", "--out", many], tmp_path / "run.log")
    try:
        last = waiting_job(many, run)
        ask = Forked(["cancel", last, "--json"], tmp_path / "cancel.log")
        assert ask.wait() == 0, ask.text
        (row,) = json.loads(ask.text)
        assert (row["asked"], row["state"]) == (True, "cancelled")
    finally:
        go.touch()
    assert run.wait() != 0, "the batch says that not all of it is done"
    states = {job: read_state(JobLayout(job)).state for job in jobs_of(many)}
    assert states.pop(last) == "cancelled"
    assert set(states.values()) == {"done"}, run.text[-2000:]
    assert not JobLayout(last).stage("demux").exists()
    again = Forked(["run-pipeline", "--all", "--out", many], tmp_path / "again.log")
    assert again.wait() == 0, again.text
    assert read_state(JobLayout(last)).state == "done"


def waiting_job(out: Path, run: Forked) -> Path:
    """A job that waits, once others run."""
    while True:
        assert run.poll() is None, run.text
        jobs = jobs_of(out)
        running = [job for job in jobs if read_state(JobLayout(job)).state == "running"]
        waiting = [job for job in jobs if JobLayout(job).queued.exists()]
        if running and waiting and len(running) + len(waiting) == len(jobs):
            return waiting[-1]
        time.sleep(0.02)
