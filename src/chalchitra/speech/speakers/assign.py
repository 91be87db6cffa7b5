"""Speakers onto words, then onto segments: who says each word, and segments of one speaker each.

A segment in which two speak is split between their words. Its first part keeps its id; the others
get new ones, counted up from the highest that the transcript has, in order. So ids stay unique, and
those of segments that are not split stay what they were.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from chalchitra.speech.speakers.turns import Turn, Turns
from chalchitra.transcript import Segment, Transcript, Word

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
    fresh = max((segment.id for segment in transcript.segments), default=-1) + 1
    segments: list[Segment] = []
    for segment in transcript.segments:
        if not segment.words:
            speaker = finder.of(segment.start, segment.end)
            segments.append(segment.model_copy(update={"speaker": speaker}))
            continue
        speakers = _steadied(segment.words, [finder.of(w.start, w.end) for w in segment.words])
        parts = list(_parts(segment, speakers))
        for number, part in enumerate(parts):
            if number:
                part = part.model_copy(update={"id": fresh})
                fresh += 1
            segments.append(part)
    return transcript.model_copy(update={"segments": segments})


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


def _parts(segment: Segment, speakers: Sequence[str | None]) -> Iterator[Segment]:
    """The segment cut where the speaker changes; whole, and only told its speaker, if none does."""
    runs = [list(run) for _, run in groupby(range(len(speakers)), key=lambda at: speakers[at])]
    texts = _texts(segment, [run[0] for run in runs])
    for run, text in zip(runs, texts, strict=True):
        speaker = speakers[run[0]]
        words = [segment.words[at].model_copy(update={"speaker": speaker}) for at in run]
        edges = {"start": words[0].start, "end": max(word.end for word in words)}
        update = {"words": words, "speaker": speaker, "text": text}
        yield segment.model_copy(update=update if len(runs) == 1 else {**update, **edges})


def _texts(segment: Segment, firsts: Sequence[int]) -> list[str]:
    """The segment's text cut before these words: it knows which words stand without a space."""
    if len(firsts) == 1:
        return [segment.text]
    places: list[int] = []
    at = 0
    for word in segment.words:
        found = segment.text.find(word.text, at)
        if found < 0:  # the text is not made of these words
            ends = [*firsts[1:], len(segment.words)]
            return [
                " ".join(word.text for word in segment.words[first:end])
                for first, end in zip(firsts, ends, strict=True)
            ]
        places.append(found)
        at = found + len(word.text)
    cuts = [0, *(places[first] for first in firsts[1:]), len(segment.text)]
    return [segment.text[a:b].strip() for a, b in pairwise(cuts)]
