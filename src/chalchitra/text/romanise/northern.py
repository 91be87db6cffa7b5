"""Devanagari, Gujarati, Gurmukhi and Odia, and Bengali letters where they write Manipuri."""

from __future__ import annotations

from collections.abc import Sequence

from chalchitra.text.romanise import spelling
from chalchitra.text.romanise.letters import Unit
from chalchitra.text.romanise.schwa import drop_schwas
from chalchitra.text.romanise.spelling import Table

_F = {"फ": "f"}
HINDI = Table(conjuncts={"जञ": "gy"})
TABLES = {
    "Deva": HINDI,
    "mr": Table(_F, {"ऋ": "ru"}, {"जञ": "dny"}, long="only one", final_nasal=""),
    "kok": Table(_F, {"ऋ": "ru"}, {"जञ": "jny"}, long="only one"),
    "ne": Table({}, {}, {"जञ": "gy"}, schwas="dropped but after clusters", long="initial"),
    "sa": Table({}, {}, {"जञ": "jn"}, schwas="kept", long="never", final_nasal="m"),
    "Gujr": Table(_F, {"ऋ": "ru"}, {"जञ": "gn"}, long="initial", final_nasal=""),
    "Guru": Table(_F, {}, {"जञ": "gy"}),
    "Orya": Table(
        {}, {"ऋ": "ru"}, {"जञ": "gy"}, schwas="kept", long="initial", final_nasal="", glides=False
    ),
    "mni": Table({"य": "y"}, {}, {"जञ": "gy"}, long="initial"),
}
"""By language, else by script."""

_GLIDES = {"अई": "yi", "अए": "ye", "आए": "ye", "इए": "ye", "ईए": "ye", "इआ": "y", "ईआ": "y",
           "इओ": "y", "ईओ": "y"}  # fmt: skip
"""What is heard between two vowels, and written: gayi, aaye, liye, duniya."""


def spell(units: list[Unit], table: Table) -> str:
    """The Latin spelling of one word."""
    if table.schwas != "kept":
        drop_schwas(units, after_clusters=table.schwas == "dropped but after clusters")
    hindi, punjabi = table is HINDI, table is TABLES["Guru"]
    parts: list[str] = []
    for at, unit in enumerate(units):
        if unit.other:
            parts.append(unit.other)
            continue
        if unit.consonant:
            parts.append(_onset(units, at, table, hindi))
        if unit.vowel:
            if punjabi and _follows_i(units, at):
                parts.pop()  # ਪਿਆਰ: pyar
            parts.append(_vowel(units, at, table))
        if unit.nasal:
            parts.append(spelling.nasal(table, units, at))
        if unit.visarga and (at + 1 == len(units) or table.schwas == "kept"):  # atah, but dukh
            parts.append("h")
    return "".join(parts)


def _follows_i(units: Sequence[Unit], at: int) -> bool:
    """A vowel a by itself after a short i."""
    before = units[at - 1] if at else Unit()
    return not units[at].consonant and before.vowel + units[at].vowel == "इआ" and not before.nasal


def _onset(units: Sequence[Unit], at: int, table: Table, hindi: bool) -> str:
    unit = units[at]
    before = units[at - 1] if at else Unit()
    if before.dead and before.consonant + unit.consonant in table.conjuncts:
        return ""
    own = spelling.consonant(table, unit.consonant)
    following = units[at + 1].consonant if at + 1 < len(units) else ""
    if unit.dead and unit.consonant + following in table.conjuncts:
        return table.conjuncts[unit.consonant + following]
    if hindi and unit.consonant == "व":
        own = _of_va(units, at)
    if hindi and unit.consonant == "फ" and at + 1 == len(units) and unit.dead:
        own = "f"  # साफ, माफ, सिर्फ: the nukta is often left out there, and no native word has ph
    if unit.dead and unit.consonant in "ङञ":
        own = "n"
    if unit.consonant == "छ" and before.dead and before.consonant == "च":
        own = "ch"
    if unit.dead and following and not units[at + 1].doubled:
        own = spelling.doubled(own, spelling.consonant(table, following))
    if unit.doubled:
        ends = at + 1 == len(units) and unit.dead
        own = own if ends and len(own) > 1 else own[0] + own
    return own


def _of_va(units: Sequence[Unit], at: int) -> str:
    """व is w after a consonant and before a and o (swagat, wala, jawab), else v (veer, dev).

    Short a, and what follows i or e, keeps v: jivan, parivar, seva.
    """
    unit = units[at]
    before = units[at - 1] if at else Unit()
    if before.consonant and before.dead:
        written = before.consonant == "र" and not before.inherent  # पार्वती, but दरवाज़ा
        return "v" if written or unit.vowel in ("इ", "ई", "ए", "ऐ", "") else "w"
    if unit.vowel not in ("आ", "ओ") or before.vowel in ("इ", "ए"):
        return "v"
    return "w"


def _vowel(units: Sequence[Unit], at: int, table: Table) -> str:
    own = spelling.vowel(table, units, at)
    unit, before = units[at], units[at - 1] if at else Unit()
    if table.glides and not unit.consonant and not before.nasal:
        glide = _GLIDES.get(before.vowel + unit.vowel, "")
        if glide == "y":
            return glide + own
        if glide and (glide != "yi" or table is HINDI):
            return glide
    if table is HINDI and _is_raised(units, at):
        return "e"
    return own


def _is_raised(units: Sequence[Unit], at: int) -> bool:
    """A schwa before h and a consonant, or h at a syllable's end: pehle, shehar, keh."""
    if at or not units[at].inherent or units[at].nasal or len(units) == 1:
        return False
    following, later = units[1], units[2:3]
    if following.consonant != "ह" or following.nasal or not following.inherent:
        return False
    if not later:
        return following.dead
    return bool(later[0].consonant) and (not later[0].dead or len(units) == 3)
