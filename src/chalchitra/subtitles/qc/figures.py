"""What a track is like in numbers: reading speeds, coverage of the speech, unsure cues."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from statistics import fmean, median

from chalchitra.subtitles.cues.cue import (
    Cue,
    CueSettings,
    code_points,
    grapheme_count,
    reading_speed,
)
from chalchitra.subtitles.qc.model import (
    Coverage,
    Doubtful,
    ReadingSpeed,
    Speeds,
    Stretch,
    Width,
)
from chalchitra.subtitles.qc.width import ROOM, Ruler
from chalchitra.transcript.model import Region, Word

SHORTEST_HOLE = 1.0
"""Seconds. Less speech without a subtitle is the edge of a word, a breath, or a hesitation."""
UNSURE = 0.6
"""Mean probability of a cue's words under which a person should look at it."""


def reading_speeds(cues: Sequence[Cue], settings: CueSettings, language: str) -> ReadingSpeed:
    """Spaces and punctuation count, the line break does not."""
    return ReadingSpeed(
        limit=reading_speed(settings, language),
        code_points=_speeds(cues, code_points),
        graphemes=_speeds(cues, grapheme_count),
    )


def _speeds(cues: Sequence[Cue], length: Callable[[str], int]) -> Speeds:
    speeds = sorted(
        sum(map(length, cue.lines)) / cue.seconds
        for cue in cues
        if cue.lines and cue.end > cue.start
    )
    if not speeds:
        return Speeds()
    return Speeds(
        median=round(median(speeds), 2),
        percentile_95=round(speeds[math.ceil(0.95 * len(speeds)) - 1], 2),
        maximum=round(speeds[-1], 2),
    )


def widths(cues: Sequence[Cue], ruler: Ruler, font: str) -> Width:
    """How wide the lines are in the fonts of `ruler`, of which `font` is the first's name."""
    measured = [(ruler.ems(line), cue.index) for cue in cues for line in cue.lines]
    known = [(ems, cue) for ems, cue in measured if ems is not None]
    widest, cue = max(known, key=lambda one: one[0], default=(None, None))
    return Width(
        font=font,
        room=round(ROOM, 1),
        widest=None if widest is None else round(widest, 1),
        cue=cue,
        too_wide=sorted({cue for ems, cue in known if ems > ROOM}),
        unmeasured=len(measured) - len(known),
    )


def coverage(cues: Sequence[Cue], speech: Sequence[Region]) -> Coverage:
    """How much of the speech is subtitled. `speech` is in order and does not overlap."""
    shown: list[list[float]] = []
    for cue in sorted(cues, key=lambda cue: cue.start):
        start, end = cue.start / 1000, cue.end / 1000
        if shown and start <= shown[-1][1]:
            shown[-1][1] = max(shown[-1][1], end)
        elif end > start:
            shown.append([start, end])
    starts = [start for start, _ in shown]
    total = bare = 0.0
    holes: list[Stretch] = []
    for region in speech:
        total += region.end - region.start
        at = region.start
        for start, end in shown[max(0, bisect_right(starts, at) - 1) :]:
            if start >= region.end:
                break
            bare += _hole(at, min(start, region.end), holes)
            at = max(at, end)
        bare += _hole(at, region.end, holes)
    return Coverage(
        speech_seconds=round(total, 3),
        covered_seconds=round(total - bare, 3),
        shortest=SHORTEST_HOLE,
        without_subtitle=holes,
    )


def _hole(start: float, end: float, holes: list[Stretch]) -> float:
    """The seconds from start to end, kept among the holes where they are many."""
    if end - start >= SHORTEST_HOLE:
        holes.append(Stretch(start=round(start, 3), end=round(end, 3)))
    return max(0.0, end - start)


def low_confidence(cues: Sequence[Cue], words: Sequence[Word]) -> list[Doubtful]:
    """The cues of whose words the recogniser was not sure, the least sure first.

    A word belongs to the last cue that has begun at its middle. Words without a probability (those
    that were given, or put in) say nothing.
    """
    starts = [cue.start / 1000 for cue in cues]
    said: dict[int, list[float]] = {}
    for word in words:
        if word.probability is not None and cues:
            at = max(0, bisect_right(starts, (word.start + word.end) / 2) - 1)
            said.setdefault(at, []).append(word.probability)
    found = [
        Doubtful(
            cue=cues[at].index,
            start=cues[at].start / 1000,
            probability=round(fmean(probabilities), 3),
            least=round(min(probabilities), 3),
            text=cues[at].text,
        )
        for at, probabilities in said.items()
        if fmean(probabilities) < UNSURE
    ]
    return sorted(found, key=lambda cue: (cue.probability, cue.cue))
