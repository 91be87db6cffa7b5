"""Measuring whole commands: wall seconds, and the peak memory of all their processes together."""

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


@dataclass(frozen=True)
class Measured:
    """One run: wall time in seconds, peak resident memory in bytes, summed over its processes."""

    seconds: float
    peak_bytes: int


def measure(command: Sequence[str], env: Mapping[str, str] | None = None) -> Measured:
    """Run a command to its end. Raises CalledProcessError, with its output, when it fails."""
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
    output, _ = process.communicate()
    seconds = time.monotonic() - started
    done.set()
    sampler.join()
    if process.returncode:
        print(output, file=sys.stderr)
        raise subprocess.CalledProcessError(process.returncode, command)
    return Measured(seconds, peak)


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
    return f"{name:<12} seconds {seconds}; peak GB {peaks}"


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
