"""The product's own stages, asked as the runner asks them: warm workers that serve requests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from chalchitra.environments.table import environment_for, python_path
from chalchitra.jobs.model import Job
from chalchitra.paths import source_dir, stages_dir
from chalchitra.pipeline import FILM, STAGES, split_key
from chalchitra.runner.request import parameters
from chalchitra.stagekit.protocol import Request, Result

LIMIT_S = 90.0
"""A stage that takes longer for a film of seconds hangs."""


class StageLostError(Exception):
    """A stage hung, or its process ended."""


@dataclass
class Stages:
    """The stages of one film after another, each in a process of its own that stays.

    What they make goes below `folder`, which may be another one for every film.
    """

    folder: Path
    limit_s: float = LIMIT_S
    _workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _served: int = 0

    def run(self, job: Job, key: str, made: dict[tuple[str, str], Path]) -> Result:
        """Run one stage on what the stages before it made; its outputs are put into `made`.

        Raises StageLostError.
        """
        stage, language = split_key(key)
        self._served += 1
        out = self.folder / f"{self._served:05d}-{stage}"
        out.mkdir(parents=True)
        inputs = {
            name: job.film.path if producer == FILM else made[producer, output]
            for name, (producer, output) in job.inputs_of(key).items()
            if producer == FILM or (producer, output) in made
        }
        request = Request(
            job_id=job.job_id,
            stage=stage,
            language=language,
            environment="common",
            inputs=inputs,
            params=parameters(job, key),
            packages=list(STAGES[stage].packages),
            output_dir=out,
            device="cpu",
            compute_type="int8",
            threads=1,
        )
        request.write(out / "request.json")
        result = self._serve(stage, out)
        made |= {(key, name): out / one.path for name, one in result.outputs.items()}
        return result

    def _serve(self, stage: str, out: Path) -> Result:
        worker = self._worker(stage)
        order = {"request": str(out / "request.json"), "log": str(out / "log")}
        assert worker.stdin is not None
        try:
            worker.stdin.write(json.dumps(order).encode() + b"\n")
            worker.stdin.flush()
        except OSError:
            raise self._lost(stage, out, "ended before it was asked") from None
        until = time.monotonic() + self.limit_s
        messages = out / "messages.jsonl"
        while not (messages.exists() and b'"closed"' in messages.read_bytes()):
            if worker.poll() is not None:
                raise self._lost(stage, out, f"ended with {worker.returncode}")
            if time.monotonic() > until:
                raise self._lost(stage, out, f"did not end within {self.limit_s:g} s")
            time.sleep(0.01)
        return Result.model_validate_json((out / "result.json").read_bytes())

    def _worker(self, stage: str) -> subprocess.Popen[bytes]:
        worker = self._workers.get(stage)
        if worker is None or worker.poll() is not None:
            worker = subprocess.Popen(
                [python_of(stage), str(stages_dir() / f"{stage}.py"), "--worker"],
                stdin=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(source_dir())},
                start_new_session=True,
            )
            self._workers[stage] = worker
        return worker

    def _lost(self, stage: str, out: Path, how: str) -> StageLostError:
        worker = self._workers.pop(stage)
        if worker.poll() is None:
            os.killpg(worker.pid, 9)
            worker.wait()
        log = out / "log"
        said = log.read_text("utf-8", "replace").splitlines()[-3:] if log.exists() else []
        return StageLostError(f"{stage} {how}: {' / '.join(said)}")

    def close(self) -> None:
        for worker in self._workers.values():
            if worker.stdin:
                worker.stdin.close()
            worker.wait(10)
        self._workers.clear()


@cache
def python_of(stage: str) -> str:
    """The interpreter of the environment that serves a stage, where it is built; else this one."""
    path = python_path(environment_for(stage).name)
    return str(path) if path.exists() else sys.executable


def told(result: Result) -> list[str]:
    """What a stage said of what fell short, a sentence or more each."""
    return [" ".join(part for part in (one.what, one.why) if part) for one in result.degraded]
