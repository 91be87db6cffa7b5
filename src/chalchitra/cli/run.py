"""`run-pipeline`: run or resume jobs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from chalchitra.cli import complete
from chalchitra.cli.ask import BUILD_HELP, build_missing_of
from chalchitra.cli.errors import show_error
from chalchitra.cli.text import VersionOption
from chalchitra.errors import UsageError
from chalchitra.wrapping import say

if TYPE_CHECKING:
    from chalchitra.runner.hand_over import Target
    from chalchitra.runner.run import RunOptions

_WHICH, _STAGES, _WHERE, _SHOWN = "Jobs", "Stages", "Copies", "Output"


def run_pipeline(
    jobs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="JOB",
            help="Job ids or folders.",
            autocompletion=complete.jobs,
            show_default=False,
        ),
    ] = None,
    job: Annotated[
        list[str] | None,
        typer.Option(
            "-j",
            "--job",
            metavar="ID",
            help="The same, as an option. Repeatable.",
            autocompletion=complete.jobs,
            rich_help_panel=_WHICH,
        ),
    ] = None,
    job_dir: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR", help="The same for a folder. Repeatable.", rich_help_panel=_WHICH
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of all jobs.", show_default="out", rich_help_panel=_WHICH
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="All your jobs that are not done yet.", rich_help_panel=_WHICH),
    ] = False,
    any_user: Annotated[
        bool,
        typer.Option(
            "--any-user", help="With --all, also run other people's jobs.", rich_help_panel=_WHICH
        ),
    ] = False,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help="Try it: subtitle the clip that comes with Chalchitra.",
            rich_help_panel=_WHICH,
        ),
    ] = False,
    beside: Annotated[
        bool,
        typer.Option(
            "--beside",
            help="Also copy the results next to the film, where players look for them.",
            rich_help_panel=_WHERE,
        ),
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="DIR",
            help="Also copy the results into this folder.",
            rich_help_panel=_WHERE,
        ),
    ] = None,
    why: Annotated[
        bool,
        typer.Option(
            "--why", help="Show why each stage runs or is skipped.", rich_help_panel=_SHOWN
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Only show what would run, and why.", rich_help_panel=_STAGES
        ),
    ] = False,
    from_stage: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="STAGE",
            help="Re-run from this stage on.",
            rich_help_panel=_STAGES,
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STAGE",
            help="Run only this stage. Repeatable.",
            rich_help_panel=_STAGES,
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Re-run stages even if they are up to date.",
            rich_help_panel=_STAGES,
        ),
    ] = False,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Check the hashes of existing outputs before reusing them.",
            rich_help_panel=_STAGES,
        ),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help=BUILD_HELP, rich_help_panel=_STAGES)
    ] = False,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug",
            help="Show tracebacks; run every stage in debug mode.",
            rich_help_panel=_SHOWN,
        ),
    ] = False,
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        typer.Option(
            help="Detail of the stage logs.",
            case_sensitive=False,
            show_default=True,
            rich_help_panel=_SHOWN,
        ),
    ] = "info",
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", "--events", help="Print one JSON event per line.", rich_help_panel=_SHOWN
        ),
    ] = False,
    version: VersionOption = False,
) -> None:
    """Run jobs, or resume them where they stopped."""
    from chalchitra import stopping
    from chalchitra.hints import typed
    from chalchitra.jobs.store import find_job, is_own, named_job
    from chalchitra.out import out_dir, require_out
    from chalchitra.runner.run import RunOptions

    options = RunOptions(
        hand_over=target(beside, to),
        debug=debug,
        log_level=log_level.upper(),
        verify=verify,
        dry_run=dry_run,
        from_stage=from_stage,
        only=tuple(only or ()),
        force=force,
    )
    stopping.later()
    folder = out_dir(out)
    folders = [named_job(folder, name) for name in jobs or ()]
    folders += [find_job(folder, name) for name in job or ()] + list(job_dir or ())
    if demo:
        from chalchitra.demo import prepare_demo

        folders.append(prepare_demo(folder, quiet=as_json))
    if any_user and not everything:
        raise UsageError(
            "--any-user was given without --all.",
            cause="It only has a meaning with --all.",
            fix="Type --all --any-user, or name the jobs with -j.",
        )
    if everything:
        require_out(folder)
        unfinished = _unfinished(folder)
        own = [path for path in unfinished if any_user or is_own(path)]
        if others := len(unfinished) - len(own):
            count = "1 job" if others == 1 else f"{others} jobs"
            say(f"Skipped {count} of other people (--any-user runs them too).", file=sys.stderr)
        folders += own
    folders = list(dict.fromkeys(path.absolute() for path in folders))
    if not folders and everything:
        if not as_json:
            say(f"Every job {'of yours ' if others else ''}in {folder} is done.")
            return
    elif not folders:
        raise UsageError(
            "No job was named.",
            cause="run-pipeline runs the jobs that prepare-job writes.",
            fix=typed("chalchitra jobs", first="Name one, or add --all. To list the jobs,"),
        )
    if not dry_run:
        build_missing_of(folders, yes=yes)
    # A program reads the end of every batch.
    many = len(folders) > 1 or (everything and as_json)
    code = run(folders, options, as_json=as_json, why=why, many=many, skip_held=everything)
    if code:
        raise typer.Exit(code)


def target(beside: bool, to: Path | None) -> Target | None:
    """Where deliverables are copied to. Raises UsageError where both were asked for."""
    from chalchitra.runner.hand_over import Target

    if beside and to is not None:
        raise UsageError(
            "--beside and --to contradict each other.",
            cause="Both say where the deliverables go.",
            fix="Leave one of them out.",
        )
    return Target(to.absolute() if to else None) if beside or to else None


def run(
    folders: Sequence[Path],
    options: RunOptions,
    *,
    as_json: bool,
    why: bool,
    many: bool,
    skip_held: bool = False,
) -> int:
    """Run the jobs of these folders, `many` as a batch, and show it; returns the exit code."""
    from chalchitra.runner.report import choose_reporter
    from chalchitra.runner.run import run_job

    with choose_reporter(as_json=as_json, why=why, batch=many) as reporter:
        if many:
            from chalchitra.runner.batch import run_batch

            _, code = run_batch(folders, reporter, options, skip_held=skip_held)
        else:
            outcome = run_job(folders[0], reporter, options)
            code = outcome.exit_code
    if not many and outcome.error is not None and (not as_json or options.debug):
        show_error(outcome.error, debug=options.debug)
    return int(code)


def _unfinished(out: Path) -> list[Path]:
    """The jobs that are not done, oldest first; those that another runner has too."""
    from chalchitra.jobs.listing import Jobs

    rows = Jobs(out).rows()
    return [row.job_dir for row in rows if row.state != "done"][::-1]
