"""Aligning a transcript: every word's times from the network, stretch by stretch.

Memory is bounded: a long segment is aligned in parts, cut at its longest pauses, and no more is
timed together than a batch may hold. Times then go through the same rules as a recogniser's
(words.fit): inside the voice, in order, not overlapping.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Protocol

from chalchitra.speech.alignment.batches import ONE_BY_ONE, batches
from chalchitra.speech.alignment.interpolate import interpolated, spoken_length
from chalchitra.speech.alignment.vocabulary import Vocabulary
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import SAMPLE_RATE, Samples, Sound
from chalchitra.speech.words import fit
from chalchitra.transcript.model import Segment, Transcript, Word

LONGEST = 20.0
"""Seconds of sound that the network takes at once, about."""
MARGIN = 0.5
"""Sound (s) taken in around a part: a recogniser's times are about 0.3 s off."""
OVERLAP = 0.1
"""A part's sound reaches at most this far (s) into its neighbours' words."""
HOLD = 0.15
"""Aligned times are nearer to the truth than a recogniser's, so they are held less (s)."""


class Network(Protocol):
    """What aligning needs of an aligner (model.Aligner)."""

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def frame_seconds(self) -> float: ...

    @property
    def shortest(self) -> float: ...

    def frames(
        self, sounds: Sequence[Samples], words: Sequence[Sequence[Sequence[int]]]
    ) -> list[list[tuple[int, int] | None] | None]: ...


@dataclass
class Alignment:
    """The aligned transcript, and the segments that kept the recogniser's times."""

    transcript: Transcript
    kept: list[Segment]


@dataclass(frozen=True)
class Stretch:
    """Words of one segment, and the sound (s, from and to) in which they are looked for."""

    segment: int
    words: list[Word]
    start: float
    end: float


def align(
    transcript: Transcript,
    sound: Sound,
    speech: SpeechRegions,
    aligner: Network,
    *,
    together: float = ONE_BY_ONE,
    on_progress: Callable[[float, float], None] = lambda done, total: None,
) -> Alignment:
    """Time every word on the sound. `on_progress` is told segments done and in all.

    `together` is how many seconds of sound the network may take in one batch. A word that its
    alphabet cannot spell (digits, another script) is put between its neighbours. A segment that
    cannot be aligned (nothing to spell, or more text than its sound can hold) keeps its times.
    """
    found: dict[int, list[Word] | None] = {}
    stretches = list(stretches_of(transcript, sound))
    waiting = Counter(stretch.segment for stretch in stretches)
    total, left = len(transcript.segments), len(waiting)
    lengths = [stretch.end - stretch.start for stretch in stretches]
    for batch in batches(lengths, together):
        timed = _aligned([stretches[index] for index in batch], sound, aligner)
        for index, words in zip(batch, timed, strict=True):
            found[index] = words
            waiting[stretches[index].segment] -= 1
            left -= not waiting[stretches[index].segment]
        on_progress(total - left, total)
    words_of: dict[int, list[Word] | None] = {}
    for index, stretch in enumerate(stretches):
        before, own = words_of.get(stretch.segment, []), found[index]
        words_of[stretch.segment] = None if before is None or own is None else before + own
    segments: list[Segment] = []
    kept: list[Segment] = []
    for number, segment in enumerate(transcript.segments):
        words = words_of.get(number)
        if words is None:
            kept.append(segment)
        else:
            segment = segment.model_copy(update={"words": words})
        segments.append(segment)
    placed = settled(segments, speech, sound.start, sound.end)
    return Alignment(transcript.model_copy(update={"segments": placed}), kept)


def stretches_of(transcript: Transcript, sound: Sound) -> Iterator[Stretch]:
    """The parts of all segments in order, each with its sound: a margin around its words that
    hardly reaches into the words before and after it."""
    parts = [
        (number, part)
        for number, segment in enumerate(transcript.segments)
        for part in parts_of(segment.words)
    ]
    for at, (number, part) in enumerate(parts):
        before = parts[at - 1][1][-1].end if at else sound.start
        after = parts[at + 1][1][0].start if at + 1 < len(parts) else sound.end
        yield Stretch(
            number,
            part,
            max(part[0].start - MARGIN, min(before - OVERLAP, part[0].start), sound.start),
            min(part[-1].end + MARGIN, max(after + OVERLAP, part[-1].end), sound.end),
        )


