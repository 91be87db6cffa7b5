"""Running one job: preflight, then each stage skipped, reused or run, with a reason."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from chalchitra import stopping, timestamps
from chalchitra.accuracy import calibrated
from chalchitra.artifacts import ArtifactStore
from chalchitra.environments.activation import activation
from chalchitra.environments.table import python_path
from chalchitra.errors import CancelledError, ChalchitraError, Ending, ExitCode, unforeseen
from chalchitra.jobs.heard import seconds_to_hear
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import Placed, StageRecord, deliverables, read_record
from chalchitra.jobs.state import JobState, read_expected
from chalchitra.jobs.store import read_job, rewrite_job
from chalchitra.pipeline import STAGES, split_key
from chalchitra.runner import history, rules
from chalchitra.runner.attempt import Launcher, Work
from chalchitra.runner.decide import Decision, decide
from chalchitra.runner.events import Reporter, checked
from chalchitra.runner.film_again import look_again
from chalchitra.runner.film_hash import check_same_film, reads_film
from chalchitra.runner.fingerprints import fingerprint_parts, script_of
from chalchitra.runner.foresee import foresee
from chalchitra.runner.hand_over import Target, hand_over
from chalchitra.runner.launch import run_cold
from chalchitra.runner.lock import held
from chalchitra.runner.model_places import with_models_here
from chalchitra.runner.preflight import Ready, memory_need, preflight
from chalchitra.runner.publish import replace_missing
from chalchitra.runner.resources import Gate, Need, Slot
from chalchitra.runner.retry import run_with_retries
from chalchitra.runner.reuse import reuse
from chalchitra.runner.select import Selection, select
from chalchitra.runner.stop import Stop
from chalchitra.runner.tidy import tidy


@dataclass(frozen=True)
class RunOptions:
    """How a run goes: `debug` in every stage, `log_level` for its log, `verify` hashes outputs.

    `hand_over` says where deliverables are copied to in the end. `dry_run` only decides;
    `from_stage`, `only` and `force` are runner/select.py's.
    """

    debug: bool = False
    log_level: str = "INFO"
    verify: bool = False
    dry_run: bool = False
    from_stage: str | None = None
    only: tuple[str, ...] = ()
    force: bool = False
    hand_over: Target | None = None


@dataclass
class Outcome:
    """How a job ended; `exit_code` is the command's, `error` what stopped it."""

    exit_code: ExitCode
    summary: dict[str, Any]
    error: Ending | None = None


@dataclass(frozen=True)
class Services:
    """What runs of many jobs share: who serves requests, who keeps the machine from overload."""

    launcher: Launcher = run_cold
    gate: Gate = field(default=lambda need, check: nullcontext(Slot()))
    make_stop: Callable[[JobLayout], Stop] = Stop


def run_job(
    job_dir: Path, reporter: Reporter, options: RunOptions, services: Services | None = None
) -> Outcome:
    """Run or resume one job, or with `dry_run` only say what would run.

    Raises HeldError and what is wrong with the request; everything later is in the outcome.
    """
    job = calibrated(with_models_here(read_job(job_dir)))
    layout = JobLayout(job_dir.absolute())
    if options.debug:
        job.debug = True
    selection = select(job, from_stage=options.from_stage, only=options.only, force=options.force)
    reporter = _Tagged(reporter, job.job_id)
    if options.dry_run:
        foresee(job, layout, reporter, selection, verify=options.verify)
        return Outcome(ExitCode.DONE, {})
    with held(layout, job.job_id):
        return _Run(job, layout, reporter, options, selection, services or Services()).run()


class _Tagged:
    """Says with every event whose it is and when it was."""

    def __init__(self, reporter: Reporter, job_id: str) -> None:
        self._reporter = reporter
        self._job_id = job_id

    def __enter__(self) -> _Tagged:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def emit(self, event: str, **fields: Any) -> None:
        fields = {"job_id": self._job_id, "time": timestamps.now(), **fields}
        checked(event, fields)
        self._reporter.emit(event, **fields)


