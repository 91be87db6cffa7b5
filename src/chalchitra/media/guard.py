"""Looking at films in a process of its own: a file may crash or exhaust the libraries that read it.

A header comes from whoever made the file, and is read by C code. What that code does to its process
(a signal, endless work, all of the memory) is said of the film then, and whoever asked goes on. One
process looks at one film after another; it ends with the one that asked, however that ends.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chalchitra import stopping
from chalchitra.errors import MissingError, UsageError
from chalchitra.hints import typed
from chalchitra.media.formats import shown
from chalchitra.paths import import_dir

LOOKER = (sys.executable, "-m", "chalchitra.media.looker")
"""The command that looks."""


class Guard:
    """Asks a process for what films hold. Threads may share it; they wait for each other."""

    def __init__(self, command: Sequence[str] = LOOKER) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def look(self, path: Path) -> dict[str, Any]:
        """What `probe.look` says of a film; the path is absolute.

        Raises UsageError, of a crash too, and MissingError.
        """
        with self._lock:
            try:
                answer = self._ask(path)
            except BaseException:
                self._end()
                raise
            if answer is None:
                status = self._end()
                raise UsageError(
                    f"{shown(path)} cannot be opened as a film.",
                    cause=f"ffmpeg's libraries {_how(status)} while they read it: "
                    "it is damaged, or was made to do that.",
                    fix="See whether a player plays it; if so, remux it to .mkv or .mp4.",
                )
        if "error" in answer:
            raise UsageError(**answer["error"])
        if "missing" in answer:
            raise MissingError(
                "Films cannot be opened in this environment.",
                cause=answer["missing"],
                fix=typed("./bootstrap.sh"),
            )
        film: dict[str, Any] = answer["film"]
        return film

    def close(self) -> None:
        """End the process, where there is one."""
        with self._lock:
            self._end()

    def _ask(self, path: Path) -> dict[str, Any] | None:
        """The answer; None where the process ended instead."""
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(os.fsdecode(path)).encode("ascii") + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            return None
        while not select.select([process.stdout], [], [], stopping.WAIT_SECONDS)[0]:
            stopping.check()
        line = process.stdout.readline()
        if not line.endswith(b"\n"):
            return None
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid():  # a fork's parent keeps its own
            self._owner = os.getpid()
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": str(import_dir())},
                process_group=0,  # Ctrl-C on the terminal is for us: a crash is the film's fault
            )
        return self._process

    def _end(self) -> int:
        """The status with which the process ended, or was ended; 0 where there was none."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return 0
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        try:
            return process.wait(0.5)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _how(status: int) -> str:
    import signal

    if status == -signal.SIGXCPU:
        return "did not finish"
    return f"crashed (signal {-status})" if status < 0 else f"gave up (status {status})"


GUARD = Guard()
"""The one that this process asks."""
atexit.register(GUARD.close)
