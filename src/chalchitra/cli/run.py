"""`run-pipeline`: run or resume jobs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from chalchitra.cli import complete
from chalchitra.cli.errors import show_error
from chalchitra.cli.text import VersionOption
from chalchitra.errors import UsageError

_WHICH, _STAGES, _WHERE, _SHOWN = "Which jobs", "Which stages", "Where to", "What is shown"


def run_pipeline(
    job: Annotated[
        list[str] | None,
        typer.Option(
            "-j",
            "--job",
            metavar="ID",
            help="Job id. Repeatable.",
            autocompletion=complete.jobs,
            rich_help_panel=_WHICH,
        ),
    ] = None,
    job_dir: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Job folder. Repeatable.", rich_help_panel=_WHICH),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Where jobs live.", show_default="out", rich_help_panel=_WHICH
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Every job of yours that is not done yet.", rich_help_panel=_WHICH
        ),
    ] = False,
    any_user: Annotated[
        bool,
        typer.Option(
            "--any-user", help="With --all: other people's jobs too.", rich_help_panel=_WHICH
        ),
    ] = False,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help="Subtitle the clip that comes with Chalchitra.",
            rich_help_panel=_WHICH,
        ),
    ] = False,
    beside: Annotated[
        bool,
        typer.Option(
            "--beside",
            help="Also copy subtitles and films next to the film, where players look.",
            rich_help_panel=_WHERE,
        ),
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="DIR",
            help="Also copy subtitles and films into this folder.",
            rich_help_panel=_WHERE,
        ),
    ] = None,
    why: Annotated[
        bool,
        typer.Option("--why", help="Say why each stage runs or does not.", rich_help_panel=_SHOWN),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Only say what would run, and why.", rich_help_panel=_STAGES
        ),
    ] = False,
    from_stage: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="STAGE",
            help="Run this stage and all after it again.",
            rich_help_panel=_STAGES,
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STAGE",
            help="Leave all other stages alone. Repeatable.",
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
            help="Hash every earlier output before trusting it.",
            rich_help_panel=_STAGES,
        ),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug", help="Debug mode in every stage; tracebacks.", rich_help_panel=_SHOWN
        ),
    ] = False,
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        typer.Option(
            help="How much stages log.",
            case_sensitive=False,
            show_default=True,
            rich_help_panel=_SHOWN,
        ),
    ] = "info",
    as_json: Annotated[
        bool,
        typer.Option("--json", "--events", help="One JSON event a line.", rich_help_panel=_SHOWN),
    ] = False,
    version: VersionOption = False,
) -> None:
    """Run jobs, or go on with them where they stopped."""
    from chalchitra import stopping
    from chalchitra.hints import typed
    from chalchitra.jobs.store import find_job, is_own
    from chalchitra.out import out_dir, require_out
    from chalchitra.runner.hand_over import Target
    from chalchitra.runner.report import choose_reporter
    from chalchitra.runner.run import RunOptions, run_job

    if beside and to is not None:
        raise UsageError(
            "--beside and --to contradict each other.",
            cause="Both say where the deliverables go.",
            fix="Leave one of them out.",
        )
    options = RunOptions(
        hand_over=Target(to.absolute() if to else None) if beside or to else None,
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
    folders = [find_job(folder, name) for name in job or ()] + list(job_dir or ())
    if demo:
        from chalchitra.demo import prepare_demo

        folders.append(prepare_demo(folder, quiet=as_json))
    if any_user and not everything:
        raise UsageError(
            "--any-user was given without --all.",
            cause="It says whose jobs --all runs.",
            fix="Type --all --any-user, or name the jobs with -j.",
        )
    if everything:
        require_out(folder)
        unfinished = _unfinished(folder)
        own = [path for path in unfinished if any_user or is_own(path)]
        if others := len(unfinished) - len(own):
            jobs = "1 job" if others == 1 else f"{others} jobs"
            print(f"Left alone: {jobs} of other people (--any-user runs theirs).", file=sys.stderr)
        folders += own
    folders = list(dict.fromkeys(path.absolute() for path in folders))
    if not folders and everything:
        if not as_json:
            print(f"Every job {'of yours ' if others else ''}in {folder} is done.")
            return
    elif not folders:
        raise UsageError(
            "No job was named.",
            cause="run-pipeline runs what prepare-job made.",
            fix=typed(
                "./run-pipeline.sh --demo",
                first="Name one with -j or --job-dir, or --all; to see one,",
            ),
        )
    many = len(folders) > 1 or (everything and as_json)  # a program reads the end of every batch
    with choose_reporter(as_json=as_json, why=why, batch=many) as reporter:
        if many:
            from chalchitra.runner.batch import run_batch

            _, code = run_batch(folders, reporter, options, skip_held=everything)
        else:
            outcome = run_job(folders[0], reporter, options)
            code = outcome.exit_code
    if not many and outcome.error is not None and (not as_json or debug):
        show_error(outcome.error, debug=debug)
    if code:
        raise typer.Exit(int(code))


def _unfinished(out: Path) -> list[Path]:
    """The jobs that are not done, oldest first; those that another runner has too."""
    from chalchitra.jobs.listing import Jobs

    rows = Jobs(out).rows()
    return [row.job_dir for row in rows if row.state != "done"][::-1]
