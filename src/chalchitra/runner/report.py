"""How a run is shown: live on a terminal, a plain line a stage elsewhere, or JSON for programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TextIO

from chalchitra.durations import length
from chalchitra.hints import pasteable_fixes
from chalchitra.printable import json_line, printable, raw
from chalchitra.runner.events import Reporter
from chalchitra.runner.report_text import lines_of, warning_text
from chalchitra.tables import colours

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn, TaskID


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
        self._out.write(json_line(said) + "\n")
        self._out.flush()


class _Warnings:
    """Keeps back the warnings of a stage that runs until it has ended, so that each is told once.

    What the stage did less than asked is in its record, and the summary has it.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def told(self, event: str, fields: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """The events to show now."""
        key = fields.get("job_id", ""), fields.get("stage", "")
        if event == "stage_started":
            self._kept[key] = []
        if event == "stage_warning" and key in self._kept:
            self._kept[key].append(fields)
            return []
        if event not in ("stage_finished", "stage_failed", "stage_retry"):
            return [(event, fields)]
        again = [] if event == "stage_failed" else fields.get("degraded", ())
        in_summary = {warning_text(item) for item in again}
        kept = self._kept.pop(key, [])
        if event == "stage_retry":
            self._kept[key] = []
        shown = [one for one in kept if one["text"] not in in_summary]
        return [*(("stage_warning", one) for one in shown), (event, fields)]


class PlainReporter:
    """A line a stage, for logs and pipes."""

    def __init__(self, out: TextIO, *, why: bool, batch: bool = False) -> None:
        self._out = out
        self._why = why
        self._batch = batch
        self._warnings = _Warnings()

    def __enter__(self) -> PlainReporter:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def emit(self, event: str, **fields: Any) -> None:
        for name, told in self._warnings.told(event, fields):
            for line in lines_of(name, told, why=self._why, batch=self._batch):
                print(line, file=self._out, flush=True)


class TerminalReporter:
    """Live progress of every stage that runs, a line for each that ended, then the summary."""

    def __init__(self, *, why: bool, batch: bool = False) -> None:
        self._why = why
        self._batch = batch
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._stages: dict[str, list[str]] = {}
        self._warnings = _Warnings()

    def __enter__(self) -> TerminalReporter:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        console = Console(file=raw(sys.stdout), highlight=False)
        columns: list[ProgressColumn] = [
            TextColumn("  {task.fields[name]}", markup=False),
            TextColumn("{task.fields[percent]}", markup=False),
        ]
        # In a batch a stage's name has its job's before it.
        room = console.width - (_ROOM_OF_A_JOB if self._batch else 0)
        if room >= _ROOM_FOR_BARS:
            # rich's own bars are red until they are full, and red is for what goes wrong.
            bar = BarColumn(20, complete_style="cyan", finished_style="green", pulse_style="cyan")
            columns.insert(1, bar)
        columns.append(_clock_column(left=room >= _ROOM_FOR_LEFT))
        if room >= _ROOM_FOR_WORDS:
            columns.append(TextColumn("{task.description}", markup=False))
        self._progress = Progress(*columns, console=console, transient=True)
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
        from rich.text import Text

        console = self._progress.console
        for name, told in self._warnings.told(event, fields):
            for line in lines_of(
                name,
                told,
                why=self._why,
                batch=self._batch,
                width=console.width,
                colours=colours(),
            ):
                console.print(Text.from_ansi(line), soft_wrap=True)

    def _follow(self, progress: Progress, event: str, fields: dict[str, Any]) -> None:
        job = fields.get("job_id", "")
        task = self._tasks.get(job)
        if event == "job_started":
            self._stages[job] = list(fields["stages"])
        elif event in ("stage_finished", "stage_failed", "fetched", "summary"):
            if task is not None:
                progress.remove_task(self._tasks.pop(job))
        elif event == "stage_queued":
            self._tasks[job] = progress.add_task(
                "waits for free memory or processors",
                name=self._name(job, fields["stage"]), percent="queued",
                total=None, start=False,
            )  # fmt: skip
        elif event == "stage_started":
            if task is not None:
                progress.remove_task(task)
            self._tasks[job] = progress.add_task(
                fields["does"], name=self._name(job, fields["stage"]), percent="", total=None
            )
        elif event == "fetch":
            if task is None:
                name = printable(f"fetching {fields['model']}")
                task = progress.add_task("", name=name, percent="", total=None)
                self._tasks[job] = task
            self._move(progress, task, fields)
        elif event == "stage_progress" and task is not None:
            self._move(progress, task, fields)

    def _name(self, job: str, stage: str) -> str:
        """The stage, which of how many it is, and in a batch whose."""
        stage = printable(stage)
        stages = self._stages.get(job, [])
        place = f" ({stages.index(stage) + 1} of {len(stages)})" if stage in stages else ""
        return f"{f'{job} ' if self._batch else ''}{stage}{place}"

    @staticmethod
    def _move(progress: Progress, task: TaskID, fields: dict[str, Any]) -> None:
        done, total = fields["done"], fields["total"]
        percent = f"{100 * done / total:.0f} %" if total else ""
        progress.update(task, completed=done, total=total, percent=percent)


def _clock_column(*, left: bool) -> ProgressColumn:
    """How long a task has run and, with `left`, about how long it still needs: 1:05, 2 min left."""
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    moved: dict[TaskID, tuple[float, float]] = {}
    """How far each task was when it last moved, and how long it had run by then."""

    class Clock(ProgressColumn):
        def render(self, task: Task) -> Text:
            elapsed = task.elapsed
            if elapsed is None:
                return Text("")
            said = f"{int(elapsed) // 60}:{int(elapsed) % 60:02d}"
            if moved.get(task.id, (0.0, 0.0))[0] != task.completed:
                moved[task.id] = task.completed, elapsed
            then = moved.get(task.id, (0.0, 0.0))[1]
            if left and (rest := time_left(then, task.completed, task.total)) is not None:
                # Between two reports the clock runs down.
                said += f", about {length(max(1.0, rest - (elapsed - then)))} left"
            return Text(said)

    return Clock()


def time_left(elapsed: float, done: float, total: float | None) -> float | None:
    """Seconds that a task still needs at the pace that it has had; None while nobody can tell."""
    if elapsed < _SURE_AFTER_SECONDS or not total or not _SURE_AFTER_SHARE * total <= done < total:
        return None
    return elapsed * (total - done) / done


_SURE_AFTER_SECONDS, _SURE_AFTER_SHARE = 3.0, 0.01
"""Before that a task has started up more than it has worked."""
_ROOM_FOR_LEFT, _ROOM_FOR_BARS, _ROOM_FOR_WORDS = 56, 78, 110
"""So many columns a terminal must have for the time left, for a bar, for what a stage does."""
_ROOM_OF_A_JOB = len("job_20260131_001 ")
