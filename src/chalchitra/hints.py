"""What a person is told to type, so that it can be pasted as it stands, where that person is.

`typed` writes every such line: the command is its end, quoted, with nothing after it. Messages name
our programs as they are typed in the checkout, for they are kept and read elsewhere; `pasteable`
puts in, where a message is shown, what works in that folder, or where Chalchitra is installed.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

from chalchitra.paths import config_file, installed, jobs_dir, own_config_dir, project_root

COMMANDS = (
    "jobs status logs cancel rm cache restyle review qc models languages doctor prepare-job "
    "run-pipeline bootstrap transcribe translate subtitle --help"
).split()
_TOOL = "venv/common/bin/chalchitra"
_PROGRAM = re.compile(
    r"(?<![\w./'-])(?:"
    r"\./(?P<script>(?:run-pipeline|prepare-job|bootstrap)\.sh)|"
    r"(?P<tool>venv/common/bin/\w+)|"
    r"(?P<git>git checkout -- )(?P<file>[\w./]*\w)?|"
    rf"(?P<ours>chalchitra)(?= (?:{'|'.join(COMMANDS)})\b)"
    r")"
)


_NAMED = re.compile(rf"{_PROGRAM.pattern}|(?<![\w./'-])config/(?P<table>\w+\.toml)\b")
"""The same, and tables that came along."""


def typed(program: str, *arguments: str | Path, first: str = "") -> str:
    """A sentence that ends with a command: "Type: ..."; `first` is how the sentence begins.

    `program` is named as in the checkout, with the words that are always the same; `arguments` are
    quoted. It is the end of a line: nothing may be put after it.
    """
    line = command(program, *arguments)
    return f"{first} type: {line}" if first else f"Type: {line}"


def command(program: str, *arguments: str | Path) -> str:
    """A command line, its arguments quoted. It is the end of a line, as that of `typed`."""
    return " ".join([program, *(quoted(argument) for argument in arguments)])


def restore_line(file: str, *, first: str = "") -> str:
    """The line that brings a file of the checkout back as it came: `config/runner.toml`."""
    return typed("git checkout --", file, first=first)


def fetch_line(name: str, format: str, *more: str | Path, first: str = "") -> str:
    """The line that fetches a model of the catalogue, which may come in several formats."""
    return typed("chalchitra models fetch", name, "--format", format, *more, first=first)


def jobs_line(out: Path, *options: str, first: str = "") -> str:
    """The line that lists the jobs of a folder `out`."""
    where = [] if out.absolute() == jobs_dir() else ["--out", str(out.absolute())]
    return typed("chalchitra jobs", *options, *where, first=first)


def run_line(job_dir: Path, *, first: str = "") -> str:
    """The line that runs the job in this folder, wherever jobs live."""
    job = job_argument(job_dir)
    option = "-j" if job.startswith("job_") else "--job-dir"
    return typed("./run-pipeline.sh", option, job, first=first)


def job_argument(job_dir: Path) -> str:
    """What names a job on a command line: its id, or its whole path where jobs live elsewhere."""
    try:
        year, month, day, _, number = job_dir.relative_to(jobs_dir()).parts
    except ValueError:
        return str(job_dir.absolute())
    return f"job_{year}{month}{day}_{number}"


def quoted(argument: str | Path) -> str:
    """One argument as a shell takes it for what it is, in letters that this terminal has."""
    text = str(argument)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if any(_is_unseen(char) for char in text) or not _can_write(text, encoding):
        return f"$'{''.join(_escaped(byte) for byte in os.fsencode(text))}'"
    cuts = [found.start() for found in _PROGRAM.finditer(f" {text}")]
    if not cuts:
        return shlex.quote(text)
    # A name that holds a program's: taken apart within it, so that `pasteable` leaves it alone.
    parts = (text[start:end] for start, end in pairwise([0, *cuts, len(text)]))
    return "".join(f"'{_inside(part)}'" for part in parts)


def pasteable(text: str) -> str:
    """A message with the programs that it names as they can be typed in the current folder, and
    where Chalchitra is installed with the tables of config/ where they lie."""
    return (_NAMED if installed() else _PROGRAM).sub(_here, text)


def pasteable_fixes(data: Any) -> Any:
    """The same of what is printed as JSON: every `fix` in it can be pasted."""
    if isinstance(data, dict):
        return {
            key: pasteable(value)
            if key == "fix" and isinstance(value, str)
            else pasteable_fixes(value)
            for key, value in data.items()
        }
    return [pasteable_fixes(item) for item in data] if isinstance(data, list) else data


def found_program(name: str) -> str:
    """A program of the checkout (`run-pipeline.sh`) as it can be typed in the current folder;
    where Chalchitra is installed, the command that does the same."""
    if installed() and name.endswith(".sh"):
        return f"{_chalchitra()} {name.removesuffix('.sh')}"
    if installed():  # hf and pip came along
        return shlex.quote(str(Path(sys.prefix) / "bin" / Path(name).name))
    path = project_root() / name
    try:
        here = path.relative_to(Path.cwd())
    except (ValueError, OSError):  # the last: the current folder was removed
        return shlex.quote(str(path))
    return shlex.quote(str(here) if len(here.parts) > 1 else f"./{here}")


def _is_unseen(char: str) -> bool:
    """Controls, line separators, what is no letter, and overrides of direction, which mislead."""
    return (
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(char) in _OVERRIDES
    )


_OVERRIDES = frozenset("LRE RLE LRO RLO PDF LRI RLI FSI PDI".split())


def _can_write(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _escaped(byte: int) -> str:
    char = chr(byte)
    return char if char.isascii() and (char.isalnum() or char in "/._-") else f"\\{byte:03o}"


def _inside(text: str) -> str:
    return text.replace("'", "'\"'\"'")


def _here(match: re.Match[str]) -> str:
    if match["ours"] or (installed() and match["tool"] == _TOOL):
        return _chalchitra()
    if match.groupdict().get("table"):
        return _its_place(match["table"])
    if match["git"]:
        return _restoring(match["file"] or "")
    return found_program(match["script"] or match["tool"])


def _its_place(table: str) -> str:
    path = config_file(table)
    return str(path) if path.is_file() else f"config/{table}"


def _restoring(file: str) -> str:
    """What brings back a file that came with Chalchitra: a person's own is put out of the way."""
    if not installed():
        return f"{_git()}{file}"
    own = own_config_dir() / Path(file).name
    if own.is_file():
        return shlex.join(["mv", str(own), f"{own}.old"])
    if (Path(sys.prefix) / "uv-receipt.toml").is_file():
        return "uv tool upgrade --reinstall chalchitra"
    if (Path(sys.prefix) / "pipx_metadata.json").is_file():
        return "pipx reinstall chalchitra"
    return f"{shlex.quote(sys.executable)} -m pip install --force-reinstall chalchitra"


def _git() -> str:
    root = project_root()
    try:
        there = root.samefile(Path.cwd())
    except OSError:
        there = False
    return "git checkout -- " if there else f"git -C {shlex.quote(str(root))} checkout -- "


def _chalchitra() -> str:
    ours = Path(sys.prefix) / "bin" / "chalchitra" if installed() else project_root() / _TOOL
    found = shutil.which("chalchitra")
    if found is not None and os.path.realpath(found) == os.path.realpath(ours):
        return "chalchitra"
    return found_program(_TOOL)
