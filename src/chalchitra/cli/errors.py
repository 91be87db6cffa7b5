"""Showing an error: its three sentences, and the traceback only when it was asked for."""

from __future__ import annotations

import sys
import traceback

from chalchitra.errors import ChalchitraError
from chalchitra.hints import pasteable


def show_error(error: ChalchitraError, *, debug: bool) -> None:
    """Print the error to stderr, with its traceback in debug mode."""
    if debug:
        traceback.print_exception(error)
    print(*map(pasteable, error.lines()), sep="\n", file=sys.stderr)
