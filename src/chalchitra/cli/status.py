"""`status`: how far jobs are, once or for as long as they run."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chalchitra.cli import complete
from chalchitra.cli.status_text import brief, lines_of, moving_lines
from chalchitra.cli.text import OutOption, print_json
from chalchitra.errors import CancelledError
from chalchitra.printable import raw
from chalchitra.tables import colours, terminal_width

if TYPE_CHECKING:
    from chalchitra.jobs.view import View

_POLL_SECONDS = 0.5


def status(
    job: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="JOB",
            help="Job ids or folders.  [default: all that are running]",
            autocompletion=complete.jobs,
            show_default=False,
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Keep showing the progress until they have ended.")
    ] = False,
    out: OutOption = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print as JSON; with --watch, one object per line."),
    ] = False,
) -> None:
    """Show the progress of a job, stage by stage, and the time left."""
    from chalchitra.jobs.listing import Jobs
    from chalchitra.jobs.state import RUNNING
    from chalchitra.jobs.store import named_job
    from chalchitra.out import out_dir

    folder = out_dir(out)
    if job:
        folders = list(dict.fromkeys(named_job(folder, name) for name in job))
    else:
        folders = [row.job_dir for row in Jobs(folder).rows(states=RUNNING)][::-1]
        if not folders and not as_json:
            typer.echo("No job is running.")
            return
    looker = _Looker(folders)
    if not watch:
        views = looker.look()
        if as_json:
            print_json("status", [view.to_dict() for view in views])
        else:
            shown = [lines_of(view, terminal_width(), colours=colours()) for view in views]
            print("\n\n".join(map("\n".join, shown)), file=raw(sys.stdout))
        return
    try:
        if as_json:
            _watch_changes(looker.stay(), as_json=True)
        elif sys.stdout.isatty():
            _watch_live(looker.stay())
        else:
            _watch_changes(looker.stay(), as_json=False)
    except CancelledError as stopped:
        raise typer.Exit(int(stopped.exit_code)) from None  # only the looking was stopped


class _Looker:
    """Looks at the same jobs again and again; what earlier jobs took is read once."""

    def __init__(self, folders: list[Path]) -> None:
        from chalchitra.jobs.pace import rates_beside

        outs: dict[Path, Any] = {}
        for folder in folders:
            day = folder.parent.parent
            if day not in outs:
                outs[day] = rates_beside(folder)
        self._jobs = [(folder, outs[folder.parent.parent]) for folder in folders]

    def look(self) -> list[View]:
        from chalchitra.jobs.view import look

        now = datetime.now().astimezone()
        return [look(folder, rates, now) for folder, rates in self._jobs]

    def stay(self) -> Iterator[list[View]]:
        """The jobs as they are, until none runs."""
        while True:
            views = self.look()
            yield views
            if not any(view.runs for view in views):
                return
            time.sleep(_POLL_SECONDS)


def _watch_live(looks: Iterator[list[View]]) -> None:
    """Refresh in place; what stays at the end is the whole of it."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    views: list[View] = []
    with Live(console=Console(file=raw(sys.stdout)), auto_refresh=False, transient=True) as live:
        for views in looks:
            if not any(view.runs for view in views):
                break
            # They must fit on the screen: of several jobs a line each, of one what moves.
            if len(views) == 1:
                shown = Text("\n".join(moving_lines(views[0], live.console.width)))
            else:
                shown = Text("\n".join(map(brief, views)), overflow="ellipsis", no_wrap=True)
            live.update(shown, refresh=True)
    for view in views:
        lines = lines_of(view, terminal_width(), colours=colours())
        print("\n".join([*lines, *([""] if len(views) > 1 else [])]), file=raw(sys.stdout))


def _watch_changes(looks: Iterator[list[View]], *, as_json: bool) -> None:
    """A line whenever something changed: of the stage for people, of anything for programs."""
    said: dict[Path, object] = {}
    for views in looks:
        for view in views:
            gist: object = view.gist() if as_json else (view.state, view.now and view.now.key)
            if said.get(view.job_dir) != gist:
                said[view.job_dir] = gist
                if as_json:
                    print_json("status-watch", view.to_dict())
                else:
                    print(brief(view), flush=True)
