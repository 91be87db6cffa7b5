"""What a run says in words: events as lines, summaries as tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from chalchitra.deliverables import films_first
from chalchitra.durations import took
from chalchitra.hints import job_argument, pasteable, run_line, typed
from chalchitra.paths import shown_path
from chalchitra.printable import printable
from chalchitra.tables import Column, Style, state_cell, styled, table
from chalchitra.transcript.expected import Expected, sentence
from chalchitra.wrapping import wrapped


def lines_of(
    event: str,
    fields: dict[str, Any],
    *,
    why: bool,
    batch: bool = False,
    width: int | None = None,
    colours: bool = False,
) -> list[str]:
    """What an event says in lines of text; nothing for those that only move a bar.

    In a `batch` every line begins with its job, and the table at its end stands for all summaries.
    Commands in it can be typed in the current folder. All fits a terminal's `width`, but for what
    is to be typed, which stays whole.
    """
    if event == "summary" and not batch:
        lines = summary_lines(fields, width, colours=colours)
    elif event == "batch_summary":
        lines = batch_lines(fields, width, colours=colours)
    else:
        lines = _lines_of(event, fields, why=why)
        if batch and "job_id" in fields:
            if event == "summary":
                lines = [_ended(fields)]
            if event == "job_started":
                lines = [fields.get("label") or fields["title"]]
            lines = [f"{fields['job_id']} {line.strip()}" for line in lines]
        style = _EVENT_STYLES.get(event, "")
        lines = [styled(line, style, colours=colours) for line in lines]
    return [part for line in lines for part in wrapped(pasteable(line), width)]


_EVENT_STYLES: dict[str, Style] = {
    "stage_warning": "warning",
    "stage_retry": "warning",
    "stage_failed": "error",
    "stage_queued": "faint",
}


def _lines_of(event: str, fields: dict[str, Any], *, why: bool) -> list[str]:
    because = [_SINCE.sub(_at, reason) for reason in fields.get("reasons", ())]
    reasons = [f"{'':<19}because {reason}" for reason in because] if why else []
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
            return [f"{name} {fields['text']}"]
        case "stage_queued":
            return [f"{name} waits for free memory or processors"]
        case "stage_reused":
            return [f"{name} reused in {fields['seconds']:.1f} s", *reasons]
        case "stage_planned":
            doing = {"run": "would run", "reuse": "would be reused", "skip": "up to date"}
            said = f"{name} {doing[fields['action']]}: "
            return [said + "; ".join(because)]
        case "fetch_planned":
            return [f"  the model {fields['model']} would be fetched"]
        case "stage_retry":
            smaller = ", ".join(f"{key} {value}" for key, value in fields["reduced"].items())
            again = f"again in {fields['seconds']:.0f} s" + (f" with {smaller}" if smaller else "")
            return [f"{name} {fields['error']['what']} {again}"]
        case "stage_finished":
            return [f"{name} done in {took(fields['seconds'])} ({fields['environment']})"]
        case "stage_failed":
            if fields["error"]["kind"] == "cancelled":
                return [f"{name} cancelled after {took(fields['seconds'])}"]
            log = shown_path(fields["log"])
            return [f"{name} failed after {took(fields['seconds'])}; its log: {log}"]
    return []


_SINCE = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+(?:[+-]\d\d:\d\d|Z)")


def _at(found: re.Match[str]) -> str:
    """A time of a record as the person's clock has it."""
    return f"{datetime.fromisoformat(found.group()).astimezone():%Y-%m-%d %H:%M:%S}"


_ENDED = {
    "done": "Done",
    "ready": "Done with the stages you asked for",
    "failed": "Failed",
    "cancelled": "Cancelled",
}


STAGES = (
    Column("stage"),
    Column("state"),
    Column("seconds", need=1, right=True),
    Column("environment", need=2),
)


def summary_lines(
    fields: dict[str, Any], width: int | None = None, *, colours: bool = False
) -> list[str]:
    """The summary: the stages as a table, each warning once, how it ended."""
    rows = [_cells(row) for row in fields["stages"]]
    return [
        *(["", *table(STAGES, rows, width, colours=colours)] if rows else []),
        *_warnings(fields["stages"], colours=colours),
        *summary_end(fields),
    ]


def _warnings(stages: Sequence[dict[str, Any]], *, colours: bool) -> list[str]:
    """What was done less than asked, each once, however many stages say it."""
    said: dict[str, list[str]] = {}
    for row in stages:
        for item in row.get("degraded", ()):
            said.setdefault(warning_text(item), []).append(row["stage"])
    if not said:
        return []
    lines = ["Warnings:", *(f"  {', '.join(names)}: {text}" for text, names in said.items())]
    return [styled(line, "warning", colours=colours) for line in lines]


