"""A glossary's terms in what is translated: where they are said, and what they must become.

A translator takes a name for a word (Surya became "The Sun"). So a term is kept out of the model
and comes back as its rendering: the one that the glossary gives for the language; else the term
itself where both languages are written in one script; else, into Latin letters, as people spell it.
A term that has none of these goes through the model like any other word.

Only whole words are taken: where a language inflects by endings (Tamil's are part of the word), the
inflected form is left to the model, since a name without its case would break the sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from chalchitra.glossary import Glossary
from chalchitra.stagekit.protocol import Degraded
from chalchitra.text.listing import listed
from chalchitra.text.romanise.romanise import can_romanise, romanise
from chalchitra.transcript.translation import TranslationUnit

_WORD = re.compile(r"[^\s\"'“”‘’()\[\]{}<>.,;:!?।॥؟،۔…–—-]+")
_PAUSE = re.compile(r"[,;:!?।॥؟،؛۔…]")
"""What parts two names that stand side by side: `राम, कुमार` is not `राम कुमार`."""
_SHOWN = 8
_SAYS_NOTHING: dict[int, str | None] = {
    **dict.fromkeys(map(ord, "\u200c\u200d\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc")),
    **{0x80 * block + 1: chr(0x80 * block + 2) for block in range(0x12, 0x1A)},
}
"""Joiners and nuktas: people leave them out, and so do recognisers. A candrabindu is written as an
anusvara as often as not (चाँद, चांद)."""


@dataclass(frozen=True)
class Found:
    """A term in a text, at start..end, and what it is in the other language."""

    start: int
    end: int
    term: str
    rendering: str


class TermFinder:
    """Finds the terms of a glossary that have a rendering in one language."""

    def __init__(self, renderings: Iterable[tuple[str, str]]) -> None:
        self._by_words: dict[tuple[str, ...], tuple[str, str]] = {}
        for term, rendering in renderings:
            if words := tuple(map(folded, _WORD.findall(term))):
                self._by_words.setdefault(words, (term, rendering))
        self._longest = max(map(len, self._by_words), default=0)

    def find(self, text: str) -> list[Found]:
        """The terms in a text, from left to right and none within another; the longest first."""
        words = list(_WORD.finditer(text)) if self._longest else []
        keys = [folded(word[0]) for word in words]
        found: list[Found] = []
        at = 0
        while at < len(words):
            for size in range(min(self._longest, len(words) - at), 0, -1):
                known = self._by_words.get(tuple(keys[at : at + size]))
                start, end = words[at].start(), words[at + size - 1].end()
                if known is not None and _is_said(known[0], text[start:end], text):
                    found.append(Found(start, end, *known))
                    at += size
                    break
            else:
                at += 1
        return found


def _is_said(term: str, words: str, text: str) -> bool:
    """Whether words with the term's letters are the term, in this text.

    A pause between them parts them, and Will is nobody in "I will": small letters are a name's only
    in a text without any capital.
    """
    if _PAUSE.search(words) and not _PAUSE.search(term):
        return False
    return words != words.lower() or term == term.lower() or text == text.lower()


def finder_for(
    glossary: Glossary | None, source: tuple[str, str], target: tuple[str, str]
) -> TermFinder:
    """The finder for a pair of languages, each (id of languages.toml, ISO 15924 script)."""
    if glossary is None:
        return TermFinder(())
    found = (
        (term.text, rendering(term.text, term.renderings, source, target))
        for term in glossary.terms
    )
    return TermFinder((text, become) for text, become in found if become)


def rendering(
    term: str, renderings: dict[str, str], source: tuple[str, str], target: tuple[str, str]
) -> str | None:
    """What a term is in the target language; None where nobody says."""
    if said := renderings.get(target[0]):
        return said
    if source[1] == target[1]:
        return term
    if target[1] == "Latn" and can_romanise(source[1]):
        spelled = romanise(term, source[0], source[1], capitals=False)
        return " ".join(word[:1].upper() + word[1:] for word in spelled.split())
    return None


def missing(found: Sequence[Found], translation: str) -> list[str]:
    """The terms whose renderings a translation does not have. An ending may be glued to one."""
    shown = _words(translation)
    return [one.term for one in found if _words(one.rendering) not in shown]


def _words(text: str) -> str:
    """The folded words, each after a space: a rendering begins where a word does."""
    return "".join(f" {folded(word)}" for word in _WORD.findall(text))


@dataclass(frozen=True)
class TermUse:
    """How often a glossary's terms were said, and which did not come through how often."""

    said: int = 0
    lost: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, finder: TermFinder, units: Iterable[TranslationUnit]) -> TermUse:
        """Of units with their translations; what is untranslated lost none."""
        said, lost = 0, Counter[str]()
        for unit in units:
            found = finder.find(unit.source)
            said += len(found)
            if unit.status == "translated":
                lost.update(missing(found, unit.text))
        return cls(said, lost)

    @property
    def metrics(self) -> dict[str, int | float | str]:
        """For the stage's record; nothing where no term was said."""
        return {"terms": self.said, "terms_lost": sum(self.lost.values())} if self.said else {}

    @property
    def degraded(self) -> list[Degraded]:
        if not self.lost:
            return []
        most = sorted(self.lost, key=lambda term: -self.lost[term])
        named = listed([f"{term} ({self.lost[term]}x)" for term in most], _SHOWN)
        return [
            Degraded(
                what=f"{sum(self.lost.values())} of {self.said} glossary terms were lost in the "
                "translation.",
                why=f"The model wrote something else for {named}.",
                fix="Search for them in translation.json, and correct them in the track (review).",
            )
        ]


@cache
def folded(text: str) -> str:
    """A text as spellings of one word share it: no case, no joiners, no nuktas."""
    return unicodedata.normalize("NFD", text).translate(_SAYS_NOTHING).casefold()
