"""Keeps IndicTransToolkit 1.1.1 from corrupting text: what is done to a unit before and after it.

What the toolkit would do, and what is done instead (tests/translation/test_round_trip.py shows
both, byte for byte, on every script):

- Letters with a precomposed nukta become a literal `\\u093C`: they are decomposed first. NFC does
  that for most; U+0929, U+0931 and U+0934 stay composed in NFC and are decomposed here.
- `5:30` becomes `\\1ः30`, as does a colon after `>` or a Latin capital: a zero-width space is put
  before the colon, which the toolkit turns into the space that its tokeniser puts there anyway.
- Addresses, links and long numbers become placeholders by patterns that cut numbers in two
  (`1,00,000` inside `21,00,000`, `000.50` out of `5,000.50`), take a missing space after a full
  stop for a link, follow the hash order of a set, and can run for ever. The toolkit's own
  placeholders are switched off (indictrans2.py); the same `<ID1>` are set and restored here.
- Only some Indic digits become ASCII ones (no Tamil and Malayalam, no Telugu zero), which tears
  numbers apart: all of them do here.
- A no-break space between digits becomes a full stop: every white space becomes a plain one.
- A dash between words becomes a hyphen that joins them: it is sent as a comma.
- Numbers come back from the English detokeniser as `5: 30`: those that the source has are closed.

What is left alone is how IndicTrans2 was trained to see text: ASCII quotes and digits, no joiners,
Urdu without its diacritics, Malayalam's old AU sign.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from chalchitra.translation.terms import Found

_DECOMPOSED = str.maketrans({"\u0929": "न\u093c", "\u0931": "र\u093c", "\u0934": "ळ\u093c"})
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\ufffe\u00ad"))
"""Zero-width space, word joiner, byte order marks, soft hyphen. Joiners stay: they spell words."""

_LINK = r"""[^\s<>"।]*[^\s<>"।.,;:!?)\]}'’]"""
_PRIVATE = [chr(code) for code in range(0xE000, 0xE040)]
"""Private characters, which no text has: each stands for a term while the text is prepared."""
_ENTITIES = re.compile(
    "|".join(
        (
            r"[\ue000-\ue03f]",
            r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,}",  # ram@iit.ac.in
            rf"(?:(?:https?|ftp)://|\bwww\.){_LINK}",
            r"\b(?:[A-Za-z0-9-]{1,63}\.){1,8}(?:com|org|net|in|edu|gov|info|io|tv|uk)\b"
            rf"(?:/{_LINK})?",
            r"""[#@][^\s#@<>।.,;:!?'"()]{1,64}""",
            r"\d+(?:[-/.,:'+]\d+)+%?",
            r"\d+\s?%",
        )
    ),
    re.ASCII,
)
"""What must come out of a translation as it went in."""
_MIN_NUMBER = 4
"""Characters from which a number is kept out of the model, as in the toolkit; it copies others."""

_PARTED_NUMBER = re.compile(r"\d+(?:[-/.,:'+]\d+)+", re.ASCII)
_PLACEHOLDER = re.compile(r"[<\[]\s*([^<>\[\]\d\s][^<>\[\]\d]{0,15}?)\s*(\d{1,3})\s*[>\]]")
"""`<ID1>`, and what models make of it: `< id 1 ]`, `<आईडी1>`."""
_DASH = re.compile(r"\s*[—―]\s*|(?<!\d)\s+[–-]\s+|\s+[–-]\s+(?!\d)")
_OUTER_DASH = re.compile(r"^(?:[–—―]+\s*|-+\s+)|\s*[–—―]+$|\s+-+$")
_RUN_ON = re.compile(r"(?<=[a-z])([.!?])(?=[A-Z])")
_CONTRACTION = re.compile(r"(?<=[A-Za-z]) '(?=(?:s|t|re|ve|ll|d|m)\b)")
_SPACED_SLASH = re.compile(r"(?<=\w) / (?=\w)")

_NO_COLON_GUARD = frozenset({"Latn", "Arab"})
"""Scripts whose path through the toolkit has no visarga rule."""
_PIPE_IS_DANDA = frozenset({"Deva", "Beng", "Guru", "Orya"})


