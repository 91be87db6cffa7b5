"""A translation over the time of its source: each word in proportion to the source's words.

Where the speaker pauses, the translation pauses too, at the end of the word that is nearest.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from chalchitra.transcript.translation import SourceWord

_PAUSE = 0.3
"""Seconds; the voice detector takes shorter pauses for one stretch of speech."""
_CLAUSE_ENDS = ",;:.!?…،؛۔।॥"
_FOR_A_CLAUSE = 0.1
"""A word that ends a clause may be so much further from the pause, as a share of the text."""


def spread(
    words: Sequence[str], source: Sequence[SourceWord], start: float, end: float
) -> list[tuple[float, float]]:
    """When each word of a translation is shown: start and end in seconds, never falling.

    `source` are the words that it translates, said from `start` to `end`; without any, the words
    share that time by their characters.
    """
    source = _in_order(source, start, end) or [SourceWord(start=start, end=end, characters=1)]
    stretches = _stretches(source)
    found: list[tuple[float, float]] = []
    for group, stretch in zip(_groups(words, stretches), stretches, strict=True):
        total = sum(map(len, group))
        edges = list(accumulate(map(len, group), initial=0))
        for first, last in pairwise(edges):
            found.append((_at(first / total, stretch), _at(last / total, stretch)))
    return found


def _in_order(source: Sequence[SourceWord], start: float, end: float) -> list[SourceWord]:
    ordered = []
    now = start
    for word in source:
        first = min(max(word.start, now), end)
        now = min(max(word.end, first), end)
        ordered.append(SourceWord(start=first, end=now, characters=word.characters))
    return ordered


def _stretches(source: Sequence[SourceWord]) -> list[list[SourceWord]]:
    """The source's words, parted at its pauses."""
    stretches: list[list[SourceWord]] = [[]]
    for word in source:
        if stretches[-1] and word.start - stretches[-1][-1].end >= _PAUSE:
            stretches.append([])
        stretches[-1].append(word)
    return stretches


def _groups(words: Sequence[str], stretches: Sequence[Sequence[SourceWord]]) -> list[Sequence[str]]:
    """The words for each stretch, parted near its share of the source; some may get none."""
    shares = [sum(word.characters for word in stretch) for stretch in stretches]
    total = sum(map(len, words)) or 1
    edges = list(accumulate((len(word) / total for word in words), initial=0.0))
    groups: list[Sequence[str]] = []
    first = 0
    for share in list(accumulate(shares))[:-1]:
        wanted = share / sum(shares)

        def cost(at: int, wanted: float = wanted) -> float:
            clause = at > 0 and words[at - 1][-1] in _CLAUSE_ENDS
            return abs(edges[at] - wanted) - _FOR_A_CLAUSE * clause

        cut = min(range(first, len(words) + 1), key=cost)
        groups.append(words[first:cut])
        first = cut
    return [*groups, words[first:]]


def _at(share: float, stretch: Sequence[SourceWord]) -> float:
    """The moment at which this share of a stretch's characters has been said."""
    left = share * sum(word.characters for word in stretch)
    for word in stretch:
        if left <= word.characters:
            # Not past the word's end, by the last place of a float either.
            return min(word.end, word.start + (word.end - word.start) * left / word.characters)
        left -= word.characters
    return stretch[-1].end
