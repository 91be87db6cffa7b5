"""Every record file of a job cut short or overwritten: the next run continues, or says what to do.

A sample of the cuts in the default run; marked slow, every byte of the job's own files and of one
stage's, since every stage's are alike; and of all stages' with CHALCHITRA_CUTS=all.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from chalchitra.errors import ChalchitraError, ExitCode
from chalchitra.runner.run import RunOptions, run_job

from .harness import (
    JOB_FILE,
    TinyJobs,
    assert_told_in_sentences,
    assert_whole,
    before_each_change,
    out_of,
    problems_of,
    processes_of,
    record_of,
    wait_for,
)

EVERYTHING = os.environ.get("CHALCHITRA_CUTS") == "all"
OUTPUTS = {".txt", ".log", ".mkv"}
"""What is no record: the tiny stages' outputs, their logs and the film."""


class Events:
    """A reporter that keeps the names of what it is told."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def emit(self, event: str, **fields: object) -> None:
        self.names.append(event)


def run(job: Path) -> tuple[ExitCode, ChalchitraError | None, list[str]]:
    """Run a job in this process. Only an error of ours may come out of it."""
    events = Events()
    try:
        outcome = run_job(job, events, RunOptions())
    except ChalchitraError as error:
        return error.exit_code, error, events.names
    except Exception as error:
        raise AssertionError(f"{type(error).__name__}: {error}") from error
    return outcome.exit_code, outcome.error, events.names


@pytest.fixture
def finished(tiny_jobs) -> Path:
    job = tiny_jobs.fresh("finished")
    assert tiny_jobs.run(job).wait() == 0
    return job


@pytest.fixture
def half_way(tiny_jobs, fault) -> Path:
    """A job whose runner was killed while alignment worked: outputs, and no result yet."""
    job = tiny_jobs.fresh("half-way")
    fault.write_text(
        "import time\n"
        "if (stage, moment) == ('alignment', 'outputs'):\n"
        "    (folder.parents[7] / 'marker.txt').touch()\n"
        "    time.sleep(5)\n"
    )
    run = tiny_jobs.run(job)
    wait_for(out_of(job) / "marker.txt", run)
    run.kill()
    run.wait()
    fault.unlink()
    while processes_of(job):
        time.sleep(0.1)
    assert record_of(job, "vad")
    assert record_of(job, "alignment") is None
    return job


@pytest.fixture
def published(tiny_jobs) -> Path:
    """A job whose runner was killed when alignment was published, and not recorded yet."""
    job = tiny_jobs.fresh("published")
    done = job / "stages" / "alignment" / "done-001"

    def kill(number: int, what: str) -> None:
        if done.exists():
            os.kill(os.getpid(), signal.SIGKILL)

    run = tiny_jobs.run(job, before_each_change(out_of(job), kill))
    assert run.wait() == -signal.SIGKILL
    assert record_of(job, "alignment") is None
    return job


@pytest.fixture(params=["half_way", "published"])
def unfinished(request) -> Path:
    """A job whose last runner was killed."""
    return request.getfixturevalue(request.param)


JOB = ""
"""Stands for what belongs to no stage: job.json, film.json, state.json, the lock, the store."""


def record_files(job: Path, *stages: str) -> list[str]:
    """All that is written below `out` and is no output, by its path from there.

    With `stages` only theirs, or JOB's.
    """
    out = out_of(job)
    found = []
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        stage = name.partition("/stages/")[2].partition("/")[0]
        is_output = path.is_dir() or path.suffix in OUTPUTS or path.parent == job / "output"
        if not is_output and (not stages or stage in stages):
            found.append(name)
    return found


@dataclass(frozen=True)
class Damage:
    """Other bytes in a file, or with None a folder in its place."""

    file: str
    what: str
    content: bytes | None

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


def check(job: Path, damages: list[Damage], tiny_jobs: TinyJobs) -> None:
    """Run an equal job with each damage: it ends as if undisturbed, or says what is broken."""

    def check_one(case: Damage) -> None:
        out = tiny_jobs.folder / f"damaged-{os.getpid()}"
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(out_of(job), out)
        file, damaged = out / case.file, out / job.relative_to(out_of(job))
        file.unlink()
        if case.content is None:
            file.mkdir()
        else:
            file.write_bytes(case.content)

        code, error, _ = run(damaged)
        if error is not None:
            assert file.name == JOB_FILE or case.content is None, f"{error}"
            assert file.name in str(error) or "cannot be locked" in error.what
            assert code in (ExitCode.STAGE_FAILED, ExitCode.USAGE)
            assert_told_in_sentences(error.to_dict())
            return
        assert code == ExitCode.DONE
        assert_whole(damaged, tiny_jobs.reference)
        code, _, events = run(damaged)
        assert code == ExitCode.DONE
        assert "stage_started" not in events, "what was broken is still not whole"

    problems = problems_of(damages, check_one, tiny_jobs.folder)
    assert not problems, problems


def cuts(job: Path, files: list[str], most: int | None) -> list[Damage]:
    """Cuts of each file: `most` drawn from both ends and a byte between them, or at every byte."""
    chance, found = random.Random(1), []
    for name in files:
        content = (out_of(job) / name).read_bytes()
        lengths = list(range(len(content)))
        if most is not None and len(content) > 3:
            ends = [1, len(content) - 1, chance.choice(lengths[2:-1])]
            lengths = sorted(chance.sample(ends, most))
        found += [
            Damage(name, f"cut at {length} of {len(content)}", content[:length])
            for length in lengths
        ]
    return found


def test_records_of_a_finished_job_cut_here_and_there(finished, tiny_jobs):
    check(finished, cuts(finished, record_files(finished), most=1), tiny_jobs)


def test_records_of_an_unfinished_job_cut_here_and_there(unfinished, tiny_jobs):
    files = record_files(unfinished, JOB, "alignment")
    check(unfinished, cuts(unfinished, files, most=1), tiny_jobs)


@pytest.mark.slow
def test_records_of_a_finished_job_cut_at_every_byte(finished, tiny_jobs):
    files = record_files(finished, *(() if EVERYTHING else (JOB, "export")))
    check(finished, cuts(finished, files, most=None), tiny_jobs)


@pytest.mark.slow
def test_records_of_an_unfinished_job_cut_at_every_byte(unfinished, tiny_jobs):
    files = record_files(unfinished, "alignment")
    check(unfinished, cuts(unfinished, files, most=None), tiny_jobs)


GARBAGE = {
    "empty": b"",
    "null": b"null",
    "another shape": b"[1, 2]",
    "an empty object": b"{}",
    "a later version": b'{"version": 99, "protocol": 99, "sha256": 5, "path": {}, "attempts": 7}',
    "a text": b'"attempt-001"',
    "no UTF-8": b'{"version": 1, "path": "\xff\xfe\x80"}',
    "zeros": bytes(600),
    "noise": random.Random(1).randbytes(600),
    "too deep": b"[" * 100_000,
    "a number without end": b'{"version": ' + b"9" * 5000 + b"}",
    "a lone surrogate": b'{"path": "\\ud800", "stage": "\\ud800", "pid": "\\ud800"}',
    "a folder": None,
}


def test_records_of_garbage(finished, tiny_jobs):
    files = record_files(finished, JOB, "export")
    check(finished, [Damage(file, *item) for file in files for item in GARBAGE.items()], tiny_jobs)


def test_records_of_garbage_in_an_unfinished_job(unfinished, tiny_jobs):
    files = record_files(unfinished, JOB, "alignment")
    kinds = ("another shape", "zeros", "a folder")
    damages = [Damage(file, kind, GARBAGE[kind]) for file in files for kind in kinds]
    check(unfinished, damages, tiny_jobs)


def test_the_record_of_another_stage_is_not_trusted(finished, tiny_jobs):
    records = [name for name in record_files(finished) if name.endswith("/record.json")]
    damages = [
        Damage(name, f"it is {other}", (out_of(finished) / other).read_bytes())
        for name, other in zip(records, records[1:] + records[:1], strict=True)
    ]
    check(finished, damages, tiny_jobs)
