"""What a text says again and again, and whether the sound supports it.

A decoder that loops says the same until its tokens end. People repeat themselves too (जल्दी जल्दी,
a refrain), but each time takes its time: so a repeat counts as a loop where it has no time to be
said in, or where the recogniser hardly believes it. Counted on words after decoding, not on tokens:
a common word of an Indian language is up to five of those.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import log2

from chalchitra.transcript.model import Word

PACE = 28.0
"""Characters a second (code points) that nobody says: quick talk has 20."""
ORDINARY = 16.0
"""Characters a second of ordinary talk."""
REPEATS = {1: 4, 2: 3, 3: 3}
"""So often in a row a run of that many words is a repeat, longer runs three times. Less is how
people speak: जल्दी जल्दी, no no no."""
CERTAIN = 0.5
"""Mean probability of a repeat's words below which the recogniser guesses."""
DOUBTED = 0.45
TRUSTED = 0.8
"""Probabilities of a word that was said twice in a row: below DOUBTED it was said once, and below
TRUSTED where it had no time. All were that base doubled in Hindi and nobody had said twice."""
INSTANT = 0.04
"""Nobody says a word in so little time (s), however sure the recogniser is."""
_LONGEST_UNIT = 12
_LONGEST_ECHO = 3
_STUTTER = re.compile(r"(.{1,4}?)\1{6,}", re.DOTALL)
"""Letters in a word that stand there seven times and more in a row."""
_HYPHENED = re.compile(r"(.+)-\1([^-]?)", re.DOTALL)
"""A word, a hyphen and the word again, with a mark after it."""
_JUDGED = 50
"""Characters under which a compression ratio says nothing."""


@dataclass(frozen=True)
class Loop:
    """A run of `length` words, first at index `first`, said `count` times in a row."""

    first: int
    length: int
    count: int

    @property
    def end(self) -> int:
        """The index after its last word."""
        return self.first + self.length * self.count


def said_again(words: Sequence[Word]) -> int:
    """How many words are repeats without support by the sound.

    Where no words repeat, but the text as a whole says the same more often than texts do, half.
    """
    unsupported = [loop for loop in loops(words) if not supported(words, loop)]
    count = sum(loop.length * (loop.count - 1) for loop in unsupported)
    count += sum(_STUTTER.search(word.text) is not None for word in words)
    if not count and compresses(once(words)):
        return (len(words) + 1) // 2
    return count


def unsupported_words(words: Sequence[Word]) -> list[Word]:
    """The words of loops that the sound does not support."""
    found = [loop for loop in loops(words) if not supported(words, loop)]
    return [word for loop in found for word in words[loop.first : loop.end]]


def supported(words: Sequence[Word], loop: Loop) -> bool:
    """Whether each time that a loop's words are said has time enough, and is believed."""
    times = [words[at : at + loop.length] for at in range(loop.first, loop.end, loop.length)]
    known = [
        word.probability for word in words[loop.first : loop.end] if word.probability is not None
    ]
    believed = not known or sum(known) / len(known) >= CERTAIN
    return believed and all(0 < pace(time) <= PACE for time in times)


def surplus(words: Sequence[Word]) -> set[int]:
    """The indices of words that loops without time say more often than ordinary talk would."""
    found: set[int] = set()
    for loop in loops(words):
        found.update(range(loop.first + loop.length * _possible(words, loop), loop.end))
    return found


def _possible(words: Sequence[Word], loop: Loop) -> int:
    """How often a loop's words can have been said in the time that it has."""
    said = words[loop.first : loop.end]
    if 0 < pace(said) <= PACE:
        return loop.count
    seconds = sum(word.end - word.start for word in said)
    each = sum(len(word.text) for word in said[: loop.length])
    return max(1, int(seconds * ORDINARY / max(each, 1)))


def echoes(words: Sequence[Word], undoubled: Collection[str] = ()) -> set[int]:
    """The indices of words that double those before them (up to three) without having been said.

    People double words (जल्दी जल्दी, bye bye) in their time, and are understood; some (`undoubled`)
    they never do.
    """
    texts = [fold(word.text) for word in words]
    found: set[int] = set()
    at = 0
    while at < len(words):
        length = next(
            (
                length
                for length in range(1, _LONGEST_ECHO + 1)
                if at + 2 * length <= len(words)
                and texts[at : at + length] == texts[at + length : at + 2 * length]
                and (
                    (length == 1 and texts[at] in undoubled)
                    or _is_echo(words[at : at + length], words[at + length : at + 2 * length])
                )
            ),
            0,
        )
        found.update(range(at, at + length))  # the last copy stays, with the punctuation after it
        at += length or 1
    return found


