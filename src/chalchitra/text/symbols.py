"""What two spellings of one word share: folded letters, or a skeleton of consonants.

Within one script words are compared letter by letter, with everything folded that says nothing
(case, accents of Latin letters, nukta, ZWJ and ZWNJ, digits of other scripts, punctuation). Across
scripts (Hindi that is written in Latin or Arabic letters) only consonants are compared, as rough
classes: vowels are written too differently, or not at all.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

from chalchitra.text.scripts import script_of

SAME_SCRIPT = 0.85
"""Letters are compared where this share of both texts is in one script."""

VOWEL = "a"
"""The symbol of a vowel that begins a word; other vowels have none."""

_FIRST_BRAHMIC, _LAST_BRAHMIC, _BLOCK = 0x0900, 0x0D7F, 0x80
"""Devanagari to Malayalam: nine blocks of one layout, so one table serves all."""
_BRAHMIC = {
    **dict.fromkeys(range(0x05, 0x15), VOWEL),
    **dict(
        zip(
            range(0x15, 0x3A),
            "k k g g n c c j j n t t d d n t t d d n n p p b b m y r r l l l v s s s h".split(),
            strict=True,
        )
    ),
    **dict(zip(range(0x58, 0x60), "k k g j r r p y".split(), strict=True)),
    0x01: "n",
    0x02: "n",
    0x0B: "r",
    0x43: "r",
}
_ARABIC = {
    **dict.fromkeys("اآأإٱعئؤء", VOWEL),
    **dict.fromkeys("بٻ", "b"),
    **dict.fromkeys("تطٹة", "t"),
    **dict.fromkeys("ثسصش", "s"),
    **dict.fromkeys("جذزضظژ", "j"),
    **dict.fromkeys("حہهۂۃ", "h"),
    **dict.fromkeys("خقکك", "k"),
    **dict.fromkeys("دڈ", "d"),
    **dict.fromkeys("رڑ", "r"),
    **dict.fromkeys("غگ", "g"),
    **dict.fromkeys("یيےىۓ", "y"),
    **dict.fromkeys("نںڻ", "n"),
    "پ": "p",
    "چ": "c",
    "ف": "p",
    "ل": "l",
    "م": "m",
    "و": "v",
}
_LATIN = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "a b k d a p g h a j k l m n a p k r s t a v v s y j".split(),
        strict=True,
    )
)
_ONLY_FIRST = frozenset("hyv" + VOWEL)
"""Aspiration, glides and vowels: scripts agree on them at the beginning of a word at most."""
_FAMILIES = ("kg", "cjs", "td", "pbv", "mn", "rl")
"""Classes that are mistaken for each other by ears and by spellings."""

Symbols = Callable[[str], str]
"""What of a word is compared: one character a symbol, none where there is nothing to compare."""


def compared_by(given: Iterable[str], heard: Iterable[str]) -> Symbols:
    """How words of the two texts are compared: `letters` within one script, else `skeleton`."""
    ours, theirs = _scripts(given), _scripts(heard)
    if not ours or not theirs:
        return letters
    main = ours.most_common(1)[0][0]
    same = all(found[main] >= SAME_SCRIPT * found.total() for found in (ours, theirs))
    return letters if same else skeleton


def _scripts(texts: Iterable[str]) -> Counter[str]:
    found = (script_of(character) for text in texts for character in text)
    return Counter(script for script in found if script is not None)


def letters(word: str) -> str:
    """The word's letters, vowel signs and digits, folded."""
    return "".join(map(_folded, unicodedata.normalize("NFKD", word.casefold())))


@cache
def _folded(character: str) -> str:
    """A character of a decomposed text, folded; empty for what says nothing."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category[0] == "L":
        return character
    if category[0] != "M":
        return ""
    offset = _brahmic_offset(character)
    if offset is None:  # accents, and the vowel points of Arabic and Hebrew
        return ""
    if offset == 0x3C:  # nukta
        return ""
    return chr(ord(character) + 1) if offset == 0x01 else character  # candrabindu: anusvara


def skeleton(word: str) -> str:
    """The word's consonants as classes, and a mark for a vowel that begins it."""
    found: list[str] = []
    text = unicodedata.normalize("NFKD", word.casefold())
    for at, character in enumerate(text):
        symbol = _class_of(character)
        if character == "c" and text[at + 1 : at + 2] == "h":
            symbol = "c"
        elif symbol in _ONLY_FIRST and found:
            continue
        if symbol and not (found and found[-1] == symbol):  # a doubled consonant is one
            found.append(symbol)
    return "".join(found)


@cache
def _class_of(character: str) -> str:
    if (offset := _brahmic_offset(character)) is not None:
        if unicodedata.category(character) == "Nd":
            return str(unicodedata.digit(character))
        return _BRAHMIC.get(offset, "")
    if character in _LATIN:
        return _LATIN[character]
    if character in _ARABIC:
        return _ARABIC[character]
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    return character if category[0] == "L" and script_of(character) != "Arab" else ""


def _brahmic_offset(character: str) -> int | None:
    code = ord(character)
    if not _FIRST_BRAHMIC <= code <= _LAST_BRAHMIC:
        return None
    return (code - _FIRST_BRAHMIC) % _BLOCK


def family(symbol: str) -> str:
    """The symbol itself, or the first of those that it is mistaken for."""
    return _FAMILY.get(symbol, symbol)


_FAMILY = {symbol: members[0] for members in _FAMILIES for symbol in members}
