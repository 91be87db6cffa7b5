"""`doctor`: what this machine and this checkout have, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from chalchitra.cli.text import print_json
from chalchitra.errors import ExitCode
from chalchitra.hints import pasteable
from chalchitra.tables import Column, show, state_cell
from chalchitra.wrapping import say

if TYPE_CHECKING:
    from chalchitra.diagnosis import Finding

COLUMNS = (Column("check"), Column("state"), Column("details", folds=True))


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check environments, hardware, ffmpeg, models and disk space.

    The exit code is 3 if something is wrong.
    """
    from chalchitra.diagnosis import diagnose

    findings = diagnose()
    if as_json:
        print_json("doctor", [finding.to_dict() for finding in findings])
    else:
        show(COLUMNS, cells(findings))
        for line in advice(findings):
            say(pasteable(line))
    if not all(finding.ok for finding in findings):
        raise typer.Exit(int(ExitCode.MISSING))


def cells(findings: Sequence[Finding]) -> list[tuple[str, ...]]:
    """The rows of the table: what is at fault first."""
    return [
        (one.what, state_cell("ok" if one.ok else "FAIL"), one.found)
        for one in sorted(findings, key=lambda one: one.ok)
    ]


def advice(findings: Sequence[Finding]) -> list[str]:
    """What to type or do for what is at fault."""
    lines = [f"  {one.what}: {one.fix}" for one in findings if not one.ok and one.fix]
    return ["What to do:", *lines] if lines else []
