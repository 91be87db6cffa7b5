"""Which Whisper model a machine gets when nobody names one."""

from __future__ import annotations

from pathlib import Path

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
    device: str,
    memory_bytes: int,
    gpu_memory_bytes: int | None,
    apple: bool,
    translate: bool,
    cores: int,
    *,
    catalogue: Catalogue | None = None,
    root: Path | None = None,
) -> tuple[str, str]:
    """The largest multilingual model that this machine runs in reasonable time, and why.

    `device` is cpu, cuda or mps; memory is in bytes, `cores` are physical ones; `translate` leaves
    out models that were not trained to translate. Where not even the smallest fits, it is named.
    """
    entries = {
        entry.name: entry
        for entry in (catalogue or load(root)).all("whisper")
        if entry.multilingual and (entry.can_translate or not translate)
    }
    if apple:
        where = f"Apple silicon with {_gigabytes(memory_bytes)}"
        fitting = [e for e in entries.values() if _fits_apple(e, memory_bytes)]
    elif device == "cuda" and gpu_memory_bytes:
        where = f"a GPU with {_gigabytes(gpu_memory_bytes)}"
        fitting = [e for e in entries.values() if _fits_gpu(e, gpu_memory_bytes)]
    else:
        where = f"{cores} CPU {'core' if cores == 1 else 'cores'} and {_gigabytes(memory_bytes)}"
        fitting = [e for e in entries.values() if _fits_cpu(e, memory_bytes, cores)]
    what = "that translates" if translate else "that hears every language"
    if not fitting:
        # The table goes from small to large.
        smallest = next(iter(entries))
        return smallest, f"the smallest model {what}; even this is much for {where}"
    return fitting[-1].name, f"the largest model {what} in reasonable time on {where}"


def real_time_factor(entry: ModelEntry, cores: int) -> float | None:
    """Estimated processing time over audio time on a CPU; None for a model nobody measured."""
    if entry.cpu_cost is None:
        return None
    return entry.cpu_cost * BASE_REAL_TIME_FACTOR * 2 / min(max(cores, 1), USEFUL_CORES)


def _fits_cpu(entry: ModelEntry, memory: int, cores: int) -> bool:
    factor = real_time_factor(entry, cores)
    return factor is not None and factor <= SLOWEST and _within(entry.memory_bytes, memory)


def _fits_gpu(entry: ModelEntry, memory: int) -> bool:
    return _within(entry.gpu_memory_bytes, memory, GPU_MEMORY_SHARE)


def _fits_apple(entry: ModelEntry, memory: int) -> bool:
    return (entry.gpu_speed or 0) >= APPLE_SPEED and _within(entry.gpu_memory_bytes, memory)


def _within(needed: int | None, memory: int, share: float = MEMORY_SHARE) -> bool:
    return needed is not None and needed <= memory * share


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.0f} GB"
