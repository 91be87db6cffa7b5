"""The alignment of two texts as pairs of their symbols, and what it is worth."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from chalchitra.speech.script_alignment.chain import EXTEND, MATCH, MISMATCH, OPEN, RELATED, chain
from chalchitra.text.symbols import family


@dataclass(frozen=True)
class Pair:
    """A symbol of a text's word (`at` in it) and one of a recognised word (`place` in it).

    `ours` and `theirs` are where they are in the two texts; `score` what chain.py gives for them.
    """

    at: int
    word: int
    place: int
    ours: int
    theirs: int
    score: float

    @property
    def equal(self) -> bool:
        return self.score == MATCH


def worth(pairs: Sequence[Pair]) -> float:
    """What the alignment of one line is worth: its pairs, less the gaps between them."""
    total = sum(pair.score for pair in pairs)
    for one, two in pairwise(pairs):
        for gap in (two.ours - one.ours - 1, two.theirs - one.theirs - 1):
            total -= OPEN + EXTEND * gap if gap else 0.0
    return total


def pairs_by_word(
    words: Sequence[str], lines: Sequence[int], theirs: Sequence[str], *, related: bool
) -> list[list[Pair]]:
    """For each word of the text its pairs with symbols of the recognised words `theirs`.

    `words` are the symbols of the text's words, `lines` the line that each is of.
    """
    ours, other = "".join(words), "".join(theirs)
    owner = [(at, n) for at, word in enumerate(words) for n in range(len(word))]
    owner_there = [(at, n) for at, text in enumerate(theirs) for n in range(len(text))]
    pairs: list[list[Pair]] = [[] for _ in words]
    starts = {0, len(ours)}
    starts.update(n for n in range(1, len(owner)) if lines[owner[n][0]] != lines[owner[n - 1][0]])
    for i, j in whole_lines(chain(ours, other, related=related), ours, sorted(starts)):
        (at, n), (there, place) = owner[i], owner_there[j]
        pairs[at].append(Pair(n, there, place, i, j, _score(ours[i], other[j], related=related)))
    return pairs


def _score(ours: str, theirs: str, *, related: bool) -> float:
    """What chain.py gives for two symbols."""
    if ours == theirs:
        return MATCH
    return RELATED if related and family(ours) == family(theirs) else MISMATCH


def whole_lines(
    pairs: Sequence[tuple[int, int]], ours: str, starts: Sequence[int]
) -> list[tuple[int, int]]:
    """The pairs, with the symbols that nobody said moved to where they are whole lines.

    Of two lines that begin (or end) alike and of which one was said, an alignment may take the
    beginning of one and the end of the other, which is worth as much. `starts` are where in `ours`
    lines begin, and its end.
    """
    settled = list(pairs)
    for n in range(1, len(settled)):
        first, after = settled[n - 1][0] + 1, settled[n][0]
        gap = after - first
        line = bisect_right(starts, first) - 1
        if gap <= 0 or starts[line] == first:
            continue
        # To the left, up to where the line begins; or to the right, up to where it ends.
        start, end = starts[line], starts[line + 1]
        if _is_start(starts, start + gap) and ours[start:first] == ours[start + gap : after]:
            low = bisect_left(settled, (start, -1), 0, n)
            settled[low:n] = [(i + gap, j) for i, j in settled[low:n]]
        elif _is_start(starts, end + gap) and ours[first:end] == ours[after : end + gap]:
            high = bisect_left(settled, (end + gap, -1), n)
            settled[n:high] = [(i - gap, j) for i, j in settled[n:high]]
    return settled


def _is_start(starts: Sequence[int], at: int) -> bool:
    where = bisect_left(starts, at)
    return where < len(starts) and starts[where] == at


def resemblance(ours: str, theirs: str, *, related: bool) -> tuple[float, float]:
    """How much of a line is in what was recognised in one place: the share of its symbols that are
    equal, and what the alignment is worth a symbol (see anchors.RECOGNISED)."""
    pairs = [
        Pair(0, 0, 0, i, j, _score(ours[i], theirs[j], related=related))
        for i, j in chain(ours, theirs, related=related)
    ]
    count = max(1, len(ours))
    return sum(pair.equal for pair in pairs) / count, worth(pairs) / count
