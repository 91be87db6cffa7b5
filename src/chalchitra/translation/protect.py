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
- A dash between words becomes a hyphen that joins them: it is sent as a comma. Dashes and notes
  around a text are kept out of the model and put back (edges.py).
- Numbers come back from the English detokeniser as `5: 30`: those that the source has are closed.
- A dotted abbreviation is taken apart (`बी . जे . पी .`) and translated as several sentences: it is
  sent without its stops, as it is written today (बीजेपी, BJP).
- A model drops the sum after a currency's sign: both are one placeholder.

What is left alone is how IndicTrans2 was trained to see text: ASCII quotes and digits, no joiners,
Urdu without its diacritics. Letters that do not come back are put right in letters.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from chalchitra.text.marks import without_doubled_marks
from chalchitra.translation.edges import (
    Edges,
    is_symbol,
    mirrored,
    without_capitals,
    without_edges,
)
from chalchitra.translation.letters import known_letters
from chalchitra.translation.placeholders import alike, filled, placeholder
from chalchitra.translation.terms import Found

_DECOMPOSED = str.maketrans({"\u0929": "न\u093c", "\u0931": "र\u093c", "\u0934": "ळ\u093c"})
_INVISIBLE: dict[int, str | None] = {
    **dict.fromkeys(map(ord, "\u200b\u2060\ufeff\ufffe\u00ad\ufe0e\ufe0f")),
    **dict.fromkeys(range(0xE040, 0xE300)),  # private characters that mean something here
}
"""Zero-width space, word joiner, byte order marks, soft hyphen, the choice of an emoji's picture.
Joiners stay: they spell words."""

_LINK = r"""[^\s<>"।]*[^\s<>"।.,;:!?)\]}'’]"""
_CURRENCY = "$₹₨€£¥৳"
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
            rf"(?:[{_CURRENCY}]\s?|\b(?:Rs|USD|INR|EUR|GBP)\.?\s?)\d+(?:[.,:]\d+)*",
            r"(?<!\d)\d+(?:[-/.,:'+]\d+)+%?",
            r"(?<!\d)\d+\s?%",
        )
    ),
    re.ASCII,
)
"""What must come out of a translation as it went in."""
_MIN_NUMBER = 4
"""Characters from which a number is kept out of the model, as in the toolkit; it copies others."""

_PARTED_NUMBER = re.compile(r"(?<!\d)\d+(?:[-/.,:'+]\d+)+", re.ASCII)
_INNER_DASH = re.compile(r"(?:(?<!\s)\s+)?[—―]\s*|(?<![\d\s])\s+[–-]\s+|(?<!\s)\s+[–-]\s+(?!\d)")
_PART = r"""[^\W\d_][^\s.,;:!?।"'()<>\[\]/-]{0,3}"""
_DOTTED = re.compile(rf"(?<![^\s\"'(\[])(?:{_PART}\.)+(?:{_PART}(?![^\s.,;:!?।\"')\]-])|(?<=\.))")
"""U.S.A., बी.जे.पी., p.m, कि.मी: short parts with stops between them. Capitals go without stops,
and so do names of letters in an Indian script and its units; p.m. and यह है.मैं stay."""
_UNITS = frozenset(
    "कि.मी से.मी मि.मी कि.ग्रा मि.ग्रा মি.মি কি.মি সে.মি কি.গ্রা કિ.મી કિ.ગ્રા ਕਿ.ਮੀ".split()
)
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
    core: str = ""
    """The source without what stands around it."""
    edges: Edges = field(default_factory=Edges)
    capitals: bool = False
    """Whether it is written in capitals, and its translation shall be."""
    hidden: bool = True
    """Whether `text` has placeholders for the entities."""


@dataclass(frozen=True)
class Restored:
    """A translation with its entities back; `lost` are those that the model dropped, `doubled`
    those that it wrote more often than they are said."""

    text: str
    lost: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    """Placeholders that stand for nothing."""
    doubled: tuple[str, ...] = ()


