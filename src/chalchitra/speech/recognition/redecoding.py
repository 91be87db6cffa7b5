"""The second pass: what is suspicious is decoded again, from other windows and in other variants.

The first pass decodes blocks of several regions. A region that came out empty, looping or guessed
often comes out well by itself, since nothing else is in the window; one that was by itself is
decoded in halves, and so is what has more words than a window holds, until it fits. Of all
hypotheses the one with the best score is kept (quality.py says how it is made), so that decoding
again never makes anything worse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chalchitra.speech.recognition.blocks import Block, Piece
from chalchitra.speech.recognition.hypothesis import Hypothesis
from chalchitra.speech.recognition.quality import NO_RULES, LanguageRules, assess
from chalchitra.speech.recognition.repetitions import unsupported_words
from chalchitra.speech.recognition.trimming import (
    is_in,
    joined,
    merged,
    scored,
    within,
    without_echoes,
    without_guesses,
)
from chalchitra.speech.recognition.variants import DecodingVariant
from chalchitra.transcript.model import Region

Decode = Callable[[Sequence[Block], DecodingVariant], list[Hypothesis]]
"""Decodes blocks in a variant, and gives a hypothesis of each."""
Halve = Callable[[Block], list[Block]]
"""Cuts a block of one region in two, or gives it back where it is too short for that."""

MARGIN = 0.05
"""A new hypothesis must be better by so much: scores are not finer than that."""
OVER_A_PAUSE = "a loop over a pause"
ENOUGH = 60.0
"""Seconds of suspicious speech after which it can be said whether a variant helps."""
WORTH = 0.1
"""The share of them that it must help for the next variant to be tried."""


@dataclass(frozen=True)
class Redecoded:
    """What was decoded again: where (seconds of the film), why, what it was and became, and how.

    `left` is what still speaks against it.
    """

    start: float
    end: float
    why: tuple[str, ...]
    before: str
    after: str
    how: str
    left: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def redecode(
    blocks: Sequence[Block],
    hypotheses: Sequence[Hypothesis],
    decode: Decode,
    variants: Sequence[DecodingVariant],
    halve: Halve,
    rules: LanguageRules = NO_RULES,
) -> tuple[list[Hypothesis], list[Redecoded]]:
    """The best hypothesis of each block, and what was done about the suspicious regions."""
    best = list(hypotheses)
    spots: dict[int, list[_Spot]] = {}
    for index, (block, hypothesis) in enumerate(zip(blocks, hypotheses, strict=True)):
        if reasons := assess(hypothesis, block.regions, rules).reasons:
            spots[index] = _suspicious(block, hypothesis, reasons, rules)
    every = [spot for of_block in spots.values() for spot in of_block]
    open_ = every
    for variant in variants:
        if not open_:
            break
        parts = [_parts(spot, variant, halve) for spot in open_]
        decoded = iter(_whole([part for some in parts for part in some], decode, variant, halve))
        for spot, some in zip(open_, parts, strict=True):
            if some:
                spot.take(joined([next(decoded) for _ in some], variant.name), rules)
        left = [spot for spot in open_ if spot.reasons]
        if _hopeless(open_, left):
            break
        open_ = left
    for spot in every:
        if spot.reasons:
            spot.best = without_guesses(spot.best)
    for index, of_block in spots.items():
        better = [(spot.region, spot.best) for spot in of_block]
        best[index] = merged(hypotheses[index], better, rules.space)
    redecoded = [spot.told(rules) for spot in every]
    if rules.spaced:
        for index, hypothesis in enumerate(best):
            best[index], undoubled = without_echoes(hypothesis, rules)
            redecoded += [
                Redecoded(
                    start=before.start,
                    end=before.end,
                    why=("a word repeated with no time or confidence",),
                    before=before.text,
                    after=after.text,
                    how="kept once",
                    left=(),
                )
                for before, after in undoubled
            ]
    return best, sorted(redecoded, key=lambda one: one.start)


@dataclass
class _Spot:
    """A region that is decoded again: its own block, what was first made of it, the best so far."""

    block: Block
    first: Hypothesis
    best: Hypothesis
    why: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    """What speaks against the best hypothesis before anything was cut from it."""
    score: float = 0.0
    by_itself: bool = False
    """Whether the first pass decoded it in a block of its own."""

    @property
    def region(self) -> Region:
        return self.block.regions[0]

    def take(self, again: Hypothesis, rules: LanguageRules) -> None:
        """Take another one where it is better; no words are never better than some."""
        cut, score = scored(again, self.block.regions, rules)
        if score > self.score + MARGIN and (again.words or not self.best.words):
            reasons = assess(again, self.block.regions, rules).reasons
            self.best, self.score, self.reasons = cut, score, reasons

    def told(self, rules: LanguageRules) -> Redecoded:
        return Redecoded(
            start=self.region.start,
            end=self.region.end,
            why=self.why,
            before=self.first.text,
            after=self.best.text,
            how=self.best.how,
            left=assess(self.best, self.block.regions, rules).reasons,
        )


def _suspicious(
    block: Block, hypothesis: Hypothesis, reasons: tuple[str, ...], rules: LanguageRules
) -> list[_Spot]:
    """The regions of a suspicious block that something speaks against; all, if it is no one's."""
    parts = alone(block)
    if len(parts) == 1:
        return [_spot(parts[0], hypothesis, reasons, rules, by_itself=True)]
    looping = unsupported_words(hypothesis.words)
    found = []
    for part in parts:
        first = within(hypothesis, part.regions[0], rules.space)
        why = assess(first, part.regions, rules).reasons
        if not why and any(is_in(word, part.regions[0]) for word in looping):
            why = (OVER_A_PAUSE,)
        found.append((part, first, why))
    if not any(why for _, _, why in found):
        found = [(part, first, reasons) for part, first, _ in found]
    return [_spot(part, first, why, rules) for part, first, why in found if why]


