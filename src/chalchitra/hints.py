"""Commands in what a person is told, so that they work where that person is.

Messages name our programs as they are typed in the checkout; whoever works from another folder, or
has the checkout in a folder with a space in its name, is shown what can be pasted there.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

from chalchitra.paths import project_root, shown_path

_COMMANDS = (
    "jobs status logs cancel rm cache restyle review qc models languages doctor prepare-job "
    "run-pipeline"
).split()
_PROGRAM = re.compile(
    r"(?<![\w./-])(?:"
    r"\./(?P<script>(?:run-pipeline|prepare-job|bootstrap)\.sh)|"
    r"(?P<tool>venv/common/bin/\w+)|"
    rf"(?P<ours>chalchitra)(?= (?:{'|'.join(_COMMANDS)})\b)"
    r")"
)


def pasteable(text: str) -> str:
    """A message with the programs that it names as they can be typed in the current folder."""
    return _PROGRAM.sub(_here, text)


def program(name: str) -> str:
    """A program of the checkout (`run-pipeline.sh`) as it can be typed in the current folder."""
    path = project_root() / name
    try:
        here = path.relative_to(Path.cwd())
    except (ValueError, OSError):  # the last: the current folder was removed
        return shlex.quote(str(path))
    return shlex.quote(str(here) if len(here.parts) > 1 else f"./{here}")


def job_argument(job_dir: Path) -> str:
    """What names a job on a command line: its id, or its folder where jobs live elsewhere."""
    try:
        year, month, day, _, number = job_dir.relative_to(project_root() / "out").parts
    except ValueError:
        return shlex.quote(shown_path(job_dir))
    return f"job_{year}{month}{day}_{number}"


def run_job_command(job_dir: Path) -> str:
    """The command that runs the job in this folder, wherever jobs live."""
    job = job_argument(job_dir)
    return f"./run-pipeline.sh {'-j' if job.startswith('job_') else '--job-dir'} {job}"


def _here(match: re.Match[str]) -> str:
    if match["ours"]:
        return _chalchitra()
    return program(match["script"] or match["tool"])


def _chalchitra() -> str:
    ours = project_root() / "venv" / "common" / "bin" / "chalchitra"
    found = shutil.which("chalchitra")
    if found is not None and os.path.realpath(found) == os.path.realpath(ours):
        return "chalchitra"
    return program("venv/common/bin/chalchitra")
