"""Phrases that Whisper invents: thanks for watching, subtitles by …, and what its prompt said.

It was trained on the subtitles of videos, and writes how those end where it hears nothing; where it
has a prompt, it repeats that. People say such things too, so a phrase counts as invented only where
the sound does not support it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from functools import cache

from chalchitra.speech.words import RawSegment
from chalchitra.transcript import Segment

SILENT = 0.5
"""Whisper's own probability that nobody speaks, from which a phrase is not believed."""
CERTAIN = 0.6
"""Mean probability of its words below which a phrase is not believed."""
SLOWEST = 4.0
FASTEST = 28.0
"""Characters a second outside of which nobody says a phrase: one put over a stretch of noise has
the noise's length."""
_REST = 40
"""So many characters may follow a phrase that is only a beginning: a name, a year."""
OPEN = "…"
SCRAP = 0.4
"""A segment this short (s) is a scrap where Whisper thinks that perhaps nobody speaks. Of base's
scraps none had a probability of that under 0.36, and none of its short words one over 0.2."""
_SCRAP_SILENT = 0.3


def unsupported(segment: Segment, phrases: Collection[str], prompt: Collection[str] = ()) -> bool:
    """Whether all of a segment is such phrases without support, or of the prompt's words where
    Whisper itself thinks that nobody speaks.

    `phrases` are those of the language's row, `prompt` the `letters_of` each word of its prompt.
    """
    if _silent(segment) and all(letters_of(word.text) in prompt for word in segment.words):
        return True
    return bool(phrases) and is_invented(segment.text, tuple(phrases)) and not _supported(segment)


def _silent(segment: Segment) -> bool:
    return segment.no_speech_prob is not None and segment.no_speech_prob >= SILENT


def _supported(segment: Segment) -> bool:
    if _silent(segment):
        return False
    known = [word.probability for word in segment.words if word.probability is not None]
    if known and sum(known) / len(known) < CERTAIN:
        return False
    seconds = sum(word.end - word.start for word in segment.words)
    characters = sum(len(word.text) for word in segment.words)
    return SLOWEST * seconds <= characters <= FASTEST * seconds


def is_scrap(segment: RawSegment) -> bool:
    """Whether a segment is what Whisper wrote for the last bit of a block after its last sentence.

    A window of a tenth of a second of sound and thirty of silence gives "3." or "1, 2...".
    """
    if not segment.words or segment.no_speech_prob is None:
        return False
    seconds = segment.words[-1].end - segment.words[0].start
    return seconds < SCRAP and segment.no_speech_prob >= _SCRAP_SILENT


def is_invented(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether a text is nothing but phrases, whatever the case, the marks and the spaces.

    A phrase that ends in … is a beginning: a name or a year may follow it.
    """
    rest = letters_of(text)
    if not rest:
        return False
    while rest:
        found = next((one for one in _folded(phrases) if rest.startswith(one[0])), None)
        if found is None:
            return False
        rest = rest[len(found[0]) :]
        if found[1]:
            return len(rest) <= _REST
    return True


@cache
def _folded(phrases: Iterable[str]) -> list[tuple[str, bool]]:
    """The phrases' letters, the longest first, and whether something may follow them."""
    folded = [(letters_of(phrase), phrase.endswith(OPEN)) for phrase in phrases]
    return sorted(folded, key=lambda one: -len(one[0]))


def letters_of(text: str) -> str:
    """A text without case, marks and spaces."""
    return "".join(letter for letter in text.casefold() if unicodedata.category(letter)[0] in "LMN")
