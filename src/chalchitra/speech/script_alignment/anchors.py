"""Which words of the text were recognised, and when: the anchors of everything else."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from chalchitra.speech.script_alignment.pairs import Pair, pairs_by_word, worth
from chalchitra.text.symbols import compared_by, skeleton
from chalchitra.transcript.model import Region, Word
from chalchitra.transcript.script import Script

RECOGNISED = 0.25
"""A line counts as recognised where its alignment is worth so much a symbol, of 1 at most: each
pair as in chain.py, less the gaps inside the line. Unrelated texts reach 0.2, and single words of
the same text in another order 0.3; what base makes of Hindi is mostly above 0.4."""
SHORT, RECOGNISED_SHORT = 12, 0.6
"""A line of at most so many symbols must be this sure: three letters occur anywhere."""
ANCHOR = 0.4
"""A word of such a line is an anchor where this share of its symbols was recognised."""
TORN = 0.7
"""A word whose symbols were recognised on both sides of a longer pause (s) is on one of them."""
USUAL_PACE = 0.075
"""Seconds a letter, where too little was recognised to measure it."""
STRAY_WORDS = 3
STRAY_PAUSE, DOUBTFUL_PAUSE, NEIGHBOUR = 2.0, 0.8, 0.25
DOUBTFUL = 0.75
"""At most so many words, so far (s) from the rest of their line and in another's voice, were put
there by the recogniser: it does so with what follows a long pause. Where no more than this share
of their symbols agrees a shorter one is enough. What is parted from its line by so much speech
that the line does not have is another line's that has the same word."""
_DRAWN, _DRAWN_MORE = 2.5, 0.4
"""No word is longer than so many times what it usually takes and some seconds more."""
_SCATTERED = 2.0
"""Nor are its symbols found among so many times as many of the recogniser's."""
HASTY = 0.045
"""A recogniser that loops gives every word so little time (s): none of it can be believed."""


@dataclass
class TextWord:
    """A word of the text: its line's index, how long it is to say (letters), what is compared.

    `span` is where it was recognised, in seconds of the film; None where it was not. `agreed` is
    the share of its symbols that were.
    """

    line: int
    text: str
    weight: int
    symbols: str
    span: tuple[float, float] | None = None
    agreed: float = 0.0


@dataclass
class Anchored:
    """The words of a text with the spans of the recognised ones.

    `shares` has for each line the share of its symbols that were recognised; `recognised` the lines
    that count as recognised; `used` says of each recognised word whether the text has it, and
    `theirs` has what of it is compared.
    """

    words: list[TextWord]
    shares: list[float]
    recognised: set[int]
    used: list[bool]
    theirs: list[str]
    across_scripts: bool = False
    line_words: list[range] = field(default_factory=list)


def words_of(text: str, *, spaced: bool = True) -> list[str]:
    """The words of a line; in a script without spaces its characters with their marks."""
    words = text.split()
    if spaced:
        return words
    pieces: list[str] = []
    for word in words:
        for character in word:
            latin = character.isascii() and pieces and pieces[-1][-1].isascii()
            marks = unicodedata.category(character)[0] in "MP"
            if pieces and (latin or marks):
                pieces[-1] += character
            else:
                pieces.append(character)
    return pieces


def anchored(
    script: Script, recognised: Sequence[Word], voice: Sequence[Region], *, spaced: bool = True
) -> Anchored:
    """Find the text's words among the recognised ones.

    `recognised` are in order and do not overlap; `voice` are the speech regions. Both in seconds.
    """
    symbols = compared_by((line.text for line in script.lines), (word.text for word in recognised))
    words: list[TextWord] = []
    line_words: list[range] = []
    for number, line in enumerate(script.lines):
        first = len(words)
        for text in words_of(line.text, spaced=spaced):
            weight = max(1, sum(c.isalnum() for c in text))
            words.append(TextWord(number, text, weight, symbols(text)))
        line_words.append(range(first, len(words)))
    found = Anchored(
        words,
        shares=[0.0] * len(script.lines),
        recognised=set(),
        used=[False] * len(recognised),
        theirs=[symbols(word.text) for word in recognised],
        across_scripts=symbols is skeleton,
        line_words=line_words,
    )
    theirs = found.theirs
    pairs = pairs_by_word(
        [word.symbols for word in words],
        [word.line for word in words],
        theirs,
        related=found.across_scripts,
    )
    for at, mine in enumerate(pairs):
        pairs[at] = _on_one_side(mine, recognised)
    for number, span in enumerate(line_words):
        count = sum(len(words[at].symbols) for at in span)
        mine = [pair for at in span for pair in pairs[at]]
        if count and mine:
            found.shares[number] = sum(pair.equal for pair in mine) / count
            wanted = count * RECOGNISED
            if count <= SHORT:
                # Nor is a part of a longer word it.
                there = sum(len(theirs[word]) for word in {pair.word for pair in mine})
                wanted = max(count, there) * RECOGNISED_SHORT
            if worth(mine) >= wanted:
                found.recognised.add(number)
    for at, word in enumerate(words):
        if word.line in found.recognised:
            word.span = _span(word, pairs[at], recognised, theirs)
            word.agreed = sum(pair.equal for pair in pairs[at]) / max(1, len(word.symbols))
    _drop_hasty(words, voice)
    _put_right(words)
    _drop_strays(found, voice)
    for at, word in enumerate(words):
        if word.span is not None:
            for pair in pairs[at]:
                found.used[pair.word] = True
    return found


