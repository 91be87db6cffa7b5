"""Starting a stage's process, watching it, and ending it: mechanics only, no policy."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from chalchitra.stagekit.protocol import MessageReader

POLL_SECONDS = 0.02
INTERRUPT_SECONDS = 10.0
"""How long an interrupted stage may take to clean up; a GPU process needs seconds."""
TERMINATE_SECONDS = 5.0


def run_process(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    messages: Path,
    on_message: Callable[[dict[str, Any]], None],
) -> int:
    """Run a command in its own session until it ends; returns its exit status.

    stdout and stderr go to the end of `log`; every new message is handed to `on_message`. Whatever
    interrupts the wait (Ctrl-C, SIGTERM turned into an exception) ends the whole process group
    first: interrupt, terminate, kill.
    """
    reader = MessageReader(messages)
    with open(log, "ab") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                process.wait(POLL_SECONDS)
            for message in reader.new():
                on_message(message)
            if process.returncode is not None:
                return process.returncode
    finally:
        end_group(process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and all it started; a group that is already gone is left alone."""
    for number, seconds in (
        (signal.SIGINT, INTERRUPT_SECONDS),
        (signal.SIGTERM, TERMINATE_SECONDS),
        (signal.SIGKILL, TERMINATE_SECONDS),
    ):
        deadline = time.monotonic() + seconds
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        while time.monotonic() < deadline:
            process.poll()
            if not _group_alive(process.pid):
                return
            time.sleep(POLL_SECONDS)


def _group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group whose only members are zombies
        return False
    return True
