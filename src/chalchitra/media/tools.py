"""Finding an ffmpeg and running it: progress, messages, and errors a person can act on."""

from __future__ import annotations

import errno
import math
import os
import re
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Thread
from typing import IO, NamedTuple

from chalchitra.errors import MissingError, PassingError, StageError
from chalchitra.hints import typed
from chalchitra.system_errors import MEANINGS, PASSING

OLDEST_FFMPEG = (4, 3)
"""The first with Matroska's `-default_mode`, which mux needs."""

_COMMON = ["-nostdin", "-hide_banner", "-y", "-loglevel", "level+verbose"]
_STOP_S = 5.0
_KEPT_LINES = 50
_VERSION = re.compile(r"ffmpeg version n?(\S+)")
_ERROR = re.compile(r"^(?:\[[^\]]* @ [^\]]*\] )*\[(?:error|fatal|panic)\] (.*)$")
# How far it is stands on the same line, before a carriage return.
_STATS = re.compile(r"^.*\r")
# What ffmpeg says after the line that says why, and what says of no loss.
_EPILOGUE = re.compile(
    r"Conversion failed|Error opening (input|output) file|Nothing was written|Task finished|"
    r"Terminating thread|Last message repeated|Error while (filtering|processing)|"
    # What an FLV says before each packet that it says of the decoder, which does without.
    r"This decoder does not support parameter changes|Error applying parameter changes|"
    # Of a packet without sound (FLAC's last one); where there is a reason, the decoder said it.
    r"Error (while decoding stream \S+|submitting packet to decoder): Invalid argument|"
    # Of an output to nowhere (inputs.whole_film), which takes them as they are.
    r"Application provided invalid, non monotonically increasing dts"
)
# Before 6, ffmpeg ended with 0 although its last block could not be written.
_UNWRITTEN = re.compile(r"No space left on device|Disk quota exceeded|File too large")
# ffmpeg says "Resource temporarily unavailable" of damage in a broadcast: no word of the system's.
_CAUSES = tuple(
    (number, os.strerror(number), found)
    for number, found in MEANINGS.items()
    if number not in (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR)
)


class Ffmpeg(NamedTuple):
    path: str
    version: str

    def __str__(self) -> str:
        return f"{self.path} ({self.version})"


class FfmpegError(StageError):
    """ffmpeg failed, and would again."""


class Progress(NamedTuple):
    """How far ffmpeg is: seconds (0 with `-copyts`) and bytes written."""

    seconds: float
    size: int


@dataclass(frozen=True)
class FfmpegRun:
    """What a run that ended well still complained of: its error messages (the last ones, bare)."""

    errors: list[str]


@cache
def find_ffmpeg() -> Ffmpeg:
    """The machine's ffmpeg where it works and is new enough, else the wheel's.

    Raises MissingError when there is neither.
    """
    found = next(_usable(), None)
    if found is not None:
        return found
    raise MissingError(
        "There is no usable ffmpeg.",
        cause="There is none on the PATH and none in this environment.",
        fix=typed("./bootstrap.sh", first="Install ffmpeg, or"),
    )


def find_other_ffmpeg() -> Ffmpeg | None:
    """The usable ffmpeg that `find_ffmpeg` does not give, for what that one cannot decode.

    A distribution's may lack decoders, an old one have faults. None without another.
    """
    usual = os.path.realpath(find_ffmpeg().path)
    return next((one for one in _usable() if os.path.realpath(one.path) != usual), None)


@cache
def find_ffmpeg_since(version: tuple[int, int]) -> Ffmpeg | None:
    """The first usable ffmpeg of this version or a later one; None without one."""
    return next((one for one in _usable() if _numbers(one.version) >= version), None)


@cache
def find_drawing_ffmpeg() -> Ffmpeg | None:
    """The first usable ffmpeg that draws subtitles (libass) and writes H.264; None without one."""
    for ffmpeg in _usable():
        said = [
            subprocess.run(
                [ffmpeg.path, "-hide_banner", listing], capture_output=True, text=True, check=False
            ).stdout
            for listing in ("-filters", "-encoders")
        ]
        if re.search(r"\bass +V->V", said[0]) and re.search(r"\blibx264 ", said[1]):
            return ffmpeg
    return None


def _usable() -> Iterator[Ffmpeg]:
    on_path = shutil.which("ffmpeg")
    for candidate in ([on_path] if on_path else []) + _from_wheel():
        version = _version(candidate)
        if version is not None:
            yield Ffmpeg(candidate, version)


def _from_wheel() -> list[str]:
    try:
        import imageio_ffmpeg

        return [str(imageio_ffmpeg.get_ffmpeg_exe())]
    except (ImportError, RuntimeError):
        return []