def _aligned(batch: Sequence[Stretch], sound: Sound, aligner: Network) -> list[list[Word] | None]:
    """The words of each stretch with the network's times; None where that is not possible."""
    spelled = [[aligner.vocabulary.spell(word.text) for word in one.words] for one in batch]
    sounds = [sound.read(one.start, max(one.start, one.end)) for one in batch]
    shortest = max(1, ceil(aligner.shortest * SAMPLE_RATE))
    audible = [at for at in range(len(batch)) if len(sounds[at]) >= shortest and any(spelled[at])]
    result: list[list[Word] | None] = [None] * len(batch)
    if not audible:
        return result
    frames = aligner.frames([sounds[at] for at in audible], [spelled[at] for at in audible])
    for at, of_words in zip(audible, frames, strict=True):
        if of_words is not None:
            result[at] = _timed(batch[at], of_words, aligner.frame_seconds)
    return result


def _timed(stretch: Stretch, frames: Sequence[tuple[int, int] | None], step: float) -> list[Word]:
    times = [
        None if one is None else (stretch.start + one[0] * step, stretch.start + one[1] * step)
        for one in frames
    ]
    filled = interpolated(
        times,
        [spoken_length(word.text) for word in stretch.words],
        [(word.start, word.end) for word in stretch.words],
        stretch.start,
        stretch.end,
    )
    return [
        word.model_copy(
            update={"start": a, "end": b, "timing": "interpolated" if time is None else "aligned"}
        )
        for word, (a, b), time in zip(stretch.words, filled, times, strict=True)
    ]


def settled(
    segments: Sequence[Segment], speech: SpeechRegions, low: float, high: float
) -> list[Segment]:
    """The segments with their words inside the voice, in order, apart, and in the film.

    A word with no voice near keeps its time as far as its neighbours leave it room. `low` and
    `high` are where the sound begins and ends (s).
    """
    own = [
        (min(max(word.start, low), high), min(max(word.end, low), high))
        for segment in segments
        for word in segment.words
    ]
    fitted = fit(own, speech.regions, hold=HOLD)
    limits: list[float | None] = []  # where the next word with a voice begins
    for found in reversed(fitted):
        limits.append(limits[-1] if found is None and limits else found and found[0])
    limits.reverse()
    times: list[tuple[float, float]] = []
    for mine, found, limit in zip(own, fitted, limits, strict=True):
        if found is None:
            earliest = times[-1][1] if times else low
            latest = max(earliest, mine[1]) if limit is None else limit
            start = min(max(mine[0], earliest), latest)
            found = (start, min(max(mine[1], start), latest))
        times.append(
            (
                min(max(round(found[0], 3), low), high),
                min(max(round(found[1], 3), low), high),
            )
        )
    placed: list[Segment] = []
    rest = iter(times)
    for segment in segments:
        words = [
            word.model_copy(update={"start": start, "end": end})
            for word, (start, end) in zip(segment.words, rest, strict=False)
        ]
        edges = {"start": words[0].start, "end": words[-1].end} if words else {}
        placed.append(segment.model_copy(update={"words": words, **edges}))
    return placed


def parts_of(words: Sequence[Word], longest: float = LONGEST) -> Iterator[list[Word]]:
    """Words in runs of about `longest` seconds, cut at the longest pause where they are longer."""
    words = list(words)
    if len(words) < 2 or words[-1].end - words[0].start <= longest:
        if words:
            yield words
        return
    cut = max(range(1, len(words)), key=lambda at: _cut_quality(words, at))
    yield from parts_of(words[:cut], longest)
    yield from parts_of(words[cut:], longest)


def _cut_quality(words: Sequence[Word], at: int) -> tuple[float, float]:
    """The pause before word `at`; of equal pauses the one nearest to the middle."""
    middle = (words[0].start + words[-1].end) / 2
    return words[at].start - words[at - 1].end, -abs(words[at].start - middle)
