"""One program, its commands as subcommands, and one place where errors become exit codes."""

from __future__ import annotations

import sys
import traceback
from typing import NoReturn

import typer

from chalchitra import streams
from chalchitra.cli import (
    bootstrap,
    cache,
    cancel,
    doctor,
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
    signals,
    status,
)
from chalchitra.cli.errors import show_error
from chalchitra.errors import ChalchitraError, ExitCode, unforeseen

app = typer.Typer(
    name="chalchitra",
    help="Films into transcripts and subtitles, on your own machine.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("prepare-job")(prepare.prepare_job)
app.command("run-pipeline")(run.run_pipeline)
app.command("jobs")(jobs.jobs)
app.command("status")(status.status)
app.command("logs")(logs.logs)
app.command("cancel")(cancel.cancel)
app.command("rm")(remove.remove)
app.command("bootstrap", context_settings=bootstrap.CONTEXT, add_help_option=False)(
    bootstrap.bootstrap
)
app.command("qc")(qc.qc)
app.command("restyle")(restyle.restyle)
app.command("review")(review.review)
app.command("languages")(languages.languages)
app.command("doctor")(doctor.doctor)
app.add_typer(cache.app, name="cache")
app.add_typer(models.app, name="models")


_WITH_DEBUG = frozenset({"prepare-job", "run-pipeline", "bootstrap"})


def main() -> NoReturn:
    """Run the program. Ctrl-C and SIGTERM end it with 130, an error of ours with its own code."""
    signals.hear()
    streams.read_names_as_utf8()
    streams.speak_anywhere()
    debug = "--debug" in sys.argv
    if debug and sys.argv[1] not in _WITH_DEBUG:
        sys.argv.remove("--debug")  # every command takes it; only these hand it on
    arguments = sys.argv[1:]
    if arguments[:1] == ["prepare-job"]:
        arguments = prepare.with_value(arguments)
    try:
        app(args=arguments, prog_name="chalchitra")
    except ChalchitraError as error:
        show_error(error, debug=debug)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of our output went away: `... | head`
        sys.stderr.close()
        sys.exit(ExitCode.STAGE_FAILED)
    except Exception as error:
        show_error(unforeseen(error), debug=False)
        if debug:
            traceback.print_exception(error)
        sys.exit(ExitCode.STAGE_FAILED)
    sys.exit(ExitCode.DONE)
