"""Phrases that Whisper hallucinates: thanks for watching, subtitles by …, and what its prompt said.

It was trained on the subtitles of videos, and writes how those end where nobody speaks; where it
has a prompt, it repeats that. People say such things too, so a phrase counts as one only where
the sound does not support it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import cache

from chalchitra.speech.raw import RawSegment
from chalchitra.transcript.model import Word

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


SHORT = 0.6
"""A shorter voice (s) has no pace of its own: its beginning and end are not that exact."""
GUESSED = 0.3
"""Mean probability of words below which those that the prompt has are its echo. It has a language's
commonest words, which people do say; base gives Hindi words that are really said 0.48."""


EDGES = 0.2
"""Where a voice begins and ends is known so well (s, both together)."""
MOST_WORDS = 8.0
"""Words a second that nobody says, in a stretch too short for letters to tell."""


def unsupported(
    words: Sequence[Word],
    silence: float | None,
    phrases: Collection[str],
    prompt: Collection[str] = (),
    room: float | None = None,
) -> bool:
    """Whether words that stand together are nothing but such phrases, or the prompt's own words,
    without support by the sound.

    `silence` is Whisper's probability that nobody speaks there; `phrases` are those of the
    language's row, `prompt` the `letters_of` each word of its prompt (empty where it had none),
    `room` how long the voice is that they were put on (s), where that is known. The prompt's words
    are common ones: they are believed unless they were guessed, had no time to be said in, or
    Whisper itself thinks that nobody speaks. Any of these is enough.
    """
    silent = silence is not None and silence >= SILENT
    if words and all(letters_of(word.text) in prompt for word in words):
        mean = mean_probability(words)
        guessed = mean is not None and mean < GUESSED
        if silent or guessed or (room is not None and is_hurried(words, room)):
            return True
    text = " ".join(word.text for word in words)
    return bool(phrases) and is_hallucinated(text, tuple(phrases)) and not _supported(words, silent)


def is_hurried(words: Sequence[Word], room: float, *, spaced: bool = True) -> bool:
    """Whether a voice of `room` seconds is too short for all of these words.

    Times are not exact: one word always has room in a short voice, and without spaces between words
    (not `spaced`) they cannot be counted.
    """
    room = max(room, min(room + EDGES, SHORT))
    if spaced and room < SHORT and len(words) > max(1.0, MOST_WORDS * room):
        return True
    return sum(len(word.text) for word in words) > FASTEST * room


def _supported(words: Sequence[Word], silent: bool) -> bool:
    if silent:
        return False
    mean = mean_probability(words)
    if mean is not None and mean < CERTAIN:
        return False
    seconds, characters = _measured(words)
    return SLOWEST * seconds <= characters <= FASTEST * seconds


def _measured(words: Sequence[Word]) -> tuple[float, int]:
    """How long words are said, pauses left out (s), and their characters."""
    return sum(word.end - word.start for word in words), sum(len(word.text) for word in words)


def mean_probability(words: Sequence[Word]) -> float | None:
    """The mean of the words' probabilities; None where none has one."""
    known = [word.probability for word in words if word.probability is not None]
    return sum(known) / len(known) if known else None


def is_scrap(segment: RawSegment) -> bool:
    """Whether a segment is what Whisper wrote for the last bit of a block after its last sentence.

    A window of a tenth of a second of sound and thirty of silence gives "3." or "1, 2...".
    """
    if not segment.words or segment.no_speech_prob is None:
        return False
    seconds = segment.words[-1].end - segment.words[0].start
    return seconds < SCRAP and segment.no_speech_prob >= _SCRAP_SILENT


def is_hallucinated(text: str, phrases: tuple[str, ...]) -> bool:
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
