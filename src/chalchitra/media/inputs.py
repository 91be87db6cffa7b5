"""A film as an input of an ffmpeg command line, with the time line's zero at the film's."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from chalchitra.media.clock import limit
from chalchitra.media.film import Film, Stream
from chalchitra.media.formats import INPUT_OPTIONS, file_url
from chalchitra.media.tools import Ffmpeg, find_ffmpeg

_START = re.compile(r"^ +Duration: .*, start: (-?\d+\.\d+)", re.MULTILINE)
_CLOSE_ENOUGH_S = 0.0001
ONE_BY_ONE = ("-threads:a", "1")
"""For `film_input` where sound is decoded: with several threads, ffmpeg (9.0) leaves out other
packets than those that an edit list hides (ALAC)."""
_INDEXED = frozenset({"matroska", "mp4", "mov"})


def film_input(
    film: Film, *options: str, seek: float = 0.0, program: Ffmpeg | None = None
) -> list[str]:
    """The arguments that open this film, held to local files and known containers.

    Timestamps then count from `seek` seconds of the film's time line. ffmpeg takes the container's
    start off them, but before 8.1 it counted Matroska's codec delay into that start (-0.021 s with
    AAC): `-itsoffset` makes up for where it differs. Use it together with `whole_film`, and name
    the `program` that will run where it is not the usual one.
    """
    held = held_input(film.path)
    offset = _ffmpeg_start(held, program) - film.start_time
    if seek > 0:
        options = (*options, "-ss", f"{seek:.6f}")
    if abs(offset) > _CLOSE_ENOUGH_S:
        options = (*options, "-itsoffset", f"{offset:.6f}")
    if (jump := limit(film)) is not None:
        options = (*options, "-dts_delta_threshold", f"{jump:.3f}")
    return [*options, *held]


def whole_film(film: Film, seconds: float | None = None) -> list[str]:
    """An output to nowhere, for the end of a command line that maps only some streams of a film.

    Of a broadcast (or an Ogg), ffmpeg takes the start of the streams it uses: the sound alone
    would start at zero however late it is. And where its clock jumps, ffmpeg goes on counting from
    the stream that jumps first. So this uses all of them to the end: every command that reads the
    film has one time line; but for those that are only declared, at which ffmpeg would end.
    `seconds` is how much of it is read, where that is not all.
    """
    if film.container in _INDEXED:
        return []
    used = [s for s in film.streams if s.kind in ("video", "audio") and s.readable]
    maps = [word for stream in used for word in ("-map", selector(stream))]
    until = [] if seconds is None else ["-t", f"{seconds:.6f}"]
    return [*maps, "-c", "copy", *until, "-f", "null", "-"] if maps else []


def selector(stream: Stream) -> str:
    """The argument of `-map` for a stream of the first input.

    By its place among its kind: of an FLV an older ffmpeg sees a stream more than PyAV does.
    """
    letter = {"video": "v", "audio": "a", "subtitle": "s"}.get(stream.kind)
    return f"0:{letter}:{stream.position}" if letter else f"0:{stream.index}"


def timed_input(path: Path, program: Ffmpeg | None = None) -> list[str]:
    """The arguments that open a file whose timestamps are on the film's time line as they are."""
    held = held_input(path)
    return ["-itsoffset", f"{_ffmpeg_start(held, program):.6f}", *held]


def is_dolby_vision(path: Path, program: Ffmpeg | None = None) -> bool:
    """Whether a film's container says that its picture is Dolby Vision, as far as ffmpeg sees."""
    return b"DOVI configuration record" in _seen(held_input(path), program)


def held_input(path: Path, demuxers: str | None = None) -> list[str]:
    """The arguments that open a local file with these demuxers only (all known ones, else)."""
    allowed = {**INPUT_OPTIONS, **({"format_whitelist": demuxers} if demuxers else {})}
    options = [word for name, value in allowed.items() for word in (f"-{name}", value)]
    return [*options, "-i", file_url(path)]


def _ffmpeg_start(held: list[str], program: Ffmpeg | None = None) -> float:
    """What this ffmpeg takes for the container's start, in seconds: it prints it."""
    match = _START.search(_seen(held, program).decode("utf-8", "replace"))
    return float(match[1]) if match else 0.0


def _seen(held: list[str], program: Ffmpeg | None) -> bytes:
    """What ffmpeg prints of an input."""
    command = [(program or find_ffmpeg()).path, "-nostdin", "-hide_banner", *held]
    # Without an output it prints what it sees and ends with an error, which says nothing here.
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return run.stderr
