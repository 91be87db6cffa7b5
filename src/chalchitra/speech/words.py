"""Putting recognised words onto the film's voice.

Whisper's word times come from its attention and are about 0.3 s off; at a pause the word after it
is often stretched back over the silence. The voice detector knows better where a voice begins and
ends (0.05 s), so within each speech region the first word starts and the last word ends with the
voice where they lie near it, and no word lies outside one. Words that were written where nobody
speaks are hallucinations: they are taken out and listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chalchitra.speech.regions import distance, overlap
from chalchitra.transcript import Region, Segment, Word

HOLD = 0.5
"""A word this near (s) to the edge of its region is moved to it."""
REACH = 0.5
"""A word this far (s) outside every region still belongs to the nearest one."""
SHORTEST = 0.04
"""No word is shorter (s) where there is room."""
PAUSE = 0.2
"""Regions nearer than this (s) to each other are one stretch of speech: nothing is held there."""


@dataclass(frozen=True)
class RawWord:
    """A word as a recogniser gives it; `text` keeps its leading space, which joins words."""

    text: str
    start: float
    end: float
    probability: float | None = None


@dataclass(frozen=True)
class RawSegment:
    """A stretch of text as a recogniser gives it."""

    words: tuple[RawWord, ...]
    avg_logprob: float | None = None
    no_speech_prob: float | None = None
    compression_ratio: float | None = None


@dataclass
class Placed:
    """Segments on the film's time line, and the words that had no voice under them."""

    segments: list[Segment] = field(default_factory=list)
    dropped: list[RawWord] = field(default_factory=list)


def join_pieces(words: Iterable[RawWord], *, spaced: bool) -> list[RawWord]:
    """Whole words: in a script with spaces, a piece without a leading space continues its word.

    Recognisers give "ill" and "-disposed" apart. A joined word's probability is the mean.
    """
    joined: list[list[RawWord]] = []
    for word in words:
        if not word.text.strip():
            continue
        if spaced and joined and not word.text[0].isspace():
            joined[-1].append(word)
        else:
            joined.append([word])
    return [_join(parts) for parts in joined]


def _join(parts: list[RawWord]) -> RawWord:
    known = [part.probability for part in parts if part.probability is not None]
    return RawWord(
        "".join(part.text for part in parts),
        parts[0].start,
        parts[-1].end,
        sum(known) / len(known) if known else None,
    )


def place(
    segments: Sequence[RawSegment], regions: Sequence[Region], *, first_id: int = 0
) -> Placed:
    """Segments whose words are inside `regions`, in order and not overlapping.

    Times in and out are seconds of the film; `regions` are in order. Segment ids count up from
    `first_id`.
    """
    placed = Placed()
    kept: list[tuple[int, RawWord, int]] = []  # segment, word, region
    region = 0
    for number, segment in enumerate(segments):
        for word in segment.words:
            found = _region_of(word, regions, region)
            if found is None:
                placed.dropped.append(word)
            else:
                region = found
                kept.append((number, word, region))
    times: list[tuple[float, float]] = []
    for index, where in enumerate(regions):
        here = [word for _, word, at in kept if at == index]
        after_pause = not index or where.start - regions[index - 1].end >= PAUSE
        last = index == len(regions) - 1
        before_pause = last or regions[index + 1].start - where.end >= PAUSE
        times += _settle(here, where, hold_start=after_pause, hold_end=before_pause)
    by_segment: dict[int, list[Word]] = {}
    texts: dict[int, str] = {}
    for (number, raw, _), (start, end) in zip(kept, times, strict=True):
        word = Word(
            text=raw.text.strip(), start=start, end=end, probability=_rounded(raw.probability)
        )
        by_segment.setdefault(number, []).append(word)
        texts[number] = texts.get(number, "") + raw.text
    for number, words in by_segment.items():
        segment = segments[number]
        placed.segments.append(
            Segment(
                id=first_id + len(placed.segments),
                start=words[0].start,
                end=words[-1].end,
                text=texts[number].strip(),
                words=words,
                avg_logprob=_rounded(segment.avg_logprob),
                no_speech_prob=_rounded(segment.no_speech_prob),
                compression_ratio=_rounded(segment.compression_ratio),
            )
        )
    return placed


def _region_of(word: RawWord, regions: Sequence[Region], first: int) -> int | None:
    """The region that a word belongs to, not before `first`: words come in order."""
    candidates = range(first, len(regions))
    best = max(
        candidates, key=lambda index: overlap(word.start, word.end, regions[index]), default=None
    )
    if best is None or overlap(word.start, word.end, regions[best]) > 0:
        return best
    middle = (word.start + word.end) / 2
    best = min(candidates, key=lambda index: distance(middle, regions[index]))
    return best if distance(middle, regions[best]) <= REACH else None


def _settle(
    words: Sequence[RawWord], region: Region, *, hold_start: bool, hold_end: bool
) -> list[tuple[float, float]]:
    """Times of one region's words: inside it, in order, apart, and held at its edges."""
    if not words:
        return []
    times = [
        (min(max(word.start, region.start), region.end), min(max(word.end, region.start), region.end))
        for word in words
    ]
    start, end = times[0]
    if hold_start and start - region.start <= HOLD:
        times[0] = (region.start, end)
    start, end = times[-1]
    if hold_end and region.end - end <= HOLD:
        times[-1] = (start, region.end)
    return spread(times, region.start, region.end)


def spread(
    times: Sequence[tuple[float, float]], low: float, high: float
) -> list[tuple[float, float]]:
    """The same times inside low..high, in order, apart, and SHORTEST long where there is room.

    Every time keeps its place where it can; what overlaps or is too short is pushed later, and
    back again where that runs over the end.
    """
    shortest = min(SHORTEST, (high - low) / len(times)) if times else 0.0
    ahead: list[tuple[float, float]] = []
    earliest = low
    for start, end in times:
        start = max(start, earliest)
        end = max(end, start + shortest)
        ahead.append((start, end))
        earliest = end
    back: list[tuple[float, float]] = []
    latest = high
    for start, end in reversed(ahead):
        end = min(end, latest)
        start = max(min(start, end - shortest), low)
        back.append((start, max(start, end)))
        latest = start
    return [(round(start, 3), round(end, 3)) for start, end in reversed(back)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
