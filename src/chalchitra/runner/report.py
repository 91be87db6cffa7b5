"""How a run is shown: live on a terminal, a plain line a stage elsewhere, or JSON for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, TextIO

from chalchitra.hints import pasteable_fixes
from chalchitra.runner.events import Reporter
from chalchitra.runner.report_text import lines_of

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


def choose_reporter(*, as_json: bool, why: bool, batch: bool = False) -> Reporter:
    """JSON when asked, rich when both streams are a terminal, plain lines otherwise.

    In a `batch` every line names its film, and one table at the end stands for all summaries.
    """
    if as_json:
        return JsonReporter(sys.stdout)
    if sys.stdout.isatty() and sys.stderr.isatty():
        return TerminalReporter(why=why, batch=batch)
    return PlainReporter(sys.stdout, why=why, batch=batch)


def choose_listening_reporter(*, as_json: bool) -> Reporter:
    """For what runs while a job is prepared: a terminal's bars, otherwise lines on stderr."""
    on_terminal = not as_json and sys.stdout.isatty() and sys.stderr.isatty()
    return OnlyProgress(
        TerminalReporter(why=False, batch=False)
        if on_terminal
        else PlainReporter(sys.stderr, why=False)
    )


class OnlyProgress:
    """Hands on how a run goes on: what it found, and how it ended, is told by who started it.

    Its reporter starts with the first event, since most jobs are prepared without any.
    """

    _LEFT_OUT = frozenset({"summary", "stage_warning"})

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._started = False

    def __enter__(self) -> OnlyProgress:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._started:
            self._reporter.__exit__(*exc)

    def emit(self, event: str, **fields: Any) -> None:
        if event in self._LEFT_OUT:
            return
        if not self._started:
            self._started = True
            self._reporter.__enter__()
        self._reporter.emit(event, **fields)


class JsonReporter:
    """One event a line, the summary last."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __enter__(self) -> JsonReporter:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def emit(self, event: str, **fields: Any) -> None:
        said = pasteable_fixes({"event": event, **fields})
        self._out.write(json.dumps(said, ensure_ascii=False) + "\n")
        self._out.flush()


class PlainReporter:
    """A line a stage, for logs and pipes."""

    def __init__(self, out: TextIO, *, why: bool, batch: bool = False) -> None:
        self._out = out
        self._why = why
        self._batch = batch

    def __enter__(self) -> PlainReporter:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def emit(self, event: str, **fields: Any) -> None:
        for line in lines_of(event, fields, why=self._why, batch=self._batch):
            print(line, file=self._out, flush=True)


class TerminalReporter:
    """Live progress of every stage that runs, a line for each that ended, then the summary."""

    def __init__(self, *, why: bool, batch: bool = False) -> None:
        self._why = why
        self._batch = batch
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> TerminalReporter:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            TextColumn("  {task.fields[name]:<16}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            transient=True,
        )
        self._progress.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def emit(self, event: str, **fields: Any) -> None:
        assert self._progress is not None
        self._follow(self._progress, event, fields)
        if event in ("summary", "batch_summary") and not (self._batch and event == "summary"):
            self._progress.stop()
        for line in lines_of(event, fields, why=self._why, batch=self._batch):
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _follow(self, progress: Progress, event: str, fields: dict[str, Any]) -> None:
        job = fields.get("job_id", "")
        task = self._tasks.get(job)
        if event in ("stage_finished", "stage_failed", "fetched", "summary"):
            if task is not None:
                progress.remove_task(self._tasks.pop(job))
        elif event == "stage_started":
            name = f"{job} {fields['stage']}" if self._batch else fields["stage"]
            self._tasks[job] = progress.add_task(fields["does"], name=name, total=None)
        elif event == "fetch":
            if task is None:
                task = progress.add_task("fetching", name=fields["model"], total=None)
                self._tasks[job] = task
            progress.update(task, completed=fields["done"], total=fields["total"])
        elif event == "stage_progress" and task is not None:
            progress.update(task, completed=fields["done"], total=fields["total"])