def warning_text(item: dict[str, Any]) -> str:
    """What was done less than asked, as the stage said it while it ran."""
    return " ".join(part for part in (item["what"], item["why"], item["fix"]) if part)


def summary_end(fields: dict[str, Any]) -> list[str]:
    """What follows the table: notes, deliverables, how it ended, what to do next."""
    # What was said when the job was prepared is not said again.
    lines = [f"Note: {note}" for note in fields.get("new_notes", fields["notes"])]
    expected = Expected.of(fields.get("expected"))
    if expected is not None and not expected.poor:  # else it is a warning, said above
        lines.append(sentence(expected))
    if fields["deliverables"]:
        lines.append("Deliverables:")
        lines += [f"  {shown_path(path)}" for path in films_first(fields["deliverables"])]
    if fields.get("copies"):
        lines.append("Copied to:")
        lines += [f"  {shown_path(path)}" for path in films_first(fields["copies"])]
    return [*map(printable, lines), _ended(fields), *_next(fields)]


def _ended(fields: dict[str, Any]) -> str:
    stages = fields["stages"]
    if fields["state"] == "done" and stages and all(row["state"] == "up to date" for row in stages):
        return "Nothing to do: every stage is up to date."
    verb = _ENDED[fields["state"]]
    return f"{verb} {'in' if verb.startswith('Done') else 'after'} {took(fields['seconds'])}."


def _next(fields: dict[str, Any]) -> list[str]:
    """What to type next; an error that stopped the run has its own advice, and is shown last."""
    folder = Path(fields["job_dir"])
    tracks = any(row["stage"].startswith("subtitle_gen") for row in fields["stages"])
    if fields["state"] == "done" and tracks:
        return [typed("chalchitra qc", job_argument(folder), first="To check the subtitles,")]
    if fields["state"] == "ready":
        return [run_line(folder, first="To run the rest,")]
    return []


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    state = state_cell(row["state"], degraded=bool(row.get("degraded")))
    return row["stage"], state, f"{row['seconds']:.1f}", row["environment"]


FILMS = (
    Column("job"),
    Column("state"),
    Column("seconds", need=1, right=True),
    Column("film", folds=True),
)


def batch_lines(
    fields: dict[str, Any], width: int | None = None, *, colours: bool = False
) -> list[str]:
    """The table of a batch, what its films need, how many ended how."""
    films = fields["films"]
    rows = [
        (
            film["job_id"],
            state_cell(film["state"], degraded=bool(film["degraded"])),
            f"{film['seconds']:.1f}",
            film["label"],
        )
        for film in films
    ]
    needs = [
        styled(f"  {film['job_id']}: {said}", _style(film), colours=colours)
        for film in films
        if (said := _needs(film))
    ]
    return [
        "",
        *table(FILMS, rows, width, colours=colours),
        *(["Needs attention:", *needs] if needs else []),
        *batch_end(fields),
    ]


def _style(film: dict[str, Any]) -> Style:
    return "warning" if film["error"] is None else "error"


def batch_end(fields: dict[str, Any]) -> list[str]:
    """How many films ended how."""
    states = [film["state"] for film in fields["films"]]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    return [f"{len(states)} films in {took(fields['seconds'])}: {counts}."]


def _needs(film: dict[str, Any]) -> str:
    """What went wrong with a film and what to do, or what was done less than asked."""
    if film["error"] is not None:
        errors = film["error"].get("errors", [film["error"]])
        return _in_a_line(film, errors)
    if not film["degraded"]:
        return ""
    first, *more = dict.fromkeys(film["degraded"])
    expected = Expected.of(film.get("expected"))
    if expected is not None and expected.poor:  # what a person must know first
        said = [one for one in film["degraded"] if one == f"export: {sentence(expected)}"]
        first = said[0] if said else first
    return f"{first} {_status(film, f'To see {len(more)} more,')}" if more else str(first)


def _in_a_line(film: dict[str, Any], errors: list[dict[str, Any]]) -> str:
    """What happened and what to do in one line, which can end with one command only."""
    lines = [(error["what"], *error["fix"].split("\n")) for error in errors]
    typed_ = [fix for _, fix, *_ in lines if "ype: " in fix]
    said = [what if fix in typed_ else f"{what} {fix}".strip() for what, fix, *_ in lines]
    if len(typed_) > 1 or any(more for _, _, *more in lines):
        return " ".join([*said, _status(film, "To see more,")])
    return " ".join([*said, *typed_])


def _status(film: dict[str, Any], first: str) -> str:
    return typed("chalchitra status", job_argument(Path(film["job_dir"])), first=first)
