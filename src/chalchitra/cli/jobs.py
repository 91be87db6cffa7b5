"""`jobs`: what was prepared, and how far each is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from chalchitra.cli.text import OutOption, print_json
from chalchitra.durations import length
from chalchitra.errors import UsageError
from chalchitra.hints import jobs_line, pasteable, typed
from chalchitra.jobs.told_apart import told_apart
from chalchitra.printable import printable
from chalchitra.tables import Column, show, state_cell
from chalchitra.wrapping import say

if TYPE_CHECKING:
    from chalchitra.jobs.listing import Row
    from chalchitra.jobs.state import JobState


def jobs(
    state: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATE",
            help="Show only jobs in this state: ready, queued, running, interrupted, done, failed, "
            "cancelled or broken. Repeatable.",
        ),
    ] = None,
    user: Annotated[
        str | None, typer.Option(metavar="NAME", help="Show only this owner's jobs.")
    ] = None,
    last: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Show only the N newest jobs.")
    ] = None,
    out: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the jobs as JSON.")] = False,
) -> None:
    """List the jobs, newest last."""
    from chalchitra.jobs.listing import Jobs, check_states
    from chalchitra.out import found_out

    check_states(state or ())
    found = Jobs(found_out(out))
    rows = list(found.rows(user=user, states=state or (), last=last))[::-1]
    now = datetime.now().astimezone()
    if as_json:
        print_json("jobs", [row.to_dict(now) for row in rows])
    elif rows:
        show(COLUMNS, table_of(rows, now))
        for row in rows:
            if row.error is not None:
                say(f"{row.job_id}: {row.error.get('what', '')}")
    elif user is not None and not any(found.folders(user)):
        raise UsageError(
            f"{user} has no jobs.",
            cause="--user takes the name shown in the user column.",
            fix=jobs_line(found.out),
        )
    elif state:
        others = jobs_line(found.out, first="To see all,")
        say(pasteable(f"No job is {' or '.join(state)}. {others}"))
    else:
        say(pasteable(f"No jobs yet. {_FIRST}"))
    for path in found.unreadable:
        print(f"{path} cannot be read: its jobs are not listed.", file=sys.stderr)


_FIRST = typed("./prepare-job.sh --help", first="To see how to make one,")
COLUMNS = (
    Column("job"),
    Column("state"),
    Column("stage", need=1),
    Column("stages", need=3, right=True),
    Column("words wrong", need=4, right=True),
    Column("age", need=2, right=True),
    Column("user", need=5),
    Column("film", folds=True),
)


def table_of(rows: Sequence[Row], now: datetime) -> list[tuple[str, ...]]:
    """The jobs' rows of the table; films with one name are told apart by their folders."""
    films = [
        (PurePath(row.data.film).name, PurePath(row.data.first_part or row.data.film))
        for row in rows
        if row.data is not None
    ]
    called = iter(told_apart(films))
    return [_cells(row, next(called).label if row.data else "", now) for row in rows]


def _cells(row: Row, film: str, now: datetime) -> tuple[str, ...]:
    data = row.data
    if data is None:
        return row.job_id, state_cell(row.state), "", "", "", "", printable(row.user), ""
    return (
        row.job_id,
        state_cell(row.state, degraded=bool(data.degraded)),
        data.stage or "",
        f"{data.stages_done}/{data.stages_total}",
        _words_wrong(data),
        length(row.age(now)),
        printable(row.user),
        printable(film),
    )


def _words_wrong(data: JobState) -> str:
    """The word error rate that is to be expected of the transcript."""
    from chalchitra.transcript.expected import Expected

    expected = Expected.of(data.expected)
    if expected is None:
        return ""
    return "?" if expected.words is None else f"{100 * expected.words.expected:.0f} %"
