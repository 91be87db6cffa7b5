"""`rm`: removes jobs with all that is in their folders."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from chalchitra import stopping
from chalchitra.cli import complete
from chalchitra.cli.ask import confirm
from chalchitra.cli.errors import show_error
from chalchitra.cli.text import OutOption, print_json
from chalchitra.errors import CancelledError, ChalchitraError, raise_all
from chalchitra.paths import shown_path
from chalchitra.wrapping import say

if TYPE_CHECKING:
    from chalchitra.runner.remove import Removal


def remove(
    job: Annotated[
        list[str],
        typer.Argument(metavar="JOB", help="Job ids or folders.", autocompletion=complete.jobs),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    out: OutOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was removed as JSON.")
    ] = False,
) -> None:
    """Delete jobs: their folders with logs, results and output files. Films are kept."""
    from chalchitra.jobs.store import named_job
    from chalchitra.out import out_dir
    from chalchitra.runner.remove import plan_removal, remove

    folder = out_dir(out)
    errors: list[ChalchitraError] = []
    removals: list[Removal] = []
    for path in dict.fromkeys(named_job(folder, name) for name in job):
        try:
            removals.append(plan_removal(path))
        except ChalchitraError as error:
            errors.append(error)
    raise_all(errors)  # before anything is removed or asked
    for removal in removals:
        _say(removal)
    if not yes:
        count = len(removals)
        confirm(
            "Remove it?" if count == 1 else f"Remove these {count} jobs?",
            refused="Nothing was removed.",
            nothing="Nothing was removed.",
            fix="Add --yes.",
        )
    stopping.later()  # what was removed is told
    removed: list[Removal] = []
    stopped: CancelledError | None = None
    for removal in removals:
        try:
            stopping.check()
            remove(removal)
        except CancelledError as told:
            stopped = _with_rest(told, len(removed), len(removals)) if removed else told
            break
        except ChalchitraError as error:
            errors.append(error)
            continue
        removed.append(removal)
        if not as_json:
            typer.echo(f"Removed {removal.job_id}.")
    if as_json:
        rows = [
            {
                "job_id": removal.job_id,
                "job_dir": str(removal.layout.root),
                "deliverables": [str(path) for path in removal.deliverables],
            }
            for removal in removed
        ]
        print_json("rm", rows)
    if stopped is not None:
        for failed in errors:
            show_error(failed, debug=False)
        raise stopped
    raise_all(errors)


def _with_rest(stopped: CancelledError, removed: int, count: int) -> CancelledError:
    """What is said where some were removed already: their names would be refused the next time."""
    return CancelledError(
        f"Only {removed} of {count} jobs were removed.",
        cause=stopped.cause,
        fix="To go on, type it again without those that were removed.",
    )


def _say(removal: Removal) -> None:
    """Name what goes, on stderr: stdout is for what was done."""
    where = shown_path(removal.layout.root)
    say(f"{removal.job_id} ({where})", file=sys.stderr)
    for path in removal.deliverables:
        say(f"  {shown_path(path)}", file=sys.stderr)
    if not removal.deliverables:
        say("  no output files", file=sys.stderr)
