"""Which script a text is in: the letters of the Indian scripts and Latin, by Unicode block.

Dandas sit in the Devanagari block and serve other scripts too, so only letters and their signs
(categories L and M) are counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x024F, "Latn"),
    (0x0600, 0x06FF, "Arab"),
    (0x0750, 0x077F, "Arab"),
    (0x08A0, 0x08FF, "Arab"),
    (0x0900, 0x097F, "Deva"),
    (0x0980, 0x09FF, "Beng"),
    (0x0A00, 0x0A7F, "Guru"),
    (0x0A80, 0x0AFF, "Gujr"),
    (0x0B00, 0x0B7F, "Orya"),
    (0x0B80, 0x0BFF, "Taml"),
    (0x0C00, 0x0C7F, "Telu"),
    (0x0C80, 0x0CFF, "Knda"),
    (0x0D00, 0x0D7F, "Mlym"),
    (0x1C50, 0x1C7F, "Olck"),
    (0x1CD0, 0x1CFF, "Deva"),
    (0x1E00, 0x1EFF, "Latn"),
    (0xA8E0, 0xA8FF, "Deva"),
    (0xAAE0, 0xAAFF, "Mtei"),
    (0xABC0, 0xABFF, "Mtei"),
    (0xFB50, 0xFDFF, "Arab"),
    (0xFE70, 0xFEFC, "Arab"),
)

_OTHERS: tuple[tuple[int, int, str], ...] = (
    (0x0370, 0x03FF, "Grek"),
    (0x0400, 0x052F, "Cyrl"),
    (0x0531, 0x058F, "Armn"),
    (0x0591, 0x05F4, "Hebr"),
    (0x0D80, 0x0DFF, "Sinh"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x0E80, 0x0EFF, "Laoo"),
    (0x0F00, 0x0FFF, "Tibt"),
    (0x1000, 0x109F, "Mymr"),
    (0x10A0, 0x10FF, "Geor"),
    (0x1100, 0x11FF, "Hang"),
    (0x1200, 0x139F, "Ethi"),
    (0x1780, 0x17FF, "Khmr"),
    (0x1F00, 0x1FFF, "Grek"),
    (0x3005, 0x3007, "Hani"),
    (0x3041, 0x309F, "Hira"),
    (0x30A1, 0x30FF, "Kana"),
    (0x3400, 0x4DBF, "Hani"),
    (0x4E00, 0x9FFF, "Hani"),
    (0xAC00, 0xD7AF, "Hang"),
    (0xF900, 0xFAFF, "Hani"),
)
"""The scripts of the other languages of config/languages.toml, which only a share is told of: what
recognition holds to be foreign does not hang on them."""
_WRITTEN_WITH = {
    "Hans": {"Hani"},
    "Hant": {"Hani"},
    "Jpan": {"Hani", "Hira", "Kana"},
    "Kore": {"Hang", "Hani"},
}
"""ISO 15924 codes that stand for several scripts, or for a way of writing one."""


def ranges(scripts: Collection[str]) -> list[tuple[int, int, str]]:
    """The code points (first, last, script) of these scripts; none for one not told here."""
    return [block for block in _BLOCKS if block[2] in scripts]


def script_of(character: str) -> str | None:
    """ISO 15924 code of a letter or sign; None for anything else, `Zyyy` for other scripts."""
    if unicodedata.category(character)[0] not in "LM":
        return None
    code = ord(character)
    for first, last, script in _BLOCKS:
        if first <= code <= last:
            return script
    return "Zyyy"


def script_share(text: str, script: str) -> float | None:
    """The share (0 to 1) of the text's letters that are in `script`; None without letters."""
    wanted = _WRITTEN_WITH.get(script, {script})
    found = [_any_script_of(character) for character in text]
    letters = [one for one in found if one is not None]
    return sum(one in wanted for one in letters) / len(letters) if letters else None


def is_written_in(character: str, script: str) -> bool:
    """Whether a character is a letter or a sign of the script, or of one it is written with."""
    return _any_script_of(character) in _WRITTEN_WITH.get(script, {script})


def can_be_told(script: str) -> bool:
    """Whether `script_share` knows the letters of this script."""
    known = {block[2] for block in (*_BLOCKS, *_OTHERS)}
    return not _WRITTEN_WITH.get(script, {script}).isdisjoint(known)


def _any_script_of(character: str) -> str | None:
    script = script_of(character)
    if script != "Zyyy":
        return script
    code = ord(character)
    return next((name for first, last, name in _OTHERS if first <= code <= last), script)


def script_name(native: str, script: str) -> str:
    """A script's English name by Unicode, from a word written in it: "Devanagari"."""
    for character in native:
        if script_of(character) == script:
            name = re.split(r" (?:LETTER|VOWEL|SIGN)\b", unicodedata.name(character, script))[0]
            return name.removesuffix(" SMALL").removesuffix(" CAPITAL").title()
    return script
