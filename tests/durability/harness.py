"""Run a job, kill something in it, run it again, and compare: what these tests share."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalchitra.paths import project_root

LINGER_SECONDS = 3.0
"""How long a process of the job may outlive its runner."""
POLL_SECONDS = 0.0005
PATIENCE_SECONDS = 300.0
"""After so long a test gives up: far more than anything takes on a machine that does more."""
JOB_FILE = "job.json"


# --- jobs -----------------------------------------------------------------------------------------


def out_of(job_dir: Path) -> Path:
    """`<out>` of `<out>/YYYY/MM/DD/<user>/<NNN>`."""
    return job_dir.parents[4]


def equal_job(job_dir: Path, out: Path) -> Path:
    """The same job below another `out`, so that the two share nothing; returns its folder."""
    copy = out / job_dir.relative_to(out_of(job_dir))
    shutil.copytree(job_dir, copy, symlinks=True)
    # Its number is claimed as prepare-job does it: without, it would be a job outside of `out`.
    (copy.parents[1] / ".ids" / copy.name).mkdir(parents=True)
    return copy


def stages_of(job_dir: Path) -> list[str]:
    return json.loads((job_dir / JOB_FILE).read_bytes())["stages"]


def record_of(job_dir: Path, key: str) -> dict[str, Any] | None:
    """The record of a stage as the file says it; None when it is not there or broken."""
    try:
        return json.loads((job_dir / "stages" / key / "record.json").read_bytes())
    except (OSError, ValueError):
        return None


def outputs(job_dir: Path) -> dict[str, str]:
    """Every output of every stage, and every file of `output/`: name -> sha256 of its bytes."""
    found = {}
    for key in stages_of(job_dir):
        record = record_of(job_dir, key)
        assert record is not None, f"{key} has no record"
        for name, output in record["outputs"].items():
            found[f"{key}: {name}"] = digest(job_dir / output["path"])
    for path in sorted((job_dir / "output").rglob("*")):
        found[path.relative_to(job_dir).as_posix()] = digest(path)
    return found


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Published:
    """What is published at one moment, and how often each stage was started until then."""

    records: dict[str, bytes]
    done: dict[str, set[str]]
    starts: dict[str, int]

    @classmethod
    def of(cls, job_dir: Path) -> Published:
        """The stages that are published: with a whole record, or renamed to `done-NNN` already."""
        records, done, starts = {}, {}, {}
        for key in stages_of(job_dir):
            folder = job_dir / "stages" / key
            if record_of(job_dir, key) is not None:
                records[key] = (folder / "record.json").read_bytes()
            if folders := {path.name for path in folder.glob("done-*")}:
                done[key] = folders
            starts[key] = starts_of(job_dir, key)
        return cls(records, done, starts)


def starts_of(job_dir: Path, key: str) -> int:
    """How often a stage was started, by its log: every attempt writes a line `== ...` there."""
    try:
        text = (job_dir / "logs" / f"{key}.log").read_text(errors="replace")
    except OSError:
        return 0
    return len(re.findall(r"^== .*attempt \d+", text, re.MULTILINE))


def temporary_files(folder: Path) -> list[str]:
    """What a run that ended well must not leave behind."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return [name for name in names if re.search(r"(^|/)(\.tmp|attempt-)[^/]*$", name)]


