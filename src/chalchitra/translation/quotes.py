"""Quotation marks where they belong: no space within, one outside, none glued to a strange word.

A model writes them as words of their own. The toolkit's detokenisers open one and close one by
turns and know nothing of where they stand: a single one, or one too many, is glued to the wrong
word. So each is joined to its word before they run, as a private character that they leave alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_DOUBLE, _SINGLE = "\ue100\ue101", "\ue102\ue103"
"""Opening and closing, while the toolkit runs."""
_APOSTROPHE = "\ue104"
_SHOWN = str.maketrans(
    {**dict.fromkeys(_DOUBLE, '"'), **dict.fromkeys(_SINGLE, "'"), _APOSTROPHE: "'"}
)
_WITH_APOSTROPHES = frozenset(("asm_Beng", "brx_Deva", "doi_Deva", "mai_Deva", "mni_Beng"))
"""Languages that spell words with an apostrophe, more often than they quote with one."""
_CLOSING = re.compile(r"[,.;:!?।॥؟،؛۔᱾᱿꯫꫰꫱…)\]}%]+")
_OPENING = re.compile(r"[(\[{<]+")
_BEFORE_SPEECH = (",", ":", "،")


def joined(output: str, tag: str = "eng_Latn") -> str:
    """A model's output in `tag`, in words, with its quotation marks joined to what they quote."""
    words = re.sub('"', ' " ', output).split()
    if tag in _WITH_APOSTROPHES or (tag != "eng_Latn" and words.count("'") == 1):
        words = _with_apostrophes(words)
    for mark, pair in (("'", _SINGLE), ('"', _DOUBLE)):
        if mark in words:
            words = _joined(words, mark, pair)
    return " ".join(words)


def shown(text: str) -> str:
    """The text with real quotation marks again."""
    return text.translate(_SHOWN)


def _joined(words: Sequence[str], mark: str, pair: str) -> list[str]:
    places = [at for at, word in enumerate(words) if word == mark]
    opens = _opening(words, places)
    result: list[str] = []
    prefix = ""
    for at, word in enumerate(words):
        if word != mark:
            if prefix and _OPENING.fullmatch(word):
                prefix += word
                continue
            result.append(prefix + word)
            prefix = ""
        elif at in opens or not result:
            prefix += pair[0]
        else:
            last = result.pop()
            if result and _CLOSING.fullmatch(last):  # Go ! " is one word with its marks
                last = result.pop() + last
            result.append(last + prefix + pair[1])
            prefix = ""
    if prefix:
        result.append(prefix)
    return result


def _with_apostrophes(words: Sequence[str]) -> list[str]:
    """ক ' লে is one word; an apostrophe at the end stays with its word."""
    result: list[str] = []
    glue = False
    for at, word in enumerate(words):
        inner = word == "'" and result and at + 1 < len(words) and words[at + 1][0].isalpha()
        if (inner and result[-1][-1] not in "।.,!?") or glue:
            result[-1] += _APOSTROPHE if word == "'" else word
            glue = bool(inner)
        else:
            result.append(word)
    return result


def _opening(words: Sequence[str], places: list[int]) -> set[int]:
    """Which of the marks open: by turns, where nothing around them says otherwise."""
    if len(places) % 2:
        odd = next((at for at in places if _is_no_quote(words, at)), None)
        places = [at for at in places if at != odd]
    opens: set[int] = set()
    depth = 0
    for count, at in enumerate(places):
        before = words[at - 1] if at else ""
        after = words[at + 1] if at + 1 < len(words) else ""
        starts = not before or bool(_OPENING.fullmatch(before))
        ends = not after or bool(_CLOSING.fullmatch(after))
        # of one too many, the one before speech opens: " he said , " go "
        one_too_many = len(places) % 2 == 1 and (len(places) - count) % 2 == 0
        speech = one_too_many and before[-1:] in _BEFORE_SPEECH
        if not ends and (starts or not depth or speech):
            opens.add(at)
            depth += 1
        else:
            depth = max(depth - 1, 0)
    return opens


def _is_no_quote(words: Sequence[str], at: int) -> bool:
    """The Jones' house; 5" wide: joined to the word before it, though nothing is quoted."""
    before = words[at - 1] if at else ""
    return (words[at] == "'" and before.isalpha()) or before.isdigit()
