"""run-pipeline with many jobs as it is typed: what it picks, prints, ends with and leaves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from itertools import pairwise

import pytest

from chalchitra.errors import ExitCode
from chalchitra.jobs.state import effective, read_state
from chalchitra.runner import cancel, queue
from chalchitra.runner.lock import held

from .conftest import ME, on_terminal, outputs, wait_until

WORKS = "import time; open('listening', 'w').close(); time.sleep(100)"
"""What a stage does that is to be found working."""


def events(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def working(batch, stage: str):
    """Whether a worker is at it."""
    return list(batch.out.glob(f"*/*/*/*/*/stages/{stage}/attempt-*/listening"))


def states(batch) -> list[str]:
    return [effective(read_state(layout), layout) for layout in batch.layouts]


# --- which jobs -----------------------------------------------------------------------------------


def test_all_runs_what_is_not_done_oldest_first(batch):
    batch.jobs(4)
    assert batch.run([batch.layouts[1], batch.layouts[3]]).code == ExitCode.DONE
    done = batch.type("--all", "--json")
    assert done.returncode == 0, done.stderr
    films = events(done.stdout)[-1]["films"]
    assert [film["job_id"] for film in films] == ["job_20260102_001", "job_20260102_003"]
    named = batch.type("job_20260102_001", batch.layouts[2].root)
    assert named.stdout.splitlines()[-1].endswith("2 done.")
    again = batch.type("--all")
    assert (again.returncode, again.stdout) == (0, f"Every job in {batch.out} is done.\n")


def test_all_passes_over_a_job_that_runs_already_and_a_named_one_is_code_4(batch):
    first, second, third = batch.jobs(3)
    batch.run([second, third])
    third.record("export").unlink()
    third.state.unlink()  # made again from the records: it is not done
    with held(first, "job_20260102_001"):
        done = batch.type("--all")
        assert done.returncode == ExitCode.DONE, done.stdout
        assert re.search(r"^job_20260102_001 +held .* film$", done.stdout, re.M)
        assert re.search(r"^  job_20260102_001: .*chalchitra cancel", done.stdout, re.M)
        assert re.search(r"^job_20260102_003 +done .* film$", done.stdout, re.M)
        done = batch.type("-j", "job_20260102_001", "-j", "job_20260102_002")
        assert done.returncode == ExitCode.HELD
        assert f"process {os.getpid()}" in done.stdout


def test_the_table_at_the_end_names_what_each_film_needs(batch, project):
    project.stage(
        "vad",
        ME + "from chalchitra.errors import StageError\n"
        "    if me == '001': raise StageError('It is too loud.', cause='Music.', fix='Hush.')\n"
        "    stage.degraded('No voices.', 'It is quiet.', 'Shout.')",
    )
    batch.jobs(3)
    batch.layouts[2].job_file.write_text("{")
    done = batch.type("--all")
    assert done.returncode == ExitCode.STAGE_FAILED
    *_, head, one, two, three, told, first, second, third, counts = done.stdout.splitlines()
    assert head.split() == ["job", "state", "seconds", "film"]
    assert [line.split()[1] for line in (one, two, three)] == ["failed", "done,", "failed"]
    assert told == "Needs attention:"
    assert "vad: It is too loud. Hush." in first
    assert "vad: No voices." in second
    assert "broken" in third
    assert "prepare-job" in third
    assert counts.startswith("3 films in ")
    assert "2 failed, 1 done" in counts
    assert "Traceback" not in done.stdout + done.stderr


# --- what is printed ------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--json", "--events"])
def test_events_are_one_json_object_a_line_each_with_job_and_time(batch, option):
    batch.jobs(2)
    done = batch.type("--all", option)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    lines = events(done.stdout)
    for line in lines:
        assert line["time"][:2] == "20"
        assert line.get("job_id", "").startswith("job_2026") != line["event"].startswith("batch_")
    assert (lines[0]["event"], lines[-1]["event"]) == ("batch_started", "batch_summary")
    assert len([line for line in lines if line["event"] == "summary"]) == 2
    times = [line["time"] for line in lines]
    assert all(before <= after for before, after in pairwise(times))


def test_why_gives_every_jobs_reasons(batch):
    batch.jobs(2)
    done = batch.type("--all", "--why")
    for number in ("001", "002"):
        name = f"job_20260102_{number}"
        assert re.search(rf"^{name} asr +recognise the speech\n{name} because ", done.stdout, re.M)


def test_a_dry_run_of_all_says_what_would_run_and_that_nothing_did(batch):
    batch.jobs(2)
    done = batch.type("--all", "--dry-run")
    assert done.returncode == 0
    assert len(re.findall(r"^job_20260102_00[12] \w+ +would run: ", done.stdout, re.M)) == 10
    assert re.search(r"2 films in .* s: 2 planned\.\n$", done.stdout)
    assert not batch.layouts[0].lock.exists()


def test_a_terminal_shows_bars_and_ends_with_the_table(batch, project):
    project.stage("asr", "import time; stage.progress(1, 2, 'seconds'); time.sleep(0.5)")
    batch.jobs(3)
    batch.layouts[1].job_file.write_text("{")
    terminal = on_terminal(batch.command("--all"))
    shown = terminal.text
    assert terminal.code == ExitCode.USAGE
    assert "Traceback" not in shown
    assert re.search(r"job_20260102_001 asr.*%", shown)
    table = shown[shown.rindex("seconds") :]
    assert re.search(r"job_20260102_001 .*done.* film", table)
    assert re.search(r"job_20260102_002 .*failed.* film", table)
    assert re.search(r"job_20260102_002: .*broken", table)
    assert re.search(r"job_20260102_003 .*done.* film", table)
    assert "3 films in" in table


# --- ending it ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_being_told_to_end_ends_everything_and_prints_the_table(batch, project, number):
    batch.machine(cores=2)
    project.stage("asr", WORKS)
    batch.jobs(6)
    process = batch.start("--all")
    wait_until(lambda: working(batch, "asr"))
    process.send_signal(number)
    clock = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert process.returncode == ExitCode.CANCELLED
    assert time.monotonic() - clock < 40, "it took long to end"
    assert "cancelled" in out
    assert re.search(r"^job_20260102_006 +ready .* film$", out, re.M)
    assert re.search(r"^6 films in .*cancelled", out, re.M)
    first, what, cause, _ = err.splitlines()
    assert first.startswith("Stopping; a running stage may take up to 15 s")
    assert what == "Error: The run was cancelled."
    assert number.name in cause
    assert "Traceback" not in out + err
    assert batch.processes() == []
    assert set(states(batch)) == {"cancelled", "ready"}
    project.stage("asr")
    again = batch.type("--all", "--json")
    assert again.returncode == 0, again.stdout
    lines = events(again.stdout)
    assert states(batch) == ["done"] * 6
    # What was finished before is not done again.
    assert any(line["event"] == "stage_skipped" and line["stage"] == "demux" for line in lines)


def test_ctrl_c_on_a_terminal_twice_still_ends_in_order(batch, project):
    """An impatient person's second one does not cut the clean-up short."""
    project.stage(
        "asr",
        "import time\n"
        "    try: open('listening', 'w').close(); time.sleep(100)\n"
        f"    finally: time.sleep(1); open({str(project.root / 'clean')!r}, 'w').close()",
    )
    batch.jobs(2)
    process = batch.start("--all")
    wait_until(lambda: working(batch, "asr"))
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == ExitCode.CANCELLED
    assert "2 films in" in out
    assert (project.root / "clean").exists()


