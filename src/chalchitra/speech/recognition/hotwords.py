"""The glossary's terms in what is said: where each may be, and what decoding again gives.

A recogniser that is told a name writes it better, and a weak one then also writes it where nobody
says it. So the first pass is told nothing. Afterwards each block is searched for what sounds like
a term, and decoded again with those terms as hotwords. Of that hypothesis only the terms are taken,
each in the place of the words that sound like it (term_correction.py); the rest stays as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from chalchitra.speech.recognition.blocks import Block
from chalchitra.speech.recognition.candidates import Candidate, Learned, Term, candidates, written
from chalchitra.speech.recognition.hypothesis import Hypothesis
from chalchitra.speech.recognition.term_correction import Correction, corrected
from chalchitra.speech.regions import overlap
from chalchitra.text.symbols import letters

MOST_TOKENS = 223
"""Tokens that a prompt may have, and hotwords share them (half of Whisper's context, less one)."""
MOST_TERMS = 10
"""Hotwords at once. Base wrote eight of nine Indian names right with 4 to 10 of them, five with 40
of them, and then it also began to list them."""
_RIVALS = 3
"""Terms for one place that go before the other places' next."""
_ROUNDS = 2
"""So often a block is decoded where more terms are candidates than can be told at once."""


@dataclass(frozen=True)
class Offered:
    """A block (seconds of the film) that was decoded again, and the terms that it may hold."""

    start: float
    end: float
    terms: tuple[str, ...]


@dataclass
class GlossaryUse:
    """What came of a glossary; `said` counts each term in the finished text.

    no_room     terms that something sounded like, and that fitted in nowhere
    unwritable  terms that the recogniser cannot write: they are in another script
    """

    offered: list[Offered] = field(default_factory=list)
    named: list[Correction] = field(default_factory=list)
    said: dict[str, int] = field(default_factory=dict)
    no_room: list[str] = field(default_factory=list)
    unwritable: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


DecodeWith = Callable[[Sequence[Block], str], list[Hypothesis]]
"""Decodes blocks with a text of hotwords, and gives a hypothesis of each."""
CountTokens = Callable[[str], int]


def use_glossary(
    blocks: Sequence[Block],
    hypotheses: Sequence[Hypothesis],
    glossary: Sequence[Term],
    decode: DecodeWith,
    tokens: CountTokens,
    *,
    room: int = MOST_TOKENS,
    spaced: bool = True,
) -> tuple[list[Hypothesis], GlossaryUse]:
    """The hypotheses with the glossary's terms where they are said, and what was done.

    `room` is how many tokens hotwords may have; `tokens` counts those of a text.
    """
    parts = [part for term in glossary for part in term.parts]
    terms = list({term.letters: term for term in (*parts, *glossary)}.values())
    costs = _Costs(terms, tokens)
    best, use, learned = list(hypotheses), GlossaryUse(), Learned()
    tried: dict[int, set[Term]] = {index: set() for index in range(len(blocks))}
    found: set[Term] = set()
    for number in range(_ROUNDS + 1):
        # At last, what a name was taken for in one block finds it in others.
        known = learned if number == _ROUNDS else None
        places = []
        for index, block in enumerate(blocks):
            likely = _likely(block, best[index], terms, known)
            found.update(likely)
            kept = costs.fitting([t for t in likely if t not in tried[index]], room)
            tried[index].update(kept)
            if kept:
                places.append((index, kept))
        for group, union in costs.groups(places, room):
            # The likeliest last, next to the sound.
            decoded = decode([blocks[index] for index, _ in group], hotwords_text(union[::-1]))
            for (index, kept), again in zip(group, decoded, strict=True):
                start, end = blocks[index].regions[0].start, blocks[index].regions[-1].end
                use.offered.append(Offered(start, end, tuple(term.text for term in kept)))
                best[index], new = corrected(
                    best[index], again, union, learned, glossary=terms, spaced=spaced
                )
                use.named += new
    left_out = found.difference(*tried.values())
    use.no_room = [term.text for term in terms if term in left_out]
    use.said = _said(best, glossary)
    return best, use


def hotwords_text(terms: Sequence[Term]) -> str:
    """Terms as the recogniser is given them."""
    return ", ".join(term.text for term in terms)


def _likely(
    block: Block, hypothesis: Hypothesis, terms: Sequence[Term], learned: Learned | None
) -> list[Term]:
    """The terms that may be said in a block, the likeliest first. No name goes over a pause."""
    found: list[Candidate] = []
    for region in block.regions:
        inside = [word for word in hypothesis.words if overlap(word.start, word.end, region) > 0]
        found += candidates(inside, terms, learned)
    ranked: dict[Term, Candidate] = {}
    rivals: dict[Term, int] = {}
    for one in sorted(found, key=lambda one: -one.likely):
        if one.term not in ranked:
            rivals[one.term] = sum(one.start < o.end and o.start < one.end for o in ranked.values())
            ranked[one.term] = one
    # Every place's first three before any place's fourth.
    return sorted(ranked, key=lambda term: rivals[term] // _RIVALS)


class _Costs:
    """How many tokens each term takes in a list of hotwords: commas and spaces part tokens."""

    def __init__(self, terms: Sequence[Term], tokens: CountTokens) -> None:
        self._each = {term.text: tokens(term.text) + 1 for term in terms}

    def fit(self, terms: Sequence[Term], room: int) -> bool:
        return len(terms) <= MOST_TERMS and sum(self._each[term.text] for term in terms) <= room

    def fitting(self, terms: Sequence[Term], room: int) -> list[Term]:
        """Those that there is room for, the first ones first."""
        kept: list[Term] = []
        for term in terms:
            if self.fit([*kept, term], room):
                kept.append(term)
        return kept

    def groups(
        self, places: Sequence[tuple[int, list[Term]]], room: int
    ) -> Iterator[tuple[list[tuple[int, list[Term]]], list[Term]]]:
        """Places that are decoded together, with the terms of all of them."""
        group: list[tuple[int, list[Term]]] = []
        union: list[Term] = []
        for place in places:
            more = [term for term in place[1] if term not in union]
            if group and not self.fit([*union, *more], room):
                yield group, union
                group, union, more = [], [], place[1]
            group.append(place)
            union = [*union, *more]
        if group:
            yield group, union


def _said(hypotheses: Sequence[Hypothesis], terms: Sequence[Term]) -> dict[str, int]:
    """How often each term stands in the text; those that never do are left out."""
    count: Counter[str] = Counter()
    for hypothesis in hypotheses:
        words = [letters(word.text) for word in hypothesis.words]
        for term in terms:
            count[term.text] += sum(1 for _ in written(term, words))
    return {term: number for term, number in count.items() if number}
