"""The second pass: what is suspicious is heard again, from other windows and in other ways.

The first pass hears blocks of several regions. A region that came out empty, looping or guessed is
often heard well by itself, since nothing else is in the window. Of all readings the one with the
best score is kept (judging.py says how it is made), so that healing never makes a reading worse.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from chalchitra.speech.blocks import Block, Piece
from chalchitra.speech.judging import PACE as FASTEST
from chalchitra.speech.judging import Loop, Reading, judge, loops, pace
from chalchitra.transcript import Segment

Hear = Callable[[Sequence[Block], "Way"], list[Reading]]
"""Hears blocks in a way, and gives a reading of each."""


MARGIN = 0.05
"""A new reading must be better by so much: scores are not finer than that."""


@dataclass(frozen=True)
class Way:
    """A way to hear again: what differs from the settings (RecogniserOptions)."""

    name: str
    changes: dict[str, Any]


def ways_of(temperatures: tuple[float, ...], *, prompted: bool = True) -> list[Way]:
    """The ways that are tried, in order, while something speaks against every reading so far.

    Sampling comes last: it takes longest, and needs the model in another shape on a CPU.
    """
    still = {"temperatures": temperatures[:1]}
    ways = [
        Way("each region by itself", still),
        Way("each region by itself, repeating less", still | {"repetition_penalty": 1.3}),
    ]
    if prompted:
        ways.append(Way("each region by itself, without a prompt", still | {"prompt": ""}))
    if max(temperatures) > 0:
        ways.append(Way("each region by itself, at several temperatures", {}))
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
    characters: Collection[str] = frozenset(),
    spaced: bool = True,
) -> tuple[list[Reading], list[Healed]]:
    """The best reading of each block, and what was done about those that were suspicious."""
    best = list(readings)
    verdicts = [
        judge(one, block.regions, characters) for one, block in zip(best, blocks, strict=True)
    ]
    suspicious = [index for index, verdict in enumerate(verdicts) if verdict.reasons]
    first = {index: (best[index], verdicts[index]) for index in suspicious}
    open_ = suspicious
    for way in ways:
        if not open_:
            break
        parts = {index: alone(blocks[index]) for index in open_}
        heard = iter(hear([part for index in open_ for part in parts[index]], way))
        for index in open_:
            again = joined([next(heard) for _ in parts[index]], way.name)
            verdict = judge(again, blocks[index].regions, characters)
            if verdict.score > verdicts[index].score + MARGIN:
                best[index], verdicts[index] = again, verdict
        open_ = [index for index in open_ if verdicts[index].reasons]
    healed = []
    for index in suspicious:
        before, verdict = first[index]
        best[index] = shortened(best[index], " " if spaced else "")
        regions = blocks[index].regions
        healed.append(
            Healed(
                start=regions[0].start,
                end=regions[-1].end,
                why=verdict.reasons,
                before=before.text,
                after=best[index].text,
                how=best[index].how,
                left=judge(best[index], regions, characters).reasons,
            )
        )
    return best, healed


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
    )


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
    surplus: set[int] = set()
    for loop in loops(segment.words):
        kept = _possible(segment, loop)
        surplus.update(
            range(loop.first + loop.length * kept, loop.first + loop.length * loop.count)
        )
    if not surplus:
        return segment
    words = [word for index, word in enumerate(segment.words) if index not in surplus]
    return segment.model_copy(
        update={
            "words": words,
            "text": space.join(word.text for word in words),
            "start": words[0].start,
            "end": words[-1].end,
        }
    )


def _possible(segment: Segment, loop: Loop) -> int:
    """How often a loop's words can have been said in the time that it has."""
    words = segment.words[loop.first : loop.first + loop.length * loop.count]
    if pace(words) <= FASTEST:
        return loop.count
    seconds = sum(word.end - word.start for word in words)
    once = sum(len(word.text) for word in words[: loop.length])
    return max(1, int(seconds * FASTEST / max(once, 1)))