def _on_one_side(pairs: Sequence[Pair], recognised: Sequence[Word]) -> list[Pair]:
    """The pairs of one word that lie together: of those that a pause parts, the larger part."""
    groups: list[list[Pair]] = []
    for pair in pairs:
        if groups and recognised[pair.word].start - recognised[groups[-1][-1].word].end <= TORN:
            groups[-1].append(pair)
        else:
            groups.append([pair])
    return max(groups, key=lambda group: sum(pair.equal for pair in group), default=[])


def _span(
    word: TextWord, pairs: Sequence[Pair], recognised: Sequence[Word], theirs: Sequence[str]
) -> tuple[float, float] | None:
    """When a word was said: from its first to its last symbol in what was recognised.

    Symbols at its edges that were recognised as others, or not, are taken to be there too.
    """
    if not pairs or sum(pair.equal for pair in pairs) < ANCHOR * len(word.symbols):
        return None
    first, last = pairs[0], pairs[-1]
    begins = first.place - min(first.at, first.place)
    missing = len(word.symbols) - 1 - last.at
    ends = last.place + 1 + min(missing, len(theirs[last.word]) - 1 - last.place)
    span = (
        _moment(recognised[first.word], begins, len(theirs[first.word])),
        _moment(recognised[last.word], ends, len(theirs[last.word])),
    )
    # Symbols picked out of several words are no word.
    if last.theirs - first.theirs >= _SCATTERED * len(word.symbols) + 1:
        return None
    return span if span[1] - span[0] <= _DRAWN * word.weight * USUAL_PACE + _DRAWN_MORE else None


def _moment(word: Word, symbol: int, count: int) -> float:
    """When the symbol of a recognised word begins; `count` is its end."""
    return word.start + (word.end - word.start) * symbol / max(1, count)


def _put_right(words: Sequence[TextWord]) -> None:
    """Spans in order and apart: where two took the same symbols, they part in the middle."""
    previous: TextWord | None = None
    for word in words:
        if word.span is None:
            continue
        if previous is not None and previous.span is not None and word.span[0] < previous.span[1]:
            low, high = previous.span[0], max(word.span[1], previous.span[0])
            middle = min(max((word.span[0] + previous.span[1]) / 2, low), high)
            previous.span, word.span = (low, middle), (middle, high)
        previous = word


def _drop_hasty(words: Sequence[TextWord], voice: Sequence[Region]) -> None:
    """Take the spans that are too short to be true; those at the voice's edges were held there."""
    edges = {edge for region in voice for edge in (region.start, region.end)}
    for word in words:
        if word.span is None or edges & set(word.span):
            continue
        if word.span[1] - word.span[0] <= HASTY * min(1, word.weight / 2):
            word.span = None


def _drop_strays(found: Anchored, voice: Sequence[Region]) -> None:
    """Take the spans of words that the recogniser put on the wrong side of a long silence."""
    words = found.words
    for number in sorted(found.recognised):
        timed = [at for at in found.line_words[number] if words[at].span is not None]
        for edge, run in (("first", timed), ("last", timed[::-1])):
            for count in range(min(STRAY_WORDS, (len(run) - 1) // 2), 0, -1):
                if _is_stray(found, run, count, voice, before=edge == "first"):
                    for at in run[:count]:
                        words[at].span = None
                    break


def _is_stray(
    found: Anchored, run: Sequence[int], count: int, voice: Sequence[Region], *, before: bool
) -> bool:
    """Whether the first `count` of a run of anchors (from the line's edge inwards) are astray."""
    words = found.words
    last, inner = words[run[count - 1]].span, words[run[count]].span
    outer = words[run[0]].span
    assert last is not None
    assert inner is not None
    assert outer is not None
    gap = (last[1], inner[0]) if before else (inner[1], last[0])
    speech = 0.0
    for at in range(bisect_right(voice, gap[0], key=lambda region: region.end), len(voice)):
        if voice[at].start >= gap[1]:
            break
        speech += min(voice[at].end, gap[1]) - max(voice[at].start, gap[0])
    agreed = sum(words[at].agreed for at in run[:count]) / count
    between_them = range(min(run[count - 1], run[count]) + 1, max(run[count - 1], run[count]))
    unsaid = sum(words[at].weight for at in between_them) * USUAL_PACE
    if (speech if agreed > DOUBTFUL else gap[1] - gap[0]) - 2 * unsaid > DOUBTFUL_PAUSE:
        return True  # others speak between them
    if gap[1] - gap[0] - speech < (DOUBTFUL_PAUSE if agreed <= DOUBTFUL else STRAY_PAUSE):
        return False
    # A line begins or ends there if its voice does; otherwise that voice is another line's.
    at = bisect_right(voice, outer[0], key=lambda region: region.end)
    if at == len(voice):
        return False
    beyond = outer[0] - voice[at].start if before else voice[at].end - outer[1]
    return beyond > NEIGHBOUR
