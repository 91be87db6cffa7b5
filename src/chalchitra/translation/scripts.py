"""Which script a text is in: the letters of the Indian scripts and Latin, by Unicode block.

Dandas sit in the Devanagari block and serve other scripts too, so only letters and their signs
(categories L and M) are counted.
"""

from __future__ import annotations

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
    found = [script_of(character) for character in text]
    letters = [one for one in found if one is not None]
    return letters.count(script) / len(letters) if letters else None
