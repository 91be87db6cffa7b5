"""The placeholders `<ID1>`, `<ID2>` that stand for what a model may not touch.

IndicTrans2 was trained to copy them, and mostly does. Otherwise it writes them in its own letters
and digits (`आईडी १`), loses their brackets (`ID1`), their number or their name, spaces them out,
says them twice. Every form in which the name and a known number are left is filled; what is left of
the others is a stray, which no viewer may see.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

_JOIN = r"[\s.\-_#।᱾۔:\u200b-\u200d\u2060]{0,6}"
_NAMES = "|".join(
    (
        rf"i{_JOIN}d",
        rf"(?:आ{_JOIN}[ईइय]|अइ|ऐ){_JOIN}्?{_JOIN}[डटद][ीि]",  # and every script like it
        rf"آ[ءئیيِ]{{1,3}}{_JOIN}[ڈڊد][یيى]",
        rf"ᱟ[ᱭᱤ]{_JOIN}ᱰᱤ",
        rf"ꯑꯥꯏ{_JOIN}ꯗꯤ",
    )
)
_NAME = rf"(?:{_NAMES}){{1,3}}{_JOIN}"
_OPEN, _CLOSE = r"(?:[<\[]\s{0,3})", r"(?:\s{0,3}[>\]])"
_OPENS, _CLOSES = rf"{_OPEN}{{1,4}}", rf"{_CLOSE}{{1,4}}"
_FORMS = re.compile(
    "|".join(
        (
            rf"{_OPENS}{_NAME}(?P<spaced>\d(?:\s?\d){{0,2}}){_CLOSES}",
            rf"(?:{_OPENS})?{_NAME}{_CLOSE}?{_JOIN}(?P<named>\d{{1,3}})(?!\d)(?:{_CLOSES})?",
            rf"{_OPENS}(?P<bare>\d{{1,3}})(?:{_JOIN}{_NAME})?{_CLOSES}",
            rf"{_OPENS}{_NAME}(?:{_CLOSES})?",
        )
    )
)
"""Over folded text: brackets with the name and a number, the name and a number, brackets with a
number, brackets with the name."""
_NAME_ALONE = re.compile(rf"(?:{_NAMES})")
_BRACKET = re.compile(r"[<>]")
_FOLDED = str.maketrans(
    {
        **dict.fromkeys(map(ord, "＜‹«〈《⟨≪"), "<"),
        **dict.fromkeys(map(ord, "＞›»〉》⟩≫"), ">"),
        **dict.fromkeys(map(ord, "［(（{｛【"), "["),
        **dict.fromkeys(map(ord, "］)）}｝】"), "]"),
        **{0xFF21 + n: chr(0x61 + n) for n in range(26)},
        **{0xFF41 + n: chr(0x61 + n) for n in range(26)},
    }
)
_ESCAPES = {"&lt;": "<", "&gt;": ">", "&#60;": "<", "&#62;": ">"}
_PLACE = [chr(code) for code in range(0xE200, 0xE300)]
"""Private characters: where an entity goes, until nothing is looked for any more."""


@dataclass(frozen=True)
class Filled:
    """An output with its entities in place.

    `seen` are the numbers (from 1) of those that it had, `doubled` of those that it had twice;
    `strays` is what is left of placeholders that stand for nothing.
    """

    text: str
    seen: frozenset[int]
    doubled: frozenset[int]
    strays: tuple[str, ...]


def placeholder(number: int) -> str:
    return f"<ID{number}>"


def alike(text: str) -> list[tuple[int, int]]:
    """Where a text has what looks like one of them (start, end)."""
    return [match.span() for match in _found(text, _folded(text))]


def filled(output: str, entities: Sequence[str], source: str = "") -> Filled:
    """The output with `entities` (at most 256) in the place of their placeholders.

    What looks like a placeholder is none where the `source` has the like of it and there are no
    entities.
    """
    for escaped, bracket in _ESCAPES.items():
        output = output.replace(escaped, bracket)
    seen: list[int] = []
    strays: list[str] = []
    waiting: list[str] = []
    parts: list[str] = []
    done = 0
    for match in _found(output, _folded(output)):
        parts.append(output[done : match.start()])
        done = match.end()
        digits = match.group("spaced") or match.group("named") or match.group("bare") or ""
        number = int("".join(digits.split()) or 0)
        before = _space(output, match.start(), match.end())
        if 1 <= number <= min(len(entities), len(_PLACE)):
            if not (seen and seen[-1] == number and not "".join(parts[-1:]).strip(" ,-")):
                parts.append(_apart(parts, before) + _PLACE[number - 1])
                seen.append(number)
        elif entities and not number:
            waiting.append(match.group())
            parts.append(before + "\ue1ff")
        elif entities or not _found_any(source):
            strays.append(output[match.start() : match.end()])
        else:
            parts.append(output[match.start() : match.end()])
    text = "".join([*parts, output[done:]])
    lost = sorted(set(range(1, len(entities) + 1)).difference(seen))
    known = strays or _NAME_ALONE.search(_folded(source))
    text, nameless = _nameless(text, bool(lost) and not known)
    if len(waiting) + nameless == len(lost) == 1:
        text = text.replace("\ue1ff", _PLACE[lost[0] - 1])
        seen.append(lost[0])
    elif waiting or nameless:
        strays += waiting or ["ID"]
    if _BRACKET.search(text.translate(_FOLDED)) and not _BRACKET.search(source.translate(_FOLDED)):
        strays.append("".join(_BRACKET.findall(text.translate(_FOLDED))))
    text = text.replace("\ue1ff", "")
    for number in set(seen):
        text = text.replace(_PLACE[number - 1], entities[number - 1])
    twice = frozenset(number for number, times in Counter(seen).items() if times > 1)
    return Filled(text, frozenset(seen), twice, tuple(strays))


def _nameless(text: str, look: bool) -> tuple[str, int]:
    """The text with a mark for each name that lost brackets and number, and how many."""
    if not look:
        return text, 0
    places = [m.span() for m in _NAME_ALONE.finditer(_folded(text)) if _stands_alone(text, m)]
    parts, done = [], 0
    for start, end in places:
        parts += [text[done:start], "\ue1ff"]
        done = end
    return "".join([*parts, text[done:]]), len(places)


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    before, after = _before(text, match.start()), text[match.end() : match.end() + 1]
    if match.group().isascii() and text[match.start() : match.end()] != "ID":
        return False
    return not (_is_letter(before) or _is_letter(after))


def _found(text: str, folded: str) -> Iterator[re.Match[str]]:
    at = 0
    while match := _FORMS.search(folded, at):
        if _is_one(text, folded, match):
            yield match
            at = match.end()
        else:
            at = match.start() + 1


def _is_one(text: str, folded: str, match: re.Match[str]) -> bool:
    start, first = match.start(), match.group()[0]
    if first == "[" and match.group("bare"):
        return "i" in match.group()  # (1) and [1] are how a text numbers things
    if first in "<[":
        return True
    name = text[start : match.end()]
    letters = "".join(c for c in name if c.isascii() and c.isalpha())
    if letters and letters != "ID" * (len(letters) // 2):  # a word of its own: id1, Id 1
        return bool(re.match(r"[Ii]d\W?\d", name)) and not _is_letter(_before(text, start))
    return not _within_a_word(text, start)


def _found_any(text: str) -> bool:
    return next(_found(text, _folded(text)), None) is not None


def _within_a_word(text: str, start: int) -> bool:
    """Whether a name begins inside another word: `did 1`, but not `saidID1` or `कोID1`."""
    before, first = _before(text, start), text[start]
    if not _is_letter(before):
        return False
    if first.isascii():
        return before.isascii() and not (first.isupper() and before.islower())
    return not before.isascii()


def _is_letter(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] in "LM"


def _space(output: str, start: int, end: int) -> str:
    """The space that a placeholder lacks which was glued to a word."""
    before = _before(output, start)
    glued = _is_letter(before) and (before.isascii() or output[start:end].isascii())
    return " " if glued else ""


def _apart(parts: Sequence[str], space: str) -> str:
    """A space where the placeholder before this one came without any."""
    said = next((part for part in reversed(parts) if part), "")
    return " " if said[-1:] and said[-1] in _PLACE else space


def _before(text: str, at: int) -> str:
    return text[max(at - 1, 0) : at]


def _folded(text: str) -> str:
    """The text as all scripts share it, character by character: digits in ASCII, small letters,
    letters of the Indian scripts as the ones in their place in Devanagari's block."""
    return "".join(map(_fold, text))


@cache
def _fold(character: str) -> str:
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.digit(character))
    code = ord(character)
    if 0x0980 <= code <= 0x0D7F:
        return chr(0x0900 + code % 0x80)
    small = character.translate(_FOLDED).lower()
    return small if len(small) == 1 else character
