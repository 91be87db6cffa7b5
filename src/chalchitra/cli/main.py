"""One program, its commands as subcommands, and one place where errors become exit codes."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

import typer

from chalchitra import printable, stopping, streams, unread
from chalchitra.cli import (
    bootstrap,
    cache,
    cancel,
    doctor,
    in_one,
    jobs,
    languages,
    logs,
    models,
    prepare,
    qc,
    remove,
    restyle,
    review,
    run,
    status,
)
from chalchitra.cli.errors import json_asked, show_error, show_misuse
from chalchitra.cli.help import IN_ONE, JOBS, MACHINE, PREPARING, RESULTS, Command, Group, examples
from chalchitra.cli.text import VersionOption, nothing_printed
from chalchitra.errors import CancelledError, ChalchitraError, ExitCode, unforeseen

app = typer.Typer(
    name="chalchitra",
    cls=Group,
    help="Turn films into transcripts and subtitles, on your own machine.",
    epilog=examples(
        "./prepare-job.sh film.mp4 --subtitle -s hi -t en",
        "./run-pipeline.sh -j job_20260131_001",
        "chalchitra jobs --state failed",
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def root(version: VersionOption = False) -> None:
    """Turn films into transcripts and subtitles, on your own machine."""


def _add(name: str, function: Callable[..., None], panel: str, *lines: str, **more: Any) -> None:
    app.command(
        name, cls=Command, rich_help_panel=panel, epilog=examples(*lines) if lines else None, **more
    )(function)


for workflow in in_one.COMMANDS:
    _add(workflow, in_one.command(workflow), IN_ONE, *in_one.EXAMPLES[workflow])
_add("prepare-job", prepare.prepare_job, PREPARING, *prepare.EXAMPLES)
_add(
    "run-pipeline",
    run.run_pipeline,
    JOBS,
    "./run-pipeline.sh -j job_20260131_001",
    "./run-pipeline.sh --all",
    "./run-pipeline.sh -j job_20260131_001 --from asr --dry-run",
)
_add("jobs", jobs.jobs, JOBS, "chalchitra jobs --state failed --last 10")
_add("status", status.status, JOBS, "chalchitra status job_20260131_001 --watch")
_add("logs", logs.logs, JOBS, "chalchitra logs job_20260131_001 asr -f")
_add("cancel", cancel.cancel, JOBS, "chalchitra cancel job_20260131_001")
_add("rm", remove.remove, JOBS, "chalchitra rm job_20260131_001")
_add(
    "qc",
    qc.qc,
    RESULTS,
    "chalchitra qc job_20260131_001",
    "chalchitra qc movie.hi.srt --film movie.mp4 --profile bbc",
)
_add("restyle", restyle.restyle, RESULTS, "chalchitra restyle job_20260131_001 --style bbc")
_add(
    "review",
    review.review,
    RESULTS,
    "chalchitra review job_20260131_001 movie.hi.csv",
    "chalchitra review job_20260131_001 --undo -t hi",
)
_add("languages", languages.languages, PREPARING, "chalchitra languages tamil")
app.add_typer(models.app, name="models", rich_help_panel=MACHINE)
_add("doctor", doctor.doctor, MACHINE)
app.add_typer(cache.app, name="cache", rich_help_panel=MACHINE)
_add(
    "bootstrap",
    bootstrap.bootstrap,
    MACHINE,
    context_settings=bootstrap.CONTEXT,
    add_help_option=False,
)


_WITH_DEBUG = frozenset({"prepare-job", "run-pipeline", "bootstrap", *in_one.COMMANDS})


_ONLY_SHOWN = frozenset({"jobs", "status", "logs"})
"""Commands that have nothing to do where nobody reads what they print."""


def main() -> NoReturn:
    """Run the program and end it: with 130 where it was told to stop, with an error's own code."""
    streams.read_names_as_utf8()
    debug = "--debug" in sys.argv
    runs = {"run-pipeline", *in_one.COMMANDS} & set(sys.argv[1:2])
    what = "run" if runs else "command"
    try:
        stopping.hear(f"The {what} was cancelled.")
        code = _run(debug)
        stopping.deaf()
    except CancelledError as stopped:  # raised once at most, wherever we were
        stopping.deaf()
        code = stopped.exit_code
        show_error(stopped, debug=debug, as_json=json_asked(sys.argv[1:]))
    unprinted = unread.finish()
    if unprinted is not None and not code:
        show_error(unforeseen(unprinted), debug=False)
        code = ExitCode.STAGE_FAILED
    sys.exit(code)


def _run(debug: bool) -> int:
    """Run the command; returns its exit code. Raises CancelledError."""
    streams.speak_anywhere()
    unread.guard()
    printable.install()
    nothing_printed()
    if sys.argv[1:2] and sys.argv[1] in _ONLY_SHOWN:
        unread.need_a_reader()
    if debug and sys.argv[1] not in _WITH_DEBUG:
        sys.argv.remove("--debug")  # every command takes it; only these hand it on
    arguments = sys.argv[1:]
    shown = partial(show_error, debug=debug, as_json=json_asked(arguments))
    if arguments[:1] and arguments[0] in ("prepare-job", *in_one.COMMANDS):
        arguments = prepare.with_value(arguments)
    try:
        code = app(args=arguments, prog_name="chalchitra", standalone_mode=False)
    except ChalchitraError as error:
        shown(error)
        return error.exit_code
    except typer.TyperException as error:
        return show_misuse(error, shown)
    except typer.Abort:
        return ExitCode.CANCELLED
    except unread.UnreadError:
        return ExitCode.DONE
    except Exception as error:
        shown(unforeseen(error), debug=False)
        if debug:
            traceback.print_exception(error)
        return ExitCode.STAGE_FAILED
    return code if isinstance(code, int) else ExitCode.DONE
