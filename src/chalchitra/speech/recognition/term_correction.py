"""Names in a reading: what may be one, by its sound, and putting one where it is said.

A word that the recogniser is unsure of needs to be less like a name than a sure one. A name is put
only where a second reading has it, in the place of words that sound like it, and over their time:
a name never comes where nothing like it was heard, and no other word changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from chalchitra.speech.recognition.quality import Reading
from chalchitra.speech.recognition.repetitions import loops, once
from chalchitra.text.phonetics import sound_key
from chalchitra.text.symbols import letters
from chalchitra.transcript.model import Segment, Word

SURE = 0.6
"""Mean probability from which words count as sure. Of base's English, names that it does not know
have 0.1 to 0.6, and most of the words it knows 0.7 and more."""
ALIKE = 0.75
"""So alike (0 to 1) sure words must sound to what they are suspected to be."""
UNSURE_ALIKE = 0.5
"""And unsure ones. What base made of eleven Indian names was 0.50 to 1 alike."""
MANY, MANY_ALIKE = 30, 0.55
"""And from so many terms on: by chance 3 % of other names are 0.50 alike. Of 200 names that nobody
said, 0 to 3 took the place of words in 15 sentences at 0.55, mostly of a name heard wrong; more at
0.50."""
SHORT_KEY = 4
"""Sounds of a term up to which only what sounds the same is suspected: too much is like it."""
_EXTRA_WORDS = 3
"""An unknown name is torn into so many words more than it has: Kanakavalli, "can't come and he"."""
_ECHO = 3
"""So many terms with nothing between them are the list that the recogniser was given."""
_ENDINGS = 4
"""Letters that a case ending adds at most, in scripts other than Latin."""
_DOUBT = 0.15
"""What no certainty at all is worth against likeness, where terms are ranked."""
_SAME = 1 / 3
"""So much of the shorter must be in both readings: else they are not of the same words."""


@dataclass(frozen=True)
class Term:
    """A glossary's term as it is written, and what it is found by."""

    text: str
    letters: str
    key: str

    @classmethod
    def of(cls, text: str) -> Term:
        return cls(text, letters(text), sound_key(text))

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


@dataclass(frozen=True)
class Named:
    """A term that was written in the place of what was heard first (seconds of the film)."""

    term: str
    before: str
    after: str
    start: float
    end: float


@dataclass
class Learned:
    """What names were taken for in this film: the letters that were written, and the term."""

    names: dict[str, Term] = field(default_factory=dict)

    def is_name(self, words: Sequence[str], term: Term) -> bool:
        return self.names.get("".join(words)) == term


@dataclass(frozen=True)
class Suspect:
    """A term that may be said between `start` and `end` (s): where it is likeliest, and how much.

    `likely` is its likeness, and more for words that the recogniser is unsure of.
    """

    term: Term
    likely: float
    start: float
    end: float


