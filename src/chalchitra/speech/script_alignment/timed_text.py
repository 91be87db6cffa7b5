"""A known text while it is placed: its words, their times so far, and the voice of the film."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from statistics import median

from chalchitra.speech.script_alignment import shifts
from chalchitra.speech.script_alignment.allocation import Piece
from chalchitra.speech.script_alignment.anchors import USUAL_PACE, Anchored
from chalchitra.transcript.model import Region
from chalchitra.transcript.script import Script

Times = list[tuple[float, float] | None]
"""When each word of the text is said (s); None where it has no place."""


class TimedText:
    """The words of a text with what is known of their times. Times are seconds of the film.

    `known` are the lines that were recognised, and how much later each begins than its file says.
    """

    def __init__(
        self, script: Script, voice: Sequence[Region], found: Anchored, known: shifts.Known
    ) -> None:
        self.script = script
        self.voice = voice
        self.found = found
        self.words = found.words
        self.known = known
        self.times: Times = [word.span for word in found.words]
        self._pace = _pace(found)
        self._voice_ends = [region.end for region in voice]

    def was_recognised(self, at: int) -> bool:
        """Whether a word's line counts as recognised."""
        return self.words[at].line in self.found.recognised

    def seconds(self, at: int) -> float:
        """What a word takes to say."""
        return self.words[at].weight * self._pace

    def needs(self, line: int) -> float:
        """What a line takes to say."""
        return sum(self.seconds(at) for at in self.found.line_words[line])

    def expected(self, line: int) -> tuple[float, ...]:
        """When a line may begin, by a subtitle file."""
        return shifts.expected(line, self.script.lines[line].start, self.known)

    def edges(self, first: int, after: int) -> tuple[float, float]:
        """The end of what is timed before the words first..after, and the start of what follows."""
        return self._time_before(first), self._time_after(after)

    def _time_before(self, first: int) -> float:
        for at in range(first - 1, -1, -1):
            if (span := self.times[at]) is not None:
                return span[1]
        return float("-inf")

    def _time_after(self, after: int) -> float:
        for at in range(after, len(self.words)):
            if (span := self.times[at]) is not None:
                return span[0]
        return float("inf")

    def voice_from(self, low: float) -> Iterator[Region]:
        """The regions that end after a moment."""
        for at in range(bisect_right(self._voice_ends, low), len(self.voice)):
            yield self.voice[at]

    def voice_in(self, low: float, high: float) -> list[Piece]:
        """The voice between two moments."""
        pieces: list[Piece] = []
        for region in self.voice_from(low):
            if region.start >= high:
                break
            pieces.append(Piece(max(region.start, low), min(region.end, high)))
        return pieces


def _pace(found: Anchored) -> float:
    """Seconds a letter, over what was recognised."""
    spans = [(word.span[1] - word.span[0], word.weight) for word in found.words if word.span]
    rates = [seconds / weight for seconds, weight in spans if seconds > 0]
    return median(rates) if len(rates) >= 10 else USUAL_PACE
