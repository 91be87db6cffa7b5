"""A word of an Indian script as syllable units, whatever the script.

Unicode gives the scripts that descend from Brahmi the same places in their blocks (the layout of
ISCII), so every letter is first named by its Devanagari counterpart; what has none at its place
is in _ELSEWHERE. After that one table of sounds serves all scripts.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

BLOCKS = {
    "Deva": 0x0900,
    "Beng": 0x0980,
    "Guru": 0x0A00,
    "Gujr": 0x0A80,
    "Orya": 0x0B00,
    "Taml": 0x0B80,
    "Telu": 0x0C00,
    "Knda": 0x0C80,
    "Mlym": 0x0D00,
}
"""ISO 15924 code of each script that is read here, and where its block of 128 begins."""

VIRAMA, NUKTA, ADDAK, AYTHAM = "\u094d", "\u093c", "ੱ", "ஃ"
INHERENT = "अ"
_CHANDRAKKALA = "\u0d4d"
"""Malayalam's virama, at a word's end a short u: വീട് is veedu."""
_JOINERS = "\u200c\u200d"
_SIGNS = dict(zip("ािीुूृॄॢॣॅॆेैॉॊोौ", "आइईउऊऋॠऌॡऍऎएऐऑऒओऔ", strict=True))
"""Vowel signs, and the letters that write the same vowels by themselves."""
_VOWELS = frozenset("अ" + "".join(_SIGNS.values()))
_OTHERS = {"ऽ": "'", "ॐ": "om"}
_ELSEWHERE = {
    "ॲ": "ऍ", "ॳ": "अ", "ॴ": "आ", "ॵ": "औ", "ॶ": "उ", "ॷ": "ऊ", "ऺ": "े", "ऻ": "ा", "ऄ": "ऎ",
    "ॏ": "ौ", "ॖ": "ु", "ॗ": "ू", "ॹ": "ज" + NUKTA, "ॸ": "ड", "ॺ": "य", "ॻ": "ग", "ॼ": "ज",
    "ॾ": "ड", "ॿ": "ब", "ॽ": "", "ऀ": "ँ",
    "ৰ": "र", "ৱ": "व", "ৎ": "त" + VIRAMA, "ৗ": "ौ", "ৼ": "ं",
    "ੲ": "इ", "ੳ": "उ", "ੰ": "ं", "ੵ": VIRAMA + "य", "ੴ": "इक" + VIRAMA + "ओंकार" + VIRAMA,
    "ૹ": "ज" + NUKTA,
    "ୱ": "व", "ୖ": "ै", "ୗ": "ौ",
    "ௗ": "ौ",
    "ౘ": "च", "ౙ": "ज", "ౚ": "ऱ", "ౕ": "े", "ౖ": "ै",
    "ೞ": "ऴ", "ೕ": "े", "ೖ": "ै", "ೝ": "न" + VIRAMA,
    "ൺ": "ण" + VIRAMA, "ൻ": "न" + VIRAMA, "ർ": "र" + VIRAMA, "ൽ": "ल" + VIRAMA,
    "ൾ": "ळ" + VIRAMA, "ൿ": "क" + VIRAMA, "ൔ": "म" + VIRAMA, "ൕ": "य" + VIRAMA,
    "ൖ": "ऴ" + VIRAMA, "ൗ": "ौ", "ൎ": "र" + VIRAMA, "ഺ": "ट", "ൟ": "ई", "഻": VIRAMA, "഼": VIRAMA,
    "ౝ": "न" + VIRAMA, "ഄ": "म" + VIRAMA,
}  # fmt: skip


@dataclass(slots=True)
class Unit:
    """A consonant with its vowel, either of which may be "" (a vowel alone, a dead consonant).

    `consonant` and `vowel` are Devanagari letters; a nukta follows its consonant. `inherent`: the
    vowel is not written. `nasal` is an anusvara or a chandrabindu. `doubled`: an addak stands
    before the consonant. `other`: Latin text that stands for neither.
    """

    consonant: str = ""
    vowel: str = ""
    inherent: bool = False
    nasal: str = ""
    doubled: bool = False
    visarga: bool = False
    other: str = ""

    @property
    def dead(self) -> bool:
        return bool(self.consonant) and not self.vowel


def _is_of_words(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"


def _words_pattern() -> re.Pattern[str]:
    classes = []
    for begin in BLOCKS.values():
        letters = "".join(chr(c) for c in range(begin, begin + 128) if _is_of_words(chr(c)))
        classes.append(f"[{letters}][{letters}{_JOINERS}]*")
    return re.compile("|".join(classes))


WORD = _words_pattern()
"""A run of letters and signs of one of the scripts, with the joiners among them."""


def script_of(word: str) -> str:
    """The ISO 15924 code of a run that WORD matched."""
    begin = ord(word[0]) & ~0x7F
    return next(code for code, block in BLOCKS.items() if block == begin)


def _counterpart(letter: str) -> str:
    """The Devanagari letters for one letter of any script; "" for a joiner."""
    if letter in _ELSEWHERE:
        return _ELSEWHERE[letter]
    if letter in (ADDAK, AYTHAM):
        return letter
    if letter in _JOINERS:
        return ""
    # NFC takes the letters that have a nukta apart.
    return unicodedata.normalize("NFC", chr(0x0900 + (ord(letter) & 0x7F)))


def units(word: str) -> list[Unit]:
    """The units of a run that WORD matched, in order. Joiners and accents have no sound and go."""
    found: list[Unit] = []
    doubled = False
    for original in unicodedata.normalize("NFC", word):
        for letter in _counterpart(original):
            if letter == ADDAK:
                doubled = True
            elif not _joins(letter, found):
                unit = _begin(letter, original)
                if unit:
                    unit.doubled, doubled = doubled, False
                    found.append(unit)
    if found and word.rstrip(_JOINERS).endswith(_CHANDRAKKALA) and found[-1].dead:
        found[-1].vowel = "उ"
    return found


def _begin(letter: str, original: str) -> Unit | None:
    """The unit that a letter begins."""
    if "क" <= letter <= "ह" or letter == AYTHAM:
        return Unit(letter, INHERENT, inherent=True)
    if letter in _VOWELS:
        return Unit("", letter)
    if letter in _SIGNS:  # without a consonant before it
        return Unit("", _SIGNS[letter])
    if letter in "ँं":
        return Unit("म" if letter == "ं" else "न")
    if letter in _OTHERS:
        return Unit(other=_OTHERS[letter])
    if unicodedata.category(original)[0] == "L":
        return Unit(other=unicodedata.name(original).rpartition(" ")[2].lower())
    return None


def _joins(letter: str, found: list[Unit]) -> bool:
    """Whether a sign belongs to the last unit, which it then changes."""
    last = found[-1] if found else Unit()
    if letter in _SIGNS and last.inherent:
        last.vowel, last.inherent = _SIGNS[letter], False
    elif letter == VIRAMA and last.inherent:
        last.vowel, last.inherent = "", False
    elif letter == NUKTA and last.consonant and not last.consonant.endswith(NUKTA):
        last.consonant += NUKTA
    elif letter in "ँं" and last.vowel and not last.nasal:
        last.nasal = letter
    elif letter == "ः" and found:
        last.visarga = True
    else:
        return False
    return True
