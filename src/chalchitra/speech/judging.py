"""Judging a reading of a stretch of speech: what speaks against it, and which of two is better.

Everything is counted on words after decoding, not on tokens: a common word of an Indian language is
up to five of those.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from chalchitra.speech.regions import overlap
from chalchitra.speech.script_guard import is_foreign
from chalchitra.speech.words import Placed, RawWord
from chalchitra.transcript import Region, Segment, Word

HOLE = 0.6
"""A region of speech this long (s) says something."""
UNSURE = -1.0
"""Mean log probability of a token below which Whisper itself calls a window failed."""
PACE = 28.0
"""Characters a second (code points) that nobody says: quick talk has 20."""
REPEATS = {1: 4, 2: 3, 3: 3}
"""So often in a row a run of that many words is a loop, longer runs twice more than once. Less is
how people speak: जल्दी जल्दी, no no no."""
_LONGEST_UNIT = 12


@dataclass(frozen=True)
class Loop:
    """A run of `length` words, first at index `first`, said `count` times in a row."""

    first: int
    length: int
    count: int


@dataclass
class Reading:
    """What was made of the regions of one block: on the film's time line, and what was dropped."""

    segments: list[Segment]
    dropped: list[RawWord] = field(default_factory=list)
    how: str = ""

    @classmethod
    def of(cls, placed: Placed, how: str = "") -> Reading:
        return cls(placed.segments, placed.dropped, how)

    @property
    def words(self) -> list[Word]:
        return [word for segment in self.segments for word in segment.words]

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)


@dataclass(frozen=True)
class Judgement:
    """Shares from 0 to 1 of what is wrong with a reading; `log_probability` is the mean a word.

    unheard     of the seconds of speech: in regions that have no word
    looping     of the words: said once more in a loop
    dropped     of the words: written where nobody speaks
    rushed      of the words: in regions that have no time for them
    foreign     of the letters: in another script
    """

    log_probability: float = 0.0
    unheard: float = 0.0
    looping: float = 0.0
    dropped: float = 0.0
    rushed: float = 0.0
    foreign: float = 0.0

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks against the reading, in words; nothing where it can be trusted."""
        found = []
        if self.unheard > 0:
            found.append("speech without words")
        if self.looping > 0:
            found.append("a loop")
        if self.dropped > 0.3:
            found.append("words where nobody speaks")
        if self.rushed > 0:
            found.append("faster than anyone speaks")
        if self.foreign > 0:
            found.append("another script")
        if self.log_probability < UNSURE:
            found.append("unsure")
        return tuple(found)

    @property
    def score(self) -> float:
        """Higher is better: 0 for a certain reading of everything.

        A mean log probability is between -0.2 (good) and -1.2 (guessing). Weights say how much of
        that a fault is worth: missing speech most, since a guess is more than nothing.
        """
        return (
            max(self.log_probability, -2.0)
            - 3.0 * self.unheard
            - 3.0 * self.looping
            - 1.0 * self.dropped
            - 2.0 * self.rushed
            - 3.0 * self.foreign
        )


def judge(
    reading: Reading, regions: Sequence[Region], characters: Collection[str] = frozenset()
) -> Judgement:
    """Judge a reading of these regions; `characters` are those of the script, empty for any."""
    words = reading.words
    count = len(words)
    speech = [region for region in regions if region.end - region.start >= HOLE]
    seconds = sum(region.end - region.start for region in speech)
    unheard = sum(hole.end - hole.start for hole in holes(words, speech))
    letters = [letter for word in words for letter in word.text]
    foreign = sum(is_foreign(letter, characters) for letter in letters)
    known = [
        (segment.avg_logprob, len(segment.words))
        for segment in reading.segments
        if segment.avg_logprob is not None
    ]
    weight = sum(number for _, number in known)
    return Judgement(
        log_probability=sum(value * number for value, number in known) / weight if weight else 0.0,
        unheard=unheard / seconds if seconds else 0.0,
        looping=sum(loop.length * (loop.count - 1) for loop in loops(words)) / max(count, 1),
        dropped=len(reading.dropped) / max(count + len(reading.dropped), 1),
        rushed=rushed(words, regions) / max(count, 1),
        foreign=foreign / max(len(letters), 1),
    )


def holes(words: Sequence[Word], regions: Sequence[Region]) -> list[Region]:
    """The regions in which no word lies."""
    return [
        region
        for region in regions
        if not any(overlap(word.start, word.end, region) > 0 for word in words)
    ]


def rushed(words: Sequence[Word], regions: Sequence[Region]) -> int:
    """How many words lie in regions that have no time for all of theirs.

    By regions and not by segments: a recogniser's times within a region are not that good.
    """
    count = 0
    for region in regions:
        inside = [word for word in words if overlap(word.start, word.end, region) > 0]
        characters = sum(len(word.text) for word in inside)
        if characters > PACE * max(region.end - region.start, HOLE):
            count += len(inside)
    return count


def pace(words: Sequence[Word]) -> float:
    """Characters a second of words said in a row, pauses left out; 0 for none."""
    seconds = sum(word.end - word.start for word in words)
    return sum(len(word.text) for word in words) / seconds if seconds > 0 else 0.0


def loops(words: Sequence[Word]) -> list[Loop]:
    """Runs of words that are said in a row more often than people do, none inside another."""
    return list(_loops([fold(word.text) for word in words]))


def _loops(texts: Sequence[str]) -> Iterator[Loop]:
    at = 0
    while at < len(texts):
        found = max(
            (
                Loop(at, length, count)
                for length in range(1, min(_LONGEST_UNIT, (len(texts) - at) // 2) + 1)
                if (count := _count(texts, at, length)) >= REPEATS.get(length, 3)
            ),
            key=lambda loop: (loop.length * loop.count, -loop.length),
            default=None,
        )
        if found is None:
            at += 1
            continue
        yield found
        at += found.length * found.count


def _count(texts: Sequence[str], first: int, length: int) -> int:
    """How often the run at `first` stands there in a row."""
    unit = texts[first : first + length]
    count = 1
    while texts[first + count * length : first + (count + 1) * length] == unit:
        count += 1
    return count


def fold(text: str) -> str:
    """A word without case and the punctuation around it."""
    return text.casefold().strip("\"'“”‘’.,!?;:…-–—।॥؟،۔()[]")
