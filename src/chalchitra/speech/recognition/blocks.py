"""Packing speech into the blocks that an engine decodes at once, and mapping its times back.

Whisper takes 30 s at a time whatever is in them, so short regions share a block: long
pauses between them are shortened, and a block remembers which piece of the film is where in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import overload

from chalchitra.speech.engines.base import LONGEST, WINDOW_TOKENS
from chalchitra.speech.regions import SpeechRegions, distance
from chalchitra.speech.sound import SAMPLE_RATE, Samples, Sound
from chalchitra.transcript.model import Region

PACE = 14.0
"""Characters a second (code points) of ordinary speech, pauses included: the read Hindi clips have
13. Quicker talk ends at the cap, which shows."""
PROMPTED_LONGEST = 7.5
"""Of languages that small models can hardly write, the longest block (s): there a sentence that is
lost or loops takes the rest of its window with it. Measured with base on the small Hindi film: a
character error rate of 0.41 with 7.5 s, 0.48 with the 15 s that the tokens allow."""
SHORTEST_SHARE = 10.0
"""Speech is not cut into shorter blocks (s) to keep workers busy: context helps the recogniser."""
SHORTEST_HALF = 1.5
"""Speech is not cut into shorter halves (s): there would be a word in two of them."""
_FRAME = 0.02
_SMOOTH = 5
"""Loudness is taken over so many frames of 20 ms: shorter dips are within a sound of speech."""


@dataclass(frozen=True)
class Piece:
    """A stretch of the film (seconds) that begins at `at` seconds of its block."""

    start: float
    end: float
    at: float

    @property
    def until(self) -> float:
        """Where it ends in its block."""
        return self.at + self.end - self.start


@dataclass(frozen=True)
class Block:
    """What is decoded at once: pieces of the film in order, and the speech regions in them."""

    pieces: tuple[Piece, ...]
    regions: tuple[Region, ...]

    @property
    def seconds(self) -> float:
        return self.pieces[-1].until

    def read(self, sound: Sound) -> Samples:
        """The block's samples: those of its pieces, joined."""
        stretches = [sound.read(piece.start, piece.end) for piece in self.pieces]
        if len(stretches) == 1:
            return stretches[0]
        import numpy as np

        return np.concatenate(stretches)

    def to_film(self, start: float, end: float) -> tuple[float, float]:
        """A word's times in the block as times of the film.

        A word belongs to the piece that its middle is in and is clipped to it: no word reaches
        over a pause that the recogniser never got.
        """
        middle = (start + end) / 2
        piece = min(
            self.pieces, key=lambda piece: distance(middle, Region(start=piece.at, end=piece.until))
        )
        first, last = (
            min(max(piece.start + time - piece.at, piece.start), piece.end) for time in (start, end)
        )
        return first, last


class BlockSamples(Sequence[Samples]):
    """The blocks' samples, each read from the sound when it is asked for and not kept."""

    def __init__(self, blocks: Sequence[Block], sound: Sound) -> None:
        self.blocks = blocks
        self._sound = sound

    def __len__(self) -> int:
        return len(self.blocks)

    @overload
    def __getitem__(self, index: int) -> Samples: ...
    @overload
    def __getitem__(self, index: slice) -> BlockSamples: ...
    def __getitem__(self, index: int | slice) -> Samples | BlockSamples:
        if isinstance(index, slice):
            return BlockSamples(self.blocks[index], self._sound)
        return self.blocks[index].read(self._sound)


def window_for(tokens_per_character: float | None, *, prompted: bool = False) -> float:
    """The longest block (s) whose text fits a window's tokens at an ordinary pace of speech.

    `prompted`: of a language that is written with a prompt; then at most PROMPTED_LONGEST.
    """
    longest = PROMPTED_LONGEST if prompted else LONGEST
    if not tokens_per_character:
        return longest
    return min(longest, round(WINDOW_TOKENS / (tokens_per_character * PACE), 1))


def fitted(speech: SpeechRegions, sound: Sound, longest: float) -> SpeechRegions:
    """The same speech with regions of at most `longest` seconds, cut where it is quietest.

    Not in the first half of what is cut off, so that no piece is very short.
    """
    regions: list[Region] = []
    for region in speech.regions:
        start = region.start
        while region.end - start > longest:
            at = quietest(sound, start + longest / 2, start + longest)
            regions.append(Region(start=start, end=at))
            start = at
        regions.append(Region(start=start, end=region.end))
    return speech.model_copy(update={"regions": regions})


