"""Long stretches of song and of music, out of the evidence of each step.

A voice over music is a song only where it sings: most film dialogue has music under it. So each
step is judged by the voice first, over a few seconds around it, and by the music only where no
voice is found. What is spoken is in no stretch, not even between two verses.

docs/decisions/songs.md says on what the figures below were tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Literal

from chalchitra.speech.music.detector import STEP, Evidence
from chalchitra.speech.music.model import Kind, Stretch

Sound = Literal["sung", "spoken", "music", "other"]
"""What one step is."""

SHORTEST = 10.0
"""Seconds of singing, or of music without a voice, from which it is a stretch."""

_REACH = 2.0
"""A step is judged by the seconds around it, so far to either side: a sung word is often spoken."""
_SUNG = 0.25
"""Mean probability of singing from which a step is sung, where speech is less probable."""
_SPOKEN = 0.15
"""Mean probability of speech from which a step is spoken. Low: loud music hides half of a voice,
and text that is missing from a film is worse than a line of a song without its ♪."""
_MUSIC = 0.5
_INTERLUDE = 20.0
"""Instrumental seconds that one song may have between two verses."""
_BREATH = 4.0
"""Seconds of anything else that end neither a song nor a piece of music."""
_ALONE = 2.0
"""A voice that nothing accompanies must sing so many times as long: some read in a sing-song."""
_SURELY = 3.0
"""In a song, singing is so many times as probable as speech on average. Songs had 6 and
more; sentences that were read and taken for singing mostly 1 to 2.6."""
_ACCOMPANIED = 0.3
"""Mean probability of music from which a voice is accompanied."""


def find_stretches(evidence: Evidence, shortest: float) -> list[Stretch]:
    """The songs and the pieces of music of at least `shortest` seconds.

    A song is as long as somebody sings in it, with the interludes between; what is spoken in it is
    cut out, and each piece that is left is a stretch, however short.
    """
    steps = judged(evidence)
    sung = [run for song in _songs(steps, evidence, shortest) for run in song]
    free = steps.copy()
    for first, after in sung:
        free[first:after] = ["sung"] * (after - first)
    played = [
        (first, after)
        for first, after in _joined(_runs(free, ("music",)), free, {"other": _BREATH})
        if (after - first) * STEP >= shortest
    ]

    def stretch(kind: Kind, run: _Run) -> Stretch:
        start, end = (round(evidence.start + step * STEP, 3) for step in run)
        return Stretch(kind=kind, start=start, end=end)

    found = [stretch("song", run) for run in sung] + [stretch("music", run) for run in played]
    return sorted(found, key=lambda each: each.start)


def judged(evidence: Evidence) -> list[Sound]:
    """What each step is, by the means over the seconds around it."""
    reach = round(_REACH / STEP)
    speech, singing, music = (
        _smoothed(values, reach) for values in (evidence.speech, evidence.singing, evidence.music)
    )

    def judge(at: int) -> Sound:
        if singing[at] >= _SUNG and singing[at] > speech[at]:
            return "sung"
        if speech[at] >= _SPOKEN:
            return "spoken"
        return "music" if music[at] >= _MUSIC else "other"

    return [judge(at) for at in range(len(evidence))]


_Run = tuple[int, int]
"""First step, and the step after the last."""


def _songs(steps: Sequence[Sound], evidence: Evidence, shortest: float) -> list[list[_Run]]:
    """Each song's pieces: verses with the interludes between them, without what is spoken."""
    bridged = {"music": _INTERLUDE, "spoken": _BREATH, "other": _BREATH}
    songs = []
    for first, after in _joined(_runs(steps, ("sung",)), steps, bridged):
        inside = steps[first:after]
        sings = [at for at in range(first, after) if steps[at] == "sung"]
        speech, singing, music = (
            sum(values[at] for at in sings)
            for values in (evidence.speech, evidence.singing, evidence.music)
        )
        enough = shortest if music >= _ACCOMPANIED * len(sings) else _ALONE * shortest
        long_enough = (after - first) * STEP >= enough and 2 * len(sings) * STEP >= enough
        if long_enough and singing >= _SURELY * speech:
            songs.append(
                [(first + a, first + b) for a, b in _runs(inside, ("sung", "music", "other"))]
            )
    return songs


def _joined(runs: Sequence[_Run], steps: Sequence[Sound], bridged: dict[str, float]) -> list[_Run]:
    """Runs with the gaps between them closed, where nothing in a gap lasts longer than `bridged`.

    `bridged` says how many seconds of each kind of step a gap may have; of others it may have none.
    """
    joined: list[_Run] = list(runs[:1])
    for (_, before), (first, after) in pairwise(runs):
        gap = steps[before:first]
        if all(gap.count(kind) * STEP <= bridged.get(kind, 0.0) for kind in set(gap)):
            joined[-1] = (joined[-1][0], after)
        else:
            joined.append((first, after))
    return joined


def _runs(steps: Sequence[Sound], kinds: Sequence[Sound]) -> list[_Run]:
    """The longest stretches of steps that are all of these kinds."""
    runs = []
    at = 0
    for inside, group in groupby(steps, lambda step: step in kinds):
        length = len(list(group))
        if inside:
            runs.append((at, at + length))
        at += length
    return runs


def _smoothed(values: Sequence[float], reach: int) -> list[float]:
    """Each value's mean with `reach` neighbours to either side, as far as there are some."""
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    count = len(values)
    means = []
    for at in range(count):
        low, high = max(0, at - reach), min(count, at + reach + 1)
        means.append((sums[high] - sums[low]) / (high - low))
    return means