def _spot(
    part: Block,
    first: Hypothesis,
    why: tuple[str, ...],
    rules: LanguageRules,
    *,
    by_itself: bool = False,
) -> _Spot:
    best, score = scored(first, part.regions, rules)
    if why == (OVER_A_PAUSE,):
        score -= 1.0  # the region by itself has too little of the loop for its score to show it
    return _Spot(part, first, best, why, why, score, by_itself)


def _hopeless(before: Sequence[_Spot], left: Sequence[_Spot]) -> bool:
    """Whether a variant helped so little of so much speech that the next ones would be in vain.

    So it is with a language that the model hardly knows: every variant takes its time.
    """
    seconds = sum(spot.block.seconds for spot in before)
    helped = seconds - sum(spot.block.seconds for spot in left)
    return seconds >= ENOUGH and helped < WORTH * seconds


def _parts(spot: _Spot, variant: DecodingVariant, halve: Halve) -> list[Block]:
    """What a region is decoded in; nothing where that would only decode it the same again."""
    if not (variant.halved and spot.by_itself):
        return [spot.block]
    parts = halve(spot.block)
    return parts if len(parts) > 1 else []


def _whole(
    parts: list[Block], decode: Decode, variant: DecodingVariant, halve: Halve
) -> list[Hypothesis]:
    """A hypothesis of each part; where it has more words than a window holds, of its halves.

    Until every half fits, or is too short to be cut.
    """
    hypotheses = decode(parts, variant) if parts else []
    cut: dict[int, list[Block]] = {}
    for index, (part, hypothesis) in enumerate(zip(parts, hypotheses, strict=True)):
        if assess(hypothesis, part.regions).capped and len(two := halve(part)) > 1:
            cut[index] = two
    if cut:
        again = iter(_whole([half for two in cut.values() for half in two], decode, variant, halve))
        for index, two in cut.items():
            hypotheses[index] = joined([next(again) for _ in two], variant.name)
    return hypotheses


def alone(block: Block) -> list[Block]:
    """A block of every region of a block, with the sound that was around it."""
    if len(block.regions) == 1:
        return [block]
    edges = [block.pieces[0].start]
    for one, other in zip(block.regions, block.regions[1:], strict=False):
        edges.append((one.end + other.start) / 2)
    edges.append(block.pieces[-1].end)
    parts = []
    for region, low, high in zip(block.regions, edges, edges[1:], strict=False):
        piece = next(p for p in block.pieces if p.start <= region.start + 1e-6 <= p.end + 1e-6)
        start, end = max(low, piece.start), min(high, piece.end)
        parts.append(Block((Piece(start, end, 0.0),), (region,)))
    return parts
