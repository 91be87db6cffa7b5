"""What still came out in another Indian script, written in the language's own: the last resort.

The scripts that descend from Brahmi have the same letters in the same order, so their text goes
over letter by letter (indic-transliteration). Arabic and Latin letters do not: Urdu writes no short
vowels and everybody spells Hindi in Latin letters otherwise, so such text is left and reported.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from chalchitra.speech.recognition.script_filter import is_foreign
from chalchitra.text.scripts import script_of
from chalchitra.transcript.model import Segment, Word

SCHEMES = {
    "Beng": "bengali",
    "Deva": "devanagari",
    "Gujr": "gujarati",
    "Guru": "gurmukhi",
    "Knda": "kannada",
    "Mlym": "malayalam",
    "Orya": "oriya",
    "Taml": "tamil",
    "Telu": "telugu",
}
"""ISO 15924 and the library's name of each script that it takes over."""
_NUKTA = "\u093c"


@dataclass(frozen=True)
class Transliterated:
    """A word that was in another script: where (seconds of the film), before and after."""

    start: float
    end: float
    before: str
    after: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def transliterate(
    segments: Sequence[Segment], script: str, characters: Collection[str], space: str = " "
) -> tuple[list[Segment], list[Transliterated]]:
    """The segments with every word in `script` that can be, and the words that were not.

    `characters` are those that a text in the script may have. A word that would still have letters
    of another script stays as it is.
    """
    done: list[Transliterated] = []
    changed: list[Segment] = []
    for segment in segments:
        words = [_in_script(word, script, characters) for word in segment.words]
        done += [
            Transliterated(new.start, new.end, old.text, new.text)
            for old, new in zip(segment.words, words, strict=True)
            if new is not old
        ]
        if words != segment.words:
            text = space.join(word.text for word in words)
            segment = segment.model_copy(update={"words": words, "text": text})
        changed.append(segment)
    return changed, done


def _in_script(word: Word, script: str, characters: Collection[str]) -> Word:
    if script not in SCHEMES or not any(is_foreign(one, characters) for one in word.text):
        return word
    text = in_script(word.text, script)
    if any(is_foreign(one, characters) for one in text):
        return word
    return word.model_copy(update={"text": text})


def in_script(text: str, script: str) -> str:
    """A text with what is in other scripts of SCHEMES written in `script`, one of them.

    A nukta is left out where the script has no such letter.
    """
    parts = []
    for source, run in groupby(text, lambda letter: script_of(letter) or ""):
        part = "".join(run)
        if source in SCHEMES and source != script:
            part = unicodedata.normalize("NFD", part)
            whole = _taken_over(part, source, script)
            plain = part.replace(_NUKTA, "")
            part = _taken_over(plain, source, script) if source in map(script_of, whole) else whole
        parts.append(part)
    return "".join(parts)


def _taken_over(text: str, source: str, script: str) -> str:
    from indic_transliteration import sanscript

    told = sanscript.transliterate(text, SCHEMES[source], SCHEMES[script])
    return unicodedata.normalize("NFC", told)
