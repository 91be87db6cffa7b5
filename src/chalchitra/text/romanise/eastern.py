"""Bengali and Assamese. The inherent vowel is o (kemon, kotha), and conjuncts sound otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from chalchitra.text.romanise import spelling
from chalchitra.text.romanise.letters import NUKTA, Unit
from chalchitra.text.romanise.spelling import Table

_VOWELS = {"अ": "o", "ऐ": "oi", "औ": "ou"}
_CONSONANTS = {
    "य": "j", "य" + NUKTA: "y", "व": "w", "छ": "ch", "फ": "f",
    "ड" + NUKTA: "r", "ढ" + NUKTA: "rh",
}  # fmt: skip
BENGALI = Table(_CONSONANTS, _VOWELS, long="never")
ASSAMESE = Table(
    {**_CONSONANTS, "च": "s", "छ": "s", "श": "x", "ष": "x", "स": "x"}, _VOWELS, long="never"
)
TABLES = {"Beng": BENGALI, "as": ASSAMESE}
"""By language, else by script."""

_SUFFIXES = frozenset("तछलबक")
"""After an inherent vowel another one goes before these only: korte, bolche, sorkar."""
_NOT_DOUBLED = frozenset("रमबल")


def spell(units: list[Unit], table: Table) -> str:
    """The Latin spelling of one word."""
    _drop(units, inside=table is BENGALI)
    parts: list[str] = []
    for at, unit in enumerate(units):
        if unit.other:
            parts.append(unit.other)
        elif _is_bearer(units, at):
            continue
        else:
            parts.append(_onset(units, at, table) if unit.consonant else "")
            if unit.vowel:
                parts.append(spelling.vowel(table, units, at))
            if unit.nasal:
                parts.append(_nasal(units, at))
    return "".join(parts)


def _drop(units: Sequence[Unit], *, inside: bool) -> None:
    """The final inherent vowel goes but after clusters and h; inside only where surely unsaid."""
    if len(units) < 2:
        return
    last, before = units[-1], units[-2]
    after_i = last.consonant == "य" + NUKTA and before.vowel in ("इ", "ई")
    after_cluster = before.dead or before.nasal == "ं" or before.visarga
    kept = after_cluster or after_i or (inside and last.consonant == "ह")
    if last.inherent and not kept and not last.nasal and not last.visarga:
        last.vowel = ""
    if not inside:
        return
    for at in range(len(units) - 2, 0, -1):
        before, unit, after = units[at - 1 : at + 2]
        plain = unit.inherent and not unit.nasal and not unit.visarga and before.vowel
        if not plain or not (after.consonant and after.vowel) or after.consonant == unit.consonant:
            continue
        if not before.inherent or after.consonant in _SUFFIXES:
            unit.vowel = ""


def _is_bearer(units: Sequence[Unit], at: int) -> bool:
    """ও of ওয়া, which is written wa: khawa, howa."""
    return (
        not units[at].consonant
        and units[at].vowel == "ओ"
        and at > 0
        and at + 1 < len(units)
        and units[at + 1].consonant == "य" + NUKTA
        and units[at + 1].vowel == "आ"
    )


def _onset(units: Sequence[Unit], at: int, table: Table) -> str:
    unit = units[at]
    own = spelling.consonant(table, unit.consonant)
    before = units[at - 1] if at else Unit()
    following = units[at + 1] if at + 1 < len(units) else Unit()
    begins = at == 1
    if at and _is_bearer(units, at - 1):
        return "w"
    pair = before.consonant + unit.consonant if before.dead else ""
    if pair == "कष":
        return "kh" if begins else "kkh"
    if pair == "जञ":
        return "gy" if begins else "gg"
    if unit.dead and unit.consonant + following.consonant in ("कष", "जञ"):
        return ""
    if unit.consonant in ("य", "ब") and pair and before.consonant not in _NOT_DOUBLED:
        if begins or table is ASSAMESE:
            return "y" if unit.consonant == "य" else "w"
        return spelling.consonant(table, before.consonant)
    if table is ASSAMESE and own == "x" and unit.dead:
        own = "s"
    if before.visarga:
        own = own[0] + own
    if unit.consonant == "ङ":
        return "n" if spelling.in_velar_place(units, at) else "ng"
    if unit.consonant == "ञ" and unit.dead:
        return "n"
    doubles = table is BENGALI and following.consonant in ("य", "ब")
    if unit.dead and doubles and unit.consonant not in _NOT_DOUBLED:
        return own[0] if at else own
    return (
        spelling.doubled(own, spelling.consonant(table, following.consonant or "क"))
        if (unit.dead and following.consonant)
        else own
    )


def _nasal(units: Sequence[Unit], at: int) -> str:
    if units[at].nasal == "ं":
        return "n" if spelling.in_velar_place(units, at) else "ng"
    following = units[at + 1].consonant[:1] if at + 1 < len(units) else ""
    return "n" if "क" <= (following or " ") <= "म" else ""
