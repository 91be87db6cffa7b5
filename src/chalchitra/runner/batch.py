"""Running many jobs at once: their stages overlap within what the machine has, models stay loaded.

Each job has a thread that goes through its stages as a single run would; what differs is who serves
the requests (runner/workers.py) and that each stage waits for room (runner/resources.py). One
failing film never stops the others.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from chalchitra import stopping, timestamps
from chalchitra.errors import CancelledError, ChalchitraError, ExitCode, HeldError, unforeseen
from chalchitra.hardware import known_hardware
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.state import read_state
from chalchitra.jobs.store import id_of_path
from chalchitra.jobs.told_apart import Apart, told_apart
from chalchitra.runner import queue, rules
from chalchitra.runner.events import Reporter, checked
from chalchitra.runner.resources import Resources
from chalchitra.runner.run import Outcome, RunOptions, Services, run_job
from chalchitra.runner.stop import Stop
from chalchitra.runner.workers import WorkerPool

_TICK_SECONDS = 0.2
_UNRUN: dict[type, str] = {HeldError: "held", CancelledError: "ready"}
"""How a film is shown whose job did not begin."""


@dataclass(frozen=True)
class Film:
    """One row of the table at the end: how a job ended, and what it needs.

    `label` is the title, with its folder where others in the batch have the same.
    """

    job_id: str
    job_dir: str
    title: str
    label: str
    state: str
    seconds: float
    degraded: list[str]
    expected: dict[str, Any] | None
    error: dict[str, Any] | None
    exit_code: ExitCode

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "exit_code": int(self.exit_code)}


def run_batch(
    folders: Sequence[Path], reporter: Reporter, options: RunOptions, *, skip_held: bool = False
) -> tuple[list[Film], ExitCode]:
    """Run many jobs; returns their rows, in the order given, and the command's exit code.

    With `skip_held` a job that another runner has is no failure. Raises CancelledError, after every
    stage was ended, when the program is told to end.
    """
    clock = time.monotonic()
    called = dict(zip(folders, _told_apart(folders), strict=True))
    shared = _Shared(reporter, {_name(folder): apart.label for folder, apart in called.items()})
    everything = threading.Event()
    rule = rules.load()
    pool = WorkerPool(rule)
    machine = known_hardware()
    resources = Resources(machine, idle_bytes=pool.idle_bytes, free_idle=pool.free_idle)
    shared.emit("batch_started", time=timestamps.now(), jobs=[str(folder) for folder in folders])
    queued = [] if options.dry_run else [JobLayout(folder) for folder in folders]

    def run(number: int, folder: Path) -> Film:
        services = Services(
            launcher=pool.serve,
            gate=partial(resources.room, priority=number),
            make_stop=lambda layout: Stop(layout, everything, queued=True),
        )
        own = options
        if options.hand_over is not None:
            own = replace(options, hand_over=options.hand_over.within(called[folder].folder))
        return _run_one(folder, called[folder].label, shared, own, services, everything)

    stopped: BaseException | None = None
    futures: list[Future[Film]] = []
    try:
        # One more than stages fit, so that the next film is at hand when there is room.
        with ThreadPoolExecutor(max_workers=max(2, machine.cores) + 1) as threads:
            try:
                for layout in queued:
                    stopping.check()
                    queue.enter(layout)
                for number, folder in enumerate(folders):
                    stopping.check()
                    futures.append(threads.submit(run, number, folder))
                _wait(futures, pool)
            except BaseException as error:  # the summary is told before it goes on
                everything.set()
                stopped = error
        films = [future.result() for future in futures]
        left = folders[len(futures) :]
        films += [_not_started(folder, called[folder].label) for folder in left]
        shared.emit(
            "batch_summary",
            time=timestamps.now(),
            seconds=round(time.monotonic() - clock, 2),
            films=[film.to_dict() for film in films],
            workers=pool.started,
        )
    finally:
        for layout in queued:
            queue.leave(layout)
        pool.close()
    if stopped is not None:
        raise stopped
    return films, _exit_code(films, skip_held)


def _wait(futures: list[Future[Film]], pool: WorkerPool) -> None:
    waiting = set(futures)
    while waiting:
        _, waiting = wait(waiting, timeout=_TICK_SECONDS, return_when=FIRST_COMPLETED)
        pool.end_idle()
        stopping.check()


def _run_one(
    folder: Path,
    label: str,
    reporter: Reporter,
    options: RunOptions,
    services: Services,
    everything: threading.Event,
) -> Film:
    clock = time.monotonic()
    if everything.is_set() or stopping.asked():
        return _not_started(folder, label)
    try:
        outcome = run_job(folder, reporter, options, services)
    except (ChalchitraError, CancelledError) as error:
        outcome = Outcome(error.exit_code, {}, error)
    except Exception as error:  # a defect in one film's run: the others go on
        if options.debug:
            traceback.print_exception(error)
        outcome = Outcome(ExitCode.STAGE_FAILED, {}, unforeseen(error))
    error_ = outcome.error
    state = str(outcome.summary.get("state", _UNRUN.get(type(error_), "failed")))
    return Film(
        job_id=_name(folder),
        job_dir=str(folder),
        title=_title(folder),
        label=label,
        state="planned" if options.dry_run and error_ is None else state,
        seconds=round(time.monotonic() - clock, 2),
        degraded=[
            f"{row['stage']}: {item['what']}"
            for row in outcome.summary.get("stages", ())
            for item in row.get("degraded", ())
        ],
        expected=outcome.summary.get("expected"),
        error=error_.to_dict() if error_ else None,
        exit_code=outcome.exit_code,
    )


def _not_started(folder: Path, label: str) -> Film:
    return Film(
        job_id=_name(folder),
        job_dir=str(folder),
        title=_title(folder),
        label=label,
        state="ready",
        seconds=0.0,
        degraded=[],
        expected=None,
        error=None,
        exit_code=ExitCode.CANCELLED,
    )


def _exit_code(films: Sequence[Film], skip_held: bool) -> ExitCode:
    codes = {
        film.exit_code
        for film in films
        if film.exit_code and not (skip_held and film.state == "held")
    }
    if len(codes) == 1:
        return codes.pop()
    return ExitCode.STAGE_FAILED if codes else ExitCode.DONE


def _name(folder: Path) -> str:
    return id_of_path(folder) or str(folder)


def _title(folder: Path) -> str:
    try:
        return read_state(JobLayout(folder)).title
    except ChalchitraError:
        return folder.name


def _told_apart(folders: Sequence[Path]) -> list[Apart]:
    """What the films of the jobs are called; one whose job cannot be read by its folder."""
    films: list[tuple[str, PurePath]] = []
    for folder in folders:
        try:
            data = read_state(JobLayout(folder))
            films.append((data.title, PurePath(data.first_part or data.film)))
        except ChalchitraError:
            films.append((folder.name, folder))
    return told_apart(films)


class _Shared:
    """One reporter for many threads; `labels` says by job what its film is called here."""

    def __init__(self, reporter: Reporter, labels: Mapping[str, str]) -> None:
        self._reporter = reporter
        self._labels = labels
        self._lock = threading.Lock()

    def __enter__(self) -> _Shared:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def emit(self, event: str, **fields: Any) -> None:
        if event == "job_started" and fields["job_id"] in self._labels:
            fields["label"] = self._labels[fields["job_id"]]
        checked(event, fields)
        with self._lock:
            self._reporter.emit(event, **fields)
