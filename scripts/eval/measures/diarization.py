"""Diarization error rate: who spoke when, with the best mapping of names onto names.

As NIST defines it (and pyannote.metrics computes it): missed, false and confused speech over the
reference's speech, each counted once a speaker who speaks. Nothing is forgiven around boundaries
unless a collar is given.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from measures.spans import Span


@dataclass(frozen=True)
class Turn:
    """A stretch in which one speaker speaks, in seconds."""

    start: float
    end: float
    speaker: str


@dataclass(frozen=True)
class DiarizationErrors:
    """Seconds of speech; two add up."""

    missed: float = 0.0
    false: float = 0.0
    confused: float = 0.0
    total: float = 0.0

    def __add__(self, other: DiarizationErrors) -> DiarizationErrors:
        return DiarizationErrors(
            self.missed + other.missed,
            self.false + other.false,
            self.confused + other.confused,
            self.total + other.total,
        )

    @property
    def rate(self) -> float | None:
        """The error rate, above 1 where much was invented; None where nobody speaks."""
        return (self.missed + self.false + self.confused) / self.total if self.total else None


def diarization_errors(
    reference: Sequence[Turn],
    hypothesis: Sequence[Turn],
    *,
    overlaps: bool = True,
    collar: float = 0.0,
    within: Sequence[Span] | None = None,
) -> DiarizationErrors:
    """The errors of a hypothesis.

    Without `overlaps`, stretches where several speakers of the reference speak are left out.
    `collar` is left out on each side of every start and end of the reference, in seconds. Only what
    lies `within` counts; without it, everything.
    """
    pieces = [
        (length, wanted, found)
        for length, wanted, found in _pieces(reference, hypothesis, collar, within)
        if overlaps or len(wanted) < 2
    ]
    together: dict[tuple[str, str], float] = defaultdict(float)
    for length, wanted, found in pieces:
        for one in wanted:
            for other in found:
                together[one, other] += length
    same = set(_best_mapping(together))
    errors = DiarizationErrors()
    for length, wanted, found in pieces:
        right = sum((one, other) in same for one in wanted for other in found)
        errors += DiarizationErrors(
            length * max(0, len(wanted) - len(found)),
            length * max(0, len(found) - len(wanted)),
            length * (min(len(wanted), len(found)) - right),
            length * len(wanted),
        )
    return errors


def turns_of_words(words: Iterable[tuple[Span, str | None]], pause: float = 0.5) -> list[Turn]:
    """Turns out of words with speakers: words of one speaker with no longer pause between them.

    Words that have no speaker are in no turn. `pause` is in seconds, as pyannote's own pipeline
    fills gaps of up to half a second.
    """
    turns: list[Turn] = []
    last: dict[str, int] = {}
    for span, speaker in sorted(words, key=lambda item: (item[0].start, item[0].end)):
        if speaker is None:
            continue
        at = last.get(speaker)
        if at is not None and span.start - turns[at].end <= pause:
            turns[at] = Turn(turns[at].start, max(turns[at].end, span.end), speaker)
        else:
            last[speaker] = len(turns)
            turns.append(Turn(span.start, span.end, speaker))
    return turns


def _pieces(
    reference: Sequence[Turn],
    hypothesis: Sequence[Turn],
    collar: float,
    within: Sequence[Span] | None,
) -> Iterable[tuple[float, frozenset[str], frozenset[str]]]:
    """The scored stretches in which nothing changes: length, who speaks, who was said to speak."""
    edges = {edge for turn in (*reference, *hypothesis) for edge in (turn.start, turn.end)}
    collars: list[Span] = []
    if collar > 0:
        bounds = {edge for turn in reference for edge in (turn.start, turn.end)}
        collars = [Span(edge - collar, edge + collar) for edge in bounds]
    for span in (*collars, *(within or ())):
        edges |= {span.start, span.end}
    ordered = sorted(edges)
    for start, end in itertools.pairwise(ordered):
        middle = (start + end) / 2
        if any(span.holds(middle) for span in collars):
            continue
        if within is not None and not any(span.holds(middle) for span in within):
            continue
        wanted, found = (
            frozenset(turn.speaker for turn in turns if turn.start <= middle < turn.end)
            for turns in (reference, hypothesis)
        )
        if wanted or found:
            yield end - start, wanted, found


def _best_mapping(together: dict[tuple[str, str], float]) -> list[tuple[str, str]]:
    """The one-to-one mapping of names under which the most seconds agree.

    The Hungarian method with potentials, O(n^3) (Kuhn 1955; the form is Jonker and Volgenant's).
    """
    left = sorted({one for one, _ in together})
    right = sorted({other for _, other in together})
    size = max(len(left), len(right))
    if not size:
        return []
    cost = [[0.0] * size for _ in range(size)]
    for (one, other), seconds in together.items():
        cost[left.index(one)][right.index(other)] = -seconds
    rows, columns = [0.0] * (size + 1), [0.0] * (size + 1)
    match = [0] * (size + 1)  # column -> row, both from 1 on; 0 is none
    for row in range(1, size + 1):
        match[0], at = row, 0
        least, way, used = [inf] * (size + 1), [0] * (size + 1), [False] * (size + 1)
        while match[at]:
            used[at] = True
            current, step, following = match[at], inf, 0
            for column in range(1, size + 1):
                if used[column]:
                    continue
                rest = cost[current - 1][column - 1] - rows[current] - columns[column]
                if rest < least[column]:
                    least[column], way[column] = rest, at
                if least[column] < step:
                    step, following = least[column], column
            for column in range(size + 1):
                if used[column]:
                    rows[match[column]] += step
                    columns[column] -= step
                else:
                    least[column] -= step
            at = following
        while at:
            match[at] = match[way[at]]
            at = way[at]
    return [
        (left[match[column] - 1], right[column - 1])
        for column in range(1, size + 1)
        if match[column] <= len(left) and column <= len(right)
    ]
