"""Batches: like lengths together, every item once, smaller ones when memory runs out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.errors import OutOfMemoryError
from chalchitra.translation.batches import BatchTooLarge, run_batches


@settings(deadline=None)
@given(st.lists(st.integers(1, 300), max_size=60), st.integers(1, 20), st.integers(1, 20))
def test_results_keep_the_order_whatever_fits(
    lengths: list[int], batch_size: int, memory: int
) -> None:
    batches: list[list[int]] = []
    done: list[int] = []

    def run(batch: list[int]) -> list[str]:
        if len(batch) > memory:
            raise BatchTooLarge
        batches.append(batch)
        return [f"item {index}" for index in batch]

    results = run_batches(lengths, batch_size, run, done.append)
    assert results == [f"item {index}" for index in range(len(lengths))]
    assert all(len(batch) <= min(batch_size, memory) for batch in batches)
    ran = [lengths[index] for batch in batches for index in batch]
    assert ran == sorted(lengths, reverse=True)
    assert done == sorted(set(done))
    assert not lengths or done[-1] == len(lengths)


def test_a_single_item_that_does_not_fit_is_an_error_with_a_way_out() -> None:
    def run(batch: list[int]) -> list[str]:
        raise BatchTooLarge

    with pytest.raises(OutOfMemoryError, match="single sentence") as caught:
        run_batches([5, 6], 8, run)
    assert "distilled" in caught.value.fix
