"""A job's status in lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalchitra.deliverables import films_first
from chalchitra.durations import length
from chalchitra.hints import pasteable
from chalchitra.paths import shown_path
from chalchitra.printable import printable
from chalchitra.tables import Column, state_cell, table
from chalchitra.wrapping import wrapped

if TYPE_CHECKING:
    from chalchitra.jobs.estimate import Estimate
    from chalchitra.jobs.view import StageView, View

_BAR = 20


COLUMNS = (
    Column("stage"),
    Column("state"),
    Column("seconds", need=1, right=True),
    Column("environment", need=2),
    Column("progress", folds=True),
)


def lines_of(view: View, width: int | None = None, *, colours: bool = False) -> list[str]:
    """The whole of it, for a terminal's `width`: head, stages, deliverables, the rest, error."""
    from chalchitra.transcript.expected import Expected, sentence  # loads pydantic

    data = view.data
    lines = [*_head_and_table(view, width, colours=colours), ""]
    degraded = [
        f"  {stage.key}: {item['what']} {item['why']} {item['fix']}".rstrip()
        for stage in view.stages
        for item in stage.degraded
    ]
    if degraded:
        lines += ["Warnings:", *map(printable, degraded)]
    expected = Expected.of(data.expected)
    if expected is not None and not expected.poor:  # else it is a warning, said above
        lines.append(printable(sentence(expected)))
    if view.deliverables:
        lines.append("Deliverables:")
        lines += [f"  {printable(shown_path(path))}" for path in films_first(view.deliverables)]
    lines += _time_left(view)
    if data.error and view.state == "failed":
        what, *rest = (printable(str(data.error.get(part) or "")) for part in _SENTENCES)
        lines += [f"Error: {what}", *(f"  {part}" for part in rest if part)]
    kept = lines if lines[-1] else lines[:-1]
    return [part for line in kept for part in wrapped(pasteable(line), width)]


def moving_lines(view: View, width: int | None = None) -> list[str]:
    """What changes while the job runs, which fits on a screen: head, stages, the rest."""
    lines = [*_head_and_table(view, width), *_time_left(view)]
    return [part for line in lines for part in wrapped(pasteable(line), width)]


def _head_and_table(view: View, width: int | None, *, colours: bool = False) -> list[str]:
    data = view.data
    minutes = f" ({data.minutes:.1f} min)" if data.minutes is not None else ""
    head = (
        f"{data.job_id}: {data.title} ({data.workflow}, {data.user})",
        f"{shown_path(data.film)}{minutes}",
        _head(view),
    )
    rows = [_cells(stage) for stage in view.stages]
    return [*map(printable, head), "", *table(COLUMNS, rows, width, colours=colours)]


def _time_left(view: View) -> list[str]:
    if view.left is None:
        return []
    return [f"{'Time left' if view.runs else 'Still to do'}: {_still(view.left)}."]


_SENTENCES = ("what", "cause", "fix")


def brief(view: View) -> str:
    """The same in one line."""
    data, at = view.data, view.now
    parts = [f"{data.job_id} {view.state}"]
    if at is not None:
        parts[0] += f" {'' if view.runs else 'at '}{at.key}"
        if at.progress:
            parts[0] += f" {_percent(at)}"
    parts.append(f"{data.stages_done} of {data.stages_total} stages done")
    if view.runs and view.left is not None:
        parts.append(f"remaining: {_still(view.left)}")
    elif view.state == "failed" and data.error:
        parts.append(str(data.error.get("what") or ""))
    elif view.state == "done" and data.seconds is not None:
        parts.append(f"in {length(data.seconds)}")
    return printable(", ".join(parts))


def _head(view: View) -> str:
    data, at = view.data, view.now
    where = f" at {at.key}" if at is not None else ""
    match view.state:
        case "running":
            by = f", by {view.held_by}" if view.held_by else ""
            return f"running{where}{by}"
        case "queued":
            return f"queued{where}: it waits for free memory or processors"
        case "interrupted":
            return f"interrupted{where}: its runner ended; run the job again to resume it"
        case "done":
            took = sum(stage.seconds or 0 for stage in view.stages)
            return f"{state_cell('done', degraded=bool(data.degraded))}, in {length(took)}"
    return f"{view.state}{where}"


def _cells(stage: StageView) -> tuple[str, ...]:
    note = ""
    if stage.progress and stage.progress["total"]:
        done, total, unit = (stage.progress[name] for name in ("done", "total", "unit"))
        full = int(_BAR * done / total)
        bar = "━" * full + "╌" * (_BAR - full)
        note = f"{bar} {_percent(stage)}, {done:.0f} of {total:.0f} {unit}"
    seconds = "" if stage.seconds is None else f"{stage.seconds:.1f}"
    state = state_cell(stage.state, degraded=bool(stage.degraded))
    return stage.key, state, seconds, stage.environment, note


def _percent(stage: StageView) -> str:
    progress = stage.progress or {}
    return f"{100 * progress['done'] / progress['total']:.0f} %"


def _still(left: Estimate) -> str:
    """What is still to do, with what is not known said and not guessed."""
    unknown = f"no estimate for {', '.join(left.unknown)} yet" if left.unknown else ""
    if left.seconds is None:
        return unknown
    about = f"{'at least' if unknown else 'about'} {length(left.seconds)}"
    return f"{about} ({unknown})" if unknown else about
