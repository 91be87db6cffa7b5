"""`bootstrap`: the same as ./bootstrap.sh, which also works before anything is installed."""

from __future__ import annotations

import os

import typer

from chalchitra.paths import project_root

CONTEXT = {"allow_extra_args": True, "ignore_unknown_options": True}


def bootstrap(context: typer.Context) -> None:
    """Build or check the environments (./bootstrap.sh --help)."""
    script = str(project_root() / "bootstrap.sh")
    os.execv(script, [script, *context.args])
