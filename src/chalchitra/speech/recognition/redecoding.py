"""The second pass: what is suspicious is heard again, from other windows and in other ways.

The first pass hears blocks of several regions. A region that came out empty, looping or guessed is
often heard well by itself, since nothing else is in the window; one that was by itself is heard in
halves, and so is what has more words than a window holds, until it fits. Of all readings the one
with the best score is kept (quality.py says how it is made), so that healing never makes a reading
worse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from math import log
from typing import Any

from chalchitra.speech.recognition.blocks import Block, Piece
from chalchitra.speech.recognition.quality import ANYHOW, Place, Reading, Written, judge
from chalchitra.speech.recognition.repetitions import (
    PACE,
    echoes,
    pace,
    said_once,
    surplus,
    unsupported_words,
    without_stutter,
)
from chalchitra.speech.words import RawWord
from chalchitra.transcript.model import Region, Segment, Word

Hear = Callable[[Sequence[Block], "Way"], list[Reading]]
"""Hears blocks in a way, and gives a reading of each."""
Halve = Callable[[Block], list[Block]]
"""Cuts a block of one region in two, or gives it back where it is too short for that."""

MARGIN = 0.05
"""A new reading must be better by so much: scores are not finer than that."""
CUT = 0.1
"""What it costs a reading that something had to be cut from it."""
NOBODY = 0.8
"""Whisper's probability that nobody speaks, from which doubtful text is left out: on noise base has
0.7 to 1.0, on read Hindi 0.2 at most."""
OVER_A_PAUSE = "a loop over a pause"
ENOUGH = 60.0
"""Seconds of suspicious speech after which it can be said whether a way helps."""
WORTH = 0.1
"""The share of them that it must help for the next way to be tried."""
_TINY = 1e-6


@dataclass(frozen=True)
class Way:
    """A way to hear again: what differs from the settings (RecogniserOptions).

    `halved`: a region that was by itself is heard in halves; to hear it the same again is no use.
    """

    name: str
    changes: dict[str, Any]
    halved: bool = False


def ways_of(
    temperatures: tuple[float, ...], *, prompted: bool = True, penalises: bool = True
) -> list[Way]:
    """The ways that are tried, in order, while something speaks against every reading so far.

    Sampling comes last: it takes longest, and needs the model in another shape on a CPU.
    """
    still = {"temperatures": temperatures[:1], "guard": True}
    ways = [Way("each region by itself", still, halved=True)]
    if penalises:
        less = still | {"repetition_penalty": 1.3}
        ways.append(Way("each region by itself, repeating less", less))
    if prompted:
        ways.append(Way("each region by itself, without a prompt", still | {"prompt": ""}))
    if max(temperatures) > 0:
        ways.append(Way("each region by itself, at several temperatures", {"guard": True}))
    return ways


@dataclass(frozen=True)
class Healed:
    """What was heard again: where (seconds of the film), why, what it was and became, and how.

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


def heal(
    blocks: Sequence[Block],
    readings: Sequence[Reading],
    hear: Hear,
    ways: Sequence[Way],
    halve: Halve,
    written: Written = ANYHOW,
) -> tuple[list[Reading], list[Healed]]:
    """The best reading of each block, and what was done about the regions that were suspicious."""
    best = list(readings)
    spots: dict[int, list[_Spot]] = {}
    for index, (block, reading) in enumerate(zip(blocks, readings, strict=True)):
        if reasons := judge(reading, block.regions, written).reasons:
            spots[index] = _suspicious(block, reading, reasons, written)
    every = [spot for of_block in spots.values() for spot in of_block]
    open_ = every
    for way in ways:
        if not open_:
            break
        parts = [_parts(spot, way, halve) for spot in open_]
        heard = iter(_whole([part for some in parts for part in some], hear, way, halve))
        for spot, some in zip(open_, parts, strict=True):
            if some:
                spot.take(joined([next(heard) for _ in some], way.name), written)
        left = [spot for spot in open_ if spot.reasons]
        if _hopeless(open_, left):
            break
        open_ = left
    for spot in every:
        if spot.reasons:
            spot.best = without_guesses(spot.best)
    for index, of_block in spots.items():
        best[index] = merged(readings[index], of_block, written.space)
    healed = [spot.told(written) for spot in every]
    if written.spaced:
        for index, reading in enumerate(best):
            best[index], undoubled = without_echoes(reading, written)
            healed += undoubled
    return best, sorted(healed, key=lambda one: one.start)