def prepared_job(out: Path) -> Path:
    """A real job of the first seconds of the demo clip, prepared and never run: its folder."""
    done = subprocess.run(
        command(
            "prepare-job.sh", project_root() / "docs" / "demo" / "demo.mp4", "--subtitle",
            "-s", "en", "--model", "base", "--end-time", "6", "--user", "test",
            "--out", out, "--json",
        ),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Path(json.loads(done.stdout)[0]["job_dir"])


# --- processes ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Process:
    pid: int
    group: int
    command: str


def processes_of(job_dir: Path, groups: Iterable[int] = ()) -> list[Process]:
    """The living processes of a job: its request in their environment, its folder in their command
    line, or in one of `groups`. Zombies do not count: nobody can end them."""
    wanted, known = os.fsencode(job_dir), set(groups)
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            state, group = fields[0], int(fields[2])
            command = (entry / "cmdline").read_bytes()
            environ = (entry / "environ").read_bytes()
        except OSError:  # it has just ended
            continue
        request = re.search(rb"(?:^|\0)CHALCHITRA_REQUEST=([^\0]*)", environ)
        ours = (request and request[1].startswith(wanted + b"/")) or wanted in command
        if state != b"Z" and (ours or group in known):
            text = command.replace(b"\0", b" ").decode(errors="replace")
            found.append(Process(int(entry.name), group, text))
    return found


def stage_process(job_dir: Path) -> Process | None:
    """The process of the stage that runs: the leader of its group, where there is one."""
    found = [each for each in processes_of(job_dir) if "/stages/" in each.command]
    return next((each for each in found if each.pid == each.group), found[0] if found else None)


def left_over(job_dir: Path, groups: Iterable[int]) -> list[Process]:
    """The job's processes that are still there LINGER_SECONDS after its runner ended."""
    deadline = time.monotonic() + LINGER_SECONDS
    while found := processes_of(job_dir, groups):
        if time.monotonic() > deadline:
            return found
        time.sleep(0.02)
    return []


# --- runs -----------------------------------------------------------------------------------------


def command(name: str, *arguments: str | Path) -> list[str]:
    return [str(project_root() / name), *(str(each) for each in arguments)]


def fake_command(*arguments: str | Path) -> list[str]:
    """The same program in a project without scripts ($CHALCHITRA_ROOT names it)."""
    return [sys.executable, "-m", "chalchitra", *(str(each) for each in arguments)]


def problems_of(cases: Sequence[Any], check: Callable[[Any], None], folder: Path) -> str:
    """What fails of many cases, all told together. `check` takes one and raises when it fails; a
    few processes share the cases, since most of a run of tiny stages is waiting."""
    workers = 2 * (os.cpu_count() or 1)
    notes = [folder / f"problems-{number}.txt" for number in range(workers)]
    pids = []
    sys.stdout.flush()
    for number, note in enumerate(notes):
        pid = os.fork()
        if pid:
            pids.append(pid)
            continue
        code = 70
        try:
            with open(note, "w", buffering=1) as out:
                for case in cases[number::workers]:
                    try:
                        check(case)
                    except Exception as error:
                        name = type(error).__name__.removeprefix("AssertionError")
                        out.write(f"{case}: {name} {error}"[:1500] + "\n")
            code = 0
        finally:
            os._exit(code)
    statuses = [os.waitpid(pid, 0)[1] for pid in pids]
    assert not any(statuses), f"the cases broke off: {statuses}"
    return "".join(note.read_text() for note in notes)


@dataclass
class Run:
    """A runner as a process of its own; its events as they come."""

    job_dir: Path
    process: subprocess.Popen[str]
    events: list[dict[str, Any]] = field(default_factory=list)
    stderr: str = ""

    @classmethod
    def start(cls, job_dir: Path, argv: Sequence[str], **environ: str) -> Run:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environ},
        )
        run = cls(job_dir, process)
        run._readers = [threading.Thread(target=each) for each in (run._read, run._read_errors)]
        for reader in run._readers:
            reader.start()
        return run

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            self.events.extend(json.loads(line) for line in lines)

    def _read_errors(self) -> None:
        assert self.process.stderr
        with self.process.stderr as text:
            self.stderr = text.read()

    def saw(self, event: str, stage: str | None = None) -> bool:
        return any(
            each["event"] == event and stage in (None, each.get("stage")) for each in self.events
        )

    def wait_for(self, condition: Callable[[], object]) -> bool:
        """Wait until something holds; False when the run ended first."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if self.process.poll() is not None:
                return False
            if time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError(f"nothing happened: {self.events[-1:]}")
            time.sleep(POLL_SECONDS)
        return True

    def wait(self) -> int:
        """Wait for the end; returns the exit code, negative for a signal."""
        try:
            code = self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.process.wait()
            # Whoever inherited our pipes keeps them open: give up on it, the test will find it.
            for reader in self._readers:
                reader.join(LINGER_SECONDS)
        return code

    @property
    def summary(self) -> dict[str, Any] | None:
        return next((each for each in self.events if each["event"] == "summary"), None)


class Forked:
    """A runner forked from this process, which has its modules already: starts in milliseconds.

    `hook` is called in the child before the command; its output goes to `log`.
    """

    def __init__(
        self, argv: Sequence[str | Path], log: Path, hook: Callable[[], None] | None = None
    ) -> None:
        from chalchitra.cli.main import main  # imports everything, once, in the parent
        from chalchitra.runner import report, run  # noqa: F401

        self.log = log
        self.code: int | None = None
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid:
            return
        code = 70
        try:
            with open(log, "ab", buffering=0) as out:
                os.dup2(out.fileno(), 1)
                os.dup2(out.fileno(), 2)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
            sys.argv = ["chalchitra", *(str(each) for each in argv)]
            if hook:
                hook()
            main()
        except SystemExit as error:
            code = int(error.code or 0)
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def kill(self, number: int = signal.SIGKILL) -> None:
        if self.code is None:
            os.kill(self.pid, number)

    def poll(self) -> int | None:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code

    def wait(self) -> int:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the run does not end: {self.text[-2000:]}")
            time.sleep(0.002)
        return code

    @property
    def text(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def events(self) -> list[dict[str, Any]]:
        lines = (line for line in self.text.splitlines() if line.startswith("{"))
        return [json.loads(line) for line in lines]

    @property
    def summary(self) -> dict[str, Any] | None:
        return next((each for each in self.events if each["event"] == "summary"), None)


def wait_for(marker: Path, run: Forked) -> None:
    """Wait until a stage has made a file."""
    while not marker.exists():
        assert run.poll() is None, run.text
        time.sleep(0.01)


def before_each_change(folder: Path, action: Callable[[int, str], None]) -> Callable[[], None]:
    """A hook for Forked: `action` is called before every change that the runner itself makes to a
    file below `folder`, and every process it starts: with a number from 1 on, and what it is."""
    below = str(folder)

    def install() -> None:
        runner, count = os.getpid(), 0

        def hook(event: str, args: tuple[Any, ...]) -> None:
            nonlocal count
            what = _change(event, args, below)
            if what is not None and os.getpid() == runner:
                count += 1
                action(count, what)

        sys.addaudithook(hook)

    return install


def signal_at(number: int, which: int) -> Callable[[int, str], None]:
    """An action for before_each_change: the runner gets a signal before its `number`th change."""
    return lambda count, _: os.kill(os.getpid(), which) if count == number else None


_CHANGES = {
    "os.rename",
    "os.mkdir",
    "os.remove",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
}


def _change(event: str, args: tuple[Any, ...], below: str) -> str | None:
    """What an audit event is going to change, in words; None when it changes nothing below."""
    if event == "subprocess.Popen":
        return f"start {args[0]}"
    if event == "open":
        writes = args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    else:
        writes = event in _CHANGES
    if not writes or not any(str(path).startswith(below) for path in args[:2]):
        return None
    return f"{event} {str(args[0]).removeprefix(below)}"


# --- what must hold -------------------------------------------------------------------------------


def assert_whole(job_dir: Path, reference: dict[str, str]) -> None:
    """Everything is made as if nothing had happened, and nothing else lies about."""
    made = outputs(job_dir)
    wrong = sorted(
        name for name in made.keys() | reference.keys() if made.get(name) != reference.get(name)
    )
    assert not wrong, f"other than in the undisturbed run: {wrong}"
    temporary = temporary_files(out_of(job_dir))
    assert not temporary, f"temporary files are left: {temporary}"


def assert_not_repeated(job_dir: Path, before: Published) -> None:
    """No stage that was published before was started again, or its record written anew."""
    now = Published.of(job_dir)
    for key in before.done.keys() | before.records.keys():
        assert now.starts[key] == before.starts[key], f"{key} was published, and ran again"
    for key, record in before.records.items():
        assert now.records[key] == record, f"the record of {key} changed"
    for key, folders in before.done.items():
        assert now.done[key] & folders, f"what {key} published is gone"


def assert_told_in_sentences(error: dict[str, str]) -> None:
    """An error of ours: what, cause and fix, each one sentence."""
    for part in ("what", "cause", "fix"):
        text = error[part]
        assert text, f"no {part}: {error}"
        assert not re.search(r"[.!?]\s+[A-Z]|\n|Traceback", text), f"{part} is no sentence: {text}"


# --- many jobs of tiny stages ---------------------------------------------------------------------


_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class TinyJobs:
    """Equal jobs of tiny stages. An undisturbed one made `reference`, in `seconds`, with `changes`
    of files and started processes."""

    prepared: Path
    folder: Path
    reference: dict[str, str]
    seconds: float
    changes: list[str]

    @classmethod
    def of(cls, prepared: Path, folder: Path) -> TinyJobs:
        jobs = cls(prepared, folder, {}, 0.0, [])
        job, seen = jobs.fresh("undisturbed"), folder / "changes.txt"

        def see(number: int, what: str) -> None:
            with open(seen, "a") as out:
                out.write(what + "\n")

        started = time.monotonic()
        run = jobs.run(job, before_each_change(out_of(job), see))
        assert run.wait() == 0, run.text
        seconds = time.monotonic() - started
        return cls(prepared, folder, outputs(job), seconds, seen.read_text().splitlines())

    def fresh(self, name: str, below: Path | None = None) -> Path:
        """A job that was never run: its folder, below an `out` of its own."""
        return equal_job(self.prepared, (below or self.folder) / name)

    def run(self, job: Path, hook: Callable[[], None] | None = None) -> Forked:
        log = self.folder / f"{out_of(job).name}-{os.getpid()}-{next(_NUMBERS)}.log"
        return Forked(["run-pipeline", "--job-dir", job, "--json"], log, hook)

    def run_until(self, job: Path, number: int, which: int) -> Forked:
        """Run a job whose runner gets a signal before its `number`th change."""
        return self.run(job, before_each_change(out_of(job), signal_at(number, which)))

    def finish(self, job: Path) -> None:
        """The runner is gone: nothing of it lives on, and the next run ends as if undisturbed."""
        groups = {process.group for process in processes_of(job)}
        before = Published.of(job)
        left = left_over(job, groups)
        assert not left, f"still there: {left}"
        again = self.run(job)
        assert again.wait() == 0, again.text[-2000:]
        assert_not_repeated(job, before)
        assert_whole(job, self.reference)
        left = left_over(job, ())
        assert not left, f"still there after a good run: {left}"
        shutil.rmtree(out_of(job))
