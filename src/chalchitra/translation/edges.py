"""What stands around a sentence and is no part of it for a model: dashes, notes, its final mark.

A model drops a dash at the end and a ♪, and gives a fragment a full stop. So what stands around is
kept out of it and put back, and a translation ends as its source does.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from chalchitra.text.sentence_ends import ends_sentence

_DASHES = "-–—―"
_STOPS = ".।۔᱾꯫॥᱿"
_CALLS = {"?": "?", "؟": "?", "!": "!", "…": "…", ",": ",", "،": ",", ";": ";", "؛": ";", ":": ":"}
_CLOSERS = "\"'”’»)]"
_FULL_STOP = {
    **dict.fromkeys(("Deva", "Beng", "Guru", "Orya"), "।"),
    "Arab": "۔",
    "Olck": "᱾",
    "Mtei": "꯫",
}
_LATIN_STOP_TAGS = ("mar_Deva", "gom_Deva", "snd_Arab")
"""Languages that end a sentence with a full stop though their script has a mark of its own."""
_MIRRORED = frozenset(
    "Latn Cyrl Hebr Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Arab Olck Mtei".split()
)
"""Scripts whose final marks are these. Elsewhere a question may have none, or another's mark."""
_ARABIC = {"?": "؟", ",": "،", ";": "؛"}
_ACRONYM = 4
"""Letters of a word that is an acronym where it stands alone: FBI, NASA, but HELLO and STOP!"""


@dataclass(frozen=True)
class Edges:
    """What was taken off a text: before it and after it, with the spaces between."""

    before: str = ""
    after: str = ""

    def around(self, text: str) -> str:
        return f"{self.before}{text}{self.after}"


def is_symbol(character: str) -> bool:
    """♪, ★, emoji: what no translation changes, and few vocabularies have."""
    return unicodedata.category(character) in ("So", "Cs") or character in "\ufe0f\ufe0e♯"


def without_edges(text: str) -> tuple[str, Edges]:
    """The text without dashes and symbols at either end, and those.

    A hyphen is one only with a space beside it or behind a word that breaks off: `-5` is a number.
    A text of nothing else is left as it is.
    """
    start, end = 0, len(text)
    while start < end and (text[start].isspace() or _is_edge(text, start, end, first=True)):
        start += 1
    while end > start and (text[end - 1].isspace() or _is_edge(text, start, end, first=False)):
        end -= 1
    if start >= end:
        return text, Edges()
    return text[start:end], Edges(text[:start].lstrip(), text[end:].rstrip())


def _is_edge(text: str, start: int, end: int, *, first: bool) -> bool:
    character = text[start] if first else text[end - 1]
    if is_symbol(character):
        return True
    if character not in _DASHES:
        return False
    if first:
        following = text[start + 1 : start + 2]
        return character != "-" or not following.isdigit()
    return True


def final_mark(text: str) -> str:
    """What a text ends with: "." for every full stop, "?", "!", "…", ",", ";", ":", else nothing.

    The stop of an abbreviation is none.
    """
    bare = text.rstrip().rstrip(_CLOSERS).rstrip()
    if not bare:
        return ""
    if bare[-1] in _CALLS:
        return _CALLS[bare[-1]]
    if bare.endswith(".."):
        return "…"
    if bare[-1] == ".":
        words = bare.split()
        return "." if ends_sentence(words[-1], before=words[-2] if words[1:] else None) else ""
    return "." if bare[-1] in _STOPS else ""


def mirrored(text: str, source: str, tag: str) -> str:
    """A translation into `tag` (`hin_Deva`) with the final mark of its source.

    A full stop too many goes and one too few comes; a question stays one, and what breaks off
    breaks off. A question mark or a call that the model heard in a text without marks stays.
    """
    wanted, there = final_mark(source), final_mark(text)
    if wanted == there or tag.rpartition("_")[2] not in _MIRRORED:
        return text
    if not any(character.isalnum() for character in text):
        return text
    stripped = source.rstrip().rstrip(_CLOSERS).rstrip()
    if not wanted and (there != "." or stripped.endswith(".")):
        return text  # the model's own question; or the source ends with an abbreviation's stop
    if there == "" and wanted not in (".", "?", "!", "…"):
        return text
    if there in ("?", "!") and wanted != "?":
        return text
    body = text.rstrip()
    bare = body.rstrip(_CLOSERS)
    closers = body[len(bare) :]
    bare = bare.rstrip()
    if there:
        bare = (bare.rstrip(".") if there == "…" and bare[-1] == "." else bare[:-1]).rstrip()
    return f"{bare}{_mark(wanted, tag)}{closers}"


def _mark(mark: str, tag: str) -> str:
    script = tag.rpartition("_")[2]
    if mark == ".":
        stop = "." if tag in _LATIN_STOP_TAGS else _FULL_STOP.get(script, ".")
        return f" {stop}" if script == "Olck" else stop
    return _ARABIC.get(mark, mark) if script == "Arab" else mark


def without_capitals(text: str) -> tuple[str, bool]:
    """A text of capitals as a sentence is written, and whether all of it was.

    A model that knows words in small letters reads LOVE as L, O, VE. Three words of capitals or
    more are taken for shouting, and so is a text of nothing else; one of up to four letters alone
    is an acronym.
    """
    words = text.split(" ")
    loud = [_is_loud(word) for word in words]
    lengths = [len(_letters(word)) for word in words]
    whole = any(loud) and all(one or n <= 1 for one, n in zip(loud, lengths, strict=True))
    alone = sum(n > 0 for n in lengths) == 1 and "!" not in text
    if whole and alone and max(lengths) <= _ACRONYM:
        return text, False
    result: list[str] = []
    begins = True
    for at, word in enumerate(words):
        small = whole and not _is_initial(word) and _letters(word) != "I"
        if small or (loud[at] and _in_run(loud, at)):
            word = _capitalised(word.lower()) if begins or _is_i(word) else word.lower()
        result.append(word)
        if any(c.isalnum() for c in word):
            begins = word.rstrip(_CLOSERS)[-1:] in (".", "!", "?", "…")
    return " ".join(result), whole


def _is_i(word: str) -> bool:
    """I'M, I'LL, I'VE, I'D."""
    return bool(re.match(r"\W*I['’]", word))


def _is_loud(word: str) -> bool:
    letters = _letters(word)
    return len(letters) > 1 and letters.isupper() and letters.isascii() and not _is_initial(word)


def _is_initial(word: str) -> bool:
    """J., U.S.A., B-52: no word that is shouted."""
    return any(c.isdigit() for c in word) or bool(re.match(r"\W*(?:[A-Z]\.)+\W*$", word))


def _letters(word: str) -> str:
    return "".join(c for c in word if c.isalpha())


def _capitalised(word: str) -> str:
    for at, character in enumerate(word):
        if character.isalpha():
            return word[:at] + character.upper() + word[at + 1 :]
    return word


def _in_run(loud: list[bool], at: int) -> bool:
    first = last = at
    while first and loud[first - 1]:
        first -= 1
    while last + 1 < len(loud) and loud[last + 1]:
        last += 1
    return loud[at] and last - first >= 2
