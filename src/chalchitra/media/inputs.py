"""A film as an input of an ffmpeg command line, with the time line's zero at the film's."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from chalchitra.media.film import Film
from chalchitra.media.formats import INPUT_OPTIONS, file_url
from chalchitra.media.tools import find_ffmpeg

_START = re.compile(r"^ +Duration: .*, start: (-?\d+\.\d+)", re.MULTILINE)
_CORRECTION = re.compile(r"Correcting start time of Input #0 by (-?\d+) us")
_INDEXED = frozenset({"matroska", "mp4", "mov"})
_CLOSE_ENOUGH_S = 0.0001


def film_input(film: Film, streams: Sequence[int], *options: str, seek: float = 0.0) -> list[str]:
    """The arguments that open this film, held to local files and known containers.

    `streams` are the indices of those that will be mapped. Timestamps then count from `seek`
    seconds of the film's time line, whatever this ffmpeg takes for the container's start.
    """
    held = held_input(film.path)
    # With an index there are no such corrections, and asking could mean reading the whole film.
    asked = [] if film.container in _INDEXED else streams
    started = _ffmpeg_start(held, asked)
    taken_off = max(started[0] + seek, started[1]) if seek > 0 else started[1]
    offset = taken_off - (film.start_time + seek)
    if seek > 0:
        options = (*options, "-ss", f"{seek:.6f}")
    if abs(offset) > _CLOSE_ENOUGH_S:
        options = (*options, "-itsoffset", f"{offset:.6f}")
    return [*options, *held]


def timed_input(path: Path) -> list[str]:
    """The arguments that open a file whose timestamps are on the film's time line as they are."""
    held = held_input(path)
    return ["-itsoffset", f"{_ffmpeg_start(held, [])[0]:.6f}", *held]


def held_input(path: Path, demuxers: str | None = None) -> list[str]:
    """The arguments that open a local file with these demuxers only (all known ones, else)."""
    allowed = {**INPUT_OPTIONS, **({"format_whitelist": demuxers} if demuxers else {})}
    options = [word for name, value in allowed.items() for word in (f"-{name}", value)]
    return [*options, "-i", file_url(path)]


def _ffmpeg_start(held: list[str], streams: Sequence[int]) -> tuple[float, float]:
    """What this ffmpeg takes for the start in seconds: of the container, and of these streams.

    It takes the second off every timestamp (off a film that is not read from its start, the
    later of the second and the place it is read from). They differ for broadcasts, where it looks
    at mapped streams only. And before 8.1 it counted Matroska's codec delay into the first, -0.021
    with AAC. It says both when it is about to copy them, here to nowhere.
    """
    command = [find_ffmpeg().path, "-nostdin", "-hide_banner", "-loglevel", "verbose", *held]
    if streams:
        maps = [word for stream in streams for word in ("-map", f"0:{stream}")]
        command += [*maps, "-c", "copy", "-t", "0", "-f", "null", "-"]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    said = run.stderr.decode("utf-8", "replace")
    start, correction = _START.search(said), _CORRECTION.search(said)
    container = float(start[1]) if start else 0.0
    return container, container + (int(correction[1]) / 1e6 if correction else 0.0)
