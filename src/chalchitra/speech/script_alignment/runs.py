"""The runs of words between anchors: which of them are said, and when."""

from __future__ import annotations

from collections.abc import Sequence

from chalchitra.speech.script_alignment.allocation import Piece, Unit, allocate, spread_over
from chalchitra.speech.script_alignment.crowding import crowd
from chalchitra.speech.script_alignment.evidence import Evidence
from chalchitra.speech.script_alignment.timed_text import TimedText, Times
from chalchitra.text.sentence_ends import ends_sentence

_SLACK = 0.4
"""Shorter voice (s) beside the first or last word of a line is that word's, which is held there."""
_SLIVER = 0.05
"""Shorter voice (s) between two anchors is no room for a word."""
_CROWDED = 0.3
"""Words that have less than this share of the time they need take some from their neighbours."""
TRUSTED = 0.25
"""Where less than this share of the text was recognised, it may be another film's, and no line of
it is placed by room alone."""


class Runs:
    """Fills the runs of words without anchors."""

    def __init__(self, text: TimedText, evidence: Evidence) -> None:
        self._text = text
        self._evidence = evidence
        words = text.words
        recognised = sum(word.weight for at, word in enumerate(words) if text.was_recognised(at))
        self._trusted = recognised >= TRUSTED * sum(word.weight for word in words)

    def fill(self) -> None:
        """Give the words without anchors times, where they have evidence."""
        at = 0
        while at < len(self._text.words):
            if self._text.times[at] is not None:
                at += 1
                continue
            after = at
            while after < len(self._text.words) and self._text.times[after] is None:
                after += 1
            self._fill(at, after)
            at = after

    def _fill(self, first: int, after: int) -> None:
        """Place the words first..after, between two anchors or an edge of the film."""
        pieces = self._pieces(first, after)
        run = [at for at in range(first, after) if self._trusted or self._text.was_recognised(at)]
        must = [at for at in run if self._text.was_recognised(at)]
        needed = sum(self._text.seconds(at) for at in must)
        if must and sum(piece.seconds for piece in pieces) < _CROWDED * needed:
            crowd(self._text, must)
            run = [at for at in run if not self._text.was_recognised(at)]
            pieces = self._pieces(first, after)
        if not run or not pieces:
            return
        refused: list[int] = []
        while True:
            units = [self._unit(at) for at in run]
            places = allocate(units, pieces, *self._text.edges(first, after))
            spans = _spans(units, pieces, places)
            out = self._evidence.baseless(run, pieces, places, spans, refused)
            if out is None:
                break
            # Without it the others find their own places.
            refused.append(out)
            run = [at for at in run if self._text.words[at].line != out]
            if not run:
                return
        for at, span in zip(run, spans, strict=True):
            if span is not None:
                self._text.times[at] = span
        crowd(
            self._text,
            [
                run[n]
                for n, place in enumerate(places)
                if place is None and not units[n].may_stay_out
            ],
        )

    def _pieces(self, first: int, after: int) -> list[Piece]:
        low, high = self._text.edges(first, after)
        line_words, words = self._text.found.line_words, self._text.words
        tail = first > line_words[words[first].line][0]
        head = after - 1 < line_words[words[after - 1].line][-1]
        pieces: list[Piece] = []
        for region in self._text.voice_from(low):
            if region.start >= high:
                break
            start, end = max(region.start, low), min(region.end, high)
            least = _SLIVER
            if (start > region.start and not tail) or (end < region.end and not head):
                least = _SLACK
            if end - start < least:
                continue
            pieces.append(
                Piece(
                    start,
                    end,
                    first=start > region.start,
                    last=end < region.end,
                    said=self._evidence.said(start, end),
                )
            )
        return pieces

    def _unit(self, at: int) -> Unit:
        text, word = self._text, self._text.words[at]
        line = text.found.line_words[word.line]
        begins, ends = at == line[0], at == line[-1]
        following = None if ends else text.words[at + 1].text
        return Unit(
            seconds=self._text.seconds(at),
            line=word.line,
            may_stay_out=not text.was_recognised(at),
            clings=text.was_recognised(at),
            begins=begins,
            ends=ends,
            rests=ends or ends_sentence(word.text, following),
            expected=text.expected(word.line),
        )


def _spans(units: Sequence[Unit], pieces: Sequence[Piece], places: Sequence[int | None]) -> Times:
    """When each unit is said, by the piece that it is in."""
    spans: Times = [None] * len(units)
    for number, piece in enumerate(pieces):
        inside = [n for n, place in enumerate(places) if place == number]
        if inside:
            for n, span in zip(inside, spread_over([units[n] for n in inside], piece), strict=True):
                spans[n] = span
    return spans