def suspects(
    words: Sequence[Word], terms: Sequence[Term], learned: Learned | None = None
) -> list[Suspect]:
    """The terms that may be said in these words and are not written there.

    By their sound, or, where names were `learned`, only what was taken for one of them before.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    texts = [letters(word.text) for word in words]
    right = _right(terms, texts)
    longest = max((len(term.words) for term in terms), default=0) + _EXTRA_WORDS
    windows = [
        (first, end)
        for first in range(len(words))
        for end in range(first + 1, min(first + longest, len(words)) + 1)
        if right.keys().isdisjoint(range(first, end))
    ]
    found: dict[Term, Suspect] = {}

    def suspect(term: Term, window: tuple[int, int], alike: float, probability: float) -> None:
        likely = alike + _DOUBT * (1 - probability)
        if term not in found or likely > found[term].likely:
            found[term] = Suspect(term, likely, words[window[0]].start, words[window[1] - 1].end)

    if learned is not None:
        for first, end in windows:
            term = learned.names.get("".join(texts[first:end]))
            if term is not None:
                suspect(term, (first, end), 1.0, 0.0)
    elif windows and terms:
        keys = [sound_key("".join(texts[first:end])) for first, end in windows]
        known = [_probability(words[first:end]) for first, end in windows]
        scores = process.cdist(
            [term.key for term in terms], keys, scorer=Levenshtein.normalized_similarity
        )
        for term, row in zip(terms, scores, strict=True):
            most = len(term.words) + _EXTRA_WORDS
            for at in (row >= term.needs(sure=False, among=len(terms))).nonzero()[0]:
                sure = known[at] >= SURE
                first, end = windows[at]
                if end - first <= most and row[at] >= term.needs(sure=sure, among=len(terms)):
                    suspect(term, windows[at], float(row[at]), known[at])
    return list(found.values())


def _right(terms: Sequence[Term], texts: Sequence[str]) -> dict[int, Term]:
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


def named(
    reading: Reading,
    again: Reading,
    terms: Sequence[Term],
    learned: Learned,
    *,
    glossary: Sequence[Term] = (),
    spaced: bool = True,
) -> tuple[Reading, list[Named]]:
    """The reading with those terms that another reading of the same block has in their place.

    What is a term of the `glossary` already is left alone.
    """
    new = again.words
    new_letters = [letters(word.text) for word in new]
    # Whether it ends in a loop says nothing about what comes before that.
    without_loops = [letters(text) for text in once(new).split()]
    if not _same_text([letters(word.text) for word in reading.words], without_loops):
        return reading, []
    unheard = _unheard(new, terms)
    done: list[Named] = []
    for term in terms:
        for first, end, added in written(term, new_letters):
            if not unheard.isdisjoint(range(first, end)):
                continue
            at = [
                (number, position)
                for number, segment in enumerate(reading.segments)
                for position in range(len(segment.words))
            ]
            old = reading.words
            stretch = _changed([letters(word.text) for word in old], new_letters, (first, end))
            taken = _right(glossary, [letters(word.text) for word in old])
            own = {part.letters for part in term.parts}
            others = {at for at, other in taken.items() if other.letters not in own}
            window = _likest(term, old, stretch, learned, others, len(glossary))
            if window is None or at[window[0]][0] != at[window[1] - 1][0]:
                continue  # nothing there is like it, or it would tear two segments
            number, position = at[window[0]]
            learned.names["".join(letters(word.text) for word in old[slice(*window)])] = term
            segment, name = _put(
                reading.segments[number],
                (position, position + window[1] - window[0]),
                term,
                new[first:end],
                added,
                " " if spaced else "",
            )
            segments = [*reading.segments]
            segments[number] = segment
            reading = replace(reading, segments=segments)
            done.append(name)
    return reading, done


def _unheard(words: Sequence[Word], terms: Sequence[Term]) -> set[int]:
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
    """Old words, in whose place a term is in another reading; `alone`, and nothing else."""

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

    longest = len(term.words) + _EXTRA_WORDS
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
            alike = Levenshtein.normalized_similarity(term.key, sound_key("".join(texts)))
            if alike < term.needs(sure=_probability(words[first:end]) >= SURE, among=among):
                continue
            if stretch.alone and (first, end) == (stretch.first, stretch.end):
                return first, end
            if alike > best:
                best, found = alike, (first, end)
    return found


def _probability(words: Sequence[Word]) -> float:
    known = [word.probability for word in words if word.probability is not None]
    return sum(known) / len(known) if known else 0.0


def _put(
    segment: Segment,
    window: tuple[int, int],
    term: Term,
    heard: Sequence[Word],
    added: str,
    space: str,
) -> tuple[Segment, Named]:
    """The segment with a term in the place of a window of its words, and over the same time."""
    old = segment.words[slice(*window)]
    texts = term.words
    texts[0] = _edge(old[0].text, last=False) + texts[0]
    if added == "s" and any(mark in heard[-1].text for mark in "'’"):
        added = "'s"
    texts[-1] += added + _edge(old[-1].text, last=True)
    start, end, total = old[0].start, old[-1].end, sum(map(len, texts))
    words, done = [], 0
    for text in texts:
        begin = start + (end - start) * done / total
        done += len(text)
        until = end if done == total else start + (end - start) * done / total
        new = {"text": text, "start": begin, "end": until, "probability": _probability(heard)}
        words.append(old[0].model_copy(update=new))
    every = [*segment.words[: window[0]], *words, *segment.words[window[1] :]]
    changed = segment.model_copy(
        update={"words": every, "text": space.join(word.text for word in every)}
    )
    before = " ".join(word.text for word in old)
    return changed, Named(term.text, before, " ".join(texts), start, end)


def _edge(text: str, *, last: bool) -> str:
    """The punctuation at a word's end, or at its beginning."""
    inner = [at for at, character in enumerate(text) if letters(character)]
    if not inner:
        return ""
    return text[inner[-1] + 1 :] if last else text[: inner[0]]
