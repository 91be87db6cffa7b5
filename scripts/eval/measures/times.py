"""Words against the time line of a truth file: invented, missed, early and late ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from measures.spans import Span

WINDOW = 1.0
"""Seconds: a word farther from a sentence does not belong to it, an onset farther is none."""


@dataclass(frozen=True)
class Offset:
    """How far a sentence's or turn's first word starts and its last word ends from the voice.

    Seconds, negative where the word is early; None where there is no word within WINDOW.
    """

    span: Span
    onset: float | None
    offset: float | None


def quiet(sections: Sequence[tuple[float, str]], duration: float) -> list[Span]:
    """The stretches of a film in which nobody speaks, neighbours joined.

    `sections` are (start, kind) in order, each lasting until the next; a kind that names speech
    ("speech", "speech+music") is not quiet, nor is anything else. Before the first it is quiet.
    """
    marks = [(0.0, "silence"), *sections]
    ends = [*(start for start, _ in sections), duration]
    found: list[Span] = []
    for (start, kind), end in zip(marks, ends, strict=True):
        if "speech" in kind or end <= start:
            continue
        if found and found[-1].end == start:
            found[-1] = Span(found[-1].start, end)
        else:
            found.append(Span(start, end))
    return found


def invented(words: Sequence[Span], quiet_spans: Sequence[Span]) -> list[int]:
    """The numbers of the words whose middle lies where nobody speaks."""
    return [
        number
        for number, word in enumerate(words)
        if any(span.holds(word.middle) for span in quiet_spans)
    ]


def outside(words: Sequence[Span], speech: Sequence[Span]) -> list[int]:
    """The numbers of the words whose middle is farther than WINDOW from all speech.

    Stricter than `invented` in one way (a section of speech begins and ends with a pause that can
    be long, a telephone that rings), laxer in another (a word may be WINDOW early or late).
    """
    return [
        number
        for number, word in enumerate(words)
        if all(span.away(word.middle) > WINDOW for span in speech)
    ]


def missed(words: Sequence[Span], sentences: Sequence[Span]) -> list[int]:
    """The numbers of the sentences over which no word has its middle."""
    return [
        number
        for number, sentence in enumerate(sentences)
        if not any(sentence.holds(word.middle) for word in words)
    ]


def sentence_offsets(words: Sequence[Span], sentences: Sequence[Span]) -> list[Offset]:
    """Each sentence's first and last word against its voice.

    A word belongs to the sentence nearest to its middle, within WINDOW; of two as near (overlapping
    ones) to the one that began last.
    """
    own: list[list[Span]] = [[] for _ in sentences]
    for word in words:
        near = [(span.away(word.middle), -span.start, n) for n, span in enumerate(sentences)]
        away, _, number = min(near, default=(WINDOW + 1, 0.0, 0))
        if away <= WINDOW:
            own[number].append(word)
    return [
        Offset(
            span,
            min(word.start for word in mine) - span.start if mine else None,
            max(word.end for word in mine) - span.end if mine else None,
        )
        for span, mine in zip(sentences, own, strict=True)
    ]


def turn_offsets(words: Sequence[Span], turns: Sequence[Span]) -> list[Offset]:
    """Each turn's onset and end against the nearest word start and word end, within WINDOW.

    Turns of a dialogue overlap, and which word is whose is not in the truth: so this is lenient
    where both speak, and as strict as `sentence_offsets` where a turn follows a pause.
    """

    def nearest(times: Sequence[float], at: float) -> float | None:
        errors = [time - at for time in times if abs(time - at) <= WINDOW]
        return min(errors, key=abs, default=None)

    starts, ends = [word.start for word in words], [word.end for word in words]
    return [Offset(turn, nearest(starts, turn.start), nearest(ends, turn.end)) for turn in turns]


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which this share (0 to 1) of them lies, linear between two (as numpy)."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low, high = floor(place), ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