@dataclass(frozen=True)
class Protected:
    """A unit's text as the toolkit may see it, and what is needed to restore its translation."""

    source: str
    text: str
    entities: tuple[str, ...] = ()
    """The numbers, links, ... that must not change: what `<ID1>`, `<ID2>` stand for."""
    numbers: tuple[str, ...] = ()
    """The numbers with inner punctuation that go through the model."""


@dataclass(frozen=True)
class Restored:
    """A translation with its entities back; `lost` are those that the model dropped."""

    text: str
    lost: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    """Placeholders that stand for nothing."""


def protect(
    source: str, source_tag: str, *, placeholders: bool = True, terms: Sequence[Found] = ()
) -> Protected:
    """The text to hand to the toolkit for a source in `source_tag` (`hin_Deva`).

    `terms` are a glossary's in the source; they come back as their renderings. Without
    `placeholders` numbers, links and terms go through the model as they are; `restore` still tells
    which of them it lost.
    """
    script, given = source_tag.rpartition("_")[2], source
    source, renderings = _hidden(source, terms) if placeholders else (source, [])
    text = unicodedata.normalize("NFC", source).translate(_INVISIBLE).translate(_DECOMPOSED)
    text = "".join(_ascii_digit(character) for character in text)
    text = text.replace("\\", " ").replace("|", "।" if script in _PIPE_IS_DANDA else " ")
    text = _PLACEHOLDER.sub(r"\1 \2", " ".join(text.split()))
    text = _DASH.sub(", ", _OUTER_DASH.sub("", text))
    if script == "Latn":
        text = _RUN_ON.sub(r"\1 ", text)
    entities: list[str] = []

    def hide(match: re.Match[str]) -> str:
        found = match.group()
        if found[0] in _PRIVATE:
            entities.append(renderings[_PRIVATE.index(found[0])])
            return f"<ID{len(entities)}>"
        for number, term in enumerate(terms[: len(renderings)]):  # within a link or a hashtag
            found = found.replace(_PRIVATE[number], given[term.start : term.end])
        if found[0].isdigit() and len(re.sub(r"[ .:]", "", found)) < _MIN_NUMBER:
            return found
        entities.append(found)
        return f"<ID{len(entities)}>" if placeholders else found

    text = _ENTITIES.sub(hide, text)
    if not placeholders:
        entities += [term.rendering for term in terms]
    numbers = tuple(dict.fromkeys(_PARTED_NUMBER.findall(text)))
    if script not in _NO_COLON_GUARD:
        text = text.replace(":", "\u200b:")
    return Protected(given, text, tuple(entities), numbers)


def _hidden(source: str, terms: Sequence[Found]) -> tuple[str, list[str]]:
    """The source with a private character for each term, and the terms' renderings."""
    terms = terms[: len(_PRIVATE)]
    parts, done = [], 0
    for number, term in enumerate(terms):
        parts += [source[done : term.start], _PRIVATE[number]]
        done = term.end
    return "".join([*parts, source[done:]]), [term.rendering for term in terms]


def restore(output: str, protected: Protected) -> Restored:
    """The toolkit's output with placeholders filled, numbers closed, in NFC."""
    seen: set[int] = set()
    strays: list[str] = []

    def fill(match: re.Match[str]) -> str:
        number = int(match.group(2))
        if 1 <= number <= len(protected.entities):
            seen.add(number)
            return protected.entities[number - 1]
        if match.group(1).casefold() == "id":
            strays.append(match.group())
        return match.group()

    text = _PLACEHOLDER.sub(fill, output)
    for number in protected.numbers:
        text = _spaced(number).sub(number, text)
    text = _CONTRACTION.sub("'", text)
    text = _SPACED_SLASH.sub("/", re.sub(r" +(?=[꯫꫰꫱])", "", text))
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    lost = [
        entity
        for index, entity in enumerate(protected.entities, start=1)
        if index not in seen and entity not in text
    ]
    return Restored(text, tuple(lost), tuple(strays))


def _ascii_digit(character: str) -> str:
    if character.isascii() or unicodedata.category(character) != "Nd":
        return character
    return str(unicodedata.digit(character))


def _spaced(number: str) -> re.Pattern[str]:
    """The number as a detokeniser may leave it: with spaces around what joins its parts."""
    joined = re.sub(r"([-/.,:'+])", lambda match: rf"\s?{re.escape(match.group())}\s?", number)
    return re.compile(rf"(?<!\d){joined}(?!\d)", re.ASCII)