def _version(program: str) -> str | None:
    """The program's version, None when it does not run or is too old."""
    try:
        run = subprocess.run(
            [program, "-version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = _VERSION.match(run.stdout)
    if not match:
        return None
    return match[1] if _numbers(match[1]) >= OLDEST_FFMPEG else None


def _numbers(version: str) -> tuple[float, float]:
    """The first two numbers of a version; builds from git have none, and are new."""
    numbers = re.match(r"(\d+)\.(\d+)", version)
    return (int(numbers[1]), int(numbers[2])) if numbers else (math.inf, math.inf)


def run_ffmpeg(
    args: Sequence[str],
    *,
    on_progress: Callable[[Progress], None] | None = None,
    program: Ffmpeg | None = None,
) -> FfmpegRun:
    """Run ffmpeg with these arguments; `program` is another one than `find_ffmpeg` gives.

    `on_progress` is called twice a second. Raises PassingError when it was killed or ended for a
    disk that failed, and FfmpegError when it fails otherwise. Where it reads a film and says that
    it ended well, ask `evidence.require_disk` too. Whatever ends the wait, even Ctrl-C, ends the
    program too.
    """
    numbers: dict[str, int] = {}
    with reading_ffmpeg(["-progress", "pipe:1", "-nostats", *args], program=program) as running:
        for line in running.output:
            key, _, value = line.decode("ascii", "replace").strip().partition("=")
            if value.isdecimal():  # "N/A" before the first packet
                numbers[key] = int(value)
            if key == "progress" and on_progress:
                size, microseconds = numbers.get("total_size", 0), numbers.get("out_time_us", 0)
                on_progress(Progress(seconds=microseconds / 1e6, size=size))
        status, errors = running.end()
    if status != 0:
        raise failure(status, errors)
    if any(_UNWRITTEN.search(line) for line in errors):
        raise failure(1, errors)
    return FfmpegRun(errors)


class Running:
    """An ffmpeg that runs: what it writes to its stdout, and how it ended."""

    def __init__(self, program: subprocess.Popen[bytes]) -> None:
        assert program.stdout is not None
        self.output: IO[bytes] = program.stdout
        self._program = program
        self._listener = _Listener(program.stderr)

    def end(self) -> tuple[int, list[str]]:
        """Wait for it: its exit status (negative: the signal that ended it) and error messages."""
        return self._program.wait(), self._listener.errors()


@contextmanager
def reading_ffmpeg(args: Sequence[str], *, program: Ffmpeg | None = None) -> Iterator[Running]:
    """Run ffmpeg to read what it writes to `pipe:1`; it is ended when the block is left."""
    started = _start([(program or find_ffmpeg()).path, *_COMMON, *args], subprocess.DEVNULL)
    try:
        yield Running(started)
    finally:
        _stop(started)


def disk_failed(errors: Sequence[str]) -> bool:
    """Whether ffmpeg says that a disk failed. It takes that for the end of the film, and ends well.

    Some demuxers say so of a damaged film too.
    """
    return any(map(_of_the_disk, errors))


def _of_the_disk(line: str) -> bool:
    said = line.rstrip(".")
    return any(said.endswith(message) for number, message, _ in _CAUSES if number in PASSING)


def _start(command: list[str], feed: IO[bytes] | int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, stdin=feed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=-1
    )


def _stop(program: subprocess.Popen[bytes]) -> None:
    if program.poll() is None:
        program.terminate()
        try:
            program.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
    for pipe in (program.stdout, program.stderr):
        if pipe:
            pipe.close()


class _Listener:
    """Reads a program's stderr as it comes (a full pipe would block it) and keeps the errors.

    The first and the last ones, and any that says that a disk failed.
    """

    def __init__(self, pipe: IO[bytes] | None) -> None:
        self._first: list[str] = []
        self._last: deque[str] = deque(maxlen=_KEPT_LINES)
        self._thread = Thread(target=self._listen, args=(pipe,), daemon=True)
        self._thread.start()

    def _listen(self, pipe: IO[bytes] | None) -> None:
        for raw in pipe or ():
            said = raw.decode("utf-8", "replace").strip()
            error = _ERROR.match(_STATS.sub("", said))
            if error is None or (_EPILOGUE.search(error[1]) and not _of_the_disk(error[1])):
                continue
            few = len(self._first) < _KEPT_LINES
            (self._first if few else self._last).append(error[1])

    def errors(self) -> list[str]:
        self._thread.join()
        return [*self._first, *self._last]


def failure(status: int, errors: Sequence[str]) -> StageError:
    """The error of an ffmpeg that ended with a status (negative: a signal) and said this."""
    crash = f"it crashed (signal {-status})" if status < 0 else f"it ended with status {status}"
    if status in (-signal.SIGKILL, -signal.SIGTERM):
        crash = f"it was killed (signal {-status}), as happens when memory runs out"
    if status < 0:
        return PassingError(
            "ffmpeg failed.", cause=f"Its last message: {crash}.", fix="Run the job again."
        )
    last = errors[-1] if errors else crash
    for number, message, found in _CAUSES:
        if any(line.rstrip(".").endswith(message) for line in errors):
            kind = PassingError if number in PASSING else FfmpegError
            return kind(found.what, cause=f"ffmpeg: {last}.", fix=found.fix)
    return FfmpegError("ffmpeg failed.", cause=f"Its last message: {last}.")
