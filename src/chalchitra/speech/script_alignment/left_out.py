"""Lines that are left out although something of them was recognised.

Where a line is nearly the same as one beside it and only one of the two was said, a recogniser that
mishears leaves it open which: the one that is placed is doubtful. And a line that was recognised
almost wholly where the text has none is said there: the text has its lines in another order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from chalchitra.speech.script_alignment.anchors import RECOGNISED, SHORT, Anchored
from chalchitra.speech.script_alignment.pairs import resemblance
from chalchitra.speech.script_alignment.report import DOUBTFUL, NoLine
from chalchitra.transcript.model import Word

Times = Sequence[tuple[float, float] | None]

_BESIDE = 2
"""A rival is so near (lines) to the line that was recognised."""
_SHARED = 0.3
"""Lines that are nearly the same share more than this part of their runs of three symbols."""
_OPEN = 0.5
"""Two lines that differ by less than this part of what was misheard could each have been said."""
_ELSEWHERE = 0.8
"""A line of which so much was recognised in another place is said there."""
_RUN = 6
"""Symbols in a row that a line and the place where it is said have in common."""


def contested(found: Anchored, times: Times, recognised: Sequence[Word]) -> set[int]:
    """The placed lines instead of which one beside them, that was not recognised, may be said.

    `times` are those of the text's words, in seconds; so are those of `recognised`.
    """
    starts = [word.start for word in recognised]
    spans = [_span(times, words) for words in found.line_words]
    either: set[int] = set()
    for line, span in enumerate(spans):
        if span is None:
            continue
        for other in range(max(0, line - _BESIDE), min(len(spans), line + _BESIDE + 1)):
            if found.shares[other] >= DOUBTFUL or other == line or not _alike(found, line, other):
                continue
            rival = spans[other] if other in found.recognised else None  # it may have a part of it
            low, high = min(span, rival or span)[0], max(span, rival or span)[1]
            there = slice(bisect_left(starts, low - 1e-3), bisect_left(starts, high))
            said = "".join(found.theirs[there])
            best, _ = resemblance(_symbols(found, line), said, related=found.across_scripts)
            share, worth = resemblance(_symbols(found, other), said, related=found.across_scripts)
            known = worth >= RECOGNISED or line not in found.recognised
            if known and best - share < _OPEN * (1 - best):
                either.add(line)
    return either


def said_elsewhere(
    found: Anchored, times: Times, no_line: Sequence[NoLine], recognised: Sequence[Word]
) -> dict[int, float]:
    """Of the lines that are left out: when (s) they are said where the text has no line."""
    places = [_recognised(found, stretch, recognised) for stretch in no_line]
    runs: dict[str, set[int]] = {}
    for number, (symbols, _) in enumerate(places):
        for at in range(len(symbols) - _RUN + 1):
            runs.setdefault(symbols[at : at + _RUN], set()).add(number)
    where: dict[int, float] = {}
    for line, span in enumerate(found.line_words):
        symbols = _symbols(found, line)
        if len(symbols) <= SHORT or any(times[at] is not None for at in span):
            continue
        shared = Counter(
            number
            for at in range(len(symbols) - _RUN + 1)
            for number in runs.get(symbols[at : at + _RUN], ())
        )
        for number, _ in shared.most_common(1):
            there, starts = places[number]
            if resemblance(symbols, there, related=found.across_scripts)[0] >= _ELSEWHERE:
                at = min(
                    there.find(symbols[at : at + _RUN])
                    for at in range(len(symbols) - _RUN + 1)
                    if symbols[at : at + _RUN] in there
                )
                where[line] = round(starts[at], 3)
    return where


def _alike(found: Anchored, line: int, other: int) -> bool:
    """Whether two lines share runs of three symbols, as unrelated ones hardly do."""
    one, two = (
        {text[at : at + 3] for at in range(len(text) - 2)}
        for text in (_symbols(found, line), _symbols(found, other))
    )
    return len(one & two) > _SHARED * min(len(one), len(two))


def _span(times: Times, words: Sequence[int]) -> tuple[float, float] | None:
    spans = [span for at in words if (span := times[at]) is not None]
    return (spans[0][0], spans[-1][1]) if spans else None


def _symbols(found: Anchored, line: int) -> str:
    return "".join(found.words[at].symbols for at in found.line_words[line])


def _recognised(found: Anchored, stretch: NoLine, words: Sequence[Word]) -> tuple[str, list[float]]:
    """What was recognised in a stretch: its symbols, and when each of their words begins (s)."""
    symbols, starts = "", []
    for at in range(bisect_left(words, stretch.start, key=lambda word: word.end), len(words)):
        word = words[at]
        if word.start >= stretch.end:
            break
        if stretch.start <= (word.start + word.end) / 2 <= stretch.end:
            symbols += found.theirs[at]
            starts += [word.start] * len(found.theirs[at])
    return symbols, starts
