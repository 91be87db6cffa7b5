"""Which stretches of sound the network takes together."""

from __future__ import annotations

from collections.abc import Sequence

ON_A_GPU = 80.0
"""Seconds of sound that go together on a GPU: about 2 GB, since 20 s are 64,000 frames of
512 numbers in the first layer, in several copies. Counted, not measured: no GPU was at hand."""
ONE_BY_ONE = 0.0
"""On a CPU, where batches were no faster (scripts/bench/alignment.py, two cores, random weights): a
minute of film took 4.1 to 4.2 s one by one and 4.2 s in batches of 60 s with 95 million parameters,
15 to 20 s and 20 s with 315 million. One stretch keeps all cores busy."""


def batches(lengths: Sequence[float], seconds: float) -> list[list[int]]:
    """All indices of `lengths` (s), each in one batch of at most `seconds`, padding included.

    Batches hold stretches of like length, so that little is padded. A stretch that is longer than
    `seconds` is alone. When nothing fits together they are in order.
    """
    if not lengths or 2 * min(lengths) > seconds:
        return [[index] for index in range(len(lengths))]
    made: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda index: (lengths[index], index)):
        if made and lengths[index] * (len(made[-1]) + 1) <= seconds:
            made[-1].append(index)
        else:
            made.append([index])
    return made


def seconds_together(setting: float, device: str) -> float:
    """What a batch may hold (s): the setting, or where it is 0 what suits the device."""
    if setting > 0:
        return setting
    return ONE_BY_ONE if device == "cpu" else ON_A_GPU
