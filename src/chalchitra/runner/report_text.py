"""What a run says in words: events as lines, summaries as tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chalchitra.hints import job_argument, pasteable, typed
from chalchitra.paths import shown_path
from chalchitra.transcript.expected import Expected, sentence


def lines_of(event: str, fields: dict[str, Any], *, why: bool, batch: bool = False) -> list[str]:
    """What an event says in lines of text; nothing for those that only move a bar.

    In a `batch` every line begins with its job, and the table at its end stands for all summaries.
    Commands in it can be typed in the current folder. Nothing is cut to a terminal's width: what
    is to be typed must stay whole.
    """
    if event == "summary" and not batch:
        lines = summary_lines(fields)
    elif event == "batch_summary":
        lines = batch_lines(fields)
    else:
        lines = _lines_of(event, fields, why=why)
        if batch and "job_id" in fields:
            if event == "summary":
                lines = [summary_end(fields)[-1]]
            if event == "job_started":
                lines = [fields["title"]]
            lines = [f"{fields['job_id']} {line.strip()}" for line in lines]
    return [pasteable(line) for line in lines]


def _lines_of(event: str, fields: dict[str, Any], *, why: bool) -> list[str]:
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


def summary_end(fields: dict[str, Any]) -> list[str]:
    """What follows the table: notes, deliverables, how it ended."""
    ended = _ENDED[fields["state"]]
    lines = [f"Note: {note}" for note in fields["notes"]]
    expected = Expected.of(fields.get("expected"))
    if expected is not None and not expected.poor:  # else it is less than was asked, said above
        lines.append(sentence(expected))
    if fields["deliverables"]:
        lines.append("Deliverables:")
        lines += [f"  {shown_path(path)}" for path in fields["deliverables"]]
    return [*lines, f"{ended} in {fields['seconds']:.1f} s."]


def _cells(row: dict[str, Any]) -> tuple[str, str, str, str]:
    return row["stage"], row["environment"], f"{row['seconds']:.1f}", row["state"]


_FILM_COLUMNS = ("job", "film", "state", "seconds", "what it needs")


def batch_lines(fields: dict[str, Any]) -> list[str]:
    """The table of a batch as plain text."""
    rows = [_FILM_COLUMNS, *(_film_cells(film) for film in fields["films"])]
    widths = [max(len(row[column]) for row in rows) for column in range(4)] + [0]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return ["", *lines, *batch_end(fields)]


def batch_end(fields: dict[str, Any]) -> list[str]:
    """How many films ended how."""
    states = [film["state"] for film in fields["films"]]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    return [f"{len(states)} films in {fields['seconds']:.1f} s: {counts}."]


def _film_cells(film: dict[str, Any]) -> tuple[str, str, str, str, str]:
    needs = ""
    if film["error"] is not None:
        errors = film["error"].get("errors", [film["error"]])
        needs = _needs(film, errors)
    elif film["degraded"]:
        first, *more = film["degraded"]
        expected = Expected.of(film.get("expected"))
        if expected is not None and expected.poor:  # what a person must know first
            said = [one for one in film["degraded"] if one == f"export: {sentence(expected)}"]
            first = said[0] if said else first
        needs = f"{first} {_status(film, f'To see {len(more)} more,')}" if more else first
    return film["job_id"], film["title"], film["state"], f"{film['seconds']:.1f}", needs


def _needs(film: dict[str, Any], errors: list[dict[str, Any]]) -> str:
    """What happened and what to do in one line, which can end with one command only."""
    lines = [(error["what"], *error["fix"].split("\n")) for error in errors]
    typed_ = [fix for _, fix, *_ in lines if "ype: " in fix]
    said = [what if fix in typed_ else f"{what} {fix}".strip() for what, fix, *_ in lines]
    if len(typed_) > 1 or any(more for _, _, *more in lines):
        return " ".join([*said, _status(film, "To see more,")])
    return " ".join([*said, *typed_])


def _status(film: dict[str, Any], first: str) -> str:
    return typed("chalchitra status", job_argument(Path(film["job_dir"])), first=first)