class _Run:
    def __init__(
        self,
        job: Job,
        layout: JobLayout,
        reporter: Reporter,
        options: RunOptions,
        selection: Selection,
        services: Services,
    ) -> None:
        self.job = job
        self.layout = layout
        self.reporter = reporter
        self.options = options
        self.selection = selection
        self.services = services
        self.store = ArtifactStore.of_job(layout)
        self.stop = services.make_stop(layout)
        self.rules = rules.load()
        self.state = JobState.of(job)
        self.rows: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self.copies: list[str] = []
        self.told = list(job.notes)  # whoever prepared the job

    def run(self) -> Outcome:
        clock = time.monotonic()
        error: Ending | None = None
        self.reporter.emit(
            "job_started",
            job_dir=str(self.layout.root),
            title=self.job.title,
            stages=self.job.stages,
        )
        try:
            with stopping.asking(self.stop.check), ExitStack() as stack:
                self.stop.begin()
                self._tell(state="running", started=timestamps.now(), pid=os.getpid())
                if self.store is not None:
                    trouble = stack.enter_context(self.store.in_use(self.stop.check))
                    self.notes += [trouble] if trouble else []
                tidy(self.job, self.layout, self.reporter)
                self._look_again()
                ready = preflight(self.job, self.layout, self.reporter, self.selection.wanted)
                for key in self.job.stages:
                    self.stop.check()
                    self._stage(key, ready)
                self._hand_over()
        except (ChalchitraError, CancelledError) as caught:
            error = caught
        except OSError as caught:
            error = unforeseen(caught)
        return self._end(error, time.monotonic() - clock)

    def _end(self, error: Ending | None, seconds: float) -> Outcome:
        state, code = "done", ExitCode.DONE
        if error is not None:
            state = "cancelled" if isinstance(error, CancelledError) else "failed"
            code = error.exit_code
        elif any(self._is_open(row) for row in self.rows):
            state = "ready"
        expected = self._expected()
        summary = {
            "job_dir": str(self.layout.root),
            "state": state,
            "seconds": round(seconds, 2),
            "stages": self.rows,
            "deliverables": [str(self.layout.root / placed.path) for placed in self._placed()],
            "copies": self.copies,
            "expected": expected,
            "error": error.to_dict() if error else None,
            "notes": [*self.job.notes, *self.job.edit_notes(self.layout.root), *self.notes],
            "new_notes": [
                *(note for note in self.job.notes if note not in self.told),
                *self.job.edit_notes(self.layout.root),
                *self.notes,
            ],
        }
        with suppress(OSError):  # a full disk must not hide what happened
            self._tell(
                state=state,
                ended=timestamps.now(),
                seconds=round(seconds, 2),
                error=summary["error"],
                pid=None,
                **({"stage": None} if error is None else {}),
            )
        self.reporter.emit("summary", **summary)
        return Outcome(code, {"job_id": self.job.job_id, **summary}, error)

    def _placed(self) -> Iterator[Placed]:
        """The job's deliverables, those of earlier runs too."""
        records = (read_record(self.layout, key) for key in self.job.stages)
        return deliverables(self.layout, records)

    def _is_open(self, row: dict[str, Any]) -> bool:
        """Whether a stage that was left alone is still to be run: never done, or fed anew."""
        if row["state"] != "left alone":
            return False
        key = row["stage"]
        anew = {other["stage"] for other in self.rows if other["state"] in ("done", "reused")}
        fed_by = {producer for producer, _ in self.job.inputs_of(key).values()}
        return read_record(self.layout, key) is None or bool(fed_by & anew)

    def _is_there(self, row: dict[str, Any]) -> bool:
        """Whether what a stage makes is there and is what the job wants."""
        return row["state"] in _PUBLISHED or (
            row["state"] == "left alone" and not self._is_open(row)
        )

    def _expected(self) -> dict[str, Any] | None:
        """How right the transcript is to be expected; None before this run has one."""
        states = [row["state"] for row in self.rows if row["stage"] == "export"]
        return read_expected(self.layout) if set(states) & _TRANSCRIBED else None

    def _tell(self, **fields: Any) -> None:
        """Write how far the job is, for whoever looks at it."""
        self.state = self.state.model_copy(
            update={
                "expected": self._expected(),
                "stages_done": sum(map(self._is_there, self.rows)),
                "degraded": sum(len(row.get("degraded", ())) for row in self.rows),
                **fields,
            }
        )
        self.state.write(self.layout)

    def _stage(self, key: str, ready: Ready) -> None:
        environment = self.job.environment_of(key)
        row: dict[str, Any] = {"stage": key, "environment": environment}
        if key not in self.selection.wanted:
            record = read_record(self.layout, key)
            self.rows.append(row | {"state": "left alone", "seconds": 0.0})
            if record is not None:
                self.rows[-1].update(_row(record))
            return
        decision = decide(
            self.layout,
            key,
            fingerprint_parts(self.job, self.layout, key, ready),
            verify=self.options.verify,
            forced=self.selection.forced.get(key),
        )
        if not decision.run and decision.record is not None:
            replace_missing(self.layout, decision.record)
            self.rows.append(row | _row(decision.record) | {"state": "up to date"})
            self.reporter.emit(
                "stage_skipped", stage=key, environment=environment, reasons=decision.reasons
            )
            return
        if (record := self._reuse(key, decision, ready)) is not None:
            self.rows.append(row | _row(record) | {"state": "reused"})
            self.reporter.emit(
                "stage_reused",
                stage=key,
                environment=environment,
                reasons=[*decision.reasons, f"{record.made_by} made the same result"],
                **_row(record),
            )
            return
        row.update(state="running", seconds=0.0)
        self.rows.append(row)
        clock = time.monotonic()
        try:
            record = self._run_stage(key, decision, ready)
        except (ChalchitraError, CancelledError, OSError) as error:
            seconds = round(time.monotonic() - clock, 2)
            said = unforeseen(error) if isinstance(error, OSError) else error
            row.update(state="failed", seconds=seconds, degraded=[], deliverables=[])
            if isinstance(error, CancelledError):
                row["state"] = "cancelled"
            self.reporter.emit(
                "stage_failed",
                stage=key,
                environment=environment,
                seconds=seconds,
                error=said.to_dict(),
                log=str(self.layout.log(key)),
            )
            raise
        row.update(_row(record), state="done")
        self.reporter.emit("stage_finished", stage=key, environment=environment, **_row(record))

    def _run_stage(self, key: str, decision: Decision, ready: Ready) -> StageRecord:
        job, (stage, _) = self.job, split_key(key)
        if key in self.selection.forced:
            history.forget(self.layout, key)
        models = ready.models.get(key, {})
        rule = self.rules.of(stage)
        need = Need(
            rule.cpu,
            gpu=STAGES[stage].uses_device and job.machine_of(key).device != "cpu",
            memory=memory_need(job, key, models),
            stage=stage,
        )
        environ = activation(
            job.environment_of(key),
            inherited=os.environ,
            debug=job.debug,
            log_level="DEBUG" if job.debug else self.options.log_level,
        )
        work = Work(
            job=job,
            layout=self.layout,
            key=key,
            decision=decision,
            python=python_path(job.environment_of(key)),
            script=script_of(stage),
            environ=environ,
            models=models,
            timeout=rule.timeout_seconds(seconds_to_hear(job, self.layout)),
            launcher=self.services.launcher,
            reporter=self.reporter,
            check=self.stop.check,
            check_film=self._check_film if reads_film(job, key) else lambda: None,
        )
        waits = cache(partial(self._wait, key))  # said once, however often it asks

        def check() -> None:
            waits()
            self.stop.check()

        with self.services.gate(need, check) as slot:
            self._tell(state="running", stage=key, stage_started=timestamps.now())
            self.reporter.emit(
                "stage_started",
                stage=key,
                environment=job.environment_of(key),
                does=STAGES[stage].does,
                reasons=decision.reasons,
            )
            if slot.gpu is not None:
                environ["CUDA_VISIBLE_DEVICES"] = str(slot.gpu)
            record = run_with_retries(work, self.rules.retry)
        if self.store is not None:
            with suppress(OSError, ValueError):  # it saves work; without it nothing is lost
                self.store.put(job, self.layout, record)
        return record

    def _hand_over(self) -> None:
        """Copy the deliverables of a job that is done to where they were asked for."""
        if self.options.hand_over is None or any(self._is_open(row) for row in self.rows):
            return
        self.copies, notes = hand_over(
            self.job,
            self.layout,
            self._placed(),
            self.options.hand_over,
        )
        self.notes += notes

    def _wait(self, key: str) -> None:
        """Say that there is no room on the machine for a stage now."""
        self._tell(state="queued", stage=key, stage_started=timestamps.now())
        self.reporter.emit("stage_queued", stage=key)

    def _look_again(self) -> None:
        """Take the film as it is now; job.json keeps it, so that whoever reads it knows too."""
        job, note = look_again(self.job, self.layout)
        if job is self.job:
            return
        kept = read_job(self.layout.root)
        notes = [*kept.notes, note] if note and note not in kept.notes else kept.notes
        rewrite_job(kept.model_copy(update={"film": job.film, "notes": notes}), self.layout)
        self.job = job.model_copy(update={"notes": notes})

    def _check_film(self) -> None:
        check_same_film(self.job.film.path, self.layout.film_hash)

    def _reuse(self, key: str, decision: Decision, ready: Ready) -> StageRecord | None:
        """Publish what the store has of this fingerprint; None when it has nothing."""
        if self.store is None or key in self.selection.forced:
            return None
        models = ready.models.get(key, {})
        return reuse(self.store, self.job, self.layout, key, decision, models, self.reporter)


_PUBLISHED = frozenset({"done", "up to date", "reused"})
_TRANSCRIBED = _PUBLISHED | {"left alone"}


def _row(record: StageRecord) -> dict[str, Any]:
    return {
        "seconds": record.seconds,
        "degraded": [item.model_dump() for item in record.degraded],
        "deliverables": [out.placed.path for out in record.outputs.values() if out.placed],
    }
