"""Text made comparable: one spelling for what Unicode or habit writes in several ways.

Whisper's own normaliser and Python's \\w split or drop Indic words at their vowel signs, so neither
is used. What is folded:

- composed and decomposed letters, those with a nukta too (NFC leaves U+0929, U+0931 and U+0934
  composed and the other nukta letters decomposed; here all are decomposed);
- a consonant, virama and ZWJ, which are an old spelling of Malayalam's chillu letters, of Bengali's
  khanda ta and of Marathi's eyelash ra; the two encodings of Malayalam's nta;
- ZWJ, ZWNJ and all other invisible characters (category Cf) are dropped;
- digits of every script become ASCII;
- Arabic yeh, kaf and heh become Urdu's; tatweel and the vowel points are dropped;
- letter case;
- Mr., Mrs. and Dr. are written out, as readers say them;
- apostrophes are dropped; other punctuation (danda too), symbols and white space separate words.

What is not folded counts as an error: anusvara against a nasal consonant (हिंदी, हिन्दी), a letter
with a nukta against one without (ज़, ज), a number in digits against one in words.
"""

from __future__ import annotations

import unicodedata

_ZWJ = "\u200d"
_VIRAMA = {"Deva": "\u094d", "Beng": "\u09cd", "Mlym": "\u0d4d"}

_DECOMPOSED = {letter: unicodedata.normalize("NFD", letter) for letter in "\u0929\u0931\u0934"}

_CHILLU = {
    consonant + _VIRAMA["Mlym"] + _ZWJ: chillu
    for consonant, chillu in {
        "ണ": "ൺ", "ന": "ൻ", "ര": "ർ", "റ": "ർ", "ല": "ൽ", "ള": "ൾ", "ക": "ൿ",
    }.items()
}  # fmt: skip

_SPELLINGS = {
    **_CHILLU,
    "ൻ" + _VIRAMA["Mlym"] + "റ": "ന" + _VIRAMA["Mlym"] + "റ",
    "ত" + _VIRAMA["Beng"] + _ZWJ: "ৎ",
    "र" + _VIRAMA["Deva"] + _ZWJ: _DECOMPOSED["\u0931"] + _VIRAMA["Deva"],
    **_DECOMPOSED,
}
"""Applied in this order, after NFC and before ZWJ is dropped."""

_ARABIC = str.maketrans("يىكه", "ییکہ")
_ARABIC_POINTS = frozenset(map(chr, (0x0640, *range(0x064B, 0x0653), 0x0670)))
_APOSTROPHES = frozenset("'’‘ʼ＇")
_WRITTEN_OUT = {"mr": "mister", "mrs": "missus", "dr": "doctor"}


def fold(text: str) -> str:
    """The text's words in one spelling, a space between two, none around."""
    text = unicodedata.normalize("NFC", text).casefold()
    # casefold can decompose what NFC composes.
    text = unicodedata.normalize("NFC", text)
    for spelling, one in _SPELLINGS.items():
        text = text.replace(spelling, one)
    words = "".join(map(_folded, text)).translate(_ARABIC).split()
    return " ".join(_WRITTEN_OUT.get(word, word) for word in words)


def words_of(text: str) -> list[str]:
    """The folded words."""
    return fold(text).split()


def _folded(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" or character in _APOSTROPHES or character in _ARABIC_POINTS:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return character if category[0] in "LMN" else " "
