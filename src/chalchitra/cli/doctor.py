"""`doctor`: what this machine and this checkout have, and what is missing."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from chalchitra.errors import ExitCode
from chalchitra.hints import pasteable


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Look at environments, hardware, ffmpeg, models and disk. Exit code 3 when one is at fault."""
    from chalchitra.diagnosis import diagnose

    findings = diagnose()
    if as_json:
        typer.echo(json.dumps([finding.to_dict() for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what}: {finding.found}")
            if not finding.ok and finding.fix:
                typer.echo(f"      {pasteable(finding.fix)}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(int(ExitCode.MISSING))
