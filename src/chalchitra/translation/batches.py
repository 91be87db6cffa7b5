"""Batches by length, halved when memory runs out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from chalchitra.errors import OutOfMemoryError

Result = TypeVar("Result")


class BatchTooLarge(Exception):
    """A batch did not fit into memory; a smaller one may."""


def run_batches(
    lengths: Sequence[int],
    batch_size: int,
    run: Callable[[list[int]], Sequence[Result]],
    on_done: Callable[[int], None] = lambda count: None,
) -> list[Result]:
    """`run` on the indices 0..n-1 in batches of like length, longest first; results in order.

    The longest come first so that memory runs out at once or not at all. After BatchTooLarge the
    batches are half as large from there on. `on_done` gets the number of items done so far.
    Raises OutOfMemoryError when a single item does not fit.
    """
    waiting = sorted(range(len(lengths)), key=lambda index: (-lengths[index], index))
    results: dict[int, Result] = {}
    while waiting:
        batch = waiting[:batch_size]
        try:
            found = run(batch)
        except BatchTooLarge as error:
            if len(batch) == 1:
                raise OutOfMemoryError(
                    "There is not enough memory to translate a single sentence.",
                    cause="The translation model nearly fills the memory of this machine.",
                    fix="Set translation.size to distilled, lower translation.num_beams, "
                    "or close other programs.",
                ) from error
            batch_size = len(batch) // 2
            continue
        results.update(zip(batch, found, strict=True))
        waiting = waiting[len(batch) :]
        on_done(len(results))
    return [results[index] for index in range(len(lengths))]
