"""Draws docs/run.svg, the picture of a run in the README, by a real run on the demo's clip.

    venv/common/bin/python scripts/run_svg.py

It takes what `./run-pipeline.sh --demo` has built and fetched, and about half a minute.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shlex
import shutil
import struct
import subprocess
import tempfile
import termios
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parents[1]
COLUMNS, ROWS = 96, 50
FILM = Path("in/sense_and_sensibility.mp4")
PREPARE = f"./prepare-job.sh {FILM} --subtitle -s en --model base --user asha"
LINKED = "bootstrap.sh prepare-job.sh run-pipeline.sh config requirements scripts src venv models"
_PIECE = re.compile(r"\x1b\[(?:\?25[lh]|[0-9;]*[mKA])|[\r\n]|[^\x1b\r\n]+")


def main() -> None:
    """Run the two commands of the README in a checkout without jobs, and draw them."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in LINKED.split():
            (root / name).symlink_to(HERE / name)
        (root / FILM).parent.mkdir()
        shutil.copy(HERE / "docs" / "demo" / "demo.mp4", root / FILM)
        shown = [(PREPARE, on_screen(PREPARE, root))]
        [job] = root.glob("out/*/*/*/*/*/job.json")
        run = f"./run-pipeline.sh -j {json.loads(job.read_bytes())['job_id']}"
        shown.append((run, on_screen(run, root)))
    draw(shown, HERE / "docs" / "run.svg")


def on_screen(command: str, root: Path) -> list[str]:
    """What a terminal shows of a command of this checkout when it has ended, in its colours.

    Raises SystemExit with what it said where the command failed.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environ = {**os.environ, "TERM": "xterm-256color", "CHALCHITRA_ROOT": str(root)}
    environ.pop("NO_COLOR", None)
    process = subprocess.Popen(
        shlex.split(command), cwd=root, stdout=theirs, stderr=theirs, env=environ
    )
    os.close(theirs)
    said = b""
    with suppress(OSError):  # how Linux says that the other end is closed
        while piece := os.read(ours, 2**16):
            said += piece
    os.close(ours)
    if process.wait():
        raise SystemExit(said.decode())
    return left_standing(said.decode())


def left_standing(said: str) -> list[str]:
    """The lines that stay when progress bars have wiped their own away, with their colours."""
    lines, at = [""], 0
    for found in _PIECE.finditer(said):
        piece = found[0]
        if piece == "\n":
            at += 1
            lines += [""] * (at + 1 - len(lines))
        elif piece.startswith("\x1b") and piece.endswith("A"):  # up
            at -= int(piece[2:-1] or 1)
        elif piece.startswith("\x1b") and piece.endswith("K"):  # wiped
            lines[at] = ""
        elif piece != "\r" and not piece.startswith("\x1b[?"):
            lines[at] += piece
    return "\n".join(lines).rstrip().split("\n")


def draw(shown: Sequence[tuple[str, list[str]]], to: Path) -> None:
    """Write a picture of a terminal with these commands and what they printed."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(
            record=True, width=COLUMNS, force_terminal=True, color_system="truecolor", file=nowhere
        )
        for command, lines in shown:
            console.print(Text(f"$ {command}", style="bold"), soft_wrap=True)
            for line in lines:
                console.print(Text.from_ansi(line), soft_wrap=True)
        console.save_svg(str(to), title="Chalchitra", unique_id="run")


if __name__ == "__main__":
    main()
