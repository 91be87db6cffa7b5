"""`jobs`: what was prepared, and how far each is."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from chalchitra.cli.text import OutOption, columns, printable, spoken

if TYPE_CHECKING:
    from chalchitra.jobs.listing import Row
    from chalchitra.jobs.state import JobState


def jobs(
    state: Annotated[
        list[str] | None,
        typer.Option(
            help="Only those that are ready, running, interrupted, done, failed, cancelled or "
            "broken; may be given several times."
        ),
    ] = None,
    user: Annotated[str | None, typer.Option(help="Only this user's.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Only the newest so many.")] = None,
    out: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the jobs as JSON.")] = False,
) -> None:
    """List the jobs, the newest last: state, stage, age, user, film."""
    from chalchitra.jobs.listing import Jobs, check_states
    from chalchitra.out import found_out

    check_states(state or ())
    found = Jobs(found_out(out))
    rows = list(found.rows(user=user, states=state or (), last=last))[::-1]
    now = datetime.now().astimezone()
    if as_json:
        typer.echo(json.dumps([row.to_dict(now) for row in rows], ensure_ascii=False))
    elif rows:
        head = ("job", "state", "stage", "done", "words wrong", "age", "user", "film")
        table = columns([head, *(_cells(row, now) for row in rows)], right={3, 4, 5})
        typer.echo("\n".join(table))
    else:
        typer.echo("No jobs.")
    for path in found.unreadable:
        print(f"{path} cannot be read: its jobs are not listed.", file=sys.stderr)


def _cells(row: Row, now: datetime) -> tuple[str, ...]:
    data = row.data
    if data is None:
        what = printable((row.error or {}).get("what", ""))
        return row.job_id, row.state, "", "", "", "", printable(row.user), what
    less = ", less than asked" if data.degraded and row.state == "done" else ""
    return (
        row.job_id,
        row.state + less,
        data.stage or "",
        f"{data.stages_done}/{data.stages_total}",
        _words_wrong(data),
        spoken(row.age(now)),
        printable(row.user),
        printable(PurePath(data.film).name),
    )


def _words_wrong(data: JobState) -> str:
    """The word error rate that is to be expected of the transcript."""
    from chalchitra.transcript.expected import Expected

    expected = Expected.of(data.expected)
    if expected is None:
        return ""
    return "?" if expected.words is None else f"{100 * expected.words.expected:.0f} %"
