"""Aligning a transcript: every word's times from the network, segment by segment.

Memory is bounded: a long segment is aligned in parts, cut at its longest pauses. Times then go
through the same rules as a recogniser's (words.fit): inside the voice, in order, not overlapping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chalchitra.speech.alignment.ctc import align_words
from chalchitra.speech.alignment.model import Aligner
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import Sound
from chalchitra.speech.words import fit
from chalchitra.transcript import Segment, Transcript, Word

LONGEST = 20.0
"""Seconds of sound that the network hears at once, about."""
MARGIN = 0.5
"""Sound (s) taken in around a part: a recogniser's times are about 0.3 s off."""
OVERLAP = 0.1
"""A part's sound reaches at most this far (s) into its neighbours' words."""
HOLD = 0.15
"""Aligned times are nearer to the truth than a recogniser's, so they are held less (s)."""


@dataclass
class Alignment:
    """The aligned transcript, and the segments that kept the recogniser's times."""

    transcript: Transcript
    kept: list[Segment]


def align(
    transcript: Transcript,
    sound: Sound,
    speech: SpeechRegions,
    aligner: Aligner,
    on_progress: Callable[[float, float], None] = lambda done, total: None,
) -> Alignment:
    """Time every word on the sound. `on_progress` is told segments done and in all.

    A word that the network's alphabet cannot spell (digits, another script) is put between its
    neighbours. A segment that cannot be aligned (nothing to spell, or more text than its sound
    can hold) keeps its times.
    """
    segments: list[Segment] = []
    kept: list[Segment] = []
    count = len(transcript.segments)
    last_end = sound.start
    for index, segment in enumerate(transcript.segments):
        following = transcript.segments[index + 1].start if index + 1 < count else sound.end
        words = _align_segment(segment.words, last_end, following, sound, aligner)
        if words is None:
            kept.append(segment)
        else:
            segment = segment.model_copy(update={"words": words})
        segments.append(segment)
        last_end = segment.words[-1].end if segment.words else segment.end
        on_progress(index + 1, count)
    return Alignment(transcript.model_copy(update={"segments": settled(segments, speech)}), kept)


def _align_segment(
    words: Sequence[Word], before: float, after: float, sound: Sound, aligner: Aligner
) -> list[Word] | None:
    """The words with the network's times; None where that is not possible.

    `before` is the end of the words before them, `after` the start of those after them.
    """
    timed: list[Word] = []
    parts = list(parts_of(words))
    for index, part in enumerate(parts):
        low = timed[-1].end if timed else before
        high = parts[index + 1][0].start if index + 1 < len(parts) else after
        window = (
            max(part[0].start - MARGIN, min(low - OVERLAP, part[0].start), sound.start),
            min(part[-1].end + MARGIN, max(high + OVERLAP, part[-1].end), sound.end),
        )
        aligned = _align_part(part, window, sound, aligner)
        if aligned is None:
            return None
        timed += aligned
    return timed or None


def settled(segments: Sequence[Segment], speech: SpeechRegions) -> list[Segment]:
    """The segments with their words inside the voice, in order and apart.

    A word with no voice near keeps its time as far as its neighbours leave it room.
    """
    own = [(word.start, word.end) for segment in segments for word in segment.words]
    fitted = fit(own, speech.regions, hold=HOLD)
    limits: list[float | None] = []  # where the next word with a voice begins
    for found in reversed(fitted):
        limits.append(limits[-1] if found is None and limits else found and found[0])
    limits.reverse()
    times: list[tuple[float, float]] = []
    for mine, found, limit in zip(own, fitted, limits, strict=True):
        if found is None:
            low = times[-1][1] if times else 0.0
            high = max(low, mine[1]) if limit is None else limit
            start = min(max(mine[0], low), high)
            found = (start, min(max(mine[1], start), high))
        times.append((round(found[0], 3), round(found[1], 3)))
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


def _align_part(
    words: Sequence[Word], window: tuple[float, float], sound: Sound, aligner: Aligner
) -> list[Word] | None:
    start, end = window
    if end - start < aligner.shortest:
        return None
    samples = sound.read(start, end)
    if len(samples) == 0:
        return None
    spelled = [aligner.vocabulary.spell(word.text) for word in words]
    frames = align_words(
        aligner.emissions(samples),
        spelled,
        blank=aligner.blank,
        separator=aligner.vocabulary.separator_index,
    )
    if frames is None:
        return None
    step = aligner.frame_seconds
    times = [
        None if one is None else (start + one[0] * step, start + one[1] * step) for one in frames
    ]
    return [
        word.model_copy(
            update={"start": a, "end": b, "timing": "interpolated" if gap else "aligned"}
        )
        for word, (a, b), gap in zip(
            words, interpolated(times, start, end), [one is None for one in times], strict=True
        )
    ]


def interpolated(
    times: Sequence[tuple[float, float] | None], low: float, high: float
) -> list[tuple[float, float]]:
    """Words without times share the gap between their neighbours (or the edges) evenly."""
    filled: list[tuple[float, float]] = []
    at = 0
    while at < len(times):
        known = times[at]
        if known is not None:
            filled.append(known)
            at += 1
            continue
        last = at
        while last < len(times) and times[last] is None:
            last += 1
        following = times[last] if last < len(times) else None
        left = filled[-1][1] if filled else low
        right = following[0] if following is not None else high
        each = max(0.0, right - left) / (last - at)
        filled += [(left + i * each, left + (i + 1) * each) for i in range(last - at)]
        at = last
    return filled
