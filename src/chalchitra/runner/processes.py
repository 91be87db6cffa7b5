"""Telling processes apart across restarts: a number alone may belong to somebody else by now.

A process is the same when host, boot, number and start time are; it is a runner's when it has the
runner's mark in its environment. Linux tells the start in clock
ticks since the boot (proc_pid_stat(5), field 22), which no change of the clock moves; elsewhere
`ps` tells it as a date.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROC = Path("/proc")
RUNNER_VARIABLE = "CHALCHITRA_RUNNER"
"""In the environment of everything that a runner starts: which runner that was (`mark_of`)."""


@cache
def boot_id() -> str:
    """What names this boot of this machine; empty where the system does not say."""
    with suppress(OSError):
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    with suppress(OSError):
        done = subprocess.run(
            ["sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()
    return ""


@cache
def host() -> str:
    """This machine's name; a container has its own, and its own process numbers."""
    return socket.gethostname()


def start_of(pid: int) -> str:
    """When the process started, as a word to compare; empty when there is none of that number."""
    if sys.platform == "linux":
        fields = _stat(pid)
        return fields[19] if fields else ""
    done = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


@dataclass(frozen=True)
class GroupMember:
    """One living process of a group."""

    pid: int
    group: int
    start: str


def group_members(group: int) -> list[GroupMember]:
    """The living processes (no zombies) of a process group."""
    return [member for member in _processes() if member.group == group]


def _processes() -> list[GroupMember]:
    if sys.platform != "linux":
        return _processes_by_ps()
    found = []
    for entry in os.scandir(PROC):
        if entry.name.isdigit() and (fields := _stat(int(entry.name))) and fields[0] not in "ZX":
            found.append(GroupMember(int(entry.name), int(fields[2]), fields[19]))
    return found


def _processes_by_ps() -> list[GroupMember]:
    done = subprocess.run(
        ["ps", "-axo", "pid=,pgid=,stat=,lstart="],
        capture_output=True,
        text=True,
        check=False,
    )
    found = []
    for line in done.stdout.splitlines():
        pid, group, state, start = line.split(None, 3)
        if not state.startswith("Z"):
            found.append(GroupMember(int(pid), int(group), start.strip()))
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on: state, parent, group, session ..."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()  # the name in the second field may hold anything


def has_variable(pid: int, name: str, value: str) -> bool:
    """Whether a process was started with this variable; False where the system does not say."""
    try:
        environ = (PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False
    return os.fsencode(f"{name}={value}") in environ.split(b"\0")


def lives(pid: int, start: str) -> bool:
    """Whether the process that had this number and start still runs."""
    if sys.platform != "linux":
        return any((one.pid, one.start) == (pid, start) for one in _processes())
    fields = _stat(pid)
    return bool(fields) and fields[0] not in "ZX" and fields[19] == start


def mark_of(boot: str, runner: int, start: str) -> str:
    """What the processes that a runner starts have in their environment, and no others."""
    return f"{boot}/{runner}/{start}"


def end_marked(group: int, mark: str, seconds: float = 5.0) -> bool:
    """Kill those of a group that a certain runner started; returns whether there were any.

    A number in a file may be anybody's: only a process whose environment has the mark is signalled,
    each by itself, and waited for. Where the system does not tell environments, none is.
    """
    found = False
    deadline = time.monotonic() + seconds
    while group > 1 and group != os.getpgrp() and time.monotonic() < deadline:
        ours = [one for one in group_members(group) if has_variable(one.pid, RUNNER_VARIABLE, mark)]
        if not ours:
            break
        for one in ours:
            _kill(one)
        found = True
        time.sleep(0.02)
    return found


def _kill(member: GroupMember) -> None:
    """Kill the process, and no later one that got its number."""
    with suppress(OSError):
        if not hasattr(os, "pidfd_open"):
            os.kill(member.pid, signal.SIGKILL)
            return
        fd = os.pidfd_open(member.pid)
        try:
            if start_of(member.pid) == member.start:
                signal.pidfd_send_signal(fd, signal.SIGKILL)
        finally:
            os.close(fd)
