"""Sentence marks that stand side by side: "है।," has one too many.

Recognisers and translators that know several scripts end a sentence in two of them. Of such a run
the mark that says most stays, in the script that the others are not in; in a text of Latin letters
alone it is the Latin one. What people write stays as
it is: ellipses, "?!", "!!", "।।", and in Latin letters the stop of an abbreviation before another
mark ("etc.,").
"""

from __future__ import annotations

import re

from chalchitra.text.sentence_ends import ENDS

_ASKING = {"?": "?؟？", "!": "!！"}
"""The marks that may stand together, each with what it is in other scripts."""
_ASK = "".join(_ASKING.values())
_COMMAS = ",،，、"
_LATIN = frozenset(".,?!…")
_LATIN_END = "\u0250"
"""What comes after the letters of European languages."""
_STOPS = "." + "".join(sorted(ENDS - {"."} - set(_ASK)))
_MARKS = f"[{re.escape(_STOPS + _ASK + _COMMAS)}…]"
_RUN = re.compile(rf"{_MARKS}(?:\s*{_MARKS})+(?!\d)")
_ELLIPSIS = re.compile(r"\.{3,}|…+")


def without_doubled_marks(text: str) -> str:
    """A text of any script in which of marks side by side only the right one stands."""
    latin = all(character < _LATIN_END for character in text if character.isalpha())
    return _RUN.sub(lambda found: _folded(found[0], latin=latin), text)


def _folded(run: str, *, latin: bool) -> str:
    marks = "".join(run.split())
    dots = _ELLIPSIS.search(marks)
    if set(marks) <= _LATIN and (marks[0] == "." or dots):
        return run
    if len(set(marks)) == 1 and marks[0] in _STOPS:
        return run
    asking = _in_one_script(marks, latin=latin)
    if dots or asking:
        return (dots[0] if dots else "") + (run if asking == marks else asking)
    for kind in (_STOPS, _COMMAS):
        if found := [mark for mark in marks if mark in kind]:
            return next((mark for mark in found if (mark in _LATIN) == latin), found[0])
    return run


def _in_one_script(marks: str, *, latin: bool) -> str:
    """The question and exclamation marks, without a Latin one beside that of the text's script."""
    kept = [mark for mark in marks if mark in _ASK]
    for plain, all_of_it in _ASKING.items():
        others = [mark for mark in kept if mark != plain and mark in all_of_it]
        if latin and plain in kept:
            kept = [mark for mark in kept if mark not in others]
        elif others:
            kept = [mark for mark in kept if mark != plain]
    return "".join(kept)
