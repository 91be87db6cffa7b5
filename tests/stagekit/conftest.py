"""A stage written by the test, run cold or by a warm worker, as the runner does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chalchitra.paths import source_dir
from chalchitra.stagekit.protocol import (
    MESSAGES_FILE,
    REQUEST_FILE,
    REQUEST_VARIABLE,
    RESULT_FILE,
    MessageReader,
    Request,
    Result,
)

SCRIPT = """
import json, logging, os, random, sys, warnings
from chalchitra.errors import StageError
from chalchitra.stagekit.run import run_stage
from chalchitra.stagekit.stage import Stage

def work(stage: Stage) -> None:
    given = dict(stage.params)
{body}
    stage.output("regions", "regions.json").write_text(json.dumps(given))

run_stage("vad", work)
"""
PATIENCE = 60.0
"""Seconds: far more than anything here takes."""


@dataclass
class Served:
    """What a request left: its messages, its result (if any), its log, and the exit code told."""

    folder: Path
    log: str
    status: int | None = None

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(MessageReader(self.folder / MESSAGES_FILE).new())

    @property
    def closed(self) -> dict[str, Any]:
        last = self.messages[-1]
        assert last["type"] == "closed"
        return last

    @property
    def result(self) -> Result:
        return Result.model_validate_json((self.folder / RESULT_FILE).read_bytes())

    @property
    def output(self) -> dict[str, Any]:
        """What the stage wrote, as JSON."""
        return json.loads((self.folder / self.result.outputs["regions"].path).read_text())


class Scripted:
    """A stage script in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.script = folder / "vad.py"
        self.count = 0

    def write(self, *lines: str) -> None:
        """The body of the stage's work; `given` is what it writes, its parameters at first."""
        self.script.write_text(SCRIPT.format(body="\n".join(f"    {line}" for line in lines)))

    def request(self, *, stage: str = "vad", debug: bool = False, **params: Any) -> Path:
        self.count += 1
        folder = self.folder / f"attempt-{self.count:03d}"
        folder.mkdir()
        request = Request(
            job_id="job_20260102_001",
            stage=stage,
            environment="common",
            inputs={},
            params=params,
            output_dir=folder,
            device="cpu",
            compute_type="int8",
            threads=1,
            debug=debug,
        )
        request.write(folder / REQUEST_FILE)
        return folder / REQUEST_FILE

    def cold(self, **fields: Any) -> Served:
        """One request in a process of its own."""
        request = self.request(**fields)
        done = subprocess.run(
            [sys.executable, self.script, "--job-dir", self.folder],
            env=environ() | {REQUEST_VARIABLE: str(request)},
            cwd=request.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Served(request.parent, done.stdout, done.returncode)

    def worker(self) -> Worker:
        return Worker(self)


def environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(source_dir()), "LOG_LEVEL": "INFO"}


class Worker:
    """A warm worker of a script. As a context it is ended at the latest when the block ends."""

    def __init__(self, scripted: Scripted) -> None:
        self.scripted = scripted
        self.log = scripted.folder / "worker.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, scripted.script, "--worker"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=environ(),
                cwd=scripted.folder,
            )

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        with suppress(BrokenPipeError):  # it ended by itself, with a line unread
            self.process.stdin.close()

    def write(self, line: bytes) -> None:
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def order(self, **fields: Any) -> tuple[Path, Path]:
        """Write down a request without waiting for it; its folder and its log."""
        request = self.scripted.request(**fields)
        log = self.scripted.folder / f"{request.parent.name}.log"
        self.write(json.dumps({"request": str(request), "log": str(log)}).encode())
        return request.parent, log

    def serve(self, **fields: Any) -> Served:
        """One request, waited for until it is closed."""
        folder, log = self.order(**fields)
        reader, deadline = MessageReader(folder / MESSAGES_FILE), time.monotonic() + PATIENCE
        while not any(message["type"] == "closed" for message in reader.new()):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return Served(folder, log.read_text())

    def end(self) -> int:
        """Close stdin, as a runner does that needs it no more; the exit status."""
        self.process.stdin.close()
        return self.process.wait(PATIENCE)

    def ended(self) -> int:
        """The exit status of a worker that ends by itself."""
        return self.process.wait(PATIENCE)


@pytest.fixture
def scripted(tmp_path: Path) -> Scripted:
    made = Scripted(tmp_path)
    made.write()
    return made
