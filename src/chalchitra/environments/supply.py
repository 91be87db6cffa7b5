"""Environments that a command needs: built on the way where a person agreed, else only looked at.

A checkout builds none unasked (./bootstrap.sh does); an installed Chalchitra asks.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence

from chalchitra import paths, stopping
from chalchitra.environments import table
from chalchitra.environments.state import EnvironmentState, state
from chalchitra.environments.table import Environment, Size
from chalchitra.errors import ExitCode, MissingError
from chalchitra.hardware import platform_id

Agree = Callable[[Sequence[Environment]], bool]
"""Whether these environments, which are missing, are to be built."""

_agree: Agree | None = None
_asking = threading.Lock()


def build_if(agree: Agree | None) -> None:
    """From now on build what is missing where `agree` says so (None: build nothing)."""
    global _agree
    _agree = agree


def states(names: Iterable[str]) -> list[EnvironmentState]:
    """How these environments are, after those that are missing were built if that was agreed to.

    Raises UsageError for an unknown name, MissingError when one cannot be built.
    """
    names = list(names)
    if _agree is None:
        return [state(name) for name in names]
    with _asking:  # jobs of a batch may want the same
        missing = [item.name for item in map(state, names) if not item.whole]
        known = table.load()
        if missing and _agree([known.get(name) for name in missing]):
            build(missing)
    return [state(name) for name in names]


def size(environments: Iterable[Environment]) -> Size:
    """What building takes at most on this machine, in GB."""
    here = platform_id()
    sizes = [item.platforms[here] for item in environments if here in item.platforms]
    return Size(sum(one.download for one in sizes), sum(one.disk for one in sizes))


def build(names: Sequence[str]) -> None:
    """Build environments with bootstrap, in a process of its own, whose words go to stderr.

    Raises MissingError where that failed; bootstrap has said why. Raises CancelledError.
    """
    options = [word for name in names for word in ("--env", name)]
    sys.stdout.flush()
    with subprocess.Popen([*bootstrap(), *options], stdout=sys.stderr) as process:
        try:
            status = stopping.aside(process.wait)
        finally:
            process.terminate()
    stopping.check()  # Ctrl-C on the terminal was for both of us
    if status != ExitCode.DONE:
        raise MissingError(
            f"The environments {', '.join(names)} are needed, but could not be built.",
            cause="bootstrap printed the reason above.",
            fix="Fix that, then type the same command again.",
        )


def bootstrap() -> list[str]:
    """The command that runs bootstrap: the checkout's script, or the module where installed."""
    if paths.installed():
        return [sys.executable, "-P", "-m", "chalchitra.environments"]
    return [str(paths.project_root() / "bootstrap.sh")]
