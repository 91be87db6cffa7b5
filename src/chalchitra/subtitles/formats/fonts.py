"""The font that a subtitle file names for a script, and where on the picture text may stand."""

from __future__ import annotations

from typing import NamedTuple

SAFE_MARGIN = 0.05
"""The part of width and height left free on every side: the safe title area of SMPTE ST 2046-1."""

TEXT_SIZE = 0.05
"""The size of the type (its em), as a part of the picture's height: 54 of 1080 lines."""


class Font(NamedTuple):
    """`height` is ascent and descent together in ems: what two lines need to stand apart."""

    family: str
    height: float


# The heights are those of the fonts' own tables (OS/2 usWinAscent + usWinDescent of 2020).
_FONTS = {
    "Arab": Font("Noto Sans Arabic", 2.11),
    "Aran": Font("Noto Nastaliq Urdu", 2.5),
    "Armn": Font("Noto Sans Armenian", 1.36),
    "Beng": Font("Noto Sans Bengali", 1.32),
    "Deva": Font("Noto Sans Devanagari", 1.3),
    "Ethi": Font("Noto Sans Ethiopic", 1.36),
    "Geor": Font("Noto Sans Georgian", 1.36),
    "Gujr": Font("Noto Sans Gujarati", 1.3),
    "Guru": Font("Noto Sans Gurmukhi", 1.3),
    "Hans": Font("Noto Sans CJK SC", 1.45),
    "Hant": Font("Noto Sans CJK TC", 1.45),
    "Hebr": Font("Noto Sans Hebrew", 1.36),
    "Jpan": Font("Noto Sans CJK JP", 1.45),
    "Khmr": Font("Noto Sans Khmer", 1.36),
    "Knda": Font("Noto Sans Kannada", 1.35),
    "Kore": Font("Noto Sans CJK KR", 1.45),
    "Laoo": Font("Noto Sans Lao", 1.65),
    "Mlym": Font("Noto Sans Malayalam", 1.25),
    "Mtei": Font("Noto Sans Meetei Mayek", 1.39),
    "Mymr": Font("Noto Sans Myanmar", 2.18),
    "Olck": Font("Noto Sans Ol Chiki", 1.36),
    "Orya": Font("Noto Sans Oriya", 1.36),
    "Sinh": Font("Noto Sans Sinhala", 1.3),
    "Taml": Font("Noto Sans Tamil", 1.24),
    "Telu": Font("Noto Sans Telugu", 1.35),
    "Thai": Font("Noto Sans Thai", 1.51),
    "Tibt": Font("Noto Serif Tibetan", 2.81),
}
LATIN = Font("Noto Sans", 1.36)
"""Of Latin, Greek and Cyrillic."""

_NASTALIQ = frozenset({"ur", "ks"})
"""Languages whose readers want the Arabic script in Nastaliq (Aran), by language subtag."""


_INSTEAD = {
    "Aran": _FONTS["Arab"],
    "Beng": Font("Hind Siliguri", 1.62),
}
"""What stands in where the font of a script is not at hand, by script."""

INDIAN = frozenset("Arab Beng Deva Gujr Guru Knda Mlym Mtei Olck Orya Taml Telu".split())
"""The scripts of the scheduled languages of India (Arab: Urdu, Kashmiri, Sindhi), by ISO 15924."""


def font_for(script: str, language: str) -> Font:
    """The Noto font for a script (ISO 15924) as readers of the language with this id expect it."""
    return _FONTS.get(_written_in(script, language), LATIN)


def fonts_for(script: str, language: str) -> list[Font]:
    """`font_for`, then what may stand in for it."""
    instead = _INSTEAD.get(_written_in(script, language))
    return [font_for(script, language), *([instead] if instead else [])]


def _written_in(script: str, language: str) -> str:
    nastaliq = script == "Arab" and language.partition("-")[0] in _NASTALIQ
    return "Aran" if nastaliq else script
