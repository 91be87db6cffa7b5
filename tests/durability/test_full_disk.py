"""A disk that is full or read-only, a film that goes or changes, a clock that jumps back."""

from __future__ import annotations

import ctypes
import datetime
import errno
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chalchitra.errors import ExitCode
from chalchitra.paths import project_root

from .harness import (
    JOB_FILE,
    Forked,
    Published,
    Run,
    assert_not_repeated,
    assert_told_in_sentences,
    assert_whole,
    before_each_change,
    command,
    equal_job,
    fake_command,
    out_of,
    outputs,
    prepared_job,
    problems_of,
    record_of,
    stages_of,
)

DISK = "120m"
"""Above what a run wants to see free before it starts (50 MB), and small enough to be filled."""
PAGE = 4096

# --- mounts of our own ----------------------------------------------------------------------------

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000  # linux/sched.h


def own_mounts() -> None:
    """Give this process (a forked one) mounts that nobody else sees and that end with it.

    Raises OSError where that is not allowed.
    """
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWNS | (CLONE_NEWUSER if user else 0)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags):
        raise OSError(ctypes.get_errno(), "unshare")
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    mount("--make-rprivate", "/")


def mount(*arguments: str | Path) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(errno.EPERM, done.stderr.strip())


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A small disk in memory, in a process that may have mounts of its own."""
    own_mounts()
    disk = folder / f"disk-{os.getpid()}"
    disk.mkdir(exist_ok=True)
    mount("-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", disk)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def on_small_disk(check: Callable[[Path], None], folder: Path) -> str:
    """What goes wrong with `check`, which gets a small disk; empty when nothing does."""

    def checked(_: str) -> None:
        with small_disk(folder) as disk:
            check(disk)

    return problems_of(["on a small disk"], checked, folder)


@pytest.fixture
def may_mount(tmp_path) -> None:
    if sys.platform != "linux":
        pytest.skip("mounts a tmpfs, as Linux does")
    if why := on_small_disk(lambda disk: None, tmp_path):
        pytest.skip(f"mounting is not allowed here: {why}")


def fill(disk: Path) -> None:
    """Take all the room there is, beside others who write there at the same time."""
    with open(disk / "ballast", "wb") as ballast:
        size, step = 0, 2**24
        while step >= PAGE:
            try:
                os.posix_fallocate(ballast.fileno(), size, step)
                size += step
            except OSError:
                step //= 2


def assert_about_the_disk(run: Forked | Run) -> None:
    """A run that ended with an error of ours: one that speaks of the disk, in sentences."""
    text = run.text if isinstance(run, Forked) else run.stderr
    code = run.wait()
    assert code in (ExitCode.STAGE_FAILED, ExitCode.USAGE), f"{code}: {text[-2000:]}"
    assert "Traceback" not in text, text[-3000:]
    assert run.summary is not None, text[-2000:]
    error = run.summary["error"]
    assert_told_in_sentences(error)
    said = " ".join(error.values()).lower()
    assert "disk" in said, error
    assert "space" in said or "room" in said or "read-only" in said, error


# --- a full disk ----------------------------------------------------------------------------------

FILL = """
import json, os
out = folder.parents[7]
wish = out / "wish.txt"
if wish.exists() and json.loads(wish.read_text())[:2] == [stage, moment]:
    stat = os.statvfs(out)
    size = stat.f_bavail * stat.f_frsize - json.loads(wish.read_text())[2]
    with open(out / "ballast", "wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, size)
"""


@pytest.mark.slow
def test_the_disk_fills_up_in_the_middle_of_each_stage(tiny_jobs, fault, may_mount):
    """Filled but for a few pages when a stage starts: what is left ends at one write or another."""
    fault.write_text(FILL)

    def check(case: tuple[str, str, int]) -> None:
        stage, moment, pages = case
        with small_disk(tiny_jobs.folder) as disk:
            job = tiny_jobs.fresh("out", disk)
            wish, ballast = out_of(job) / "wish.txt", out_of(job) / "ballast"
            wish.write_text(json.dumps([stage, moment, pages * PAGE]))
            run = tiny_jobs.run(job)
            if run.wait() != ExitCode.DONE:
                assert_about_the_disk(run)
            before, keys = Published.of(job), stages_of(job)
            earlier = keys[: [key.partition("@")[0] for key in keys].index(stage)]
            assert set(earlier) <= before.records.keys()
            wish.unlink()
            ballast.unlink()
            again = tiny_jobs.run(job)
            assert again.wait() == ExitCode.DONE, again.text
            assert_not_repeated(job, before)
            assert_whole(job, tiny_jobs.reference)

    stages = [key.partition("@")[0] for key in stages_of(tiny_jobs.prepared)]
    moments = (("start", 0), ("start", 2), ("start", 6), ("result", 0), ("result", 3))
    cases = [(stage, *moment) for stage in stages for moment in moments]
    problems = problems_of(cases, check, tiny_jobs.folder)
    assert not problems, problems


def failing(number: int, code: int, job: Path) -> Callable[[], None]:
    """A hook for Forked: from its `number`th change on the runner can change no file any more."""

    def fail(count: int, what: str) -> None:
        if count >= number and not what.startswith("start "):
            raise OSError(code, os.strerror(code), what.partition(" ")[2])

    return before_each_change(out_of(job), fail)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS], ids=errno.errorcode.get)
def test_the_disk_fails_the_runner_at_any_change(tiny_jobs, code):
    """As a file system does that mounts itself read-only when its disk fails."""

    def check(number: int) -> None:
        job = tiny_jobs.fresh(f"change-{number}")
        run = tiny_jobs.run(job, failing(number, code, job))
        if run.wait() != ExitCode.DONE:
            assert "Traceback" not in run.text, run.text[-3000:]
            assert run.code in (ExitCode.STAGE_FAILED, ExitCode.USAGE)
            assert run.summary is None or run.summary["error"]
        tiny_jobs.finish(job)

    numbers = range(1, len(tiny_jobs.changes), 1 + len(tiny_jobs.changes) // 15)
    problems = problems_of(numbers, check, tiny_jobs.folder)
    assert not problems, f"{problems}\n{tiny_jobs.changes}"


# --- a read-only disk -----------------------------------------------------------------------------


def test_a_job_on_a_read_only_disk_is_refused_and_runs_when_it_is_writable(tiny_jobs, may_mount):
    def check(disk: Path) -> None:
        job = tiny_jobs.fresh("out", disk)
        mount("-o", "remount,ro", disk)
        run = tiny_jobs.run(job)
        assert run.wait() in (ExitCode.STAGE_FAILED, ExitCode.USAGE), run.text
        assert "Traceback" not in run.text
        assert "read-only" in run.text.lower()
        assert str(disk) in run.text
        mount("-o", "remount,rw", disk)
        again = tiny_jobs.run(job)
        assert again.wait() == ExitCode.DONE, again.text
        assert_whole(job, tiny_jobs.reference)

    problems = on_small_disk(check, tiny_jobs.folder)
    assert not problems, problems


def test_a_finished_job_on_a_read_only_disk_says_what_is_the_matter(tiny_jobs, may_mount):
    def check(disk: Path) -> None:
        job = tiny_jobs.fresh("out", disk)
        assert tiny_jobs.run(job).wait() == ExitCode.DONE
        mount("-o", "remount,ro", disk)
        run = tiny_jobs.run(job)
        assert run.wait() in (ExitCode.STAGE_FAILED, ExitCode.USAGE, ExitCode.DONE)
        assert "Traceback" not in run.text
        assert run.code == ExitCode.DONE or "read-only" in run.text.lower()
        assert_whole(job, tiny_jobs.reference)

    problems = on_small_disk(check, tiny_jobs.folder)
    assert not problems, problems


def test_a_film_on_a_read_only_disk_is_as_good_as_any(tiny_jobs, may_mount):
    def check(disk: Path) -> None:
        film = disk / "film.mkv"
        film.write_text("the film")
        mount("-o", "remount,ro", disk)
        job = with_film(tiny_jobs.fresh("out"), film)
        run = tiny_jobs.run(job)
        assert run.wait() == ExitCode.DONE, run.text
        assert_whole(job, tiny_jobs.reference)

    problems = on_small_disk(check, tiny_jobs.folder)
    assert not problems, problems


# --- a film that goes or changes ------------------------------------------------------------------


def with_film(job: Path, film: Path) -> Path:
    """The job, of a film that lies elsewhere."""
    data = json.loads((job / JOB_FILE).read_bytes())
    stat = film.stat()
    data["film"] |= {"path": str(film), "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    (job / JOB_FILE).write_text(json.dumps(data))
    return job


AT = """
if (stage, moment) == ({stage!r}, {moment!r}):
    from pathlib import Path
    film = Path({film!r})
    {then}
"""

REPLACED = [
    ("demux", "start"),  # hashed, and not read yet
    ("demux", "outputs"),
    ("asr", "start"),
    ("mux", "start"),
    ("mux", "outputs"),
]


@pytest.fixture
def film_job(tiny_jobs) -> tuple[Path, Path]:
    """A job of a film of its own, and the film."""
    film = tiny_jobs.folder / "a film.mkv"
    film.write_text("the film")
    return with_film(tiny_jobs.fresh("film"), film), film


def test_a_film_that_is_deleted_mid_run_is_named_and_put_back_loses_nothing(
    tiny_jobs, film_job, fault
):
    job, film = film_job
    kept = film.with_suffix(".kept")
    then = f"film.rename({str(kept)!r})"
    fault.write_text(AT.format(stage="asr", moment="start", film=str(film), then=then))
    run = tiny_jobs.run(job)
    assert run.wait() in (ExitCode.STAGE_FAILED, ExitCode.USAGE), run.text
    assert "Traceback" not in run.text
    assert film.name in str(run.summary["error"])
    fault.unlink()
    gone = tiny_jobs.run(job)
    assert gone.wait() == ExitCode.USAGE, gone.text
    assert_told_in_sentences(gone.summary["error"])
    kept.rename(film)
    tiny_jobs.finish(job)


@pytest.mark.parametrize(("stage", "moment"), REPLACED)
def test_a_film_that_is_replaced_mid_run_is_never_mixed_with_the_other(
    tiny_jobs, film_job, fault, stage, moment
):
    """What is delivered is of one film, in every run; and the first film's is made again when it
    comes back, though what was made of the other bears its name."""
    job, film = film_job
    kept = film.with_suffix(".kept")
    shutil.copy2(film, kept)
    then = "film.write_text('another one')"
    fault.write_text(AT.format(stage=stage, moment=moment, film=str(film), then=then))
    run = tiny_jobs.run(job)
    if run.wait() != ExitCode.DONE:
        assert "Traceback" not in run.text
        assert_told_in_sentences(run.summary["error"])
        assert film.name in str(run.summary["error"])
    fault.unlink()
    assert_of_one_film(job)
    second = tiny_jobs.run(job)
    assert second.wait() == ExitCode.DONE, second.text
    assert_of_one_film(job)
    assert "another one" in (job / "output" / "film.all.txt").read_text()
    shutil.copy2(kept, film)
    third = tiny_jobs.run(job)
    assert third.wait() == ExitCode.DONE, third.text
    assert_whole(job, tiny_jobs.reference)


def assert_of_one_film(job: Path) -> None:
    for path in (job / "output").glob("film.*"):
        text = path.read_text()
        assert not ("the film" in text and "another one" in text), f"{path.name} mixes two films"


# --- a clock that jumps back ----------------------------------------------------------------------


@pytest.fixture
def yesterday() -> list[str]:
    """What runs a command with a clock of yesterday. Files keep their times, as they would."""
    if shutil.which("faketime") is None:
        pytest.skip("Debian's package faketime is not installed")
    return ["env", "NO_FAKE_STAT=1", "faketime", "-f", "-1d"]


def test_everything_is_still_up_to_date_yesterday(tiny_jobs, yesterday):
    job = tiny_jobs.fresh("job")
    assert tiny_jobs.run(job).wait() == ExitCode.DONE
    argv = fake_command("run-pipeline", "--job-dir", job, "--json")
    run = Run.start(job, [*yesterday, *argv])
    assert run.wait() == ExitCode.DONE, run.stderr
    assert not run.saw("stage_started")
    (job / "stages" / "asr" / "record.json").unlink()
    run = Run.start(job, [*yesterday, *argv])
    assert run.wait() == ExitCode.DONE, run.stderr
    assert_whole(job, tiny_jobs.reference)
    back = Run.start(job, argv)
    assert back.wait() == ExitCode.DONE, back.stderr
    assert not back.saw("stage_started")


def jumping_clock(marker: Path) -> None:
    """Set the runner's wall clock back by a day as soon as a file is there. faketime cannot: with
    the wall clock alone its sleep fails (0.9.10), and no monotonic clock jumps."""

    class Jumping(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return real_now(tz) - datetime.timedelta(days=marker.exists())

    real_now, real_time, real_class = datetime.datetime.now, time.time, datetime.datetime
    time.time = lambda: real_time() - 86_400 * marker.exists()
    for name, module in list(sys.modules.items()):
        if name.startswith("chalchitra") and getattr(module, "datetime", None) is real_class:
            module.datetime = Jumping


def test_the_clock_jumps_back_in_the_middle_of_a_run(tiny_jobs, fault):
    job = tiny_jobs.fresh("job")
    marker = out_of(job) / "marker"
    fault.write_text(
        "if (stage, moment) == ('asr', 'start'): (folder.parents[7] / 'marker').touch()"
    )
    run = tiny_jobs.run(job, lambda: jumping_clock(marker))
    assert run.wait() == ExitCode.DONE, run.text
    assert_whole(job, tiny_jobs.reference)
    assert run.events[-1]["time"] < run.events[0]["time"], "the clock did not jump"
    for key in stages_of(job):
        assert record_of(job, key)["seconds"] >= 0, key
    assert run.summary["seconds"] >= 0
    fault.unlink()
    again = tiny_jobs.run(job)
    assert again.wait() == ExitCode.DONE, again.text
    assert {event["event"] for event in again.events} == {"job_started", "stage_skipped", "summary"}


def test_looking_at_a_job_of_tomorrow(tiny_jobs, yesterday):
    job = tiny_jobs.fresh("job")
    assert tiny_jobs.run(job).wait() == ExitCode.DONE
    job_id = json.loads((job / JOB_FILE).read_bytes())["job_id"]
    for arguments in (["jobs"], ["jobs", "--json"], ["status", job_id], ["logs", job_id]):
        argv = fake_command(*arguments, "--out", out_of(job))
        done = subprocess.run([*yesterday, *argv], capture_output=True, text=True, check=False)
        assert done.returncode == ExitCode.DONE, done.stderr
        assert "Traceback" not in done.stderr
        assert not re.search(r"(^|\s)-\d", done.stdout), f"a negative age: {done.stdout}"


# --- the real thing -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prepared(base_model, tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """A real job that was never run, and what an equal one makes."""
    job = prepared_job(tmp_path_factory.mktemp("prepared"))
    made = equal_job(job, tmp_path_factory.mktemp("reference"))
    run = Run.start(made, command("run-pipeline.sh", "--job-dir", made, "--json"))
    assert run.wait() == ExitCode.DONE, run.stderr
    return job, outputs(made)


def fill_during(stage: str, prepared: tuple[Path, dict[str, str]], disk: Path) -> None:
    job, reference = equal_job(prepared[0], disk / "out"), prepared[1]
    argv = command("run-pipeline.sh", "--job-dir", job, "--json")
    run = Run.start(job, argv)
    assert run.wait_for(lambda: run.saw("stage_started", stage))
    fill(disk)
    run.wait()
    assert_about_the_disk(run)
    before = Published.of(job)
    (disk / "ballast").unlink()
    again = Run.start(job, argv)
    assert again.wait() == ExitCode.DONE, again.stderr
    assert_not_repeated(job, before)
    assert_whole(job, reference)


@pytest.mark.smoke
@pytest.mark.parametrize(
    "stage",
    [
        "demux",
        "mux",
        *(
            pytest.param(stage, marks=pytest.mark.slow)
            for stage in ("vad", "asr", "alignment", "export", "subtitle_gen@en")
        ),
    ],
)
def test_the_disk_fills_up_in_a_real_stage(prepared, tmp_path, may_mount, stage):
    problems = on_small_disk(lambda disk: fill_during(stage, prepared, disk), tmp_path)
    assert not problems, problems


@pytest.mark.smoke
@pytest.mark.parametrize("option", ["ro", "size=64k"])
def test_no_job_is_prepared_where_nothing_can_be_written(base_model, tmp_path, may_mount, option):
    def check(disk: Path) -> None:
        mount("-o", f"remount,{option}", disk)
        if option != "ro":
            fill(disk)
        film = project_root() / "docs" / "demo" / "demo.mp4"
        argv = command(
            "prepare-job.sh", film, "--subtitle", "-s", "en", "--model", "base", "--out", disk
        )
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode in (ExitCode.STAGE_FAILED, ExitCode.USAGE), done.stderr
        assert done.stderr.startswith("Error: ")
        assert "Traceback" not in done.stderr
        assert str(disk) in done.stderr
        assert not list(disk.rglob(JOB_FILE))
        assert not list(disk.rglob(".tmp-*"))

    problems = on_small_disk(check, tmp_path)
    assert not problems, problems


@pytest.mark.smoke
def test_ids_are_claimed_on_a_day_that_was_over(base_model, tmp_path, yesterday):
    """Today's job, then yesterday's, then another of today's: three numbers, none twice."""
    film = project_root() / "docs" / "demo" / "demo.mp4"
    argv = command(
        "prepare-job.sh", film, "--transcribe", "-s", "en", "--model", "base", "--end-time", "3",
        "--out", tmp_path, "--json",
    )  # fmt: skip
    found = []
    for clock in ([], yesterday, yesterday, []):
        done = subprocess.run([*clock, *argv], capture_output=True, text=True, check=False)
        assert done.returncode == ExitCode.DONE, done.stderr
        found.append(json.loads(done.stdout)[0]["job_id"])
    days = [job_id.split("_")[1] for job_id in found]
    assert days[1] == days[2] < days[0] == days[3]
    assert [job_id.split("_")[2] for job_id in found] == ["001", "001", "002", "002"]
