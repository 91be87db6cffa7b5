"""Finding an ffmpeg and running it: progress, messages, and errors a person can act on."""

from __future__ import annotations

import errno
import math
import os
import re
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from threading import Thread
from typing import IO, NamedTuple

from chalchitra.errors import MissingError, StageError
from chalchitra.system_errors import MEANINGS

OLDEST_FFMPEG = (4, 3)
"""The first with Matroska's `-default_mode`, which mux needs."""

_COMMON = ["-nostdin", "-hide_banner", "-y", "-loglevel", "level+verbose"]
_STOP_S = 5.0
_KEPT_LINES = 50
_VERSION = re.compile(r"ffmpeg version n?(\S+)")
_ERROR = re.compile(r"^(?:\[[^\]]* @ [^\]]*\] )*\[(?:error|fatal|panic)\] (.*)$")
_ENCODED = re.compile(r"frames encoded \((\d+) samples\)")
# What ffmpeg says after the line that says why.
_EPILOGUE = re.compile(
    r"Conversion failed|Error opening (input|output) file|Nothing was written|Task finished|"
    r"Terminating thread|Last message repeated|Error while (filtering|processing)"
)
# Before 6, ffmpeg ended with 0 although its last block could not be written.
_UNWRITTEN = re.compile(r"No space left on device|Disk quota exceeded|File too large")
_PIPE = "Broken pipe"
# ffmpeg says "Resource temporarily unavailable" of damage in a broadcast: no word of the system's.
_CAUSES = tuple(
    (os.strerror(number), found)
    for number, found in MEANINGS.items()
    if number not in (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR)
)


class Ffmpeg(NamedTuple):
    path: str
    version: str

    def __str__(self) -> str:
        return f"{self.path} ({self.version})"


class FfmpegError(StageError):
    """ffmpeg failed. `source_samples` as in FfmpegRun: what the program that fed it passed on."""

    def __init__(
        self, what: str, *, cause: str = "", fix: str = "", samples: int | None = None
    ) -> None:
        super().__init__(what, cause=cause, fix=fix)
        self.source_samples = samples


class Progress(NamedTuple):
    """How far ffmpeg is: seconds (0 with `-copyts`) and bytes written."""

    seconds: float
    size: int


@dataclass(frozen=True)
class FfmpegRun:
    """What a run that ended well still complained of: its error messages (the last ones, bare).

    `source_status` and `source_errors` belong to the program that fed it, where there was one;
    `source_samples` is how many samples of sound that one passed on, where it says so.
    """

    errors: list[str]
    source_status: int = 0
    source_errors: list[str] = field(default_factory=list)
    source_samples: int | None = None


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
        cause="None is on the PATH, and this environment has none.",
        fix="Run ./bootstrap.sh, or install ffmpeg.",
    )


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
    source: Sequence[str] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    program: Ffmpeg | None = None,
) -> FfmpegRun:
    """Run ffmpeg with these arguments; `source` are those of a second one, piped into the first.

    `program` is another one than `find_ffmpeg` gives.

    `on_progress` is called twice a second. Raises FfmpegError when the program fails; that
    `source` failed is only reported, since what it sent may be worth keeping. Whatever ends the
    wait, even Ctrl-C, ends the programs too.
    """
    ffmpeg = (program or find_ffmpeg()).path
    programs: list[subprocess.Popen[bytes]] = []
    numbers: dict[str, int] = {}
    try:
        feed: IO[bytes] | int = subprocess.DEVNULL
        if source is not None:
            programs.append(_start([ffmpeg, *_COMMON, *source], subprocess.DEVNULL))
            feed = programs[0].stdout or feed
        command = [ffmpeg, *_COMMON, "-progress", "pipe:1", "-nostats", *args]
        programs.append(_start(command, feed))
        if not isinstance(feed, int):
            feed.close()  # ours; so that the source notices when its reader dies
        listeners = [_Listener(program.stderr) for program in programs]
        for line in programs[-1].stdout or ():
            key, _, value = line.decode("ascii", "replace").strip().partition("=")
            if value.isdecimal():  # "N/A" before the first packet
                numbers[key] = int(value)
            if key == "progress" and on_progress:
                size, microseconds = numbers.get("total_size", 0), numbers.get("out_time_us", 0)
                on_progress(Progress(seconds=microseconds / 1e6, size=size))
        statuses = [program.wait() for program in programs]
        errors = [listener.errors() for listener in listeners]
    finally:
        for started in programs:
            _stop(started)
    samples = listeners[0].samples if source is not None else None
    failures = [
        _failure(status, said, samples)
        for status, said in zip(statuses, errors, strict=True)
        if status != 0
    ]
    if statuses[-1] == 0 and any(_UNWRITTEN.search(line) for line in errors[-1]):
        raise _failure(1, errors[-1], samples)
    if statuses[-1] != 0:
        # A program whose pipe broke is not the one that is to blame.
        raise next((failure for failure in failures if _PIPE not in failure.cause), failures[-1])
    if source is None:
        return FfmpegRun(errors[0])
    return FfmpegRun(errors[1], statuses[0], errors[0], samples)


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
    """Reads a program's stderr as it comes (a full pipe would block it) and keeps the errors."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        self._errors: deque[str] = deque(maxlen=_KEPT_LINES)
        self.samples: int | None = None
        self._thread = Thread(target=self._listen, args=(pipe,), daemon=True)
        self._thread.start()

    def _listen(self, pipe: IO[bytes] | None) -> None:
        for raw in pipe or ():
            line = raw.decode("utf-8", "replace").strip()
            error = _ERROR.match(line)
            if error and not _EPILOGUE.search(error[1]):
                self._errors.append(error[1])
            elif encoded := _ENCODED.search(line):
                self.samples = int(encoded[1])

    def errors(self) -> list[str]:
        self._thread.join()
        return list(self._errors)


def _failure(status: int, errors: list[str], samples: int | None) -> FfmpegError:
    crash = f"it crashed (signal {-status})" if status < 0 else f"it ended with status {status}"
    last = errors[-1] if errors and status > 0 else crash
    for message, found in _CAUSES:
        if any(line.rstrip(".").endswith(message) for line in errors):
            return FfmpegError(found.what, cause=f"ffmpeg: {last}.", fix=found.fix, samples=samples)
    return FfmpegError("ffmpeg failed.", cause=f"Its last words: {last}.", samples=samples)
