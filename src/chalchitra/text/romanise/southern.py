"""Tamil, Telugu, Kannada and Malayalam: every written vowel is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chalchitra.text.romanise import spelling
from chalchitra.text.romanise.letters import AYTHAM, NUKTA, Unit
from chalchitra.text.romanise.spelling import Table

_TAMIL = Table({"ञ": "ny"}, {}, long="first", final_nasal="m")
_MALAYALAM = Table(
    {"त": "th", "ञ": "nj", "फ": "f"}, {"ऋ": "ru"}, {"जञ": "jn"}, long="first", final_nasal="m"
)
TABLES = {
    "Taml": _TAMIL,
    "Telu": Table({"फ": "f"}, {"ऋ": "ru"}, {"जञ": "gn"}, long="first", final_nasal="m"),
    "Knda": Table({"फ": "f"}, {"ऋ": "ru"}, {"जञ": "jn"}, long="first", final_nasal="m"),
    "Mlym": _MALAYALAM,
}
"""By language, else by script."""

_HARD = {"क": ("k", "g"), "च": ("ch", "s"), "ट": ("t", "d"), "त": ("th", "dh"), "प": ("p", "b")}
"""Tamil's stops: doubled, and between vowels. After a nasal ச is j; a word begins with s."""
_NASALS = frozenset("ङञणनमऩ")


def spell(units: list[Unit], table: Table) -> str:
    """The Latin spelling of one word."""
    onset: Callable[[Sequence[Unit], int, Table], str] = _onset
    if table is _TAMIL:
        onset = _tamil_onset
    elif table is _MALAYALAM:
        onset = _malayalam_onset
    parts: list[str] = []
    for at, unit in enumerate(units):
        parts.append(unit.other or (onset(units, at, table) if unit.consonant else ""))
        if unit.vowel:
            parts.append(spelling.vowel(table, units, at))
        if unit.nasal:
            always_m = table is _MALAYALAM and not spelling.in_velar_place(units, at)
            parts.append("m" if always_m else spelling.nasal(table, units, at))
        if unit.visarga:
            parts.append("h")
    return "".join(parts)


def _neighbours(units: Sequence[Unit], at: int) -> tuple[Unit, Unit]:
    before = units[at - 1] if at else Unit()
    return before, units[at + 1] if at + 1 < len(units) else Unit()


def _onset(units: Sequence[Unit], at: int, table: Table) -> str:
    unit = units[at]
    before, after = _neighbours(units, at)
    if before.dead and before.consonant + unit.consonant in table.conjuncts:
        return ""
    if unit.dead and unit.consonant + after.consonant in table.conjuncts:
        return table.conjuncts[unit.consonant + after.consonant]
    if unit.dead and unit.consonant in "ङञ" and after.consonant not in ("ङ", "ञ"):
        return "n"
    own = spelling.consonant(table, unit.consonant)
    if unit.dead and after.consonant:
        return spelling.doubled(own, spelling.consonant(table, after.consonant))
    return own


def _tamil_onset(units: Sequence[Unit], at: int, table: Table) -> str:
    unit = units[at]
    before, after = _neighbours(units, at)
    letter = unit.consonant
    if letter == AYTHAM:
        unit.vowel = ""
        return "" if after.consonant in ("प", "ज") else "h"
    if before.consonant == AYTHAM and letter in ("प", "ज"):
        return "f" if letter == "प" else "z"
    if letter in _HARD:
        return _hard(letter, unit, before, after, at)
    if letter == "ऱ":
        if unit.dead and after.consonant == "ऱ":
            return "t"
        return "dr" if before.dead and before.consonant in _NASALS else "r"
    return _onset(units, at, table)


def _hard(letter: str, unit: Unit, before: Unit, after: Unit, at: int) -> str:
    """A stop of Tamil, voiced by its place."""
    doubled, single = _HARD[letter]
    if unit.dead:
        return "" if after.consonant == letter and letter in "चत" else doubled
    if at == 0:
        return "s" if letter == "च" else doubled
    if before.dead and before.consonant in _NASALS:
        return "j" if letter == "च" else single
    if before.dead and (before.consonant in _HARD or before.consonant == "ऱ"):
        return doubled
    return single


def _malayalam_onset(units: Sequence[Unit], at: int, table: Table) -> str:
    unit = units[at]
    before, after = _neighbours(units, at)
    letter = unit.consonant
    if letter == "ऱ" and ((before.dead and before.consonant in "नऱऩ") or after.consonant == "ऱ"):
        is_first = unit.dead and after.consonant == "ऱ"
        return "t" if is_first or before.dead else "r"
    if letter == "ट" and unit.vowel and (before.vowel or before.consonant == "ण"):
        return "d"
    if unit.dead and letter in "ङञचत" and after.consonant.rstrip(NUKTA) in (letter, *"छथ"):
        return "" if after.consonant == letter or letter + after.consonant in "चछतथ" else "n"
    return _onset(units, at, table)
