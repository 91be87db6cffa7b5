"""Showing an error: its three sentences, or JSON for a program; its traceback if asked for."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import typer

from chalchitra import timestamps
from chalchitra.cli.text import print_json, rows_printed
from chalchitra.errors import ChalchitraError, Ending, UsageError
from chalchitra.hints import pasteable, pasteable_fixes, typed
from chalchitra.wrapping import say

EVENTFUL = frozenset({"run-pipeline", "transcribe", "translate", "subtitle"})
"""Commands that print events with --json, one a line; the others print rows."""


def json_asked(arguments: Sequence[str]) -> str | None:
    """How a command line asks for JSON: as `rows`, as `events`, or None where it does not."""
    before, _, _ = " ".join(arguments).partition(" -- ")
    words = before.split()
    if not {"--json", "--events"} & set(words):
        return None
    return "events" if words[0] in EVENTFUL else "rows"


def show_error(error: Ending, *, debug: bool, as_json: str | None = None) -> None:
    """Print the error to stderr, or to stdout as JSON; its traceback in debug mode.

    With rows on stdout already it goes to stderr, as JSON too: stdout is read as one document.
    """
    if debug:
        traceback.print_exception(error)
    if as_json is not None:
        data = pasteable_fixes(as_data(error, as_json))
        if as_json == "events":
            print_json("event", data)
        else:
            print_json("error", data, file=sys.stderr if rows_printed() else None)
        return
    first, *rest = map(pasteable, error.lines())
    say(first, style="error", file=sys.stderr)
    say(*rest, file=sys.stderr)


def as_data(error: Ending, as_json: str) -> dict[str, Any]:
    """The error as a program reads it: docs/schemas/error.schema.json, or an event of its own."""
    told = {"error": error.to_dict(), "exit_code": int(error.exit_code)}
    if as_json == "events":
        return {"event": "error", "time": timestamps.now(), **told}
    return told


def show_misuse(error: typer.TyperException, shown: Callable[[ChalchitraError], None]) -> int:
    """Show what the parser of command lines says; returns the exit code."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message(), file=sys.stderr)
        return 2
    path = context.command_path if context is not None else ""
    message = error.format_message().strip().replace("Value error, ", "")
    shown(
        UsageError(
            message if message.endswith((".", "?", "!")) else f"{message}.",
            fix=typed("chalchitra", *path.split()[1:], "--help"),
        )
    )
    return 2
