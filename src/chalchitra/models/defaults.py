"""Which Whisper model a machine gets when nobody names one. Orchestrator side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from chalchitra.hardware import Hardware
from chalchitra.models.catalogue import Catalogue, ModelEntry, load

BASE_REAL_TIME_FACTOR = 0.25
"""Processing time over audio time of `base` on 2 cores, int8, beam 5.

Measured: 0.15 on English dialogue, 0.48 on Hindi, which takes four times the tokens.
"""

SLOWEST = 1.0
"""Reasonable time on a CPU: a film takes no longer than it lasts."""

USEFUL_CORES = 6
"""Beyond these, decoding waits for memory and one more core gains little."""

MEMORY_SHARE = 0.5
"""How much of the memory a model may use: the system and what is open on it need the rest."""

GPU_MEMORY_SHARE = 0.7
"""The same of a GPU's memory. 6 GB carry large-v3-turbo, 8 GB large-v3."""

APPLE_SPEED = 2.0
"""The least `gpu_speed` for Apple silicon, where large-v3 is several times slower than turbo."""


def default_whisper(
    machine: Hardware,
    *,
    translate: bool = False,
    catalogue: Catalogue | None = None,
    root: Path | None = None,
) -> tuple[str, str]:
    """The largest multilingual model that `machine` runs in reasonable time, and why.

    `translate` leaves out models that were not trained to translate. Where not even the smallest
    fits, it is named all the same, and the reason says so.
    """
    entries = {
        entry.name: entry
        for entry in (catalogue or load(root)).all("whisper")
        if entry.multilingual and (entry.can_translate or not translate)
    }
    where, fits = _judge(machine)
    fitting = [name for name, entry in entries.items() if fits(entry)]
    what = "multilingual model that can translate" if translate else "multilingual model"
    # The table goes from small to large.
    if not fitting:
        return next(iter(entries)), f"the smallest {what}; even this is a lot for {where}"
    return fitting[-1], f"the largest {what} that runs in reasonable time on {where}"


def real_time_factor(entry: ModelEntry, cores: int) -> float | None:
    """Estimated processing time over audio time on a CPU; None for a model nobody measured."""
    if entry.cpu_cost is None:
        return None
    return entry.cpu_cost * BASE_REAL_TIME_FACTOR * 2 / min(max(cores, 1), USEFUL_CORES)


def _judge(machine: Hardware) -> tuple[str, Callable[[ModelEntry], bool]]:
    """What the models will run on, in words, and whether one fits there."""
    memory = machine.memory_bytes
    if machine.apple_silicon:
        return (
            f"Apple silicon with {_gigabytes(memory)}",
            lambda entry: (
                (entry.gpu_speed or 0) >= APPLE_SPEED and _within(entry.gpu_memory_bytes, memory)
            ),
        )
    if machine.cuda:
        gpu = machine.gpus[0].memory_bytes
        return f"a GPU with {_gigabytes(gpu)}", lambda entry: _within(
            entry.gpu_memory_bytes, gpu, GPU_MEMORY_SHARE
        )
    cores = max(1, min(machine.cores, machine.physical_cores))
    where = f"{cores} CPU {'core' if cores == 1 else 'cores'} with {_gigabytes(memory)}"

    def fits(entry: ModelEntry) -> bool:
        factor = real_time_factor(entry, cores)
        return factor is not None and factor <= SLOWEST and _within(entry.memory_bytes, memory)

    return where, fits


def _within(needed: int | None, memory: int, share: float = MEMORY_SHARE) -> bool:
    return needed is not None and needed <= memory * share


def _gigabytes(count: int) -> str:
    return f"{count / 2**30:.0f} GB"
