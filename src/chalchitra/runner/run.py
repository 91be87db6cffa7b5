"""Running one job: preflight, then every stage in turn, each skipped or run, each with a reason."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalchitra import paths
from chalchitra.environments.activation import activation
from chalchitra.environments.state import locked_versions, normalised
from chalchitra.environments.table import python_path
from chalchitra.errors import CancelledError, ChalchitraError, ExitCode
from chalchitra.jobs import Job, JobLayout, StageRecord, read_job, read_record
from chalchitra.pipeline import FILM, STAGES, split_key
from chalchitra.runner.attempt import replace_missing, run_attempt
from chalchitra.runner.code import code_hashes
from chalchitra.runner.decide import Decision, decide
from chalchitra.runner.events import Reporter
from chalchitra.runner.lock import held
from chalchitra.runner.preflight import Ready, preflight
from chalchitra.stagekit.request import parameters


@dataclass(frozen=True)
class RunOptions:
    """How a run goes: `debug` in every stage, `log_level` for its log, `verify` hashes outputs."""

    debug: bool = False
    log_level: str = "INFO"
    verify: bool = False


@dataclass
class Outcome:
    """How a job ended; `exit_code` is the command's, `error` what stopped it."""

    exit_code: ExitCode
    summary: dict[str, Any]
    error: ChalchitraError | None = None


def run_job(job_dir: Path, reporter: Reporter, options: RunOptions) -> Outcome:
    """Run or resume one job. Raises what preflight finds; a stage's failure is in the outcome."""
    job = read_job(job_dir)
    layout = JobLayout(job_dir.absolute())
    if options.debug:
        job.debug = True
    with held(layout, job.job_id):
        reporter.emit(
            "job_started",
            job_id=job.job_id,
            job_dir=str(layout.root),
            title=job.title,
            stages=job.stages,
        )
        return _Run(job, layout, reporter, options).run()


class _Run:
    def __init__(
        self, job: Job, layout: JobLayout, reporter: Reporter, options: RunOptions
    ) -> None:
        self.job = job
        self.layout = layout
        self.reporter = reporter
        self.options = options
        self.rows: list[dict[str, Any]] = []

    def run(self) -> Outcome:
        clock = time.monotonic()
        error: ChalchitraError | None = None
        try:
            ready = preflight(self.job, self.layout, self.reporter)
            for key in self.job.stages:
                self._stage(key, ready)
        except ChalchitraError as caught:
            error = caught
        state = "done"
        code = ExitCode.DONE
        if error is not None:
            state = "cancelled" if isinstance(error, CancelledError) else "failed"
            code = error.exit_code
        summary = {
            "job_id": self.job.job_id,
            "job_dir": str(self.layout.root),
            "state": state,
            "seconds": round(time.monotonic() - clock, 2),
            "stages": self.rows,
            "deliverables": _deliverables(self.job, self.layout),
            "error": error.to_dict() if error else None,
            "notes": self.job.notes,
        }
        self.reporter.emit("summary", **summary)
        return Outcome(code, summary, error)

    def _stage(self, key: str, ready: Ready) -> None:
        stage, _ = split_key(key)
        environment = self.job.stage_environments[stage]
        decision = self._decide(key, ready)
        row: dict[str, Any] = {"stage": key, "environment": environment}
        self.rows.append(row)
        if not decision.run and decision.record is not None:
            replace_missing(self.layout, decision.record)
            row.update(_row(decision.record), state="up to date")
            self.reporter.emit(
                "stage_skipped", stage=key, environment=environment, reasons=decision.reasons
            )
            return
        self.reporter.emit(
            "stage_started",
            stage=key,
            environment=environment,
            does=STAGES[stage].does,
            reasons=decision.reasons,
        )
        clock = time.monotonic()
        try:
            record = run_attempt(
                self.job,
                self.layout,
                key,
                decision,
                python=python_path(environment),
                script=_script(stage),
                environ=activation(
                    environment,
                    inherited=os.environ,
                    debug=self.job.debug,
                    log_level="DEBUG" if self.job.debug else self.options.log_level,
                ),
                models=ready.models.get(key, {}),
                reporter=self.reporter,
            )
        except ChalchitraError as error:
            seconds = round(time.monotonic() - clock, 2)
            row.update(state="failed", seconds=seconds, degraded=[], deliverables=[])
            self.reporter.emit(
                "stage_failed",
                stage=key,
                environment=environment,
                seconds=seconds,
                error=error.to_dict(),
                log=str(self.layout.log(key)),
            )
            raise
        row.update(_row(record), state="done")
        self.reporter.emit("stage_finished", stage=key, environment=environment, **_row(record))

    def _decide(self, key: str, ready: Ready) -> Decision:
        parts = fingerprint_parts(self.job, self.layout, key, ready)
        return decide(self.layout, key, parts, verify=self.options.verify)


def fingerprint_parts(job: Job, layout: JobLayout, key: str, ready: Ready) -> dict[str, Any]:
    """What a stage's output depends on (docs/design.md, "Whether a stage must run")."""
    stage, _ = split_key(key)
    environment = job.stage_environments[stage]
    inputs: dict[str, str] = {}
    for name, (producer, output) in job.inputs_of(key).items():
        if producer == FILM:
            inputs[name] = ready.film_sha256
            continue
        record = read_record(layout, producer)
        if record is not None and output in record.outputs:
            inputs[name] = record.outputs[output].sha256
    machine = {"environment": environment}
    if STAGES[stage].uses_device:
        chosen = job.machines[stage]
        machine |= {"device": chosen.device, "compute_type": chosen.compute_type}
    return {
        "code": code_hashes(_script(stage), paths.source_dir()),
        "params": parameters(job, key),
        "packages": _locked(environment, STAGES[stage].packages),
        "models": {name: ref.sha256 for name, ref in ready.models.get(key, {}).items()},
        "inputs": inputs,
        "run_on": machine,
    }


def _locked(environment: str, packages: tuple[str, ...]) -> Mapping[str, str]:
    versions = locked_versions(environment)
    names = {name: normalised(name) for name in packages}
    return {name: versions[key] for name, key in names.items() if key in versions}


def _script(stage: str) -> Path:
    return paths.stages_dir() / f"{stage}.py"


def _row(record: StageRecord) -> dict[str, Any]:
    return {
        "seconds": record.seconds,
        "degraded": [item.model_dump() for item in record.degraded],
        "deliverables": [out.placed.path for out in record.outputs.values() if out.placed],
    }


def _deliverables(job: Job, layout: JobLayout) -> list[str]:
    found: list[str] = []
    for key in job.stages:
        record = read_record(layout, key)
        if record is not None:
            found += [
                str(layout.root / output.placed.path)
                for output in record.outputs.values()
                if output.placed and (layout.root / output.placed.path).exists()
            ]
    return found
