"""Putting recognised words onto the film's voice.

Whisper's word times come from its attention and are about 0.3 s off; at a pause the word after it
is often stretched back over the silence. The voice detector knows better where a voice begins and
ends (0.05 s), so within each speech region the first word starts and the last word ends with the
voice where they lie near it, and no word lies outside one. Words that were written where nobody
speaks are hallucinations: they are taken out and listed.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chalchitra.speech.raw import RawSegment, RawWord
from chalchitra.speech.regions import distance, overlap
from chalchitra.transcript.model import Region, Segment, Word

HOLD = 0.5
"""A word this near (s) to the edge of its region is moved to it."""
REACH = 0.5
"""A word this far (s) outside every region still belongs to the nearest one."""
SHORTEST = 0.04
"""No word is shorter (s) where there is room."""
PAUSE = 0.2
"""Regions nearer than this (s) to each other are one stretch of speech: nothing is held there."""


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


def says_something(text: str) -> bool:
    """Whether a word has a letter or a digit, or at least a mark that people write alone."""
    return any(unicodedata.category(one)[0] in "LN" or one in "♪♫" for one in text)


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
    raw = [(number, word) for number, segment in enumerate(segments) for word in segment.words]
    times = fit([(word.start, word.end) for _, word in raw], regions)
    by_segment: dict[int, list[Word]] = {}
    texts: dict[int, str] = {}
    for (number, word), time in zip(raw, times, strict=True):
        if time is None:
            placed.dropped.append(word)
            continue
        by_segment.setdefault(number, []).append(
            Word(
                text=word.text.strip(),
                start=time[0],
                end=time[1],
                probability=_rounded(word.probability),
            )
        )
        texts[number] = texts.get(number, "") + word.text
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


def fit(
    times: Sequence[tuple[float, float]], regions: Sequence[Region], *, hold: float = HOLD
) -> list[tuple[float, float] | None]:
    """Words' times moved into the regions, in order and apart; None for one with no voice near.

    A word belongs to the region it overlaps most, or to one at most REACH away. In each region
    the first word begins with the voice and the last one ends with it where they are within
    `hold` of that and a pause lies beyond.
    """
    homes: dict[int, list[int]] = {}
    starts = [region.start for region in regions]
    first = 0
    for at, (start, end) in enumerate(times):
        if homes and max(start, end) <= starts[first]:
            home: int | None = first  # its predecessor is already in there, so it is too
        else:
            near = range(first, bisect_right(starts, max(start, end) + REACH))
            home = _home(start, end, regions, near)
        if home is not None:
            first = home
            homes.setdefault(home, []).append(at)
    fitted: list[tuple[float, float] | None] = [None] * len(times)
    for index, here in homes.items():
        region = regions[index]
        after_pause = not index or region.start - regions[index - 1].end >= PAUSE
        before_pause = index + 1 == len(regions) or regions[index + 1].start - region.end >= PAUSE
        settled = _settle(
            [times[at] for at in here],
            region,
            hold_start=hold if after_pause else 0.0,
            hold_end=hold if before_pause else 0.0,
        )
        for at, time in zip(here, settled, strict=True):
            fitted[at] = time
    return fitted


def _home(start: float, end: float, regions: Sequence[Region], near: range) -> int | None:
    """The region that a word belongs to; not before the last word's, since words come in order."""
    best = max(near, key=lambda index: overlap(start, end, regions[index]), default=None)
    if best is None or overlap(start, end, regions[best]) > 0:
        return best
    middle = (start + end) / 2
    best = min(near, key=lambda index: distance(middle, regions[index]))
    return best if distance(middle, regions[best]) <= REACH else None


def _settle(
    times: Sequence[tuple[float, float]], region: Region, *, hold_start: float, hold_end: float
) -> list[tuple[float, float]]:
    """Times of one region's words: inside it, in order, apart, and held at its edges."""
    if not times:
        return []
    low, high = region.start, region.end
    inside = [(min(max(start, low), high), min(max(end, low), high)) for start, end in times]
    start, end = inside[0]
    if start - low <= hold_start:
        inside[0] = (low, end)
    start, end = inside[-1]
    if high - end <= hold_end:
        inside[-1] = (start, high)
    return spread(inside, low, high)


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
