"""Asking a person before something is lost; without a terminal nothing is asked, and refused."""

from __future__ import annotations

import sys

import typer

from chalchitra.errors import ExitCode, UsageError


def confirm(question: str, *, refused: str, nothing: str, fix: str) -> None:
    """Go on only where the person says yes; ends the program with 130 where they do not.

    `nothing` says what was not done then. Raises UsageError, which begins with `refused`, where
    nobody can be asked; its advice is `fix`.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            refused,
            cause="Confirmation is needed, and stdin is not a terminal.",
            fix=fix,
        )
    if not typer.confirm(question, err=True):
        print(nothing, file=sys.stderr)
        raise typer.Exit(int(ExitCode.CANCELLED))
