"""Refining where someone speaks by a second detector: words that were missed, sharper edges.

Silero finds speech without fail but is slow to see where it begins and ends, and under music it
misses a quiet word. FireRedVAD's network, which looks for songs anyway (music/detector.py), says
how probable a voice is every 10 ms. On the sentences marked sure of two small films (29 of them)
the two together have onsets 0.02 s off in the median where Silero alone has 0.05, and at worst
(95th percentile) offsets 0.1 s off where it has 0.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from chalchitra.speech.music.detector import FRAME, Evidence, detect_music
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import Sound
from chalchitra.speech.vad.level import Levelled
from chalchitra.speech.vad.silero import NEAR, VadSettings, find_speech
from chalchitra.transcript.model import Region

_HALF = 0.5
"""The probability that an edge is where it is crossed."""
_SURE = 0.9
"""The probability from which it is sure of a voice after Silero's end."""
_FAR = 0.3
"""An edge is moved by at most so many seconds."""
_SHORTEST = 0.1
"""No region gets shorter (s) by it."""

_TRACE = 0.1
_VOICE = 0.2
"""A word that Silero missed has _TRACE all along and _VOICE at its best. Low, since music hides it:
two such places were in two films and a call, and somebody spoke in both."""
_SMOOTH = 4
"""Frames (of 10 ms) that are taken together for that."""


def detect(
    sound: Sound,
    settings: VadSettings,
    on_progress: Callable[[float, float], None] = lambda done, total: None,
) -> tuple[SpeechRegions, Evidence]:
    """Where someone speaks, by both detectors, and what the second one found of music.

    Both get quiet stretches raised (level.py). `on_progress` is told seconds done and in all; the
    sound is gone through twice. Raises MissingError when a network is not in the environment.
    """
    sound = Levelled(sound)
    speech = find_speech(sound, settings, lambda done, total: on_progress(done, 2 * total))
    evidence = detect_music(sound, lambda done, total: on_progress(total + done, 2 * total))
    return refined(speech, evidence, settings.min_speech), evidence


def refined(speech: SpeechRegions, evidence: Evidence, min_speech: float) -> SpeechRegions:
    """The regions with the edges that the second detector sees near theirs, and what it adds.

    What it adds is at least `min_speech` seconds long and within NEAR of speech: somebody who says
    "hello" into music goes on to say more.
    """
    regions = [*speech.regions, *_missed(speech.regions, evidence, min_speech)]
    regions.sort(key=lambda region: region.start)
    return speech.model_copy(update={"regions": list(_sharpened(regions, evidence))})


def _missed(regions: Sequence[Region], evidence: Evidence, min_speech: float) -> list[Region]:
    """Traces of a voice near the regions and apart from all of them."""
    found = []
    after = 0  # the first region that ends after the trace begins
    for trace in _traces(evidence):
        while after < len(regions) and regions[after].end <= trace.start:
            after += 1
        before, behind = regions[max(0, after - 1) : after], regions[after : after + 1]
        gaps = [trace.start - one.end for one in before] + [one.start - trace.end for one in behind]
        long_enough = trace.end - trace.start >= min_speech
        if long_enough and gaps and 0 < min(gaps) <= NEAR:
            found.append(trace)
    return found


def _traces(evidence: Evidence) -> Iterator[Region]:
    """Where the second detector finds at least a trace of a voice; in order."""
    step = FRAME * _SMOOTH
    first, best = None, 0.0
    for index in range(len(evidence.voice) // _SMOOTH + 1):
        frames = evidence.voice[index * _SMOOTH : (index + 1) * _SMOOTH]
        mean = sum(frames) / len(frames) if len(frames) == _SMOOTH else 0.0
        if mean >= _TRACE:
            first = index if first is None else first
            best = max(best, mean)
        elif first is not None:
            if best >= _VOICE:
                yield Region(
                    start=round(evidence.start + first * step, 3),
                    end=round(evidence.start + index * step, 3),
                )
            first, best = None, 0.0


def _sharpened(regions: Sequence[Region], evidence: Evidence) -> Iterator[Region]:
    """The regions, in order, with their edges moved; one that was cut in two is not moved apart."""
    free = evidence.start
    for index, region in enumerate(regions):
        start, end = region.start, region.end
        following = regions[index + 1].start if index + 1 < len(regions) else None
        if index == 0 or start > regions[index - 1].end:
            rises = [at for at in _crossings(evidence, start, rising=True) if at >= free]
            start = min(rises, key=lambda at: abs(at - region.start), default=start)
        if following is None or end < following:
            falls = [at for at in _crossings(evidence, end, rising=False) if at <= region.end]
            end = max(falls, default=_surely_until(evidence, end))
        if end - start < _SHORTEST:
            start, end = region.start, region.end
        if following is not None:
            end = min(end, following)
        free = end
        yield Region(start=start, end=end)


def _surely_until(evidence: Evidence, end: float) -> float:
    """How long (at most _FAR) a voice is sure to go on after a moment.

    Only where it is sure: this detector is slow to see that a voice has ended.
    """
    first = max(0, round((end - evidence.start) / FRAME))
    last = min(len(evidence.voice), first + round(_FAR / FRAME))
    sure = next((at for at in range(first, last) if evidence.voice[at] < _SURE), max(first, last))
    return round(max(end, evidence.start + sure * FRAME), 3) if sure > first else end


def _crossings(evidence: Evidence, around: float, *, rising: bool) -> list[float]:
    """The moments within _FAR of another one at which the probability crosses a half."""
    voice = evidence.voice
    first = max(1, round((around - _FAR - evidence.start) / FRAME))
    last = min(len(voice), round((around + _FAR - evidence.start) / FRAME) + 1)
    return [
        round(evidence.start + at * FRAME, 3)
        for at in range(first, last)
        if (voice[at - 1] < _HALF <= voice[at] if rising else voice[at] < _HALF <= voice[at - 1])
    ]
