"""Correcting terms: putting one where it is said, over the time of what was decoded for it.

A term is put only where a second hypothesis has it, in the place of words that sound like it: it
never comes where nothing like it was decoded, and no other word changes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from chalchitra.speech.recognition.candidates import (
    EXTRA_WORDS,
    SURE,
    Learned,
    Term,
    probability_of,
    right_places,
    written,
)
from chalchitra.speech.recognition.hypothesis import Hypothesis
from chalchitra.speech.recognition.repetitions import loops, once
from chalchitra.text.phonetics import phonetic_key
from chalchitra.text.symbols import letters
from chalchitra.transcript.model import Segment, Word

_ECHO = 3
"""So many terms with nothing between them are the list that the recogniser was given."""
_SAME = 1 / 3
"""So much of the shorter must be in both hypotheses: else they are not of the same words."""


@dataclass(frozen=True)
class Correction:
    """A term that was written in the place of what was decoded first (seconds of the film)."""

    term: str
    before: str
    after: str
    start: float
    end: float


def corrected(
    hypothesis: Hypothesis,
    again: Hypothesis,
    terms: Sequence[Term],
    learned: Learned,
    *,
    glossary: Sequence[Term] = (),
    spaced: bool = True,
) -> tuple[Hypothesis, list[Correction]]:
    """The hypothesis with those terms that another hypothesis of the same block has in their place.

    What is a term of the `glossary` already is left alone.
    """
    new = again.words
    new_letters = [letters(word.text) for word in new]
    # Whether it ends in a loop says nothing about what comes before that.
    without_loops = [letters(text) for text in once(new).split()]
    if not _same_text([letters(word.text) for word in hypothesis.words], without_loops):
        return hypothesis, []
    not_said = _not_said(new, terms)
    done: list[Correction] = []
    for term in terms:
        for first, end, added in written(term, new_letters):
            if not not_said.isdisjoint(range(first, end)):
                continue
            at = [
                (number, position)
                for number, segment in enumerate(hypothesis.segments)
                for position in range(len(segment.words))
            ]
            old = hypothesis.words
            stretch = _changed([letters(word.text) for word in old], new_letters, (first, end))
            taken = right_places(glossary, [letters(word.text) for word in old])
            own = {part.letters for part in term.parts}
            others = {at for at, other in taken.items() if other.letters not in own}
            window = _likest(term, old, stretch, learned, others, len(glossary))
            if window is None or at[window[0]][0] != at[window[1] - 1][0]:
                continue  # nothing there is like it, or it would tear two segments
            number, position = at[window[0]]
            learned.names["".join(letters(word.text) for word in old[slice(*window)])] = term
            segment, name = _put(
                hypothesis.segments[number],
                (position, position + window[1] - window[0]),
                term,
                new[first:end],
                added,
                " " if spaced else "",
            )
            segments = [*hypothesis.segments]
            segments[number] = segment
            hypothesis = replace(hypothesis, segments=segments)
            done.append(name)
    return hypothesis, done


def _not_said(words: Sequence[Word], terms: Sequence[Term]) -> set[int]:
    """The places of words that loop, and of terms in a row, read off the prompt."""
    texts = [letters(word.text) for word in words]
    found = {
        at for one in loops(words) for at in range(one.first, one.first + one.length * one.count)
    }
    row: set[int] = set()
    places = {at for term in terms for first, end, _ in written(term, texts)
              for at in range(first, end)}  # fmt: skip
    starts = {first for term in terms for first, _, _ in written(term, texts)}
    for at in range(len(words) + 1):
        if at in places:
            row.add(at)
            continue
        if len(row & starts) >= _ECHO:
            found |= row
        row = set()
    return found


def _same_text(old: Sequence[str], new: Sequence[str]) -> bool:
    from rapidfuzz.distance import LCSseq

    shorter = min(len(old), len(new))  # an unknown name is torn into several words
    return shorter > 0 and LCSseq.similarity(old, new) >= _SAME * shorter


@dataclass(frozen=True)
class _Stretch:
    """Old words, in whose place a term is in another hypothesis; `alone`, and nothing else."""

    first: int
    end: int
    alone: bool


def _changed(old: Sequence[str], new: Sequence[str], place: tuple[int, int]) -> _Stretch:
    """The old words in whose place the new ones from place[0] to place[1] are."""
    from rapidfuzz.distance import LCSseq

    low, high, new_low, new_high = 0, len(old), 0, len(new)
    for block in LCSseq.opcodes(old, new):
        if block.tag != "equal":
            continue
        if block.dest_start < place[0]:
            new_low = min(block.dest_end, place[0])
            low = block.src_start + new_low - block.dest_start
        if block.dest_end > place[1]:
            new_high = max(block.dest_start, place[1])
            high = block.src_start + new_high - block.dest_start
            break
    return _Stretch(low, max(low, high), (new_low, new_high) == place)


def _likest(
    term: Term,
    words: Sequence[Word],
    stretch: _Stretch,
    learned: Learned,
    others: Collection[int],
    among: int,
) -> tuple[int, int] | None:
    """The words of a stretch that sound most like a term; None where none is like it at all."""
    from rapidfuzz.distance import Levenshtein

    longest = len(term.words) + EXTRA_WORDS
    best, found = 0.0, None
    for first in range(stretch.first, stretch.end):
        for end in range(first + 1, min(stretch.end, first + longest) + 1):
            if any(at in others for at in range(first, end)):
                continue  # a name already
            texts = [letters(word.text) for word in words[first:end]]
            if "".join(texts) == term.letters and len(texts) == len(term.words):
                return None  # it is there
            if learned.is_name(texts, term):
                return first, end
            alike = Levenshtein.normalized_similarity(term.key, phonetic_key("".join(texts)))
            if alike < term.needs(sure=probability_of(words[first:end]) >= SURE, among=among):
                continue
            if stretch.alone and (first, end) == (stretch.first, stretch.end):
                return first, end
            if alike > best:
                best, found = alike, (first, end)
    return found


def _put(
    segment: Segment,
    window: tuple[int, int],
    term: Term,
    decoded: Sequence[Word],
    added: str,
    space: str,
) -> tuple[Segment, Correction]:
    """The segment with a term in the place of a window of its words, and over the same time."""
    old = segment.words[slice(*window)]
    texts = term.words
    texts[0] = _edge(old[0].text, last=False) + texts[0]
    if added == "s" and any(mark in decoded[-1].text for mark in "'’"):
        added = "'s"
    texts[-1] += added + _edge(old[-1].text, last=True)
    start, end, total = old[0].start, old[-1].end, sum(map(len, texts))
    words, done = [], 0
    for text in texts:
        begin = start + (end - start) * done / total
        done += len(text)
        until = end if done == total else start + (end - start) * done / total
        new = {"text": text, "start": begin, "end": until, "probability": probability_of(decoded)}
        words.append(old[0].model_copy(update=new))
    every = [*segment.words[: window[0]], *words, *segment.words[window[1] :]]
    changed = segment.model_copy(
        update={"words": every, "text": space.join(word.text for word in every)}
    )
    before = " ".join(word.text for word in old)
    return changed, Correction(term.text, before, " ".join(texts), start, end)


def _edge(text: str, *, last: bool) -> str:
    """The punctuation at a word's end, or at its beginning."""
    inner = [at for at, character in enumerate(text) if letters(character)]
    if not inner:
        return ""
    return text[inner[-1] + 1 :] if last else text[: inner[0]]
