"""Does a sentence end with this word? Punctuation of the Indian scripts, and what only looks it."""

from __future__ import annotations

import re
import unicodedata

ENDS = frozenset("।॥?!؟۔᱾᱿꯫꫰꫱…。！？")
"""Characters that always end a sentence (Unicode's Sentence_Terminal, without the full stop).

Ol Chiki: U+1C7E, U+1C7F; Meetei Mayek: U+ABEB, U+AAF0, U+AAF1.
"""
CLOSERS = "\"'”’»)]}›*"
OPENERS = "\"'“‘«([{‹¿¡*-–—"

_LATIN = """mr mrs ms dr prof st sr jr vs no fig inc ltd co lt col gen capt sgt maj rev hon gov sen
rep messrs mt ft approx dept est govt"""
_INDIC = """डॉ डा प्रो प्रा श्री श्रीमती सुश्री पं स्व रु रू कु नं मो क्र उदा इ ई अॅड ॲड चि सौ
ডা ডঃ ড মো মোঃ শ্রী শ্রীমতী অধ্যা প্রফে ডৰ
ડૉ ડો ડા શ્રી શ્રીમતી પ્રો રૂ સ્વ ਡਾ ਪ੍ਰੋ ਸ਼੍ਰੀ ਸ੍ਰੀ ਸ਼੍ਰੀਮਤੀ ਰੁ
ଡା ଡଃ ଡ ଶ୍ରୀ ଶ୍ରୀମତୀ ପ୍ରଫେ டா திரு திருமதி பேரா எண் ரூ
డా శ్రీ శ్రీమతి ప్రొ రూ ಡಾ ಶ್ರೀ ಶ್ರೀಮತಿ ಪ್ರೊ ರೂ ഡോ ശ്രീ ശ്രീമതി പ്രൊഫ അഡ്വ രൂ"""
ABBREVIATIONS = frozenset(unicodedata.normalize("NFC", f"{_LATIN} {_INDIC}").split())

_LETTER_NAMES = frozenset(
    """बी सी डी एफ एच जे के एल एम एन क्यू आर एस टी यू वी डब्ल्यू एक्स वाई वाय जेड झेड
    ஆர் ఆర్ ಆರ್ ആർ""".split()
)
"""Latin letters as Indian languages spell them, without those that are words (आई, पी, जी, ए, ओ)."""

_DOTTED = re.compile(r"[^\W\d_][^.\s]{0,3}(?:\.[^\W\d_][^.\s]{0,3})+")
"""कि.मी, p.m, U.S.A: short parts with stops between them."""
_INDIC_BLOCKS = re.compile("[\u0900-\u0d7f]")
_SOUTHERN_BLOCKS = re.compile("[\u0b80-\u0d7f]")
"""Tamil, Telugu, Kannada, Malayalam."""


def is_punctuation(text: str) -> bool:
    """No letter and no digit in it."""
    return not any(character.isalnum() for character in text)


def ends_sentence(word: str, following: str | None = None) -> bool:
    """Whether `word`, with its punctuation, ends a sentence before the word `following`.

    Abbreviations (डॉ. Mr.), initials (J. बी. கே), dotted words (कि.मी., p.m.) and numbers that go
    on (3. 5) do not end one. Where it cannot be known (an abbreviation that does end a sentence)
    the answer is no: two short sentences in one unit cost less than a name cut in half.
    """
    if following and is_punctuation(following):
        return False  # the closing mark that stands apart belongs to this sentence
    stripped = word.rstrip(CLOSERS)
    if not stripped:
        return False
    last = stripped[-1]
    if last == "…" or stripped.endswith(".."):
        return not _goes_on(following)
    if last in ENDS:
        return True
    if last != ".":
        return False
    core = unicodedata.normalize("NFC", stripped[:-1].lstrip(OPENERS))
    if not core:
        return True
    if core.casefold() in ABBREVIATIONS or _DOTTED.fullmatch(core):
        return False
    if _is_initial(core):
        return False
    return not (core.isdigit() and following is not None and following[:1].isdigit())


def _is_initial(core: str) -> bool:
    """J, क, எம்: a letter, or a Latin letter's name in an Indian script.

    In the southern scripts any single syllable is taken for one: initials are everywhere there
    and one-syllable last words are rare, while Hindi ends most sentences with one (है, था).
    """
    if len(core) == 1:
        return (core.isupper() and core != "I") or bool(_INDIC_BLOCKS.match(core))
    if not _SOUTHERN_BLOCKS.match(core):
        return core in _LETTER_NAMES
    syllable = len(core) == 2 and unicodedata.category(core[1])[0] == "M"
    closed = len(core) <= 3 and core[0] in "எఎಎഎ"  # எம் ఎం ಎಸ್ എൻ
    return syllable or closed or core in _LETTER_NAMES


def _goes_on(following: str | None) -> bool:
    """After an ellipsis: a small letter goes on with the sentence."""
    return bool(following) and following.lstrip(OPENERS)[:1].islower()  # type: ignore[union-attr]
