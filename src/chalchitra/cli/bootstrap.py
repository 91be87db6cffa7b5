"""`bootstrap`: in a checkout the same as ./bootstrap.sh, which works before anything is built."""

from __future__ import annotations

import os
import signal

import typer

CONTEXT = {"allow_extra_args": True, "ignore_unknown_options": True}


def bootstrap(context: typer.Context) -> None:
    """Build or check the environments."""
    from chalchitra.environments import supply

    command = supply.bootstrap()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and a shell would complain
    os.execv(command[0], [*command, *context.args])