def protect(
    source: str, source_tag: str, *, placeholders: bool = True, terms: Sequence[Found] = ()
) -> Protected:
    """The text to hand to the toolkit for a source in `source_tag` (`hin_Deva`).

    `terms` are a glossary's in the source; they come back as their renderings. Without
    `placeholders` numbers, links and terms go through the model as they are; `restore` still tells
    which of them it lost.
    """
    script, given = source_tag.rpartition("_")[2], source
    inner, hidden = _hidden(source, terms) if placeholders else (source, [])
    text = unicodedata.normalize("NFC", inner).translate(_INVISIBLE)
    core, edges = without_edges(" ".join(text.split()))
    text = known_letters(core).translate(_DECOMPOSED)
    text = "".join(_ascii_digit(character) for character in text)
    text = text.replace("\\", " ").replace("|", "।" if script in _PIPE_IS_DANDA else " ")
    text = _INNER_DASH.sub(", ", " ".join(text.split()))
    capitals = False
    if script == "Latn":
        text, capitals = without_capitals(_RUN_ON.sub(r"\1 ", text))
    entities: list[str] = []

    def hide(match: re.Match[str]) -> str:
        found = match.group()
        if found[0] in _PRIVATE:
            entities.append(hidden[_PRIVATE.index(found[0])].rendering)
            return placeholder(len(entities))
        for private, one in zip(_PRIVATE, hidden, strict=False):  # within a link or a hashtag
            found = found.replace(private, given[one.start : one.end])
        if found[0].isdigit() and len(re.sub(r"[ .:]", "", found)) < _MIN_NUMBER:
            return found
        entities.append(found)
        return placeholder(len(entities)) if placeholders else found

    text = _without_stops(_ENTITIES.sub(hide, text))
    if placeholders:
        text = "".join(_symbol(character, entities) for character in text)
    else:
        text = "".join(" " if is_symbol(character) else character for character in text)
        entities += [term.rendering for term in terms]
    text = " ".join(text.split())
    numbers = tuple(dict.fromkeys(_PARTED_NUMBER.findall(text)))
    if script not in _NO_COLON_GUARD:
        text = text.replace(":", "\u200b:")
    if hidden:
        core = without_edges(" ".join(given.split()))[0]
    return Protected(
        given, text, tuple(entities), numbers, core, edges, capitals, hidden=placeholders
    )


def _hidden(source: str, terms: Sequence[Found]) -> tuple[str, list[Found]]:
    """The source with a private character for each term, and these terms.

    What looks like a placeholder in the source is hidden with them, as the text that it is.
    """
    said = list(terms)
    for start, end in alike(source):
        if not any(one.start < end and start < one.end for one in terms):
            words = " ".join(re.sub(r"[<>\[\]]", " ", source[start:end]).split())
            said.append(Found(start, end, words, re.sub(r"(?<=[^\W\d])(?=\d)", " ", words)))
    said = sorted(said, key=lambda one: one.start)[: len(_PRIVATE)]
    parts, done = [], 0
    for number, one in enumerate(said):
        parts += [source[done : one.start], _PRIVATE[number]]
        done = one.end
    return "".join([*parts, source[done:]]), said


def _without_stops(text: str) -> str:
    """Dotted abbreviations without their stops; the last one ends a text that ends there."""

    def closed(match: re.Match[str]) -> str:
        found = match.group()
        parts = found.rstrip(".").split(".")
        short = all(len(part) == 1 and part.isascii() and part.isupper() for part in parts)
        spelled = len(parts) > 2 and not any(part.isascii() for part in parts)
        unit = found.rstrip(".")
        if len(parts) < 2 or not (short or spelled or unit in _UNITS):
            return found
        ends = found.endswith(".") and match.end() == len(text)
        return "".join(parts) + ("." if ends else "")

    return _DOTTED.sub(closed, text)


def _symbol(character: str, entities: list[str]) -> str:
    if not is_symbol(character):
        return character
    entities.append(character)
    return f" {placeholder(len(entities))} "


def restore(output: str, protected: Protected, target_tag: str = "") -> Restored:
    """The toolkit's output with placeholders filled, numbers closed, in NFC.

    Of sentence marks side by side the model's are folded, and not those of what it did not see.
    With a `target_tag` (`ben_Beng`) it ends as its source does, in that language's marks.
    """
    hidden = protected.entities if protected.hidden else ()
    found = filled(without_doubled_marks(output), hidden, protected.source)
    text = found.text
    for number in protected.numbers:
        text = _spaced(number).sub(number, text)
    text = _CONTRACTION.sub("'", text)
    text = " ".join(text.split())  # first: no pattern is to look at the same spaces twice
    text = _SPACED_SLASH.sub("/", re.sub(r" (?=[꯫꫰꫱])", "", text))
    if text and target_tag:
        text = mirrored(text, protected.core or protected.source, target_tag)
    if protected.capitals and target_tag.endswith("_Latn"):
        text = text.upper()
    if text:
        text = protected.edges.around(text)
    text = unicodedata.normalize("NFC", text)
    if protected.hidden:
        lost = [one for n, one in enumerate(protected.entities, 1) if n not in found.seen]
    else:
        lost = list(protected.entities)
    shown = text.casefold()
    there = {entity for entity in set(lost) if entity.casefold() in shown}
    lost = [entity for entity in lost if entity not in there]
    doubled = tuple(protected.entities[number - 1] for number in sorted(found.doubled))
    return Restored(text, tuple(lost), found.strays, doubled)


def _ascii_digit(character: str) -> str:
    if character.isascii() or unicodedata.category(character) != "Nd":
        return character
    return str(unicodedata.digit(character))


def _spaced(number: str) -> re.Pattern[str]:
    """The number as a detokeniser may leave it: with spaces around what joins its parts."""
    joined = re.sub(r"([-/.,:'+])", lambda match: rf"\s?{re.escape(match.group())}\s?", number)
    return re.compile(rf"(?<!\d){joined}(?!\d)", re.ASCII)
