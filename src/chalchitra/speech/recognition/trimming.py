"""What is cut out of hypotheses and put together of them: words, segments, the text of both.

Loops, hallucinations and guesses are left out, so that twenty good seconds that end in a loop are
not thrown away for it; regions of a block are parted, and stretches that follow each other joined.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from math import log

from chalchitra.speech.raw import RawWord
from chalchitra.speech.recognition.hypothesis import Hypothesis, Place
from chalchitra.speech.recognition.quality import LanguageRules, assess
from chalchitra.speech.recognition.repetitions import (
    PACE,
    echoes,
    pace,
    said_once,
    surplus,
    without_stutter,
)
from chalchitra.transcript.model import Region, Segment, Word

CUT = 0.1
"""What it costs a hypothesis that something had to be cut from it."""
NOBODY = 0.8
"""Whisper's probability that nobody speaks, from which doubtful text is left out: on noise base has
0.7 to 1.0, on read Hindi 0.2 at most."""
_TINY = 1e-6


def scored(
    hypothesis: Hypothesis, regions: Sequence[Region], rules: LanguageRules
) -> tuple[Hypothesis, float]:
    """A hypothesis without its loops and hallucinations, and its score."""
    cut = without_hallucinations(shortened(hypothesis, rules.space), regions, rules)
    score = assess(cut, regions, rules).score
    return cut, score if cut is hypothesis else score - CUT


def within(hypothesis: Hypothesis, region: Region, space: str = " ") -> Hypothesis:
    """What a hypothesis has in one of its regions. Each of its words is in one."""
    inside = _kept(hypothesis.segments, lambda word: is_in(word, region), space)
    capped = min(hypothesis.capped, region.end - region.start)
    return Hypothesis(inside, how=hypothesis.how, capped=capped, prompted=hypothesis.prompted)


def merged(
    hypothesis: Hypothesis, better: Sequence[tuple[Region, Hypothesis]], space: str = " "
) -> Hypothesis:
    """The hypothesis with what some of its regions became."""

    def elsewhere(word: Word) -> bool:
        return not any(is_in(word, region) for region, _ in better)

    others = _kept(hypothesis.segments, elsewhere, space)
    segments = [*others, *(segment for _, best in better for segment in best.segments)]
    dropped = [*hypothesis.dropped, *(word for _, best in better for word in best.dropped)]
    return Hypothesis(sorted(segments, key=lambda one: (one.start, one.end)), dropped)


def is_in(word: Word, region: Region) -> bool:
    """Whether all of a word lies in a region."""
    return region.start - _TINY <= word.start and word.end <= region.end + _TINY


def _kept(segments: Sequence[Segment], wanted: Callable[[Word], bool], space: str) -> list[Segment]:
    """The segments' words that are wanted; a segment ends where one is not."""
    kept: list[Segment] = []
    for segment in segments:
        for is_wanted, run in groupby(segment.words, wanted):
            words = list(run)
            if is_wanted and len(words) == len(segment.words):
                kept.append(segment)
            elif is_wanted:
                kept.append(_with_words(segment, words, space))
    return kept


def joined(hypotheses: Sequence[Hypothesis], how: str) -> Hypothesis:
    """Hypotheses of stretches that follow each other as one."""
    return Hypothesis(
        [segment for hypothesis in hypotheses for segment in hypothesis.segments],
        [word for hypothesis in hypotheses for word in hypothesis.dropped],
        how,
        sum(hypothesis.capped for hypothesis in hypotheses),
        any(hypothesis.prompted for hypothesis in hypotheses),
    )


def without_hallucinations(
    hypothesis: Hypothesis, regions: Sequence[Region], rules: LanguageRules
) -> Hypothesis:
    """The hypothesis without phrases that Whisper hallucinates, without support by the sound.

    Their words are among those that were dropped, and so are told.
    """
    return _left_out(hypothesis, rules.hallucinated(hypothesis, regions), rules.space)


def without_guesses(hypothesis: Hypothesis) -> Hypothesis:
    """The hypothesis without segments where Whisper itself is nearly sure that nobody speaks.

    For what stayed doubtful however it was decoded: then it and the voice detector do not agree.
    """
    silent = {
        (number, at)
        for number, segment in enumerate(hypothesis.segments)
        if (segment.no_speech_prob or 0.0) >= NOBODY
        for at in range(len(segment.words))
    }
    return _left_out(hypothesis, silent)


def _left_out(hypothesis: Hypothesis, out: set[Place], space: str = " ") -> Hypothesis:
    if not out:
        return hypothesis
    words = [hypothesis.segments[number].words[at] for number, at in sorted(out)]
    dropped = [RawWord(word.text, word.start, word.end, word.probability) for word in words]
    how = f"{hypothesis.how}, a phrase left out" if hypothesis.how else "a phrase left out"
    gone = set(map(id, words))
    kept = _kept(hypothesis.segments, lambda word: id(word) not in gone, space)
    return replace(hypothesis, segments=kept, dropped=[*hypothesis.dropped, *dropped], how=how)


def shortened(hypothesis: Hypothesis, space: str = " ") -> Hypothesis:
    """The hypothesis without what its loops say more often than there is time for.

    A refrain takes its time each time it is sung; a loop of the decoder has none.
    """
    segments = [_shortened(segment, space) for segment in hypothesis.segments]
    if all(new is old for new, old in zip(segments, hypothesis.segments, strict=True)):
        return hypothesis
    how = f"{hypothesis.how}, loops cut" if hypothesis.how else "loops cut"
    return replace(hypothesis, segments=segments, how=how)


def _shortened(segment: Segment, space: str) -> Segment:
    out = surplus(segment.words)
    words = [
        word
        if pace([word]) <= PACE
        else word.model_copy(update={"text": without_stutter(word.text)})
        for index, word in enumerate(segment.words)
        if index not in out
    ]
    if words == segment.words:
        return segment
    kept = _with_words(segment, words, space)
    # A loop is said with certainty, which says nothing about the rest.
    known = [log(max(word.probability, 1e-3)) for word in words if word.probability is not None]
    if known and segment.avg_logprob is not None:
        mean = min(segment.avg_logprob, sum(known) / len(known))
        kept = kept.model_copy(update={"avg_logprob": round(mean, 4)})
    return kept


def without_echoes(
    hypothesis: Hypothesis, rules: LanguageRules
) -> tuple[Hypothesis, list[tuple[Segment, Segment]]]:
    """Without words that were doubled but said once; with those segments, before and after."""
    changed: list[tuple[Segment, Segment]] = []
    segments: list[Segment] = []
    for segment in hypothesis.segments:
        out = echoes(segment.words, rules.undoubled)
        kept = [said_once(word) for index, word in enumerate(segment.words) if index not in out]
        if kept != segment.words:
            shorter = _with_words(segment, kept, rules.space)
            changed.append((segment, shorter))
            segment = shorter
        segments.append(segment)
    return (replace(hypothesis, segments=segments) if changed else hypothesis), changed


def _with_words(segment: Segment, words: list[Word], space: str) -> Segment:
    return segment.model_copy(
        update={
            "words": words,
            "text": space.join(word.text for word in words),
            "start": words[0].start,
            "end": words[-1].end,
        }
    )
