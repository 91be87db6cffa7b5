"""What it costs to break the text before a word: little after punctuation, much inside a word."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from chalchitra.subtitles.cues.break_words import break_words, folded
from chalchitra.text.sentence_ends import ends_sentence, is_punctuation

SENTENCE = 0.0
CLAUSE = 0.3
CONJUNCTION = 0.7
WORD = 1.0
WITH_ITS_WORD = 1.8
INSIDE = 2.5
NEVER = 20.0
"""What a guide says never to do: as bad as breaking a limit."""
MISPRINT = 40.0
"""A mark without the word that it belongs to: worse than breaking any limit."""

_CLAUSE_ENDS = frozenset(",;:،؛、，；：·—–…།༎။၊។៕")
_BREAKABLE_ENDS = frozenset("\u0f0b\u200b")
"""The Tibetan syllable mark and the zero-width space: a line may break after them."""
_QUOTES = "\"'“”‘’()[]-.,"
_CLOSERS = "\"'”’»)]}›」』）】"

_NAMES_HAVE_CAPITALS = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-ſΑ-ΩА-Я][^A-ZÀ-ÖØ-Þ\W\d]+(?:['’-]\w+)*")
_ALL_NOUNS_HAVE_CAPITALS = frozenset({"de", "lb"})
_NUMBER = re.compile(r"[^\w\s]?\d[\d.,:/-]*")


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


def break_cost(
    before: Piece, after: Piece, language: str, unspaced: bool, *, begins: bool = False
) -> float:
    """The cost of ending a line or a cue between two neighbouring pieces, 0 (best) to MISPRINT.

    `language` is an id of languages.toml; `begins` says that `before` begins a sentence, where a
    capital letter shows no name. A pause, or a segment's end, makes a break better.
    """
    cost = _of_text(before, after, language, unspaced, begins)
    if cost >= NEVER:
        return cost
    if after.segment != before.segment:
        cost = min(cost, CLAUSE)
    return max(SENTENCE, cost - (after.start - before.end) / 1000)


def _of_text(before: Piece, after: Piece, language: str, unspaced: bool, begins: bool) -> float:
    if closes(after.text) or _opens(before.text):
        return MISPRINT
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
    return _of_words(before.text, after.text, language, begins)


def _of_words(before: str, after: str, language: str, begins: bool) -> float:
    """The cost between two words with no punctuation between them."""
    words = break_words(language)
    first, second = _bare(before), _bare(after)
    if (
        first in words.bound
        or second in words.bound_back
        or first in words.titles
        or second in words.honorifics
        or (second in words.units and _NUMBER.fullmatch(before))
        or (_is_name(before, after, language) and not begins)
    ):
        return NEVER
    if first in words.forward or second in words.back or second in words.units:
        return WITH_ITS_WORD
    if _NUMBER.fullmatch(before):
        return WITH_ITS_WORD
    return CONJUNCTION if second in words.conjunctions else WORD


def _is_name(before: str, after: str, language: str) -> bool:
    """Whether two words with capitals are parts of one name."""
    if language.partition("-")[0] in _ALL_NOUNS_HAVE_CAPITALS:
        return False
    forward = break_words(language).forward
    first, second = before.strip(_QUOTES), after.strip(_QUOTES)
    return bool(
        _NAMES_HAVE_CAPITALS.fullmatch(first)
        and _NAMES_HAVE_CAPITALS.match(second)
        and not {first.casefold(), second.casefold()} & forward
    )


def closes(text: str) -> bool:
    """A mark that belongs to the word before it: a danda that stands apart, a closing bracket."""
    return is_punctuation(text) and unicodedata.category(text[0]) in ("Pe", "Pf", "Po")


def _opens(text: str) -> bool:
    return unicodedata.category(text[-1]) in ("Ps", "Pi")


def _bare(text: str) -> str:
    return folded(text.strip(_QUOTES))
