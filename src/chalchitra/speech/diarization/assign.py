"""Speakers onto words, then onto segments: who says each word, and segments of one speaker each.

A segment in which two speak is cut between their words (transcript/split.py).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from chalchitra.speech.diarization.turns import Turn, Turns
from chalchitra.transcript.model import Segment, Transcript, Word
from chalchitra.transcript.split import cut, numbered

REACH = 1.0
"""How far (s) from a turn a word may lie and still be its speaker's."""
FLICKER = 0.25
"""A single word shorter than this (s), between words of one other speaker, is that one's too."""


def with_speakers(transcript: Transcript, turns: Turns) -> Transcript:
    """The transcript with a speaker at every word and segment that has one near.

    Words take the speaker who speaks most of their time, then the nearest within REACH, then the
    one of their neighbours in the segment.
    """
    finder = _Finder(turns.turns)
    parts: list[list[Segment]] = []
    for segment in transcript.segments:
        if not segment.words:
            speaker = finder.of(segment.start, segment.end)
            parts.append([segment.model_copy(update={"speaker": speaker})])
            continue
        speakers = _steadied(segment.words, [finder.of(w.start, w.end) for w in segment.words])
        parts.append(_parts(segment, speakers))
    return transcript.model_copy(update={"segments": numbered(parts)})


class _Finder:
    """Finds the speaker of a stretch; stretches are asked for roughly in order."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = sorted(turns, key=lambda turn: turn.start)
        self._ends: list[float] = []  # the latest end of the turns up to each
        for turn in self._turns:
            self._ends.append(max(turn.end, self._ends[-1] if self._ends else turn.end))

    def of(self, start: float, end: float) -> str | None:
        """Who speaks most between two times (s), or nearest to them; None where nobody does."""
        first = bisect_left(self._ends, start - REACH)
        spoken: dict[str, float] = {}
        away: dict[str, float] = {}
        for turn in self._turns[first:]:
            if turn.start > end + REACH:
                break
            overlap = min(end, turn.end) - max(start, turn.start)
            if overlap > 0:
                spoken[turn.speaker] = spoken.get(turn.speaker, 0.0) + overlap
            elif -overlap <= REACH:
                away[turn.speaker] = min(away.get(turn.speaker, REACH), -overlap)
        if spoken:
            return min(spoken, key=lambda name: (-round(spoken[name], 3), name))
        return min(away, key=lambda name: (away[name], name), default=None)


def _steadied(words: Sequence[Word], speakers: list[str | None]) -> list[str | None]:
    """The speakers with gaps filled from their neighbours, and one short stray word put right."""
    filled = list(speakers)
    for at in range(1, len(filled)):
        filled[at] = filled[at] or filled[at - 1]
    for at in reversed(range(len(filled) - 1)):
        filled[at] = filled[at] or filled[at + 1]
    for at in range(1, len(filled) - 1):
        before, after = filled[at - 1], filled[at + 1]
        stray = before == after and filled[at] != before
        if stray and words[at].end - words[at].start < FLICKER:
            filled[at] = before
    return filled


def _parts(segment: Segment, speakers: Sequence[str | None]) -> list[Segment]:
    """The segment cut where the speaker changes, its words and parts told who says them."""
    words = [
        word.model_copy(update={"speaker": speaker})
        for word, speaker in zip(segment.words, speakers, strict=True)
    ]
    changes = [at for at in range(1, len(speakers)) if speakers[at] != speakers[at - 1]]
    return [
        part.model_copy(update={"speaker": part.words[0].speaker})
        for part in cut(segment.model_copy(update={"words": words}), changes)
    ]
