"""Getting uv from the package index, as requirements/common.txt pins it, hashes checked.

Runs as a script under any Python from 3.8 on (`python3 fetch_uv.py CHECKOUT`), because bootstrap.sh
needs uv to get a Python 3.11 where the machine has only another one. So: standard library only,
nothing of our own imported, no newer syntax.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TOOLS = ".tools"
"""The folder under venv/ that uv is put in; bootstrap removes it when venv/common has its own."""


def uv_lines(lock: str) -> str:
    """The lines of a lock that pin uv and its hashes, its marker left out."""
    found = re.search(r"^(uv==[^\s;]+)[^\\\n]*((?:\\\n +--hash=\S+ *)+)", lock, re.MULTILINE)
    if found is None:
        raise ValueError("requirements/common.txt does not pin uv")
    return found[1] + " " + found[2] + "\n"


def fetch(requirements: str, venv: str, python: str = sys.executable) -> str:
    """Install the uv that a folder of locks pins into the folder `venv`/.tools; returns its path.

    Raises OSError, ValueError or subprocess.CalledProcessError (with pip's words in `stderr`).
    """
    tools = Path(venv) / TOOLS
    tools.mkdir(parents=True, exist_ok=True)
    lock = Path(requirements) / "common.txt"
    wanted = tools / "uv.txt"
    wanted.write_text(uv_lines(lock.read_text(encoding="utf-8")), encoding="utf-8")
    options = "--quiet --upgrade --no-deps --only-binary :all: --require-hashes".split()
    where = ["--target", str(tools), "-r", str(wanted)]
    _run([_pip_python(python, tools), "-m", "pip", "install", *options, *where])
    uv = str(tools / "bin" / "uv")
    _run([uv, "--version"])
    return uv


def _pip_python(python: str, tools: Path) -> str:
    """A Python that has pip: this one, or a venv of it (pip's `--target` leaves both alone)."""
    if _has(python, "pip"):
        return python
    if not _has(python, "ensurepip"):
        raise ValueError(f"{python} has neither pip nor ensurepip")
    _run([python, "-m", "venv", str(tools / "pip")])
    return str(tools / "pip" / "bin" / "python")


def _has(python: str, module: str) -> bool:
    return subprocess.call([python, "-c", f"import {module}"], stderr=subprocess.DEVNULL) == 0


def _run(command: list[str]) -> None:
    # A pip that is told to install for the user refuses `--target`.
    variables = dict(os.environ, PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
    pipe = subprocess.PIPE
    subprocess.run(command, check=True, stdout=pipe, stderr=pipe, text=True, env=variables)


if __name__ == "__main__":
    try:
        print(fetch(f"{sys.argv[1]}/requirements", f"{sys.argv[1]}/venv"))
    except subprocess.CalledProcessError as error:
        sys.exit((error.stderr.strip().splitlines() or [str(error)])[-1])
    except (OSError, ValueError) as error:
        sys.exit(str(error))