def halves(block: Block, sound: Sound) -> list[Block]:
    """A block of one region as two, cut where it is quietest in its middle; or itself if short."""
    (region,) = block.regions
    (piece,) = block.pieces
    length = region.end - region.start
    if length < 2 * SHORTEST_HALF:
        return [block]
    at = quietest(sound, region.start + length / 3, region.end - length / 3)
    return [
        Block((Piece(start, end, 0.0),), (Region(start=first, end=last),))
        for start, end, first, last in (
            (piece.start, at, region.start, at),
            (at, piece.end, at, region.end),
        )
    ]


def quietest(sound: Sound, start: float, end: float) -> float:
    """The moment between two times (s) where the sound has the least energy around it."""
    import numpy as np

    size = int(_FRAME * SAMPLE_RATE)
    samples = sound.read(start, end)
    frames = len(samples) // size
    if frames < _SMOOTH:
        return round((start + end) / 2, 3)
    energy = np.square(samples[: frames * size], dtype=np.float64).reshape(frames, size).sum(axis=1)
    around = np.convolve(energy, np.ones(_SMOOTH), "valid")
    return round(start + (int(around.argmin()) + _SMOOTH / 2) * _FRAME, 3)


def pack_for(
    workers: int, speech: SpeechRegions, sound: Sound, *, longest: float = LONGEST
) -> list[Block]:
    """`pack`, with blocks short enough that each worker gets one where there is little speech."""
    total = sum(end - start for start, end in padded(speech, sound))
    share = max(SHORTEST_SHARE, total / workers)
    while share < longest:
        blocks = pack(speech, sound, longest=share, most=longest)
        if len(blocks) <= workers:
            return blocks
        share += 1.0
    return pack(speech, sound, longest=longest)


def pack(
    speech: SpeechRegions,
    sound: Sound,
    *,
    longest: float = LONGEST,
    most: float | None = None,
    pause: float = 1.0,
) -> list[Block]:
    """The film's speech as blocks of at most `longest` seconds, in order.

    Each region is taken with `speech.pad` around it, or half the gap to its neighbour where that
    is less; a gap of up to `pause` seconds stays whole. A block that is at least half full ends at
    the longest pause, where what was said before helps least to understand what follows; one that
    is not takes the next region too if it then has at most `most` seconds. A region longer than
    `longest` is otherwise a block of its own.
    """
    spans = padded(speech, sound)
    regions = speech.regions
    gaps = [0.0, *(b.start - a.end for a, b in pairwise(regions))]
    """Before each region."""
    ends = [0.0]
    """Where each region would end in a block that had them all; the first is where that begins."""
    for index, (start, end) in enumerate(spans):
        joined = index > 0 and gaps[index] <= pause
        ends.append(ends[-1] + end - (spans[index - 1][1] if joined else start))

    def length(first: int, after: int) -> float:
        """Of a block of these regions. Its first one brings its padding with it."""
        start, end = spans[first]
        return end - start + ends[after] - ends[first + 1]

    blocks: list[Block] = []
    first = 0
    while first < len(regions):
        after = first + 1
        while after < len(regions) and length(first, after + 1) <= longest:
            after += 1
        if after < len(regions):
            half_full = [
                at for at in range(first + 1, after + 1) if 2 * length(first, at) >= longest
            ]
            if half_full:
                # A pause that is not kept whole says no more than one that just is.
                after = max(half_full, key=lambda at: (min(gaps[at], pause), at))
            elif length(first, after + 1) <= (most or longest):
                after += 1
        blocks.append(
            Block(
                _pieces(spans[first:after], gaps[first:after], pause), tuple(regions[first:after])
            )
        )
        first = after
    return blocks


def padded(speech: SpeechRegions, sound: Sound) -> list[tuple[float, float]]:
    """Each region with its padding, within the sound and without overlap."""
    regions: Sequence[Region] = speech.regions
    spans: list[tuple[float, float]] = []
    for index, region in enumerate(regions):
        before = region.start - (regions[index - 1].end if index else sound.start)
        last = index == len(regions) - 1
        after = (sound.end if last else regions[index + 1].start) - region.end
        half_before = before / 2 if index else before
        half_after = after if last else after / 2
        spans.append(
            (
                region.start - min(speech.pad, max(0.0, half_before)),
                region.end + min(speech.pad, max(0.0, half_after)),
            )
        )
    return spans


def _pieces(
    spans: Sequence[tuple[float, float]], gaps: Sequence[float], pause: float
) -> tuple[Piece, ...]:
    """The spans as pieces that follow each other; those over a short gap are one."""
    pieces: list[Piece] = []
    for index, (start, end) in enumerate(spans):
        if index and gaps[index] <= pause:
            last = pieces[-1]
            pieces[-1] = Piece(last.start, end, last.at)
        else:
            pieces.append(Piece(start, end, pieces[-1].until if pieces else 0.0))
    return tuple(pieces)