@dataclass
class _Spot:
    """A region that is heard again: its own block, what was first made of it, the best so far."""

    block: Block
    first: Reading
    best: Reading
    why: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    """What speaks against the best reading before anything was cut from it."""
    score: float = 0.0
    by_itself: bool = False
    """Whether the first pass heard it in a block of its own."""

    @property
    def region(self) -> Region:
        return self.block.regions[0]

    def take(self, again: Reading, written: Written) -> None:
        """Take another reading where it is the better one; no words are never better than some."""
        cut, score = scored(again, self.block.regions, written)
        if score > self.score + MARGIN and (again.words or not self.best.words):
            reasons = judge(again, self.block.regions, written).reasons
            self.best, self.score, self.reasons = cut, score, reasons

    def told(self, written: Written) -> Healed:
        return Healed(
            start=self.region.start,
            end=self.region.end,
            why=self.why,
            before=self.first.text,
            after=self.best.text,
            how=self.best.how,
            left=judge(self.best, self.block.regions, written).reasons,
        )


def _suspicious(
    block: Block, reading: Reading, reasons: tuple[str, ...], written: Written
) -> list[_Spot]:
    """The regions of a suspicious block that something speaks against; all, if it is no one's."""
    parts = alone(block)
    if len(parts) == 1:
        return [_spot(parts[0], reading, reasons, written, by_itself=True)]
    looping = unsupported_words(reading.words)
    found = []
    for part in parts:
        first = within(reading, part.regions[0], written.space)
        why = judge(first, part.regions, written).reasons
        if not why and any(_is_in(word, part.regions[0]) for word in looping):
            why = (OVER_A_PAUSE,)
        found.append((part, first, why))
    if not any(why for _, _, why in found):
        found = [(part, first, reasons) for part, first, _ in found]
    return [_spot(part, first, why, written) for part, first, why in found if why]


def _spot(
    part: Block,
    first: Reading,
    why: tuple[str, ...],
    written: Written,
    *,
    by_itself: bool = False,
) -> _Spot:
    best, score = scored(first, part.regions, written)
    if why == (OVER_A_PAUSE,):
        score -= 1.0  # the region by itself has too little of the loop for its score to show it
    return _Spot(part, first, best, why, why, score, by_itself)


def scored(reading: Reading, regions: Sequence[Region], written: Written) -> tuple[Reading, float]:
    """A reading without its loops and inventions, and its score.

    So twenty good seconds that end in a loop are not thrown away for it.
    """
    cut = without_inventions(shortened(reading, written.space), regions, written)
    score = judge(cut, regions, written).score
    return cut, score if cut is reading else score - CUT


def _hopeless(before: Sequence[_Spot], left: Sequence[_Spot]) -> bool:
    """Whether a way helped so little of so much speech that the next ones would be in vain.

    So it is with a language that the model hardly knows: every way takes as long as hearing it.
    """
    seconds = sum(spot.block.seconds for spot in before)
    helped = seconds - sum(spot.block.seconds for spot in left)
    return seconds >= ENOUGH and helped < WORTH * seconds


def within(reading: Reading, region: Region, space: str = " ") -> Reading:
    """What a reading has in one of its regions. Each of its words is in one."""
    inside = _kept(reading.segments, lambda word: _is_in(word, region), space)
    capped = min(reading.capped, region.end - region.start)
    return Reading(inside, how=reading.how, capped=capped, prompted=reading.prompted)


def merged(reading: Reading, spots: Sequence[_Spot], space: str = " ") -> Reading:
    """The reading with what its suspicious regions became."""

    def elsewhere(word: Word) -> bool:
        return not any(_is_in(word, spot.region) for spot in spots)

    others = _kept(reading.segments, elsewhere, space)
    segments = [*others, *(segment for spot in spots for segment in spot.best.segments)]
    dropped = [*reading.dropped, *(word for spot in spots for word in spot.best.dropped)]
    return Reading(sorted(segments, key=lambda one: (one.start, one.end)), dropped)


def _is_in(word: Word, region: Region) -> bool:
    return region.start - _TINY <= word.start and word.end <= region.end + _TINY


def _kept(segments: Sequence[Segment], wanted: Callable[[Word], bool], space: str) -> list[Segment]:
    """The segments' words that are wanted; a segment ends where one is not."""
    kept: list[Segment] = []
    for segment in segments:
        for is_wanted, run in groupby(segment.words, wanted):
            words = list(run)
            if is_wanted and len(words) == len(segment.words):
                kept.append(segment)
            elif is_wanted:
                kept.append(_with_words(segment, words, space))
    return kept


def _parts(spot: _Spot, way: Way, halve: Halve) -> list[Block]:
    """What a region is heard in; nothing where that would only hear it the same again."""
    if not (way.halved and spot.by_itself):
        return [spot.block]
    parts = halve(spot.block)
    return parts if len(parts) > 1 else []


