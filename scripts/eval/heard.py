"""What a system heard in one recording: segments of words with times and speakers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Any, Literal

from measures.diarization import Turn
from measures.spans import Span

WordTimes = Literal["own", "spread", "none"]
"""Each word's own; spread over its segment by the words' lengths; no times at all."""


@dataclass(frozen=True)
class HeardWord:
    """A word as it was written; times are seconds of the film as the system sees it."""

    text: str
    start: float
    end: float
    speaker: str | None = None

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


@dataclass(frozen=True)
class HeardSegment:
    """A segment or cue with its words; without times the words are in order and all at 0."""

    text: str
    words: tuple[HeardWord, ...]


@dataclass(frozen=True)
class Heard:
    """One recording as a system heard it."""

    segments: tuple[HeardSegment, ...] = ()
    word_times: WordTimes = "own"
    notes: tuple[str, ...] = field(default=())
    """What the system itself said was less than asked."""
    turns: tuple[Turn, ...] | None = None
    """Who spoke when, where it does not follow from the words' speakers."""

    @property
    def only_turns(self) -> bool:
        return self.turns is not None and not self.segments

    @property
    def words(self) -> list[HeardWord]:
        return [word for segment in self.segments for word in segment.words]

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)

    def shifted(self, seconds: float) -> Heard:
        """All times later by this."""

        def later(word: HeardWord) -> HeardWord:
            return replace(word, start=word.start + seconds, end=word.end + seconds)

        segments = tuple(
            replace(segment, words=tuple(map(later, segment.words))) for segment in self.segments
        )
        turns = self.turns and tuple(
            Turn(turn.start + seconds, turn.end + seconds, turn.speaker) for turn in self.turns
        )
        return replace(self, segments=segments, turns=turns)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Heard:
        segments = tuple(
            HeardSegment(segment["text"], tuple(HeardWord(**word) for word in segment["words"]))
            for segment in data["segments"]
        )
        turns = data.get("turns")
        return cls(
            segments,
            data["word_times"],
            tuple(data["notes"]),
            None if turns is None else tuple(Turn(**turn) for turn in turns),
        )


def spread(
    text: str, start: float, end: float, speaker: str | None = None
) -> tuple[HeardWord, ...]:
    """A segment's words with times by their lengths, as if every character took as long."""
    texts = text.split()
    return tuple(
        HeardWord(word, span.start, span.end, speaker)
        for word, span in zip(texts, shares(texts, start, end), strict=True)
    )


def shares(texts: Sequence[str], start: float, end: float) -> list[Span]:
    """A stretch of time shared out among words by their lengths."""
    lengths = [max(1, len(text)) for text in texts]
    if not lengths:
        return []
    total = sum(lengths)
    marks = [start + (end - start) * done / total for done in accumulate(lengths, initial=0)]
    return [Span(*pair) for pair in pairwise(marks)]


def word_times_of(kinds: Iterable[bool]) -> WordTimes:
    """What to call a transcript whose segments have (True) or lack (False) times of their words."""
    known: Sequence[bool] = list(kinds)
    return "own" if all(known) else "spread"
