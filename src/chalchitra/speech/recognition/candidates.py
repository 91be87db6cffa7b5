"""Where a glossary's terms may be said: words that sound like one and are not written so.

A word that the recogniser is unsure of needs to be less like a term than a sure one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chalchitra.text.phonetics import phonetic_key
from chalchitra.text.symbols import letters
from chalchitra.transcript.model import Word

SURE = 0.6
"""Mean probability from which words count as sure. Of base's English, names that it does not know
have 0.1 to 0.6, and most of the words it knows 0.7 and more."""
ALIKE = 0.75
"""So alike (0 to 1) sure words must sound to what they are suspected to be."""
UNSURE_ALIKE = 0.5
"""And unsure ones. What base made of eleven Indian names was 0.50 to 1 alike."""
MANY, MANY_ALIKE = 30, 0.55
"""And from so many terms on: by chance 3 % of other names are 0.50 alike. Of 200 names that nobody
said, 0 to 3 took the place of words in 15 sentences at 0.55, mostly of a wrong
name; more at 0.50."""
SHORT_KEY = 4
"""Sounds of a term up to which only what sounds the same is suspected: too much is like it."""
EXTRA_WORDS = 3
"""An unknown name is torn into so many words more than it has: Kanakavalli, "can't come and he"."""
_ENDINGS = 4
"""Letters that a case ending adds at most, in scripts other than Latin."""
_DOUBT = 0.15
"""What no certainty at all is worth against likeness, where terms are ranked."""


@dataclass(frozen=True)
class Term:
    """A glossary's term as it is written, and what it is found by."""

    text: str
    letters: str
    key: str

    @classmethod
    def of(cls, text: str) -> Term:
        return cls(text, letters(text), phonetic_key(text))

    @property
    def words(self) -> list[str]:
        return self.text.split()

    @property
    def parts(self) -> list[Term]:
        """The names in a name: who is "John Dashwood" in the glossary is "Dashwood" in a film."""
        if len(self.words) < 2 or not all(word[0].isupper() for word in self.words):
            return []
        parts = map(Term.of, self.words)
        return [part for part in parts if len(part.key) > SHORT_KEY]

    def needs(self, *, sure: bool, among: int) -> float:
        """How alike words must sound that are suspected to be this one of so many terms."""
        if len(self.key) <= SHORT_KEY:
            return 1.0
        unsure = UNSURE_ALIKE if among < MANY else MANY_ALIKE
        return ALIKE if sure else unsure


@dataclass
class Learned:
    """What names were taken for in this film: the letters that were written, and the term."""

    names: dict[str, Term] = field(default_factory=dict)

    def is_name(self, words: Sequence[str], term: Term) -> bool:
        return self.names.get("".join(words)) == term


@dataclass(frozen=True)
class Candidate:
    """A term that may be said between `start` and `end` (s): where it is likeliest, and how much.

    `likely` is its likeness, and more for words that the recogniser is unsure of.
    """

    term: Term
    likely: float
    start: float
    end: float


def candidates(
    words: Sequence[Word], terms: Sequence[Term], learned: Learned | None = None
) -> list[Candidate]:
    """The terms that may be said in these words and are not written there.

    By their sound, or, where names were `learned`, only what was taken for one of them before.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    texts = [letters(word.text) for word in words]
    right = right_places(terms, texts)
    longest = max((len(term.words) for term in terms), default=0) + EXTRA_WORDS
    windows = [
        (first, end)
        for first in range(len(words))
        for end in range(first + 1, min(first + longest, len(words)) + 1)
        if right.keys().isdisjoint(range(first, end))
    ]
    found: dict[Term, Candidate] = {}

    def consider(term: Term, window: tuple[int, int], alike: float, probability: float) -> None:
        likely = alike + _DOUBT * (1 - probability)
        if term not in found or likely > found[term].likely:
            found[term] = Candidate(term, likely, words[window[0]].start, words[window[1] - 1].end)

    if learned is not None:
        for first, end in windows:
            term = learned.names.get("".join(texts[first:end]))
            if term is not None:
                consider(term, (first, end), 1.0, 0.0)
    elif windows and terms:
        keys = [phonetic_key("".join(texts[first:end])) for first, end in windows]
        known = [probability_of(words[first:end]) for first, end in windows]
        scores = process.cdist(
            [term.key for term in terms], keys, scorer=Levenshtein.normalized_similarity
        )
        for term, row in zip(terms, scores, strict=True):
            most = len(term.words) + EXTRA_WORDS
            for at in (row >= term.needs(sure=False, among=len(terms))).nonzero()[0]:
                sure = known[at] >= SURE
                first, end = windows[at]
                if end - first <= most and row[at] >= term.needs(sure=sure, among=len(terms)):
                    consider(term, windows[at], float(row[at]), known[at])
    return list(found.values())


def right_places(terms: Sequence[Term], texts: Sequence[str]) -> dict[int, Term]:
    """The places of words (their letters) that are terms already, and not torn ones."""
    return {
        at: term
        for term in terms
        for first, end, _ in written(term, texts)
        if end - first == len(term.words)
        for at in range(first, end)
    }


def written(term: Term, words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Where a term stands in a row of words (their letters): first, end, and what is added to it.

    Added may be a plural or possessive s, or a case ending in scripts that write it onto the word.
    """
    at = 0
    while at < len(words):
        run, end = "", at
        while end < len(words) and len(run) < len(term.letters) and term.letters.startswith(run):
            run += words[end]
            end += 1
        added = run.removeprefix(term.letters)
        if term.letters and run.startswith(term.letters) and _is_ending(added, term):
            yield at, end, added
            at = end
        else:
            at += 1


def _is_ending(added: str, term: Term) -> bool:
    if added.isascii():
        return added in ("", "s")
    return len(added) <= _ENDINGS and len(term.key) > SHORT_KEY


def probability_of(words: Sequence[Word]) -> float:
    """The mean of the words' probabilities; 0 where none has one."""
    known = [word.probability for word in words if word.probability is not None]
    return sum(known) / len(known) if known else 0.0