def _whole(parts: list[Block], hear: Hear, way: Way, halve: Halve) -> list[Reading]:
    """A reading of each part; of one that has more words than a window holds, that of its halves.

    Until every half fits, or is too short to be cut.
    """
    readings = hear(parts, way) if parts else []
    cut: dict[int, list[Block]] = {}
    for index, (part, reading) in enumerate(zip(parts, readings, strict=True)):
        if judge(reading, part.regions).capped and len(two := halve(part)) > 1:
            cut[index] = two
    if cut:
        again = iter(_whole([half for two in cut.values() for half in two], hear, way, halve))
        for index, two in cut.items():
            readings[index] = joined([next(again) for _ in two], way.name)
    return readings


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


def joined(readings: Sequence[Reading], how: str) -> Reading:
    """Readings of stretches that follow each other as one."""
    return Reading(
        [segment for reading in readings for segment in reading.segments],
        [word for reading in readings for word in reading.dropped],
        how,
        sum(reading.capped for reading in readings),
        any(reading.prompted for reading in readings),
    )


def without_inventions(reading: Reading, regions: Sequence[Region], written: Written) -> Reading:
    """The reading without phrases that Whisper invents, where the sound does not support them.

    Their words are among those that were dropped, and so are told.
    """
    return _left_out(reading, written.inventions(reading, regions), written.space)


def without_guesses(reading: Reading) -> Reading:
    """The reading without segments where Whisper itself is nearly sure that nobody speaks.

    For what stayed doubtful however it was heard: then it and the voice detector do not agree.
    """
    silent = {
        (number, at)
        for number, segment in enumerate(reading.segments)
        if (segment.no_speech_prob or 0.0) >= NOBODY
        for at in range(len(segment.words))
    }
    return _left_out(reading, silent)


def _left_out(reading: Reading, out: set[Place], space: str = " ") -> Reading:
    if not out:
        return reading
    words = [reading.segments[number].words[at] for number, at in sorted(out)]
    dropped = [RawWord(word.text, word.start, word.end, word.probability) for word in words]
    how = f"{reading.how}, a phrase left out" if reading.how else "a phrase left out"
    gone = set(map(id, words))
    kept = _kept(reading.segments, lambda word: id(word) not in gone, space)
    return replace(reading, segments=kept, dropped=[*reading.dropped, *dropped], how=how)


def shortened(reading: Reading, space: str = " ") -> Reading:
    """The reading without what its loops say more often than there is time for.

    A refrain takes its time each time it is sung; a loop of the decoder has none.
    """
    segments = [_shortened(segment, space) for segment in reading.segments]
    if all(new is old for new, old in zip(segments, reading.segments, strict=True)):
        return reading
    how = f"{reading.how}, loops cut" if reading.how else "loops cut"
    return replace(reading, segments=segments, how=how)


def _shortened(segment: Segment, space: str) -> Segment:
    out = surplus(segment.words)
    words = [
        word
        if pace([word]) <= PACE
        else word.model_copy(update={"text": without_stutter(word.text)})
        for index, word in enumerate(segment.words)
        if index not in out
    ]
    if words == segment.words:
        return segment
    kept = _with_words(segment, words, space)
    # A loop is said with certainty, which says nothing about the rest.
    known = [log(max(word.probability, 1e-3)) for word in words if word.probability is not None]
    if known and segment.avg_logprob is not None:
        mean = min(segment.avg_logprob, sum(known) / len(known))
        kept = kept.model_copy(update={"avg_logprob": round(mean, 4)})
    return kept


def without_echoes(reading: Reading, written: Written) -> tuple[Reading, list[Healed]]:
    """The reading without words that were doubled but said once, and where that was."""
    told: list[Healed] = []
    segments: list[Segment] = []
    for segment in reading.segments:
        out = echoes(segment.words, written.undoubled)
        kept = [said_once(word) for index, word in enumerate(segment.words) if index not in out]
        if kept != segment.words:
            shorter = _with_words(segment, kept, written.space)
            told.append(
                Healed(
                    start=segment.start,
                    end=segment.end,
                    why=("a word repeated with no time or confidence",),
                    before=segment.text,
                    after=shorter.text,
                    how="kept once",
                    left=(),
                )
            )
            segment = shorter
        segments.append(segment)
    return (replace(reading, segments=segments) if told else reading), told


def _with_words(segment: Segment, words: list[Word], space: str) -> Segment:
    return segment.model_copy(
        update={
            "words": words,
            "text": space.join(word.text for word in words),
            "start": words[0].start,
            "end": words[-1].end,
        }
    )
