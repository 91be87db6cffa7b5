"""The Latin spelling of units: one table of sounds for all scripts, and what differs by language.

The convention is that of chats and song lyrics, not a scholar's: no diacritics, no capitals for
retroflex letters. A long vowel is written twice (aa, ee, oo) only where people mostly do: by
`Table.long`, and never at a longer word's end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from chalchitra.text.romanise.letters import AYTHAM, NUKTA, Unit

CONSONANTS = {
    "क": "k", "ख": "kh", "ग": "g", "घ": "gh", "ङ": "ng",
    "च": "ch", "छ": "chh", "ज": "j", "झ": "jh", "ञ": "ny",
    "ट": "t", "ठ": "th", "ड": "d", "ढ": "dh", "ण": "n",
    "त": "t", "थ": "th", "द": "d", "ध": "dh", "न": "n", "ऩ": "n",
    "प": "p", "फ": "ph", "ब": "b", "भ": "bh", "म": "m",
    "य": "y", "र": "r", "ऱ": "r", "ल": "l", "ळ": "l", "ऴ": "zh", "व": "v",
    "श": "sh", "ष": "sh", "स": "s", "ह": "h",
    "क" + NUKTA: "q", "ग" + NUKTA: "gh", "ज" + NUKTA: "z", "फ" + NUKTA: "f",
    "झ" + NUKTA: "zh", "श" + NUKTA: "sh",
    "स" + NUKTA: "sh", AYTHAM: "h",
}  # fmt: skip
"""ड़, ढ़ and ख़ are written as their plain letters: ladki, padhna, khushi."""

VOWELS = {
    "अ": "a", "आ": "a", "इ": "i", "ई": "i", "उ": "u", "ऊ": "u", "ऋ": "ri", "ॠ": "ri",
    "ऌ": "li", "ॡ": "li", "ऍ": "e", "ऎ": "e", "ए": "e", "ऐ": "ai", "ऑ": "o", "ऒ": "o",
    "ओ": "o", "औ": "au",
}  # fmt: skip
LONG = {"आ": "aa", "ई": "ee", "ऊ": "oo"}
_LABIALS = frozenset("पफबभम")
_VELARS = frozenset("कखगघ")


@dataclass(frozen=True)
class Table:
    """How one language spells: what differs from CONSONANTS and VOWELS, and its habits."""

    consonants: dict[str, str] = field(default_factory=dict)
    vowels: dict[str, str] = field(default_factory=dict)
    conjuncts: dict[str, str] = field(default_factory=dict)
    """What a dead consonant and the next one are together: {"जञ": "gy"}."""
    schwas: Literal["dropped", "dropped but after clusters", "kept"] = "dropped"
    """What becomes of inherent vowels that Hindi would not say."""
    long: Literal["last closed", "only one", "first", "initial", "never"] = "last closed"
    """Where a long vowel is written twice: "last closed" syllable (a only where it is the only
    one), "only one" (a alone), "first" syllable, "initial" a alone; or never."""
    glides: bool = True
    """Whether y is written where a vowel follows i (duniya)."""
    final_nasal: str = "n"
    """A nasal at the word's end: "n", "m", or "" where nobody writes it."""


def consonant(table: Table, letter: str) -> str:
    if letter in table.consonants:
        return table.consonants[letter]
    plain = letter.rstrip(NUKTA)
    return CONSONANTS.get(letter) or table.consonants.get(plain) or CONSONANTS[plain]


def doubled(spelled: str, following: str) -> str:
    """The first of two like consonants: a digraph is written once and a half (patthar, accha)."""
    if len(spelled) > 1 and following.startswith(spelled):
        return spelled[0]
    return spelled


def nasal(table: Table, units: Sequence[Unit], at: int) -> str:
    """An anusvara or a chandrabindu by what follows it."""
    if at + 1 == len(units):
        return table.final_nasal
    following = units[at + 1].consonant[:1]
    labial = following and following in _LABIALS and units[at].nasal == "ं"
    return "m" if labial else "n"


def vowel(table: Table, units: Sequence[Unit], at: int) -> str:
    """The vowel of a unit, written twice where it is long and the table's habit says so."""
    letter = units[at].vowel
    if letter in LONG and _is_doubled(table, units, at):
        return LONG[letter]
    return table.vowels.get(letter, VOWELS[letter])


def _is_doubled(table: Table, units: Sequence[Unit], at: int) -> bool:
    vowels = [n for n, unit in enumerate(units) if unit.vowel]
    closed = at + 1 < len(units) or bool(units[at].nasal and len(vowels) == 1)  # hoon, not naheen
    letter = units[at].vowel
    if table.long == "first":  # of the word, and not all of it but for one syllable
        return at == vowels[0] and (len(vowels) > 1 or closed or letter != "आ")
    if table.long == "never":
        return False
    if letter == "आ" and at == 0 and not units[0].consonant:
        return True  # aap, aadmi, aawaz
    before_ya = at + 1 < len(units) and units[at + 1].consonant[:1] == "य"  # chay
    in_last_syllable = at == vowels[-1] and closed and not before_ya
    if letter == "आ":
        return table.long != "initial" and in_last_syllable and len(vowels) == 1
    return table.long == "last closed" and in_last_syllable


def in_velar_place(units: Sequence[Unit], at: int) -> bool:
    """Whether a consonant of the velar row follows."""
    return at + 1 < len(units) and units[at + 1].consonant[:1] in _VELARS
