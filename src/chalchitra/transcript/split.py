"""Cutting segments: at sentence ends, and where the speaker changes.

The first part of a segment keeps its id; the others get new ones, counted up from the highest that
the transcript has, in order. So ids stay unique, and those of segments that are not cut stay what
they were. What was measured on a segment as a whole is said of every part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count, pairwise

from chalchitra.text.sentence_ends import sentence_starts
from chalchitra.transcript.model import Label, Segment, Transcript


def by_sentence(transcript: Transcript) -> Transcript:
    """The transcript with no sentence beginning inside a segment; a segment may end inside one.

    Segments without words have no times to cut at and stay whole.
    """
    return transcript.model_copy(
        update={
            "segments": numbered(
                cut(segment, sentence_starts([w.text for w in segment.words], transcript.language))
                for segment in transcript.segments
            )
        }
    )


def numbered(parts: Iterable[Sequence[Segment]]) -> list[Segment]:
    """All parts in order, with ids of their own; `parts` are the segments of a transcript, cut."""
    groups = [list(group) for group in parts]
    fresh = count(max((part.id for group in groups for part in group), default=-1) + 1)
    return [
        part.model_copy(update={"id": next(fresh)}) if at else part
        for group in groups
        for at, part in enumerate(group)
    ]


def cut(segment: Segment, firsts: Sequence[int]) -> list[Segment]:
    """The segment cut before these of its words (indices, rising, from 1); itself without any.

    A part begins with its first word and ends with the last of its words to end.
    """
    if not firsts:
        return [segment]
    ranges = list(pairwise([0, *firsts, len(segment.words)]))
    parts: list[Segment] = []
    for (first, end), text in zip(ranges, _texts(segment, ranges), strict=True):
        words = segment.words[first:end]
        edges = {"start": words[0].start, "end": max(word.end for word in words)}
        labels = _labels(segment, first, end)
        changed = {"words": words, "text": text, "labels": labels, **edges}
        parts.append(segment.model_copy(update=changed))
    return parts


def _labels(segment: Segment, first: int, end: int) -> list[Label]:
    """The labels of the words first..end; one between two parts goes with the later."""
    last = end == len(segment.words)
    return [
        label.model_copy(update={"before": label.before - first})
        for label in segment.labels
        if first <= label.before < end or (last and label.before >= end)
    ]


def _texts(segment: Segment, ranges: Sequence[tuple[int, int]]) -> list[str]:
    """The segment's text in parts: it knows which words stand without a space."""
    places: list[int] = []
    at = 0
    for word in segment.words:
        found = segment.text.find(word.text, at)
        if found < 0:  # the text is not made of these words
            return [" ".join(word.text for word in segment.words[a:b]) for a, b in ranges]
        places.append(found)
        at = found + len(word.text)
    cuts = [0, *(places[first] for first, _ in ranges[1:]), len(segment.text)]
    return [segment.text[a:b].strip() for a, b in pairwise(cuts)]
