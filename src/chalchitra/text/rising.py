"""The longest part of a series that never falls: what of two orders agrees."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


def longest_rising(values: Sequence[int]) -> set[int]:
    """Indexes of one longest subsequence that never falls (patience sorting)."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for i, value in enumerate(values):
        at = bisect_right(tails, value)
        before.append(last[at - 1] if at else -1)
        tails[at : at + 1] = [value]
        last[at : at + 1] = [i]
    found: set[int] = set()
    i = last[-1] if last else -1
    while i >= 0:
        found.add(i)
        i = before[i]
    return found
