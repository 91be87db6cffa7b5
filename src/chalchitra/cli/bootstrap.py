"""`bootstrap`: the same as ./bootstrap.sh, which also works before anything is installed."""

from __future__ import annotations

import os
import signal

import typer

from chalchitra.paths import project_root

CONTEXT = {"allow_extra_args": True, "ignore_unknown_options": True}


def bootstrap(context: typer.Context) -> None:
    """Build or check the environments (./bootstrap.sh --help)."""
    script = str(project_root() / "bootstrap.sh")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and a shell would complain
    os.execv(script, [script, *context.args])
