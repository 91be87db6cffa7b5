"""The quality of a hypothesis of a stretch of speech: what speaks against it, which is better.

Everything is counted on words after decoding, not on tokens: a common word of an Indian language is
up to five of those.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from chalchitra.speech.recognition.hallucinations import is_hurried, unsupported
from chalchitra.speech.recognition.hypothesis import Hypothesis, Place
from chalchitra.speech.recognition.repetitions import said_again
from chalchitra.speech.recognition.script_filter import is_foreign
from chalchitra.speech.regions import overlap
from chalchitra.transcript.model import Region, Word

HOLE = 0.6
"""A region of speech this long (s) says something."""
GAP = 2.5
"""So long (s) nobody is silent within a region: its pauses are shorter than vad.min_silence."""
UNSURE = -1.0
"""Mean log probability of a token below which Whisper itself calls a window failed."""


@dataclass(frozen=True)
class LanguageRules:
    """How the language is written: what hypotheses are judged by.

    characters      those of its script, empty for any
    hallucinations  what Whisper writes in it where there is no speech
    prompt          the letters of each word of the prompt, which it repeats where nobody speaks
    spaced          whether words have spaces between them
    undoubled       words that nobody says twice in a row
    """

    characters: Collection[str] = frozenset()
    hallucinations: tuple[str, ...] = ()
    prompt: frozenset[str] = frozenset()
    spaced: bool = True
    undoubled: frozenset[str] = frozenset()

    def hallucinated(self, hypothesis: Hypothesis, regions: Sequence[Region]) -> set[Place]:
        """The words that are nothing but what Whisper writes where there is no speech.

        Segment by segment, and by what lies in one region: an echo may be part of a segment that
        is otherwise said.
        """
        prompt = self.prompt if hypothesis.prompted else frozenset[str]()
        groups: list[tuple[list[Place], float | None]] = [
            ([(number, at) for at in range(len(segment.words))], None)
            for number, segment in enumerate(hypothesis.segments)
        ]
        groups += [
            (
                [
                    (number, at)
                    for number, segment in enumerate(hypothesis.segments)
                    for at, word in enumerate(segment.words)
                    if overlap(word.start, word.end, region) > 0
                ],
                region.end - region.start,
            )
            for region in regions
        ]
        found: set[Place] = set()
        for places, room in groups:
            words = [hypothesis.segments[number].words[at] for number, at in places]
            silences = [hypothesis.segments[number].no_speech_prob for number, _ in places]
            known = [one for one in silences if one is not None]
            silence = min(known) if known and len(known) == len(silences) else None
            if unsupported(words, silence, self.hallucinations, prompt, room):
                found.update(places)
        return found

    @property
    def space(self) -> str:
        return " " if self.spaced else ""


NO_RULES = LanguageRules()
"""A language of which nothing is known."""


@dataclass(frozen=True)
class Quality:
    """Shares from 0 to 1 of what is wrong with a hypothesis; `log_probability` is the mean a word.

    missed       of the seconds of speech: without a word for too long
    looping       of the words: said once more than the sound supports (repetitions.py)
    dropped       of the words: written where nobody speaks
    rushed        of the words: in regions that have no time for them
    foreign       of the letters: in another script
    hallucinated  of the words: in phrases that Whisper hallucinates, without support by the sound
    capped        of the seconds: in windows that ended at their last token, and not in a loop
    """

    log_probability: float = 0.0
    missed: float = 0.0
    looping: float = 0.0
    dropped: float = 0.0
    rushed: float = 0.0
    foreign: float = 0.0
    hallucinated: float = 0.0
    capped: float = 0.0

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks against the hypothesis, in words; nothing where it can be trusted."""
        found = []
        if self.missed > 0:
            found.append("speech without words")
        if self.looping > 0:
            found.append("a loop")
        if self.dropped > 0.3:
            found.append("words where there is no speech")
        if self.rushed > 0:
            found.append("faster than anyone speaks")
        if self.foreign > 0:
            found.append("another script")
        if self.hallucinated > 0:
            found.append("a common hallucination")
        if self.capped > 0:
            found.append("more words than fit into a window")
        if self.log_probability < UNSURE:
            found.append("unsure")
        return tuple(found)

    @property
    def score(self) -> float:
        """Higher is better: 0 for a certain hypothesis of everything.

        A mean log probability is between -0.2 (good) and -1.2 (guessing). Weights say how much of
        that a fault is worth: missing speech most, since a guess is more than nothing.
        """
        return (
            max(self.log_probability, -2.0)
            - 3.0 * self.missed
            - 3.0 * self.looping
            - 1.0 * self.dropped
            - 2.0 * self.rushed
            - 3.0 * self.foreign
            - 1.0 * self.hallucinated
            - 1.0 * self.capped
        )


def assess(
    hypothesis: Hypothesis, regions: Sequence[Region], rules: LanguageRules = NO_RULES
) -> Quality:
    """The quality of a hypothesis of these regions, in a language that is written by the rules."""
    words = hypothesis.words
    count = len(words)
    speech = [region for region in regions if region.end - region.start >= HOLE]
    seconds = sum(region.end - region.start for region in speech)
    length = sum(region.end - region.start for region in regions)
    missed = sum(hole.end - hole.start for hole in holes(words, speech))
    letters = [letter for word in words for letter in word.text]
    foreign = sum(is_foreign(letter, rules.characters) for letter in letters)
    hallucinated = len(rules.hallucinated(hypothesis, regions))
    again = said_again(words)
    known = [
        (segment.avg_logprob, len(segment.words))
        for segment in hypothesis.segments
        if segment.avg_logprob is not None
    ]
    weight = sum(number for _, number in known)
    return Quality(
        log_probability=sum(value * number for value, number in known) / weight if weight else 0.0,
        missed=missed / seconds if seconds else 0.0,
        looping=again / max(count, 1),
        dropped=len(hypothesis.dropped) / max(count + len(hypothesis.dropped), 1),
        rushed=rushed(words, regions, spaced=rules.spaced) / max(count, 1),
        foreign=foreign / max(len(letters), 1),
        hallucinated=hallucinated / max(count, 1),
        capped=0.0 if again else min(1.0, hypothesis.capped / max(length, HOLE)),
    )


def holes(words: Sequence[Word], regions: Sequence[Region]) -> list[Region]:
    """The regions in which no word lies, and stretches of over GAP seconds within the others."""
    found = []
    for region in regions:
        inside = [word for word in words if overlap(word.start, word.end, region) > 0]
        if not inside:
            found.append(region)
            continue
        edges = [region.start, *(time for word in inside for time in (word.start, word.end))]
        ends = [*edges[1:], region.end]
        found += [
            Region(start=start, end=end)
            for start, end in list(zip(edges, ends, strict=True))[::2]
            if end - start > GAP
        ]
    return found


def rushed(words: Sequence[Word], regions: Sequence[Region], *, spaced: bool = True) -> int:
    """How many words lie in regions that have no time for all of theirs.

    By regions and not by segments: a recogniser's times within a region are not that good.
    """
    count = 0
    for region in regions:
        inside = [word for word in words if overlap(word.start, word.end, region) > 0]
        if is_hurried(inside, region.end - region.start, spaced=spaced):
            count += len(inside)
    return count
