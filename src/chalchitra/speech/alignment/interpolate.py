"""Times for words that no alphabet spells: numbers, symbols, words in another script."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from statistics import median

Span = tuple[float, float]

DIGIT = 4.5
"""What a digit takes to say, in letters: one to ninety-nine are 189 digits and 854 letters."""
SYMBOL = 6.0
"""And a symbol: rupees, percent, plus."""
USUAL_PACE = 0.075
"""Seconds a letter, where no word beside them was timed."""


def spoken_length(text: str) -> float:
    """How long a word takes to say, in letters; 0 for punctuation that stands apart.

    Vowel signs count nothing: the letter that bears one has a vowel anyway.
    """
    each = {"L": 1.0, "N": DIGIT, "S": SYMBOL}
    return sum(each.get(unicodedata.category(character)[0], 0.0) for character in text)


def interpolated(
    times: Sequence[Span | None],
    lengths: Sequence[float],
    recognised: Sequence[Span],
    low: float,
    high: float,
) -> list[Span]:
    """`times` with the missing ones filled in, in proportion to `lengths` (spoken_length).

    Words between two that have times share the gap between these. Those before the first and after
    the last reach as far as the recogniser says (`recognised`), and at least as far as their text
    takes at the others' pace, within `low` and `high`. All times are seconds.
    """
    pace = _pace(times, lengths)
    filled: list[Span] = []
    at = 0
    while at < len(times):
        known = times[at]
        if known is not None:
            filled.append(known)
            at += 1
            continue
        end = at
        while end < len(times) and times[end] is None:
            end += 1
        following = times[end] if end < len(times) else None
        needed = pace * sum(lengths[at:end])
        left = filled[-1][1] if filled else low
        right = following[0] if following is not None else high
        if not filled:
            left = max(left, min(recognised[at][0], right - needed))
        if following is None:
            right = min(right, max(recognised[end - 1][1], left + needed))
        filled += _shared(lengths[at:end], left, max(left, right))
        at = end
    return filled


def _shared(lengths: Sequence[float], left: float, right: float) -> list[Span]:
    whole, passed = sum(lengths) or 1.0, 0.0
    spans: list[Span] = []
    for length in lengths:
        start = left + (right - left) * passed / whole
        passed += length
        spans.append((start, left + (right - left) * passed / whole))
    return spans


def _pace(times: Sequence[Span | None], lengths: Sequence[float]) -> float:
    """Seconds a letter, over the words that have times."""
    rates = [
        (span[1] - span[0]) / length
        for span, length in zip(times, lengths, strict=True)
        if span is not None and length
    ]
    return median(rates) if rates else USUAL_PACE
