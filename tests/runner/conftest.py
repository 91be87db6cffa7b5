"""Many jobs of echoing stages: run as one batch, in this process or beside it, and looked at."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalchitra.hardware import Gpu, Hardware, platform_id, write_cache
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.record import read_record
from chalchitra.runner.batch import Film, run_batch
from chalchitra.runner.run import RunOptions

ME = "me = os.getcwd().split(os.sep)[-4]; "
"""In a stage: the number of the job that it works for, '001' for the first."""


class Recorder:
    """A reporter that keeps everything."""

    def __init__(self):
        self.events = []

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass

    def emit(self, event, **fields):
        self.events.append((event, fields))


@dataclass
class Ran:
    """How a batch ended: its rows, its exit code, and every event."""

    films: list[Film]
    code: int
    events: list[tuple[str, dict[str, Any]]]

    @property
    def states(self) -> list[str]:
        return [film.state for film in self.films]

    @property
    def started(self) -> dict[str, int]:
        """How many workers were started, by stage."""
        return self.events[-1][1]["workers"]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [fields for name, fields in self.events if name == event]


@dataclass
class Batch:
    """Jobs of one project, and ways to run them together."""

    project: Any
    layouts: list[JobLayout] = field(default_factory=list)

    @property
    def out(self) -> Path:
        return self.project.root / "out"

    def jobs(self, count: int, workflow: str = "transcribe", targets=(), **more) -> list[JobLayout]:
        """Make so many jobs; returns all that there are."""
        self.layouts += [self.project.job(workflow, targets, **more)[1] for _ in range(count)]
        return self.layouts

    def rules(self, old: str, new: str) -> None:
        """Change config/runner.toml."""
        file = self.project.root / "config" / "runner.toml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        os.utime(file, ns=(1, file.stat().st_mtime_ns + 1))

    def machine(self, *, cores: int = 2, memory: float = 64e9, gpus: int = 0) -> None:
        """Say what the machine has, as bootstrap would."""
        cards = tuple(Gpu(f"GPU {number}", 8 * 10**9, 8.0) for number in range(gpus))
        write_cache(Hardware(platform_id(), cores, cores, int(memory), cards), {})

    def run(
        self, layouts: Sequence[JobLayout] | None = None, *, skip_held: bool = False, **options
    ) -> Ran:
        recorder = Recorder()
        folders = [layout.root for layout in layouts or self.layouts]
        films, code = run_batch(folders, recorder, RunOptions(**options), skip_held=skip_held)
        print(*(film.error for film in films if film.error), sep="\n")  # shown where a test is red
        return Ran(films, code, recorder.events)

    def start(self, *arguments: str | Path, **options) -> subprocess.Popen[str]:
        """Type run-pipeline, in a process of its own."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(self.command(*arguments), **{**pipes, **options})

    def command(self, *arguments: str | Path) -> list[str | Path]:
        run = [sys.executable, "-m", "chalchitra", "run-pipeline", "--out", self.out]
        return [*run, *arguments]

    def type(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Type run-pipeline and wait for its end."""
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=100)
        finally:
            process.kill()
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def processes(self) -> list[str]:
        """The living processes that work for this project, the runner too: their command lines."""
        wanted = b"CHALCHITRA_ROOT=" + os.fsencode(self.project.root)
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal() or int(entry.name) == os.getpid():
                continue
            try:
                state = (entry / "stat").read_bytes().rpartition(b")")[2].split()[0]
                environ = (entry / "environ").read_bytes().split(b"\0")
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # it has just ended
                continue
            if state not in b"ZX" and wanted in environ:
                found.append(f"{entry.name} {command}")
        return found


@pytest.fixture
def batch(project) -> Batch:
    made = Batch(project)
    yield made
    deadline = time.monotonic() + 5
    while made.processes() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert made.processes() == [], "a process outlived its runner"


def outputs(layout: JobLayout) -> dict[str, bytes]:
    """Every output of every stage, and every file of `output/`."""
    job = json.loads(layout.job_file.read_bytes())
    found = {}
    for key in job["stages"]:
        for name, output in read_record(layout, key).outputs.items():
            found[f"{key} {name}"] = (layout.root / output.path).read_bytes()
    for path in sorted(layout.output.glob("*")):
        found[path.name] = path.read_bytes()
    return found


def given(layout: JobLayout, key: str) -> dict[str, Any]:
    """What a stage wrote into its first output."""
    output = next(iter(read_record(layout, key).outputs.values()))
    return json.loads((layout.root / output.path).read_text())


def wait_until(true, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


@dataclass
class Shown:
    """What a terminal showed, without what moves the cursor and colours; and the exit code."""

    text: str
    code: int


def on_terminal(command: Sequence[str | Path], width: int = 400) -> Shown:
    """Type a command on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    environ = os.environ | {"COLUMNS": str(width), "LINES": "40", "TERM": "xterm"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ)
    os.close(theirs)
    got = b""
    try:
        while data := os.read(ours, 65536):
            got += data
    except OSError:  # Linux says EIO at the end
        pass
    finally:
        os.close(ours)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", got.decode())
    return Shown(text.replace("\r\n", "\n"), process.wait())