def test_a_batch_that_is_killed_leaves_no_worker_and_can_be_taken_up_again(batch, project):
    project.stage("asr", WORKS)
    batch.jobs(3)
    process = batch.start("--all", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: working(batch, "asr"))
    assert len(batch.processes()) > 2
    process.kill()
    process.wait()
    wait_until(lambda: not batch.processes(), 10)
    assert "interrupted" in states(batch)
    project.stage("asr")
    assert batch.type("--all").returncode == 0
    assert states(batch) == ["done"] * 3
    assert outputs(batch.layouts[0]) == outputs(batch.layouts[2])


def test_a_job_that_waits_for_its_turn_is_cancelled_and_never_runs(batch, tmp_path):
    go = tmp_path / "go"
    waits = f"iter(lambda: os.path.exists({str(go)!r}), True)"
    batch.project.stage("demux", f"import os, time; [time.sleep(0.02) for _ in {waits}]")
    batch.machine(cores=2)
    last = batch.jobs(6)[-1]
    process = batch.start("--all")
    wait_until(lambda: queue.waits_for(last) is not None)
    found = cancel.ask(last)
    assert isinstance(found, cancel.Unqueued)
    assert found.runner.pid == process.pid
    assert read_state(last).state == "cancelled"
    go.touch()
    said = process.communicate(timeout=100)[0]
    assert process.returncode == ExitCode.CANCELLED
    assert re.search(r"job_20260102_006 .*\bcancelled\b", said)
    assert states(batch) == ["done"] * 5 + ["cancelled"]
    assert not last.stage("demux").exists()
    assert [layout for layout in batch.layouts if layout.queued.exists()] == []


def test_all_leaves_the_jobs_of_others_alone_unless_it_is_told(batch):
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    mine, theirs = batch.jobs(2)
    os.chown(theirs.root, 2002, 2002)
    done = batch.type("--all")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "Skipped 1 job of other people (--any-user runs them too).\n"
    assert states(batch) == ["done", "ready"]
    again = batch.type("--all")
    assert again.stdout == f"Every job of yours in {batch.out} is done.\n"
    os.chown(theirs.root, os.geteuid(), -1)
    os.chown(theirs.job_file, 2002, 2002)
    batch.type("--all")
    assert states(batch) == ["done", "ready"], "a job.json that somebody put there"
    assert batch.type("--all", "--any-user").returncode == 0
    assert states(batch) == ["done", "done"]


def test_whose_jobs_all_runs_is_said_with_all_alone(batch):
    (one,) = batch.jobs(1)
    done = batch.type("--job-dir", one.root, "--any-user")
    assert done.returncode == ExitCode.USAGE
    assert "--any-user was given without --all" in done.stderr
