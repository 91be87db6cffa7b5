"""Jobs whose stages run in this process, in a millisecond each: for what the runner makes of them.

The runner is the real one; only who serves its requests is ours.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalchitra import stopping
from chalchitra.artifacts import ArtifactStore
from chalchitra.errors import ChalchitraError, ExitCode
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import read_record
from chalchitra.pipeline import STAGES
from chalchitra.runner.launch import Ended, Launch, Watch
from chalchitra.runner.processes import group_members
from chalchitra.runner.run import Outcome, RunOptions, Services, run_job
from chalchitra.stagekit.failures import as_error
from chalchitra.stagekit.protocol import RESULT_FILE, MessageWriter, OutputFile, Request, Result
from chalchitra.stagekit.stage import Stage

SHORT = ("demux", "vad", "asr")
"""Stages enough for most tests."""
MUXING = ("demux", "vad", "asr", "alignment", "subtitle_gen@hi", "mux")
_DELIVERS = {"export": "", "subtitle_gen": "", "mux": ".mkv"}


class PowerCutError(BaseException):
    """The runner ends here and now: nothing of it catches this."""


class StageEndsError(Exception):
    """What a stage raises to end as no Python exception would end it."""

    def __init__(self, status: int, *, timed_out: bool = False) -> None:
        super().__init__(status)
        self.ended = Ended(status, timed_out)


@dataclass
class Ran:
    """How a run ended: its outcome, every event, and the keys of the stages that were started."""

    outcome: Outcome
    events: list[tuple[str, dict[str, Any]]]
    served: list[str]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [fields for name, fields in self.events if name == event]

    def names(self, event: str) -> list[str]:
        return [fields["stage"] for fields in self.of(event)]

    def reasons(self, key: str) -> list[str]:
        """Why a stage ran or did not."""
        (found,) = [
            f["reasons"] for _, f in self.events if f.get("stage") == key and "reasons" in f
        ]
        return list(found)

    @property
    def warnings(self) -> list[str]:
        return [fields["text"] for fields in self.of("stage_warning")]


@dataclass
class Quick:
    """A project (tests/conftest.py) and what its stages do instead of echoing their inputs."""

    project: Any
    instead: dict[str, Callable[[Stage], None]] = field(default_factory=dict)
    served: list[str] = field(default_factory=list)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def out(self) -> Path:
        return self.project.root / "out"

    @property
    def store(self) -> ArtifactStore:
        return ArtifactStore(self.out / ".store")

    def job(
        self, stages: tuple[str, ...] | None = SHORT, targets: tuple[str, ...] = (), **fields: Any
    ) -> tuple[Job, JobLayout]:
        """A job of these stages (None: of all), its number claimed as prepare-job claims it."""
        job, layout = self.project.job("subtitle", targets)
        (layout.root.parents[1] / ".ids" / layout.root.name).mkdir(parents=True)
        return self.changed(job, layout, stages=list(stages or job.stages), **fields), layout

    def changed(self, job: Job, layout: JobLayout, **fields: Any) -> Job:
        """The same job with other fields, on disk too."""
        job = job.model_copy(update=fields)
        layout.job_file.write_text(job.model_dump_json())
        return job

    def rules(self, section: str, **values: Any) -> None:
        """Change values of a section of config/runner.toml."""
        file = self.project.root / "config" / "runner.toml"
        before, head, after = file.read_text().partition(f"[{section}]\n")
        for name, value in values.items():
            after, count = re.subn(rf"(?m)^{name} *= .*$", f"{name} = {value}", after, count=1)
            assert count, f"[{section}] has no {name}"
        changed = file.stat().st_mtime_ns + 1
        file.write_text(before + head + after)
        os.utime(file, ns=(changed, changed))

    def run(self, layout: JobLayout, **options: Any) -> Ran:
        self.served, self.events = [], []
        services = Services(launcher=self.serve)
        with pytest.MonkeyPatch.context() as patch:
            # Nobody pulls a real plug here, and waiting for the disk takes most of the time.
            patch.setattr(os, "fsync", lambda fd: None)
            outcome = run_job(layout.root, self, RunOptions(**options), services)
        return Ran(outcome, self.events, self.served)

    def cut(self, layout: JobLayout, **options: Any) -> list[str]:
        """A run that a test has made to end by a power cut; returns what was started."""
        try:
            self.run(layout, **options)
        except PowerCutError:
            return self.served
        raise AssertionError("the power was not cut")

    def __enter__(self) -> Quick:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def emit(self, event: str, **fields: Any) -> None:
        self.events.append((event, fields))

    def serve(self, launch: Launch, watch: Watch) -> Ended:
        """A Launcher. It tells no process group: that would be the tests' own."""
        request = Request.model_validate_json(launch.request.read_bytes())
        self.served.append(launch.key)
        with closing(MessageWriter(launch.messages)) as messages:
            stage = Stage(request, messages)
            error: ChalchitraError | None = None
            outputs: dict[str, OutputFile] = {}
            try:
                with stopping.not_now():  # a stage is a process of its own, which nobody asks
                    self.instead.get(request.stage, echo)(stage)
                    outputs = stage.finished_outputs()
            except StageEndsError as ends:
                return ends.ended
            except Exception as caught:
                error = as_error(request.stage, caught, request.output_dir)
        Result(
            stage=request.stage,
            status="failed" if error else "done",
            outputs=outputs,
            degraded=stage.degradations,
            error=error.to_dict() if error else None,
            python=sys.executable,
            python_version="3",
            seconds=0.25,
        ).write(launch.attempt / RESULT_FILE)
        return Ended(int(error.exit_code if error else ExitCode.DONE))


def echo(stage: Stage) -> None:
    """Write into every output what the stage was given."""
    given = {
        "by": stage.name,
        "inputs": {name: path.read_text() for name, path in sorted(stage.inputs.items())},
        "word": stage.params.get("word", ""),
        "language": stage.language,
    }
    suffix = _DELIVERS.get(stage.name)
    for output in STAGES[stage.name].outputs:
        if output == "burned":  # a second film, made only where it is asked for
            continue
        name = f"{output}.{stage.language or 'all'}{suffix or '.txt'}"
        path = stage.output(output, name, deliver_as=None if suffix is None else name)
        path.write_text(json.dumps(given, sort_keys=True))


def output_of(layout: JobLayout, key: str, output: str | None = None) -> Path:
    """The file of a stage's output, of its first where none is named."""
    record = read_record(layout, key)
    return layout.root / record.outputs[output or next(iter(record.outputs))].path


def tree(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Everything below a folder, with what tells whether it was touched."""
    return {
        str(path.relative_to(folder)): (stat.st_mtime_ns, stat.st_size, stat.st_mode)
        for path in (folder, *folder.rglob("*"))
        for stat in [path.lstat()]
    }


def leftovers(layout: JobLayout) -> list[str]:
    """What a run that ended well must not leave."""
    names = [path.name for path in layout.root.rglob("*")]
    return [name for name in names if name.startswith(("attempt-", ".tmp-"))]


def end_group(group: int) -> None:
    """Kill a process group of the test's own, and wait until nothing of it is left."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while group_members(group) and time.monotonic() < deadline:
        time.sleep(0.02)
