"""How alike two words sound, by their letters: what a recogniser may have made of an unknown name.

A key has one symbol for each class of consonants that ears confuse (p and b, s and ch) and three
for vowels. It is rough: "Suha Chana" and "Sulochana" are to be near each other. Both words are in
one script; the nine Brahmic ones share their layout in Unicode, and so one table.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from chalchitra.text.symbols import family, skeleton

_LATIN_VOWELS = dict(zip("aeiouy", "aiiuui", strict=True))
_BRAHMIC_VOWELS = {
    **dict.fromkeys((0x05, 0x06, 0x3E), "a"),
    **dict.fromkeys((0x07, 0x08, 0x0E, 0x0F, 0x10, 0x3F, 0x40, 0x46, 0x47, 0x48), "i"),
    **dict.fromkeys((0x09, 0x0A, 0x12, 0x13, 0x14, 0x41, 0x42, 0x4A, 0x4B, 0x4C), "u"),
}
_CH = family("c")
_FIRST_BRAHMIC, _LAST_BRAHMIC, _BLOCK = 0x0900, 0x0D7F, 0x80


def phonetic_key(text: str) -> str:
    """The sounds of a text, one symbol each, doubled ones once; spaces and marks have none."""
    found: list[str] = []
    plain = unicodedata.normalize("NFKD", text.casefold())
    for at, character in enumerate(plain):
        symbol = _CH if plain[at : at + 2] == "ch" else _symbol(character)
        if symbol and not (found and found[-1] == symbol):
            found.append(symbol)
    return "".join(found)


@cache
def _symbol(character: str) -> str:
    if character == "h":  # written after other letters more often than said
        return ""
    if (vowel := _vowel(character)) is not None:
        return vowel
    return "".join(family(symbol) for symbol in skeleton(character))


def _vowel(character: str) -> str | None:
    code = ord(character)
    if _FIRST_BRAHMIC <= code <= _LAST_BRAHMIC:
        return _BRAHMIC_VOWELS.get((code - _FIRST_BRAHMIC) % _BLOCK)
    return _LATIN_VOWELS.get(character)
