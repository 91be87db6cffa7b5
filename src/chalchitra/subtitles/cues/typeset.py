"""Cuts passages of pieces into cues and cues into lines, at the least cost.

A dynamic program over the pieces of each passage, like the one that breaks paragraphs into lines
(Knuth and Plass, 1981). What a limit of the style forbids, and a break that a guide says never to
make, outweighs everything that is only better or worse: so as few of them are left as can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import NamedTuple

from chalchitra.subtitles.cues.breaks import MISPRINT, NEVER, SENTENCE, Piece, break_cost
from chalchitra.subtitles.cues.clock import FOREVER, Clock
from chalchitra.subtitles.cues.cue import CueSettings, reading_speed
from chalchitra.subtitles.cues.frames import Pace
from chalchitra.subtitles.cues.pieces import NOTES, line_room
from chalchitra.text.sentence_ends import ends_sentence, sentence_starts

_VIOLATION = 1000.0
"""More than all that is better or worse about the cues of a passage."""
_MISPRINT = 1_000_000.0
_CUE = 1.0
"""What a cue costs in itself: so much worse must a break be that is avoided by one more cue."""
_LINE = 0.2
_INNER_SENTENCE = 0.9
_OTHER_BREATH = 1.0
_TWO_SPEAKERS = 1.5
_SHORT_PAUSE = 0.2
"""Seconds."""
_TOO_SHORT = 2.0
_TOO_FAST = 1.0
_INFINITE = float("inf")


class Layout(NamedTuple):
    """A cue: each line's first piece and the piece after its last; `speakers` 2 with dashes."""

    lines: tuple[tuple[int, int], ...]
    speakers: int = 1

    @property
    def begin(self) -> int:
        return self.lines[0][0]

    @property
    def end(self) -> int:
        return self.lines[-1][1]


