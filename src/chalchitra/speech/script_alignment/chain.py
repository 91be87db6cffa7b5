"""The global alignment of two strings of symbols, with long gaps cheap, linear in memory.

Gotoh's dynamic program, a row at a time in numpy. Runs of symbols that occur once in both texts
cut it into blocks; a block that is still large is searched within a band along its diagonal.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from chalchitra.text.symbols import family

Array = Any
"""A one-dimensional numpy array (numpy is not imported here)."""

MATCH, RELATED, MISMATCH = 1.0, 0.2, -1.0
OPEN, EXTEND = 1.2, 0.05
"""A gap costs the first once and the second for every symbol. A run that matches pays for the gaps
around it when it is three symbols long, so texts with nothing in common stay apart."""
SEED = 12
"""Symbols of a run that counts as found where it is unique in both texts: some three words."""
BAND = 4096
"""Columns that are searched beside a block's diagonal: some minutes of speech to each side."""
_CELLS = 30_000_000
"""A block of so many cells is searched whole."""
_FROM_F, _FROM_E, _LONGER_F, _RECORD = 1, 2, 4, 8


def chain(ours: str, theirs: str, *, related: bool = False) -> list[tuple[int, int]]:
    """Pairs (index in `ours`, index in `theirs`), both rising, of symbols that are one.

    Pairs whose symbols differ are among them where their neighbours agree. With `related`, symbols
    of one family (symbols.family) are no mismatch.
    """
    import numpy as np

    def codes(text: str) -> Array:
        return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)

    exact = codes(ours), codes(theirs)
    loose = (
        tuple(codes("".join(map(family, text))) for text in (ours, theirs)) if related else exact
    )
    pairs: list[tuple[int, int]] = []
    for first, other, rows, columns in _blocks(ours, theirs):
        a, b = slice(first, first + rows), slice(other, other + columns)
        if ours[a] == theirs[b]:
            pairs += zip(range(first, first + rows), range(other, other + rows), strict=True)
            continue
        found = _block(exact[0][a], exact[1][b], loose[0][a], loose[1][b])
        pairs += [(first + i, other + j) for i, j in found]
    return pairs


def _blocks(ours: str, theirs: str) -> Iterator[tuple[int, int, int, int]]:
    """(first of ours, first of theirs, how many of each) of the blocks between the seeds.

    A block begins in the middle of a seed, so that no seed can pull its surroundings apart.
    """
    at, other = 0, 0
    for i, j in seeds(ours, theirs):
        i, j = i + SEED // 2, j + SEED // 2
        if i > at and j > other:
            yield at, other, i - at, j - other
            at, other = i, j
    yield at, other, len(ours) - at, len(theirs) - other


def seeds(ours: str, theirs: str) -> list[tuple[int, int]]:
    """Where runs of SEED symbols that are unique in both texts begin, both rising."""
    known = _unique(ours)
    found = sorted((known[run], j) for run, j in _unique(theirs).items() if run in known)
    return _longest_rising(found)


def _unique(text: str) -> dict[str, int]:
    places: dict[str, int] = {}
    for at in range(len(text) - SEED + 1):
        run = text[at : at + SEED]
        places[run] = -1 if run in places else at
    return {run: at for run, at in places.items() if at >= 0}


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """One longest chain of pairs whose second members rise too (patience sorting)."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        at = bisect_left(tails, j)
        before.append(last[at - 1] if at else -1)
        tails[at : at + 1] = [j]
        last[at : at + 1] = [index]
    found: list[tuple[int, int]] = []
    index = last[-1] if last else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


def _block(a: Array, b: Array, loose_a: Array, loose_b: Array) -> list[tuple[int, int]]:
    """Gotoh's alignment of one block. `loose_*` are the families of `a` and `b`."""
    import numpy as np

    n, m = len(a), len(b)
    if not n or not m:
        return []
    width = m + 1 if n * m <= _CELLS else min(m + 1, BAND)
    lows = [min(max(0, round(row * m / n) - width // 2), m + 1 - width) for row in range(n + 1)]
    nothing = np.float32(-1e9)
    columns = np.arange(width, dtype=np.float32)
    upward = columns * np.float32(EXTEND)
    h = np.where(columns > 0, -OPEN - upward, 0.0).astype(np.float32)
    f = np.full(width, nothing, dtype=np.float32)
    trace = np.zeros((n + 1, width), dtype=np.uint8)
    trace[0] = _FROM_E
    trace[0, 0] = _RECORD
    for row in range(1, n + 1):
        low = lows[row]
        shift = low - lows[row - 1]
        beyond = np.full(shift, nothing, dtype=np.float32)
        wide = np.concatenate(([nothing], h, beyond))[shift : shift + width + 1]
        above, left_above = wide[1:], wide[:-1]
        if shift:
            f = np.concatenate((f[shift:], beyond))
        opened = above - np.float32(OPEN)
        longer = f >= opened
        f = np.maximum(opened, f) - np.float32(EXTEND)
        # Column 0 stands before the first symbol; its diagonal comes from nothing.
        first = max(low, 1)
        span = slice(first - 1, low + width - 1)
        score = np.where(
            b[span] == a[row - 1],
            np.float32(MATCH),
            np.where(loose_b[span] == loose_a[row - 1], np.float32(RELATED), np.float32(MISMATCH)),
        )
        d = left_above.copy()
        d[first - low :] += score
        if low == 0:
            d[0] = nothing
        x = np.maximum(d, f)
        raised = x + upward
        highest = np.maximum.accumulate(raised)
        e = np.concatenate(([nothing], highest[:-1])) - upward - np.float32(OPEN)
        h = np.maximum(x, e)
        trace[row] = (
            (f > d) * _FROM_F
            + (e > x) * _FROM_E
            + longer * _LONGER_F
            + (raised >= highest) * _RECORD
        )
    return _walk_back(trace, lows, n, m)


def _walk_back(trace: Array, lows: list[int], n: int, m: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    row, column = n, m
    while row > 0:
        line, low = trace[row], lows[row]
        if line[column - low] & _FROM_E:
            column -= 1
            while not line[column - low] & _RECORD:
                column -= 1
        if line[column - low] & _FROM_F:
            while True:
                longer = trace[row, column - lows[row]] & _LONGER_F
                row -= 1
                if not longer:
                    break
            continue
        row, column = row - 1, column - 1
        pairs.append((row, column))
    return pairs[::-1]
