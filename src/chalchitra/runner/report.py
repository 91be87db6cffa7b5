"""How a run is shown: live on a terminal, a plain line a stage elsewhere, or JSON for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, TextIO

from chalchitra.paths import shown_path
from chalchitra.runner.events import Reporter

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


def choose_reporter(*, as_json: bool, why: bool) -> Reporter:
    """JSON when asked, rich when both streams are a terminal, plain lines otherwise."""
    if as_json:
        return JsonReporter(sys.stdout)
    if sys.stdout.isatty() and sys.stderr.isatty():
        return TerminalReporter(why=why)
    return PlainReporter(sys.stdout, why=why)


class JsonReporter:
    """One event a line, the summary last."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __enter__(self) -> JsonReporter:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def emit(self, event: str, **fields: Any) -> None:
        self._out.write(json.dumps({"event": event, **fields}, ensure_ascii=False) + "\n")
        self._out.flush()


class PlainReporter:
    """A line a stage, for logs and pipes."""

    def __init__(self, out: TextIO, *, why: bool) -> None:
        self._out = out
        self._why = why

    def __enter__(self) -> PlainReporter:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def emit(self, event: str, **fields: Any) -> None:
        for line in lines_of(event, fields, why=self._why):
            print(line, file=self._out, flush=True)
        if event == "summary":
            for line in summary_lines(fields):
                print(line, file=self._out, flush=True)


class TerminalReporter:
    """Live progress of the stage that runs, a line for each that ended, a table at the end."""

    def __init__(self, *, why: bool) -> None:
        self._why = why
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> TerminalReporter:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            TextColumn("  {task.fields[name]:<16}"),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
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
        for line in lines_of(event, fields, why=self._why):
            self._progress.console.print(line, markup=False, highlight=False)
        if event == "summary":
            self._progress.stop()
            self._progress.console.print(summary_table(fields))
            for line in summary_end(fields):
                self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _follow(self, progress: Progress, event: str, fields: dict[str, Any]) -> None:
        if event == "stage_started":
            self._task = progress.add_task(fields["does"], name=fields["stage"], total=None)
        elif event == "fetch":
            if self._task is None:
                self._task = progress.add_task("fetching", name=fields["model"], total=None)
            progress.update(self._task, completed=fields["done"], total=fields["total"])
        elif event == "stage_progress" and self._task is not None:
            progress.update(self._task, completed=fields["done"], total=fields["total"])
        if event in ("stage_finished", "stage_failed", "fetched", "summary"):
            if self._task is not None:
                progress.remove_task(self._task)
            self._task = None


def lines_of(event: str, fields: dict[str, Any], *, why: bool) -> list[str]:
    """What an event says in lines of text; nothing for those that only move a bar."""
    reasons = [f"      because {reason}" for reason in fields.get("reasons", ())] if why else []
    name = f"  {fields.get('stage', ''):<16}"
    match event:
        case "job_started":
            return [f"{fields['job_id']}: {fields['title']}"]
        case "fetched":
            return [f"  fetched {fields['model']}"]
        case "stage_skipped":
            return [f"{name} up to date", *reasons]
        case "stage_started":
            return [f"{name} {fields['does']}", *reasons] if why else []
        case "stage_warning":
            return [f"{name} note: {fields['text']}"]
        case "stage_reused":
            return [f"{name} reused in {fields['seconds']:.1f} s", *reasons]
        case "stage_planned":
            doing = {"run": "would run", "reuse": "would be reused", "skip": "up to date"}
            because = [f"      because {reason}" for reason in fields["reasons"]]
            return [f"{name} {doing[fields['action']]}", *because]
        case "fetch_planned":
            return [f"  the model {fields['model']} would be fetched"]
        case "stage_retry":
            smaller = ", ".join(f"{key} {value}" for key, value in fields["reduced"].items())
            again = f"again in {fields['seconds']:.0f} s" + (f" with {smaller}" if smaller else "")
            return [f"{name} {fields['error']['what']} {again}"]
        case "stage_finished":
            return [f"{name} done in {fields['seconds']:.1f} s ({fields['environment']})"]
        case "stage_failed":
            return [f"{name} failed after {fields['seconds']:.1f} s; its log: {fields['log']}"]
    return []


_ENDED = {
    "done": "Done",
    "ready": "Done with what was asked for",
    "failed": "Stopped",
    "cancelled": "Cancelled",
}


def summary_lines(fields: dict[str, Any]) -> list[str]:
    """The summary as plain text, columns aligned."""
    rows = [
        ("stage", "environment", "seconds", "state"),
        *(_cells(row) for row in fields["stages"]),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    degraded = [
        f"  {row['stage']}: {item['what']} {item['why']} {item['fix']}".rstrip()
        for row in fields["stages"]
        for item in row.get("degraded", ())
    ]
    if degraded:
        lines += ["Less than was asked:", *degraded]
    return ["", *lines, *summary_end(fields)]


def summary_table(fields: dict[str, Any]) -> Any:
    """The summary as a rich table."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("stage", "environment", "seconds", "state", "less than was asked"):
        table.add_column(column, justify="right" if column == "seconds" else "left")
    from rich.text import Text

    for row in fields["stages"]:
        what = "\n".join(
            f"{item['what']} {item['fix']}".strip() for item in row.get("degraded", ())
        )
        table.add_row(*(Text(cell) for cell in (*_cells(row), what)))
    return table


def summary_end(fields: dict[str, Any]) -> list[str]:
    """What follows the table: notes, deliverables, how it ended."""
    ended = _ENDED[fields["state"]]
    lines = [f"Note: {note}" for note in fields["notes"]]
    if fields["deliverables"]:
        lines.append("Deliverables:")
        lines += [f"  {shown_path(path)}" for path in fields["deliverables"]]
    return [*lines, f"{ended} in {fields['seconds']:.1f} s."]


def _cells(row: dict[str, Any]) -> tuple[str, str, str, str]:
    return row["stage"], row["environment"], f"{row['seconds']:.1f}", row["state"]
