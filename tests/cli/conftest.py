"""The program as it is typed: in this process, and beside it with or without a terminal."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from chalchitra import stopping
from chalchitra.cli import main
from chalchitra.jobs.state import effective, read_state

WORKS = (
    "import time; stage.progress(1, 4, 'seconds'); print('listening', flush=True); time.sleep(60)"
)
"""What a stage does that is to be found running."""


@dataclass
class Printed:
    """What a command ended with and printed."""

    code: int
    out: str
    err: str

    @property
    def data(self):
        return json.loads(self.out)


@pytest.fixture
def chalchitra(project, capsys, monkeypatch) -> Callable[..., Printed]:
    """Type a command; its jobs live in the project's out/."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["chalchitra", *map(str, arguments)])
        before = {
            number: signal.getsignal(number) for number in (*stopping.SIGNALS, signal.SIGALRM)
        }
        capsys.readouterr()
        try:
            main()
        except SystemExit as ended:
            return Printed(int(ended.code or 0), *capsys.readouterr())
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    return run


def beside(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "chalchitra", *map(str, arguments)], text=True, **options
    )


@pytest.fixture
def typed():
    """Type a command in a process of its own; its output and errors are read together."""
    started = []

    def start(*arguments):
        started.append(beside(*arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def on_terminal():
    """Type a command on a terminal, with what is answered; returns its exit code and output."""

    def run(*arguments, answer=""):
        ours, theirs = pty.openpty()
        environ = os.environ | {"COLUMNS": "100", "LINES": "40", "TERM": "xterm"}
        process = beside(*arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=environ)
        os.close(theirs)
        os.write(ours, answer.encode())
        got = b""
        try:
            while data := os.read(ours, 4096):
                got += data
        except OSError:  # Linux says EIO at the end
            pass
        os.close(ours)
        return process.wait(), got.decode()

    return run


def wait_until(true, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


@pytest.fixture
def working(project):
    """A job that is being run by run-pipeline, at `asr`, which works on."""

    @contextmanager
    def run(stage="asr", extra=WORKS):
        job, layout = project.job()
        project.stage(stage, extra)
        with open(layout.root / "said.txt", "w") as said:
            runner = beside("run-pipeline", "--job-dir", layout.root, stdout=said, stderr=said)
        try:
            wait_until(lambda: _is_at(layout, stage))
            yield job, layout, runner
        finally:
            runner.terminate()
            runner.wait()

    return run


def _is_at(layout, stage):
    state = read_state(layout)
    said = layout.log(stage)
    return (
        effective(state, layout) == "running"
        and state.stage == stage
        and said.exists()
        and "listening" in said.read_text()
    )