def _is_echo(first: Sequence[Word], second: Sequence[Word]) -> bool:
    known = [word.probability for word in [*first, *second] if word.probability is not None]
    if not known or not all(fold(word.text) for word in first):
        return False
    least, fastest = min(known), max(_speed(first), _speed(second))
    shortest = min(copy[-1].end - copy[0].start for copy in (first, second))
    hasty = fastest > PACE or any(_is_instant(word) for word in [*first, *second])
    return least < DOUBTED or (hasty and least < TRUSTED) or shortest <= INSTANT


def said_once(word: Word) -> Word:
    """A word that is doubled in itself ("1-1") and was guessed, without its second half."""
    found = _HYPHENED.fullmatch(word.text)
    if found is None or word.probability is None or word.probability >= DOUBTED:
        return word
    return word.model_copy(update={"text": found[1] + found[2]})


def _is_instant(word: Word) -> bool:
    return word.end - word.start <= INSTANT + 1e-6


def _speed(words: Sequence[Word]) -> float:
    """Characters a second, pauses included."""
    seconds = words[-1].end - words[0].start
    return sum(len(word.text) for word in words) / max(seconds, 1e-3)


def pace(words: Sequence[Word]) -> float:
    """Characters a second of words said in a row, pauses left out; 0 for none."""
    seconds = sum(word.end - word.start for word in words)
    return sum(len(word.text) for word in words) / seconds if seconds > 0 else 0.0


def once(words: Sequence[Word]) -> str:
    """The words' text with every loop said once."""
    kept: list[str] = []
    at = 0
    for loop in [*loops(words), Loop(len(words), 0, 0)]:
        kept += [word.text for word in words[at : loop.first + loop.length]]
        at = loop.end
    return " ".join(kept)


def compresses(text: str) -> bool:
    """Whether a text compresses as only what repeats itself does."""
    return len(text) >= _JUDGED and compression(text) > compression_limit(len(text))


def compression(text: str) -> float:
    """How many times smaller zlib makes a text, each of its characters taken as one byte.

    So every script is treated alike: in UTF-8 correct Hindi is 2.7 at 100 characters, and English
    1.7 to 2.0.
    """
    codes = {character: number % 256 for number, character in enumerate(dict.fromkeys(text))}
    data = bytes(codes[character] for character in text)
    return len(data) / len(zlib.compress(data, 9)) if data else 0.0


def compression_limit(length: int) -> float:
    """The compression that no true text of so many characters has.

    Of 20,000 joins of the read Hindi clips none passed 1.65 at 50 characters and 1.73 at 300;
    stretches of an English manual, which repeats itself, reached 1.7, 2.1 at 100 and 2.4 at 300.
    """
    return 2.3 + 0.25 * log2(max(length, 1) / 100)


def without_stutter(text: str) -> str:
    """A word without letters that repeat themselves on and on: three times are left."""
    return _STUTTER.sub(lambda found: found[1] * 3, text)


def loops(words: Sequence[Word]) -> list[Loop]:
    """Runs of words said in a row more often than people mostly do, none inside another."""
    return list(_loops([fold(word.text) for word in words]))


def _loops(texts: Sequence[str]) -> Iterator[Loop]:
    at = 0
    while at < len(texts):
        found = max(
            (
                Loop(at, length, count)
                for length in range(1, min(_LONGEST_UNIT, (len(texts) - at) // 2) + 1)
                if (count := _count(texts, at, length)) >= REPEATS.get(length, 3)
            ),
            key=lambda loop: (loop.length * loop.count, -loop.length),
            default=None,
        )
        if found is None:
            at += 1
            continue
        yield found
        at = found.end


def _count(texts: Sequence[str], first: int, length: int) -> int:
    """How often the run at `first` stands there in a row."""
    unit = texts[first : first + length]
    count = 1
    while texts[first + count * length : first + (count + 1) * length] == unit:
        count += 1
    return count


def fold(text: str) -> str:
    """A word without case and the punctuation around it."""
    return text.casefold().strip("\"'“”‘’.,!?;:…-–—।॥؟،۔()[]")
