"""`run-pipeline`: run or resume jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chalchitra.cli.errors import show_error
from chalchitra.errors import ChalchitraError, ExitCode, UsageError


def run_pipeline(
    job: Annotated[
        list[str] | None, typer.Option("-j", "--job", help="Job id; may be given several times.")
    ] = None,
    job_dir: Annotated[
        list[Path] | None, typer.Option(help="Job folder; may be given several times.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where jobs live.")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Subtitle the clip that comes with Chalchitra.")
    ] = False,
    why: Annotated[bool, typer.Option("--why", help="Say why each stage runs or not.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would run, and why.")
    ] = False,
    from_stage: Annotated[
        str | None,
        typer.Option("--from", metavar="STAGE", help="Run this stage and all after it again."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STAGE", help="Leave all other stages alone; may be given several times."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Run again what is up to date too.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hash every earlier output before trusting it.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Debug mode in every stage; tracebacks.")
    ] = False,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
    as_json: Annotated[
        bool, typer.Option("--json", "--events", help="One JSON event a line.")
    ] = False,
) -> None:
    """Run jobs, or go on with them where they stopped."""
    from chalchitra.jobs import find_job
    from chalchitra.out import out_dir
    from chalchitra.runner.report import choose_reporter
    from chalchitra.runner.run import RunOptions, run_job

    levels = ("DEBUG", "INFO", "WARNING", "ERROR")
    if log_level.upper() not in levels:
        raise UsageError(
            f"--log-level {log_level} is no log level.",
            cause="The levels are debug, info, warning and error.",
            fix="For example: --log-level debug",
        )
    folder = out_dir(out)
    folders = [find_job(folder, name) for name in job or ()] + list(job_dir or ())
    if demo:
        from chalchitra.demo import prepare_demo

        folders.append(prepare_demo(folder, quiet=as_json))
    if not folders:
        raise UsageError(
            "No job was named.",
            cause="run-pipeline runs what prepare-job made.",
            fix="Type ./run-pipeline.sh -j ID, or ./run-pipeline.sh --demo to see one run.",
        )
    options = RunOptions(
        debug=debug,
        log_level=log_level.upper(),
        verify=verify,
        dry_run=dry_run,
        from_stage=from_stage,
        only=tuple(only or ()),
        force=force,
    )
    worst = ExitCode.DONE
    for path in dict.fromkeys(folder.absolute() for folder in folders):
        try:
            with choose_reporter(as_json=as_json, why=why) as reporter:
                outcome = run_job(path, reporter, options)
            error = outcome.error
        except ChalchitraError as caught:  # one job that cannot run stops no other
            error = caught
        if error is None:
            continue
        worst = error.exit_code
        if not as_json or debug:
            show_error(error, debug=debug)
        if worst == ExitCode.CANCELLED:
            break
    if worst:
        raise typer.Exit(int(worst))
