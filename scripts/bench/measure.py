"""Measuring whole commands: wall and CPU seconds, and the peak memory of all their processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SAMPLE_SECONDS = 0.2
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""getrusage(2) tells kilobytes on Linux."""


@dataclass(frozen=True)
class Measured:
    """One run: wall time in seconds, peak resident memory in bytes, summed over its processes.

    `cpu_seconds` is user and system time of the command and all it waited for, `largest_bytes` the
    peak of the largest of these processes; both are the kernel's own figures (wait4(2)). `output`
    is what it printed.
    """

    seconds: float
    peak_bytes: int
    cpu_seconds: float = 0.0
    largest_bytes: int = 0
    output: str = ""


def measure(command: Sequence[str], env: Mapping[str, str] | None = None) -> Measured:
    """Run a command to its end. Raises CalledProcessError, with its output, when it fails.

    Without `env` it gets ours, but for the wish that Python keep no bytecode: a shell that has it
    would have every start measured with compiling.
    """
    env = without_bytecode_wish(os.environ if env is None else env)
    peak = 0
    done = threading.Event()

    def sample(root: int) -> None:
        nonlocal peak
        while not done.wait(SAMPLE_SECONDS):
            peak = max(peak, _tree_bytes(root))

    started = time.monotonic()
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    sampler = threading.Thread(target=sample, args=(process.pid,))
    sampler.start()
    assert process.stdout is not None
    with process.stdout:
        output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    done.set()
    sampler.join()
    if process.returncode:
        print(output, file=sys.stderr)
        raise subprocess.CalledProcessError(process.returncode, command)
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(seconds, peak, cpu, usage.ru_maxrss * _RSS_UNIT, output)


def without_bytecode_wish(env: Mapping[str, str]) -> dict[str, str]:
    """The environment without PYTHONDONTWRITEBYTECODE."""
    return {name: value for name, value in env.items() if name != "PYTHONDONTWRITEBYTECODE"}


def together(runs: Sequence[Measured]) -> Measured:
    """Commands run one after another as one: times add up, the peak is the highest."""
    return Measured(
        sum(run.seconds for run in runs),
        max(run.peak_bytes for run in runs),
        sum(run.cpu_seconds for run in runs),
        max(run.largest_bytes for run in runs),
    )


def compare(ours: Sequence[Measured], theirs: Sequence[Measured]) -> tuple[float, float]:
    """The medians of the ratios ours/theirs, run by run: wall time, peak memory."""
    pairs = list(zip(ours, theirs, strict=True))
    return (
        median(a.seconds / b.seconds for a, b in pairs),
        median(a.peak_bytes / b.peak_bytes for a, b in pairs),
    )


def describe(name: str, runs: Sequence[Measured]) -> str:
    seconds = ", ".join(f"{run.seconds:.1f}" for run in runs)
    peaks = ", ".join(f"{run.peak_bytes / 1e9:.2f}" for run in runs)
    cpu = ", ".join(f"{run.cpu_seconds:.1f}" for run in runs)
    return f"{name:<12} seconds {seconds}; CPU seconds {cpu}; peak GB {peaks}"


def _tree_bytes(root: int) -> int:
    """The resident memory of a process and its descendants, in bytes (Linux's /proc)."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            continue
        total += pages * os.sysconf("SC_PAGE_SIZE")
    return total
