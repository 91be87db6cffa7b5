"""Where a text may be cut: grapheme clusters, and the atoms of scripts written without spaces.

Clusters are those of the pinned `regex` library (UAX 29); nothing is ever cut inside one.
"""

from __future__ import annotations

from functools import cache
from typing import Any

UNSPACED_SCRIPTS = frozenset(
    {"Hans", "Hant", "Hani", "Jpan", "Thai", "Laoo", "Khmr", "Mymr", "Tibt"}
)
"""ISO 15924 codes of the scripts that put no space between words."""

_UNSPACED = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
    r"\u3000-\u303F\uFF00-\uFFEF"
)
_LEADING = r"\p{Ps}\p{Pi}¿¡\u0E40-\u0E44\u0EC0-\u0EC4"
"""Never at a line's end: opening brackets, and the Thai and Lao vowels written before their
consonant."""
_TRAILING = (
    r"\p{Pe}\p{Pf}\p{Po}\p{M}\u0E2F\u0E30\u0E32\u0E45\u0E46\u0EAF\u0EB0\u0EB2\u0EC6\u17D7"
    r"ーｰ々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
)
"""Never at a line's start: closing punctuation, vowel signs, marks of repetition, small kana
(kinsoku)."""
_STACKERS = r"\u0A4D\u0B4D\u0CCD\u0DCA\u200D\u1039\u17D2"
"""Viramas and the joiner: the next consonant is written with this one. UAX 29 does not join it in
every script."""
_CLOSED_SYLLABLE = r"[\u1000-\u1021]\u1037?\u103A"
"""A Burmese consonant with asat ends the syllable before it."""


@cache
def _patterns() -> dict[str, Any]:
    import regex

    joined = rf"\X(?:(?<=[{_STACKERS}])\X)*"
    tail = rf"(?:(?=[[{_TRAILING}]--[¿¡]]|{_CLOSED_SYLLABLE}){joined})*"
    run = rf"(?:(?![{_UNSPACED}{_LEADING}]|[[{_TRAILING}]--[\p{{M}}]]){joined})+"
    atom = rf"[{_LEADING}]*(?:{run}(?:[.,:'’/-]{run})*|{joined}){tail}"
    return {
        "grapheme": regex.compile(r"\X"),
        "joined": regex.compile(joined, regex.V1),
        "atom": regex.compile(atom, regex.V1),
    }


def graphemes(text: str) -> list[str]:
    """The grapheme clusters of a text, in order; together they are the text."""
    return list(_patterns()["grapheme"].findall(text))


def atoms(text: str) -> list[str]:
    """Text written without spaces, cut wherever a line may break: together they are the text.

    Between characters in general, not inside a Latin word or a number, not before what must not
    begin a line nor after what must not end one. There is no dictionary here, so a Thai or Khmer
    word can be cut between two syllables.
    """
    return list(_patterns()["atom"].findall(text))


def chunks(text: str, size: int, length: Any = len) -> list[str]:
    """A text too long for a line, cut into parts of at most `size`, never inside a cluster.

    A single cluster longer than `size` stays whole.
    """
    parts: list[str] = []
    part = ""
    for unit in _patterns()["joined"].findall(text):
        if part and length(part + unit) > size:
            parts.append(part)
            part = ""
        part += unit
    return [*parts, part] if part else parts
