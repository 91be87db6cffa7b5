"""Loops: what a transcript says again and again and the reference does not.

A repeat is an n-gram of folded words (n up to LONGEST) that stands k >= 2 times in a row. It is
supported as far as the reference repeats too: up to the most times in a row that any n-gram of the
same length stands there which is the same or sounds alike (at most ALIKE of its characters differ),
so that refrains and reduplication (जल्दी जल्दी) count as real even where they are misspelt. What is
beyond is unsupported, and each copy beyond counts once. The reference is the whole item's text.

A loop without spaces (a unit of up to LONGEST_UNIT characters that stands at least LEAST_UNITS
times in a row within a word that the reference does not have) counts as one unsupported repeat.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from measures.edits import distance

LONGEST = 24
"""Words of the longest n-gram looked for; a window of Whisper holds about 60 Hindi words."""
ALIKE = 0.5
LONGEST_UNIT = 6
LEAST_UNITS = 4
_WITHIN = re.compile(rf"(.{{1,{LONGEST_UNIT}}}?)\1{{{LEAST_UNITS - 1},}}")


@dataclass(frozen=True)
class Repeat:
    """An n-gram that stands `times` times in a row from word number `at` on."""

    words: tuple[str, ...]
    times: int
    at: int


@dataclass(frozen=True)
class Loop:
    """A repeat that the reference supports only `supported` times (0 for one within a word)."""

    repeat: Repeat
    supported: int

    @property
    def copies(self) -> int:
        return self.repeat.times - self.supported


def repeats(words: Sequence[str]) -> list[Repeat]:
    """The repeats of a text from left to right, none overlapping another.

    Where several begin at one word, the one that covers the most words counts, and of those the
    one with the shortest n-gram.
    """
    found: list[Repeat] = []
    at = 0
    while at < len(words):
        best: Repeat | None = None
        for size in range(1, min(LONGEST, (len(words) - at) // 2) + 1):
            unit = tuple(words[at : at + size])
            times = 1
            while tuple(words[at + times * size : at + (times + 1) * size]) == unit:
                times += 1
            if times > 1 and (best is None or times * size > best.times * len(best.words)):
                best = Repeat(unit, times, at)
        if best is not None:
            found.append(best)
        at += best.times * len(best.words) if best else 1
    return found


def unsupported(reference: Sequence[str], hypothesis: Sequence[str]) -> list[Loop]:
    """The loops of a hypothesis; both are folded words."""
    real = _all_repeats(reference)
    loops: list[Loop] = []
    for repeat in repeats(hypothesis):
        supported = max(
            (one.times for one in real if _alike(one.words, repeat.words)),
            default=1,
        )
        if repeat.times > supported:
            loops.append(Loop(repeat, supported))
    said = set(reference)
    for at, word in enumerate(hypothesis):
        if word not in said and _WITHIN.search(word):
            loops.append(Loop(Repeat((word,), 1, at), 0))
    return loops


def _all_repeats(words: Sequence[str]) -> list[Repeat]:
    """Every repeat of a text, overlapping ones too: any of them supports."""
    found: list[Repeat] = []
    for size in range(1, min(LONGEST, len(words) // 2) + 1):
        same = 0
        for at in range(size, len(words)):
            same = same + 1 if words[at] == words[at - size] else 0
            if same >= size:
                # The one that ends here: within a longer run each rotation is a repeat of its own.
                times = same // size + 1
                first = at + 1 - times * size
                found.append(Repeat(tuple(words[first : first + size]), times, first))
    return found


def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if len(one) != len(other):
        return False
    left, right = " ".join(one), " ".join(other)
    return distance(left, right) <= ALIKE * max(len(left), len(right))
