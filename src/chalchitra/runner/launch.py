"""Starting a stage's process, watching it, and ending it: mechanics only, no policy."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from chalchitra import stopping
from chalchitra.job_files import to_append
from chalchitra.runner.processes import group_members
from chalchitra.stagekit.protocol import MESSAGES_FILE, REQUEST_FILE, MessageReader

POLL_SECONDS = 0.02
INTERRUPT_SECONDS = 10.0
"""How long an interrupted stage may take to clean up; a GPU process needs seconds."""
TERMINATE_SECONDS = 5.0

GUARD = """
exec 3<&0 </dev/null
(trap '' INT TERM HUP; read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 &
exec 3<&-
if [ "$0" != - ]; then exec "$@" <"/dev/fd/$0"; fi
exec "$@"
"""
"""Runs a command in a process group that ends with its runner. A shell in the group waits for the
end of a pipe whose other end only the runner holds: however the runner dies, the pipe closes, and
the whole group is killed, the stage's own children too (Linux's parent-death signal would reach
the stage alone). $0 is the file descriptor that the command gets as stdin, or -."""


@dataclass(frozen=True)
class Launch:
    """One request to be served: by whom, and where its files are.

    `code` and `environ` tell whether a worker that is already there may serve it. `timeout` is
    seconds, None for none.
    """

    key: str
    environment: str
    python: Path
    script: Path
    arguments: tuple[str, ...]
    environ: Mapping[str, str]
    code: str
    attempt: Path
    log: Path
    timeout: float | None = None

    @property
    def request(self) -> Path:
        return self.attempt / REQUEST_FILE

    @property
    def messages(self) -> Path:
        return self.attempt / MESSAGES_FILE


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit status, negative for a signal, and whether time ran out."""

    status: int
    timed_out: bool = False


@dataclass(frozen=True)
class Watch:
    """What the one who waits wants to hear: the process group, every message; and `check`, which
    raises to end the wait."""

    on_group: Callable[[int], None]
    on_message: Callable[[dict[str, Any]], None]
    check: Callable[[], None]


class GuardedProcess:
    """A process in its own session and group, which ends with the one that started it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: IO[bytes],
        stdin: int | None = None,
    ) -> None:
        guard = ["/bin/sh", "-c", GUARD, "-" if stdin is None else str(stdin), *command]
        self._process = subprocess.Popen(
            guard,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            pass_fds=() if stdin is None else (stdin,),
        )
        stopping.slow(self, INTERRUPT_SECONDS + TERMINATE_SECONDS)

    @property
    def group(self) -> int:
        return self._process.pid

    def wait(self, seconds: float) -> int | None:
        """The exit status, or None when the process still runs after this time."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def wait_patiently(self, seconds: float) -> None:
        """Wait for its end, unless nothing is to be waited for any more."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not stopping.at_once():
            if self.wait(stopping.WAIT_SECONDS) is not None:
                return

    def end(self) -> int:
        """End the process and all it started: interrupt, terminate, kill. Returns the status."""
        for number, seconds in (
            (signal.SIGINT, INTERRUPT_SECONDS),
            (signal.SIGTERM, TERMINATE_SECONDS),
        ):
            if self._process.poll() is not None or stopping.at_once():
                break
            self._signal(number)
            self.wait_patiently(seconds)
        # Also what the process left behind, and the guard itself.
        self._signal(signal.SIGKILL)
        status = self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        stopping.slow(self, 0)
        deadline = time.monotonic() + TERMINATE_SECONDS
        while group_members(self.group) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        return status

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses for zombies alone
            os.killpg(self.group, number)


def run_cold(launch: Launch, watch: Watch) -> Ended:
    """Serve one request with a process of its own, and wait until it ends.

    stdout and stderr go to the end of the log. Whatever interrupts the wait (a signal turned into
    an exception, `watch.check`, the timeout) ends the whole process group first.
    """
    reader = MessageReader(launch.messages)
    with to_append(launch.log) as log:
        process = GuardedProcess(
            [str(launch.python), str(launch.script), *launch.arguments],
            env=launch.environ,
            cwd=launch.attempt,
            log=log,
        )
    deadline = None if launch.timeout is None else time.monotonic() + launch.timeout
    try:
        watch.on_group(process.group)
        while True:
            status = process.wait(POLL_SECONDS)
            for message in reader.new():
                watch.on_message(message)
            if status is not None:
                return Ended(status)
            watch.check()
            if deadline is not None and time.monotonic() > deadline:
                return Ended(-signal.SIGKILL, timed_out=True)
    finally:
        process.end()
