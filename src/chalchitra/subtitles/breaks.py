"""What it costs to break the text before a word: little after punctuation, much inside a word."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from chalchitra.text.sentence_ends import ends_sentence, is_punctuation

SENTENCE = 0.0
CLAUSE = 0.3
WORD = 1.0
WITH_ITS_WORD = 1.8
INSIDE = 2.5
NEVER = 20.0

_CLAUSE_ENDS = frozenset(",;:،؛、，；：·—–…།༎။၊។៕")
_BREAKABLE_ENDS = frozenset("\u0f0b\u200b")
"""The Tibetan syllable mark and the zero-width space: a line may break after them."""
_CLOSERS = "\"'”’»)]}›」』）】"

_LEANS_FORWARD = {
    "en": frozenset(
        """a an the of to in on at by for from with and or but if as my your his her its our their
        this that these those i you he she it we they is are was were be not no mr mrs ms dr"""
        .split()
    ),
}  # fmt: skip
_LEANS_BACK = {
    "hi": frozenset(
        """ने को से का की के में पर तक ही भी तो है हैं था थी थे थीं हूँ हूं हो होगा होगी वाला वाली वाले
        गया गई गए रहा रही रहे जी"""
        .split()
    ),
    "ur": frozenset("نے کو سے کا کی کے میں پر تک ہی بھی تو ہے ہیں تھا تھی تھے ہوں".split()),
}  # fmt: skip
"""Words that stay with the next one (English articles, prepositions, pronouns) or with the one
before (Hindi and Urdu postpositions and auxiliaries)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The smallest text that is never broken: a word, or an atom of a script without spaces.

    Times are milliseconds. `glued`: no space stands before it. `inside`: the recogniser's word
    began earlier. `song`: it is sung.
    """

    text: str
    start: int
    end: int
    segment: int
    glued: bool
    inside: bool
    speaker: str | None
    song: bool = False


def break_cost(before: Piece, after: Piece, language: str, unspaced: bool) -> float:
    """The cost of ending a line or a cue between two neighbouring pieces, 0 (best) to NEVER.

    `language` is an id of languages.toml. A pause, or a segment's end, makes a break better.
    """
    cost = _of_text(before, after, language, unspaced)
    if cost == NEVER:
        return NEVER
    if after.segment != before.segment:
        cost = min(cost, CLAUSE)
    return max(SENTENCE, cost - (after.start - before.end) / 1000)


def _of_text(before: Piece, after: Piece, language: str, unspaced: bool) -> float:
    if closes(after.text) or _opens(before.text):
        return NEVER
    if not after.inside and ends_sentence(before.text, after.text, language=language):
        return SENTENCE
    bare_end = before.text.rstrip(_CLOSERS)
    last = bare_end[-1:]
    if last in _CLAUSE_ENDS or bare_end.endswith(".."):
        return CLAUSE
    if unspaced and not after.glued:
        return CLAUSE  # a space there is punctuation
    if after.inside and last not in _BREAKABLE_ENDS:
        return INSIDE
    subtag = language.partition("-")[0]
    if _bare(before.text) in _LEANS_FORWARD.get(subtag, ()):
        return WITH_ITS_WORD
    if _bare(after.text) in _LEANS_BACK.get(subtag, ()):
        return WITH_ITS_WORD
    return WORD


def closes(text: str) -> bool:
    """A mark that belongs to the word before it: a danda that stands apart, a closing bracket."""
    return is_punctuation(text) and unicodedata.category(text[0]) in ("Pe", "Pf", "Po")


def _opens(text: str) -> bool:
    return unicodedata.category(text[-1]) in ("Ps", "Pi")


def _bare(text: str) -> str:
    return text.casefold().strip("\"'“”‘’()[]-.")