class Typesetter:
    """The pieces of a track, and what a cue of any of them would be like.

    `unspaced` says that the script writes no spaces between words; `passages` are the first pieces
    of those that are cut.
    """

    def __init__(
        self,
        pieces: Sequence[Piece],
        settings: CueSettings,
        clock: Clock,
        language: str,
        unspaced: bool,
        passages: Sequence[int] = (),
    ) -> None:
        self.pieces = pieces
        self.clock = clock
        self._settings = settings
        self._max_lines = settings.max_lines
        self._dash = settings.two_speakers
        self._room = [line_room(settings, song=piece.song) for piece in pieces]
        ticks = clock.ticks
        self._by_words = settings.words_per_minute > 0 and not unspaced
        self._pace = (
            Pace(ticks, Fraction(str(settings.words_per_minute)) / 60)
            if self._by_words
            else Pace(ticks, reading_speed(settings, language))
        )
        self._second = float(ticks.per_second)
        self._short_pause = ticks.limit(_SHORT_PAUSE)
        self._breath = ticks.limit(settings.min_gap)
        begins = {0, *sentence_starts([piece.text for piece in pieces], language)}
        self._breaks = [SENTENCE] + [
            break_cost(*pair, language, unspaced, begins=n in begins)
            for n, pair in enumerate(pairwise(pieces))
        ]
        self._spaces = [0 if piece.glued else 1 for piece in pieces]
        widths = (settings.length(p.text) + s for p, s in zip(pieces, self._spaces, strict=True))
        self._width = list(accumulate(widths, initial=0))
        self._word_count = list(accumulate(self._spaces, initial=0))
        inner = [0.0] + [self._inner_cost(*pair, language) for pair in pairwise(pieces)]
        self._inner = list(accumulate(inner))
        turns = [0] + [self.is_turn(n) for n in range(1, len(pieces))]
        self._turns = list(accumulate(turns))
        self._whole = (
            begins | {n for n, turn in enumerate(turns) if turn} | {*passages, len(pieces)}
        )
        """Where someone begins or has ended: a turn, a sentence, a passage."""
        self.starts = [
            clock.in_time(piece.start, pieces[n - 1].end if n else -FOREVER)
            for n, piece in enumerate(pieces)
        ]

    def is_turn(self, at: int) -> int:
        """1 where another speaker begins with the piece `at`, who is known."""
        before, after = self.pieces[at - 1].speaker, self.pieces[at].speaker
        return int(before != after and None not in (before, after))

    def text(self, first: int, after: int) -> str:
        """The text of these pieces on one line."""
        parts = [self.pieces[first].text]
        for piece in self.pieces[first + 1 : after]:
            parts += [piece.text] if piece.glued else [" ", piece.text]
        return "".join(parts)

    def length(self, first: int, after: int) -> int:
        """The characters of these pieces on one line."""
        return self._width[after] - self._width[first] - self._spaces[first]

    def cut(self, first: int, after: int) -> list[Layout]:
        """The cheapest cues for the pieces of one passage."""
        best = [0.0]
        chosen: list[tuple[int, Layout]] = [(first, Layout(()))]
        for end in range(first + 1, after + 1):
            cheapest, choice = _INFINITE, chosen[0]
            for begin in range(end - 1, first - 1, -1):
                if begin < end - 1 and not self._may_fit(begin, end):
                    break
                if best[begin - first] + _CUE >= cheapest:
                    continue
                known = best[begin - first]
                if end < after:
                    known += _cost_of_break(self._breaks[end], 1.0)
                fewest = self._fewest_characters(begin, end)
                if known + self._cost(begin, end, fewest) >= cheapest:
                    continue
                cost, layout = self.layout(begin, end)
                if not layout.lines:
                    continue
                cost += known + self._cost(begin, end, self.characters(layout))
                if cost < cheapest:
                    cheapest, choice = cost, (begin, layout)
            best.append(cheapest)
            chosen.append(choice)
        cues: list[Layout] = []
        end = after
        while end > first:
            end, layout = chosen[end - first]
            cues.append(layout)
        return cues[::-1]

    def layout(self, begin: int, end: int) -> tuple[float, Layout]:
        """The cheapest lines for one cue, as few as can hold it; infinite where none can."""
        if turns := self._turns_within(begin, end):
            return self._of_two(begin, end) if turns == 1 else (_INFINITE, Layout(()))
        length = self.length(begin, end)
        if length <= self._room[begin] or end - begin == 1:
            return 0.0, Layout(((begin, end),))
        best: tuple[float, Layout] = (_INFINITE, Layout(()))
        for count in range(2, self._max_lines + 1):
            cost, lines = self._break_lines(begin, end, count, length / count)
            if cost < best[0]:
                best = cost, Layout(lines)
            if cost < _VIOLATION:
                break
        return best

    def overfull(self, begin: int, end: int) -> Layout:
        """Lines for what no cue can hold: as many as it takes, each filled."""
        lines: list[tuple[int, int]] = []
        at = begin
        for n in range(begin + 1, end + 1):
            if n == end or self.length(at, n + 1) > self._room[begin]:
                lines.append((at, n))
                at = n
        return Layout(tuple(lines))

    def break_cost(self, at: int) -> float:
        """What it costs to end a line or a cue before the piece `at` (breaks.py)."""
        return self._breaks[at]

    def reading(self, layout: Layout) -> int:
        """Ticks that the text of a cue takes to read."""
        return self._reading(layout.begin, layout.end, self.characters(layout))

    def characters(self, layout: Layout) -> int:
        """The characters of a cue as they are counted: dashes and notes too, line breaks not."""
        count = sum(self.length(*line) for line in layout.lines)
        if layout.speakers == 2:
            count += len(layout.lines) * self._settings.length(self._dash)
        return count + (NOTES if self.pieces[layout.begin].song else 0)

    def _reading(self, begin: int, end: int, characters: int) -> int:
        return self._pace.needed(self._words(begin, end) if self._by_words else characters)

    def _fewest_characters(self, begin: int, end: int) -> int:
        """No more than the characters of any layout of these pieces."""
        length = self.length(begin, end)
        return length if length <= self._room[begin] else length - self._max_lines + 1

    def _words(self, begin: int, end: int) -> int:
        notes = 2 if self.pieces[begin].song else 0
        return self._word_count[end] - self._word_count[begin + 1] + 1 + notes

    def _turns_within(self, begin: int, end: int) -> int:
        return self._turns[end - 1] - self._turns[begin]

    def _inner_cost(self, before: Piece, after: Piece, language: str) -> float:
        """What it costs to show two neighbours in one cue: a sentence's end or a pause inside."""
        pause = after.start - before.end
        ends = not after.inside and ends_sentence(before.text, after.text, language=language)
        breath = after.segment != before.segment and pause > self._breath
        cost = _INNER_SENTENCE * ends + max(0, pause - self._short_pause) / self._second
        return cost + _OTHER_BREATH * breath

    def _may_fit(self, begin: int, end: int) -> bool:
        spoken = self.pieces[end - 1].end - self.starts[begin]
        room = self._max_lines * (self._room[begin] + 1) - 1
        return (
            spoken <= self.clock.max_duration
            and self.length(begin, end) <= room
            and self._turns_within(begin, end) <= 1
        )

    def _cost(self, begin: int, end: int, characters: int) -> float:
        """What a cue costs besides the breaks at its end and within it."""
        start, clock, slack = self.starts[begin], self.clock, self.clock.ticks.slack(1)
        following = self.starts[end] if end < len(self.pieces) else FOREVER
        reading = self._reading(begin, end, characters)
        shown = clock.out_time(start, self.pieces[end - 1].end, following, reading).end - start
        cost = _CUE + self._inner[end - 1] - self._inner[begin]
        if shown < clock.min_duration:
            cost += _TOO_SHORT * (1 - shown / clock.min_duration)
            cost += _VIOLATION * (shown < clock.min_duration - slack)
        if reading > shown:
            cost += _TOO_FAST * (reading / shown - 1) + _VIOLATION
        if end < len(self.pieces):
            gap = following - start - shown
            visible = clock.min_gap + slack < gap < clock.close_gap - slack
            cost += _VIOLATION * (visible or gap < clock.min_gap - slack)
        return cost

    def _of_two(self, begin: int, end: int) -> tuple[float, Layout]:
        """Two speakers in one cue, one line each, whose sentences do not go on in another."""
        turn = next(at for at in range(begin + 1, end) if self.is_turn(at))
        room = self._room[begin] - self._settings.length(self._dash)
        longest = max(self.length(begin, turn), self.length(turn, end))
        whole = begin in self._whole and end in self._whole
        if not self._dash or self._max_lines < 2 or longest > room or not whole:
            return _INFINITE, Layout(())
        return _TWO_SPEAKERS, Layout(((begin, turn), (turn, end)), speakers=2)

    def _break_lines(
        self, begin: int, end: int, count: int, even: float
    ) -> tuple[float, tuple[tuple[int, int], ...]]:
        """Exactly `count` lines, each near the `even` length."""
        room = self._room[begin]
        uneven = ((self.length(begin, end) - even) / room) ** 2
        if count == 1:
            fits = self.length(begin, end) <= room
            return (uneven if fits else _INFINITE), ((begin, end),)
        cheapest: tuple[float, tuple[tuple[int, int], ...]] = (_INFINITE, ())
        for at in range(begin + 1, end):
            length = self.length(begin, at)
            if length > room:
                break
            rest, lines = self._break_lines(at, end, count - 1, even)
            cost = rest + ((length - even) / room) ** 2 + _LINE
            cost += _cost_of_break(self._breaks[at], 0.5)
            if cost < cheapest[0]:
                cheapest = cost, ((begin, at), *lines)
        return cheapest


def _cost_of_break(cost: float, share: float) -> float:
    if cost >= MISPRINT:
        return _MISPRINT
    return share * cost if cost < NEVER else _VIOLATION
