"""Asking a person before something is lost, or much is downloaded; never without a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from chalchitra import paths, stopping
from chalchitra.errors import CancelledError, ChalchitraError, ExitCode, UsageError
from chalchitra.wrapping import say

if TYPE_CHECKING:
    from chalchitra.environments.table import Environment

BUILD_HELP = "Build the environments that are missing, without asking."


def confirm(question: str, *, refused: str, nothing: str, fix: str) -> None:
    """Go on only where the person says yes; ends the program with 130 where they do not.

    `nothing` says what was not done then. Raises UsageError, which begins with `refused`, where
    nobody can be asked; its advice is `fix`.
    """
    if not _can_ask():
        raise UsageError(
            refused,
            cause="Confirmation is needed, and stdin is not a terminal.",
            fix=fix,
        )
    if not typer.confirm(question, err=True):
        print(nothing, file=sys.stderr)
        raise typer.Exit(int(ExitCode.CANCELLED))


def build_missing(*, yes: bool) -> None:
    """From now on environments that a command misses are built: with `yes` unasked; installed,
    where the person agrees; in a checkout bootstrap.sh is named, as ever."""
    from chalchitra.environments import supply

    if yes:
        supply.build_if(_without_asking)
    else:
        supply.build_if(_agreed if paths.installed() else None)


def build_missing_of(folders: Iterable[Path], *, yes: bool) -> None:
    """The same, at once, for jobs that were prepared before an environment went or changed."""
    if not (yes or paths.installed()):
        return
    from chalchitra.environments import supply
    from chalchitra.jobs.store import read_job

    build_missing(yes=yes)
    names: dict[str, None] = {}
    for folder in folders:
        try:
            names |= dict.fromkeys(read_job(folder).stage_environments.values())
        except ChalchitraError:  # the run says it
            continue
    supply.states(names)
    supply.build_if(None)


def _without_asking(environments: Sequence[Environment]) -> bool:
    say(_told(environments), file=sys.stderr)
    return True


def _agreed(environments: Sequence[Environment]) -> bool:
    """Raises CancelledError where the person says no."""
    if not _can_ask():
        return False  # what is missing is an error then, which says what to type
    say(_told(environments), "Build them now? [y/N]", file=sys.stderr)
    if stopping.aside(sys.stdin.readline).strip().casefold() not in ("y", "yes"):
        raise CancelledError("Nothing was built, and nothing was done.")
    return True


def _told(environments: Sequence[Environment]) -> str:
    """What is to be built, what it takes, and where it will be."""
    from chalchitra.environments import supply

    names = [
        f"{item.name} ({item.purpose.partition(':')[0].partition(';')[0]})" for item in environments
    ]
    takes = supply.size(environments)
    return (
        f"These environments have to be built first: {', '.join(names)}. They take at most "
        f"{takes.download:.1f} GB to download and {takes.disk:.1f} GB on disk, in "
        f"{paths.venv_dir()}."
    )


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()
