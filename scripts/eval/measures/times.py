"""Words against the time line of a truth file: invented, missed, early and late ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from measures.spans import Span

WINDOW = 1.0
"""Seconds: a word whose middle is farther from a sentence does not belong to it."""


@dataclass(frozen=True)
class Offset:
    """How far a sentence's or turn's first word starts and its last word ends from the voice.

    Seconds, negative where the word is early; None where it has no word.
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


def pauses(speech: Sequence[Span], duration: float) -> list[Span]:
    """The stretches of at least WINDOW in which nobody speaks, where all speech is known."""
    found: list[Span] = []
    at = 0.0
    for span in [*sorted(speech, key=lambda one: one.start), Span(duration, duration)]:
        if span.start - at >= WINDOW:
            found.append(Span(at, span.start))
        at = max(at, span.end)
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


def offsets(words: Sequence[Span], spans: Sequence[Span]) -> list[Offset]:
    """The first and last word of each sentence or turn against its voice.

    A word belongs to every span that holds its middle (turns overlap, and whose word it is then is
    not in the truth), and a word in no span to the nearest within WINDOW. So an early first word is
    not passed over for the next one, and a turn without a word of its own gets none.
    """
    own: list[list[Span]] = [[] for _ in spans]
    for word in words:
        away = [span.away(word.middle) for span in spans]
        nearest = min(away, default=WINDOW + 1)
        for number, distance in enumerate(away):
            if distance == nearest <= WINDOW and (distance == 0 or number == away.index(nearest)):
                own[number].append(word)
    return [
        Offset(
            span,
            min(word.start for word in mine) - span.start if mine else None,
            max(word.end for word in mine) - span.end if mine else None,
        )
        for span, mine in zip(spans, own, strict=True)
    ]


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which this share (0 to 1) of them lies, linear between two (as numpy)."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low, high = floor(place), ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
