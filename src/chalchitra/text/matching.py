"""Two texts that are mostly the same, word by word: which word of one is which of the other."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from chalchitra.text.rising import longest_rising

_RUN = 4
"""So many words in a row that occur once in either text are the same place in both."""


def tokens(text: str, *, unspaced: bool = False) -> list[str]:
    """The words of a text without punctuation and case; its characters if `unspaced`."""
    words = unicodedata.normalize("NFC", text.casefold()).split()
    bare = ("".join(filter(_is_of_a_word, word)) for word in words)
    found = [word for word in bare if word]
    return [character for word in found for character in word] if unspaced else found


def _is_of_a_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def match(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> list[int | None]:
    """For each item of `ours` the position of the same one in `theirs`, which never falls.

    None where there is none. Runs that occur once part the texts into stretches, so that two whole
    films are compared in a moment.
    """
    found: list[int | None] = [None] * len(ours)
    if ours == theirs:
        return list(range(len(ours)))
    anchors = [(-1, -1), *_anchors(ours, theirs), (len(ours), len(theirs))]
    for (a, b), (next_a, next_b) in pairwise(anchors):
        if a >= 0:
            found[a] = b
        stretch = SequenceMatcher(
            None, ours[a + 1 : next_a], theirs[b + 1 : next_b], autojunk=False
        )
        for block in stretch.get_matching_blocks():
            for n in range(block.size):
                found[a + 1 + block.a + n] = b + 1 + block.b + n
    return found


def _anchors(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> list[tuple[int, int]]:
    """First words of runs that occur once in either text, in an order that both have."""
    once = _once(theirs)
    pairs = [(at, once[run]) for run, at in _once(ours).items() if run in once]
    rising = longest_rising([b for _, b in pairs])
    return [pair for n, pair in enumerate(pairs) if n in rising]


def _once(words: Sequence[Hashable]) -> dict[tuple[Hashable, ...], int]:
    runs = [tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)]
    count = Counter(runs)
    return {run: at for at, run in enumerate(runs) if count[run] == 1}
