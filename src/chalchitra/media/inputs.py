"""A film as an input of an ffmpeg command line, its container's start at zero."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from chalchitra.media.film import Film
from chalchitra.media.formats import INPUT_OPTIONS, file_url
from chalchitra.media.tools import find_ffmpeg

_START = re.compile(r"^ +Duration: .*, start: (-?\d+\.\d+)", re.MULTILINE)
_CLOSE_ENOUGH_S = 0.0001


def film_input(film: Film, *options: str) -> list[str]:
    """The arguments that open this film, held to local files and known containers.

    ffmpeg takes the container's start off every timestamp. Before 8.1 it counted Matroska's codec
    delay into that start (-0.021 s with AAC); `-itsoffset` makes up for where it differs.
    """
    held = held_input(film.path)
    offset = _ffmpeg_start(held) - film.start_time
    if abs(offset) > _CLOSE_ENOUGH_S:
        options = (*options, "-itsoffset", f"{offset:.6f}")
    return [*options, *held]


def held_input(path: Path, demuxers: str | None = None) -> list[str]:
    """The arguments that open a local file with these demuxers only (all known ones, else)."""
    allowed = {**INPUT_OPTIONS, **({"format_whitelist": demuxers} if demuxers else {})}
    options = [word for name, value in allowed.items() for word in (f"-{name}", value)]
    return [*options, "-i", file_url(path)]


def _ffmpeg_start(held: list[str]) -> float:
    """What this ffmpeg takes for the container's start, in seconds: it prints it."""
    command = [find_ffmpeg().path, "-nostdin", "-hide_banner", *held]
    # Without an output it prints what it sees and ends with an error, which says nothing here.
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    match = _START.search(run.stderr.decode("utf-8", "replace"))
    return float(match[1]) if match else 0.0
