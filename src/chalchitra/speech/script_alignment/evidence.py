"""What speaks for a line of the text in the place that it was given: what was recognised there.

A line that was not recognised must resemble what was, be the only one for a voice of its length, or
lie where a subtitle file has it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import median

from chalchitra.speech.script_alignment.allocation import ON_TIME, Piece
from chalchitra.speech.script_alignment.anchors import SHORT, Anchored
from chalchitra.speech.script_alignment.pairs import resemblance
from chalchitra.speech.script_alignment.timed_text import TimedText, Times
from chalchitra.transcript.model import Transcript

CLEAR = 0.9
"""Where half the lines were recognised this well, another text means other words."""
SURE = 0.5
"""The probability from which on a recogniser's word counts as clear."""
FAINT, FAINT_ACROSS = (0.33, 0.13), (0.5, 0.18)
"""A line that does not count as recognised still counts where it resembles what was recognised in
its place: by the share of its symbols that are equal, or by what the alignment is worth a symbol
(pairs.resemblance). The second pair is for texts in different scripts. Of pairs of different
Hindi sentences one in a hundred has either; what counts as recognised is worth 0.25."""
FAINT_SHORT = 0.4
"""A line of at most SHORT symbols must be worth so much: two letters are anywhere."""
DEAF = 0.3
"""Less than this share of a line's symbols is hardly anything, and speaks against no line."""
ROOM = 0.2
"""The confidence of a line where nothing was recognised, in a voice of just the right length."""
_FITS = 0.6
"""The least that the shorter is of the longer for that: the voice, and what its words need."""
_RIVALS = 0.5
"""Lines that differ by less than this in the time they need could each have that voice."""
_NEAR = 0.2
"""What was recognised so near (s) to a line's place is in it."""


class Evidence:
    """What the recogniser wrote and the text does not have, as evidence for and against lines."""

    def __init__(self, text: TimedText, recognised: Transcript) -> None:
        self._text = text
        found = text.found
        unused = [at for at, used in enumerate(found.used) if not used]
        self._unused = [recognised.words[at] for at in unused]
        self._unused_symbols = [found.theirs[at] for at in unused]
        self._unused_ends = [word.end for word in self._unused]
        self._clear = _is_clear(found)
        self.confidence: dict[int, float] = {}
        """Of the lines that were placed by room."""

    def baseless(
        self,
        run: Sequence[int],
        pieces: Sequence[Piece],
        places: Sequence[int | None],
        spans: Times,
        refused: Sequence[int],
    ) -> int | None:
        """Of the lines that are placed by room, the one with least evidence for it, if any has
        none: it is not what was recognised there, nor the only line for a voice of its length.

        `refused` are those that were already found so. What lies where a subtitle file has it may
        say the same in other words, and stays.
        """
        lines: dict[int, list[int]] = {}
        for n, at in enumerate(run):
            if self._text.words[at].line not in self._text.found.recognised:
                lines.setdefault(self._text.words[at].line, []).append(n)
        faint = FAINT_ACROSS if self._text.found.across_scripts else FAINT
        rivals = [line for line, inside in lines.items() if spans[inside[0]] is None]
        baseless: dict[int, tuple[float, float]] = {}
        for line, inside in lines.items():
            begins, ends = spans[inside[0]], spans[inside[-1]]
            if begins is None or ends is None:
                continue
            symbols = "".join(self._text.words[run[n]].symbols for n in inside)
            said = self._recognised(begins[0], ends[1])
            share, worth = resemblance(symbols, said, related=self._text.found.across_scripts)
            fit, without = self._fits(line, run, pieces, places)
            self.confidence[line] = round(max(share, ROOM * fit), 3)
            if len(symbols) <= SHORT:
                resembles = worth >= FAINT_SHORT
            else:
                resembles = share >= faint[0] or worth >= faint[1]
            if resembles or self._on_time(line, begins[0]):
                continue
            if symbols.isdigit():  # it is recognised in words
                in_its_place = bool(said)
            else:
                alone = not any(self._alike(line, other) for other in [*rivals, *refused])
                in_its_place = alone and len(said) < DEAF * len(symbols) and fit >= _FITS
            if not in_its_place:
                baseless[line] = (worth, -without)
        return min(baseless, key=lambda line: baseless[line]) if baseless else None

    def _recognised(self, low: float, high: float) -> str:
        """The symbols of what was recognised between two times (s) and the text has nowhere."""
        found = []
        for at in range(bisect_left(self._unused_ends, low - _NEAR), len(self._unused)):
            word = self._unused[at]
            if word.start >= high + _NEAR:
                break
            if low - _NEAR <= (word.start + word.end) / 2 <= high + _NEAR:
                found.append(self._unused_symbols[at])
        return "".join(found)

    def _alike(self, line: int, other: int) -> bool:
        """Whether two lines take about as long to say."""
        one, two = sorted((self._text.needs(line), self._text.needs(other)))
        return two < one * (1 + _RIVALS)

    def _fits(
        self,
        line: int,
        run: Sequence[int],
        pieces: Sequence[Piece],
        places: Sequence[int | None],
    ) -> tuple[float, float]:
        """How well the voice that a line is in has the length of all the words in it, and that of
        the words of other lines: 1 at best, 0.5 where one is twice the other."""
        needs: dict[int, float] = {}
        mine: set[int] = set()
        for at, place in zip(run, places, strict=True):
            if place is not None:
                needs[place] = needs.get(place, 0.0) + self._text.seconds(at)
                if self._text.words[at].line == line:
                    mine.add(place)
        needed = sum(needs[place] for place in mine)
        there = sum(pieces[place].seconds for place in mine)
        others = needed - self._text.needs(line)
        return min(needed, there) / max(needed, there), min(others, there) / max(others, there)

    def _on_time(self, line: int, start: float) -> bool:
        return any(abs(start - time) <= ON_TIME for time in self._text.expected(line))

    def said(self, start: float, end: float) -> float:
        """How long clear words of the recogniser that the text does not have are there (s).

        Nothing where the recogniser cannot be believed.
        """
        said = 0.0
        if not self._clear:
            return said
        for at in range(bisect_right(self._unused_ends, start), len(self._unused)):
            word = self._unused[at]
            if word.start >= end:
                break
            if word.probability is None or word.probability >= SURE:
                said += min(word.end, end) - max(word.start, start)
        return said


def _is_clear(found: Anchored) -> bool:
    """Whether the recogniser can be believed where it writes something else than the text."""
    shares = [found.shares[number] for number in found.recognised]
    return not found.across_scripts and len(shares) > 1 and median(shares) >= CLEAR
