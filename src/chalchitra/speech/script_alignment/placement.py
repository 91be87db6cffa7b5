"""A known text on the sound: every line gets its place, or is reported as having none.

Words that were recognised are anchors; those between them share the voice between them. What the
recogniser wrote is used for its times alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

from chalchitra.speech.script_alignment import shifts
from chalchitra.speech.script_alignment.allocation import ON_TIME, Piece, Unit, allot, spread_over
from chalchitra.speech.script_alignment.anchors import (
    SHORT,
    USUAL_PACE,
    Anchored,
    anchored,
    resemblance,
)
from chalchitra.speech.script_alignment.left_out import contested, said_elsewhere
from chalchitra.speech.script_alignment.report import (
    DOUBTFUL,
    How,
    NoLine,
    PlacedLine,
    ScriptReport,
)
from chalchitra.speech.words import fit
from chalchitra.text.sentence_ends import ends_sentence
from chalchitra.transcript.model import Label, Region, Segment, Transcript, Word
from chalchitra.transcript.script import Script, ScriptLine

_SLACK = 0.4
"""Shorter voice (s) beside the first or last word of a line is that word's, which is held there."""
_SLIVER = 0.05
"""Shorter voice (s) between two anchors is no room for a word."""
_CROWDED = 0.3
"""Words that have less than this share of the time they need take some from their neighbours."""
_ROOMY, _TOO_FAST = 0.7, 0.45
"""The share of the time they need that is enough for words, and that is too little for a line."""
MISSING_WORDS, MISSING_SECONDS = 3, 1.0
"""So many words of a line that need so much time, where it has too little, were not said."""
TRUSTED = 0.25
"""Where less than this share of the text was recognised, it may be another film's, and no line of
it is placed by room alone."""
CLEAR = 0.9
"""Where half the lines were recognised this well, another text means other words."""
SURE = 0.5
"""The probability from which on a recogniser's word counts as clear."""
LEFT_OVER = 1.0
LEFT_OVER_WORDS = 2
"""Voice beside placed words is reported as having no line from so many seconds or words on."""
LONE_VOICE = 0.5
"""A region without any placed word is reported where something was recognised, or from here (s)."""
_JOINED = 1.0
"""Reported stretches this near (s) to each other, with no word between them, are one."""


FAINT, FAINT_ACROSS = (0.33, 0.13), (0.5, 0.18)
"""A line that does not count as recognised is still heard where it resembles what was recognised in
its place: by the share of its symbols that are equal, or by what the alignment is worth a symbol
(anchors.resemblance). The second pair is for texts in different scripts. Of pairs of different
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


@dataclass(frozen=True)
class Placement:
    """The text as segments on the film's time line, and the report."""

    segments: list[Segment]
    report: ScriptReport


Times = list[tuple[float, float] | None]


def place_script(
    script: Script,
    heard: Transcript,
    voice: Sequence[Region],
    *,
    spaced: bool = True,
    fill: bool = False,
) -> Placement:
    """Place the lines of `script` on the sound.

    `heard` is what was recognised, `voice` the speech regions in order. With `fill`, what was
    recognised where the text has no line becomes segments too. `spaced`: words have spaces
    between them in this language. Every line is in the segments or reported as having no sound;
    words are inside the voice, in order, and do not overlap.
    """
    found = anchored(script, heard.words, voice, spaced=spaced)
    known = [
        (number, span[0] - start)
        for number in sorted(found.heard)
        if (start := script.lines[number].start) is not None
        and (span := found.words[found.line_words[number][0]].span) is not None
    ]
    placer = _Placer(script, heard, voice, found, known)
    times: Times = placer.place()
    times = _on_the_voice(times, voice)
    no_line = list(_without_line(heard, voice, found, times))
    confidence = {n: round(share, 3) for n, share in enumerate(found.shares)}
    confidence |= {n: one for n, one in placer.confidence.items() if n not in found.heard}
    for line in contested(found, times, heard.words):
        confidence[line] = round(confidence[line] / 2, 3)
    elsewhere = said_elsewhere(found, times, no_line, heard.words)
    segments, lines = _segments(script, found, times, confidence, elsewhere)
    if fill:
        segments = _filled(segments, heard, no_line)
    report = ScriptReport(
        kind=script.kind,
        compared_by="sound" if found.across_scripts else "letters",
        words=len(found.words),
        anchors=sum(word.span is not None for word in found.words),
        confidence=round(median([found.shares[n] for n in found.heard] or [0.0]), 3),
        lines=lines,
        no_line=no_line,
        shifts=[
            shift.model_copy(
                update={
                    "first": script.lines[shift.first].number,
                    "last": script.lines[shift.last].number,
                }
            )
            for shift in (shifts.stretches(known) if known else [])
        ],
    )
    return Placement(segments, report)


class _Placer:
    """Fills the runs of words without anchors."""

    def __init__(
        self,
        script: Script,
        heard: Transcript,
        voice: Sequence[Region],
        found: Anchored,
        known: shifts.Known,
    ) -> None:
        self.script = script
        self.voice = voice
        self.found = found
        self.words = found.words
        self.known = known
        self.pace = _pace(found)
        unused = [at for at, used in enumerate(found.used) if not used]
        self.unused = [heard.words[at] for at in unused]
        self.unused_symbols = [found.theirs[at] for at in unused]
        self.unused_ends = [word.end for word in self.unused]
        self.voice_ends = [region.end for region in voice]
        self.clear = _is_clear(found)
        known_weight = sum(word.weight for word in self.words if word.line in found.heard)
        self.trusted = known_weight >= TRUSTED * sum(word.weight for word in self.words)
        self.times: Times = [word.span for word in found.words]
        self.confidence: dict[int, float] = {}
        """Of the lines that were placed by room."""

    def place(self) -> Times:
        at = 0
        while at < len(self.words):
            if self.times[at] is not None:
                at += 1
                continue
            after = at
            while after < len(self.words) and self.times[after] is None:
                after += 1
            self._fill(at, after)
            at = after
        return self.times

    def _fill(self, first: int, after: int) -> None:
        """Place the words first..after, between two anchors or an edge of the film."""
        pieces = self._pieces(first, after)
        run = [
            at
            for at in range(first, after)
            if self.trusted or self.words[at].line in self.found.heard
        ]
        must = [at for at in run if self.words[at].line in self.found.heard]
        needed = sum(self._seconds(at) for at in must)
        if must and sum(piece.seconds for piece in pieces) < _CROWDED * needed:
            self._crowd(must)
            run = [at for at in run if self.words[at].line not in self.found.heard]
            pieces = self._pieces(first, after)
        if not run or not pieces:
            return
        refused: list[int] = []
        while True:
            units = [self._unit(at) for at in run]
            places = allot(units, pieces, *self._edges(first, after))
            spans = _spans(units, pieces, places)
            out = self._baseless(run, pieces, places, spans, refused)
            if out is None:
                break
            # Without it the others find their own places.
            refused.append(out)
            run = [at for at in run if self.words[at].line != out]
            if not run:
                return
        for at, span in zip(run, spans, strict=True):
            if span is not None:
                self.times[at] = span
        self._crowd(
            [
                run[n]
                for n, place in enumerate(places)
                if place is None and not units[n].may_stay_out
            ]
        )

    def _baseless(
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
            if self.words[at].line not in self.found.heard:
                lines.setdefault(self.words[at].line, []).append(n)
        faint = FAINT_ACROSS if self.found.across_scripts else FAINT
        rivals = [line for line, inside in lines.items() if spans[inside[0]] is None]
        baseless: dict[int, tuple[float, float]] = {}
        for line, inside in lines.items():
            begins, ends = spans[inside[0]], spans[inside[-1]]
            if begins is None or ends is None:
                continue
            symbols = "".join(self.words[run[n]].symbols for n in inside)
            said = self._recognised(begins[0], ends[1])
            share, worth = resemblance(symbols, said, related=self.found.across_scripts)
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
        for at in range(bisect_left(self.unused_ends, low - _NEAR), len(self.unused)):
            word = self.unused[at]
            if word.start >= high + _NEAR:
                break
            if low - _NEAR <= (word.start + word.end) / 2 <= high + _NEAR:
                found.append(self.unused_symbols[at])
        return "".join(found)

    def _needs(self, line: int) -> float:
        return sum(self._seconds(at) for at in self.found.line_words[line])

    def _alike(self, line: int, other: int) -> bool:
        """Whether two lines take about as long to say."""
        one, two = sorted((self._needs(line), self._needs(other)))
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
                needs[place] = needs.get(place, 0.0) + self._seconds(at)
                if self.words[at].line == line:
                    mine.add(place)
        needed = sum(needs[place] for place in mine)
        there = sum(pieces[place].seconds for place in mine)
        others = needed - self._needs(line)
        return min(needed, there) / max(needed, there), min(others, there) / max(others, there)

    def _on_time(self, line: int, start: float) -> bool:
        times = shifts.expected(line, self.script.lines[line].start, self.known)
        return any(abs(start - time) <= ON_TIME for time in times)

    def _crowd(self, words: Sequence[int]) -> None:
        """Words that the recogniser swallowed share the time of the words beside them."""
        runs: list[list[int]] = []
        for at in words:
            if runs and runs[-1][-1] == at - 1 and self.words[at - 1].line == self.words[at].line:
                runs[-1].append(at)
            else:
                runs.append([at])
        for run in runs:
            self._share(run)

    def _share(self, run: Sequence[int]) -> None:
        """Spread a run of words and as many beside it in its line as it takes to have room.

        Where the whole line has too little, a long run was not said: it keeps no time.
        """
        line = self.found.line_words[self.words[run[0]].line]
        low, high = run[0], run[-1]
        pieces: list[Piece] = []
        while True:
            low, high = max(line[0], low - 1), min(line[-1], high + 1)
            inside = [*range(low, high + 1)]
            spans = [span for at in inside if (span := self.times[at]) is not None]
            needed = sum(self._seconds(at) for at in inside)
            whole = low == line[0] and high == line[-1]
            if spans:
                pieces = self._voice_in(spans[0][0], spans[-1][1])
                if sum(piece.seconds for piece in pieces) >= _ROOMY * needed:
                    break
            if whole:
                break
        room = sum(piece.seconds for piece in pieces)
        missing = sum(self._seconds(at) for at in run)
        if not pieces or (
            room < _TOO_FAST * needed and len(run) >= MISSING_WORDS and missing >= MISSING_SECONDS
        ):
            return
        passed = 0.0
        for at in inside:
            begins = passed * room / needed
            passed += self._seconds(at)
            self.times[at] = _moments(pieces, begins, passed * room / needed)

    def _voice_in(self, low: float, high: float) -> list[Piece]:
        pieces: list[Piece] = []
        for region in self._voice_from(low):
            if region.start >= high:
                break
            pieces.append(Piece(max(region.start, low), min(region.end, high)))
        return pieces

    def _voice_from(self, low: float) -> Iterator[Region]:
        """The regions that end after a moment."""
        for at in range(bisect_right(self.voice_ends, low), len(self.voice)):
            yield self.voice[at]

    def _edges(self, first: int, after: int) -> tuple[float, float]:
        return self._time_before(first), self._time_after(after)

    def _time_before(self, first: int) -> float:
        for at in range(first - 1, -1, -1):
            if (span := self.times[at]) is not None:
                return span[1]
        return float("-inf")

    def _time_after(self, after: int) -> float:
        for at in range(after, len(self.words)):
            if (span := self.times[at]) is not None:
                return span[0]
        return float("inf")

    def _pieces(self, first: int, after: int) -> list[Piece]:
        low, high = self._edges(first, after)
        line_words, words = self.found.line_words, self.words
        tail = first > line_words[words[first].line][0]
        head = after - 1 < line_words[words[after - 1].line][-1]
        pieces: list[Piece] = []
        for region in self._voice_from(low):
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
                    said=self._said(start, end) if self.clear else 0.0,
                )
            )
        return pieces

    def _said(self, start: float, end: float) -> float:
        """How long clear words of the recogniser that the text does not have are there (s)."""
        said = 0.0
        for at in range(bisect_right(self.unused_ends, start), len(self.unused)):
            word = self.unused[at]
            if word.start >= end:
                break
            if word.probability is None or word.probability >= SURE:
                said += min(word.end, end) - max(word.start, start)
        return said

    def _seconds(self, at: int) -> float:
        return self.words[at].weight * self.pace

    def _unit(self, at: int) -> Unit:
        word = self.words[at]
        line = self.found.line_words[word.line]
        begins, ends = at == line[0], at == line[-1]
        following = None if ends else self.words[at + 1].text
        return Unit(
            seconds=self._seconds(at),
            line=word.line,
            may_stay_out=word.line not in self.found.heard,
            clings=word.line in self.found.heard,
            begins=begins,
            ends=ends,
            rests=ends or ends_sentence(word.text, following),
            expected=shifts.expected(word.line, self.script.lines[word.line].start, self.known),
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


def _moments(pieces: Sequence[Piece], begins: float, ends: float) -> tuple[float, float]:
    """What `begins` and `ends` (s) are on the film where the pieces follow each other."""
    passed = 0.0
    found: list[float] = []
    for piece in pieces:
        after = passed + piece.seconds
        if not found and begins < after:
            found.append(piece.start + begins - passed)
        if found and ends <= after + 1e-6:
            return found[0], min(piece.end, piece.start + ends - passed)
        passed = after
    last = pieces[-1].end
    return (found[0] if found else last), last


def _pace(found: Anchored) -> float:
    """Seconds a letter, over what was recognised."""
    spans = [(word.span[1] - word.span[0], word.weight) for word in found.words if word.span]
    rates = [seconds / weight for seconds, weight in spans if seconds > 0]
    return median(rates) if len(rates) >= 10 else USUAL_PACE


def _is_clear(found: Anchored) -> bool:
    """Whether the recogniser can be believed where it writes something else than the text."""
    shares = [found.shares[number] for number in found.heard]
    return not found.across_scripts and len(shares) > 1 and median(shares) >= CLEAR


def _on_the_voice(times: Times, voice: Sequence[Region]) -> Times:
    """The times inside the voice, in order, apart, and held at its edges (speech/words.py)."""
    timed = [at for at, span in enumerate(times) if span is not None]
    fitted = fit([span for span in times if span is not None], voice)
    settled: Times = [None] * len(times)
    for at, span in zip(timed, fitted, strict=True):
        settled[at] = span
    return settled


def _segments(
    script: Script,
    found: Anchored,
    times: Times,
    confidences: Mapping[int, float],
    elsewhere: Mapping[int, float],
) -> tuple[list[Segment], list[PlacedLine]]:
    segments: list[Segment] = []
    lines: list[PlacedLine] = []
    waiting: list[Label] = []  # of lines that are left out
    for number, line in enumerate(script.lines):
        mine = found.line_words[number]
        placed_here = any(times[at] is not None for at in mine)
        confidence = confidences[number] if placed_here else round(found.shares[number], 3)
        words = [
            Word(
                text=found.words[at].text,
                start=span[0],
                end=span[1],
                probability=confidence if confidence < DOUBTFUL else None,
                speaker=line.speaker,
                timing="recognised" if found.words[at].span else "interpolated",
            )
            for at in mine
            if (span := times[at]) is not None
        ]
        missing = [found.words[at].text for at in mine if times[at] is None]
        how: How = "recognised" if number in found.heard else "by room"
        whole = len(missing) == 0
        placed = PlacedLine(
            number=line.number,
            text=line.text,
            how=how if words else "no sound",
            confidence=confidence,
            speaker=line.speaker,
        )
        if words:
            text = line.text if whole else " ".join(word.text for word in words)
            segments.append(
                Segment(
                    id=len(segments),
                    start=words[0].start,
                    end=words[-1].end,
                    text=text,
                    words=words,
                    speaker=line.speaker,
                    song=line.song,
                    labels=[*waiting, *_labels(line, words)],
                )
            )
            waiting = []
            placed = placed.model_copy(
                update={
                    "start": words[0].start,
                    "end": words[-1].end,
                    "missing": None if whole else " ".join(missing),
                }
            )
        else:
            placed = placed.model_copy(update={"elsewhere": elsewhere.get(number)})
            # What is heard beside words that are not said is not heard; what stood alone may be.
            alone = [label for label in line.labels if label.start is not None]
            waiting += [Label(text=label.text) for label in alone]
        lines.append(placed)
    if segments:
        end = len(segments[-1].words)
        segments[-1].labels.extend(Label(text=label.text, before=end) for label in waiting)
    return segments, lines


def _labels(line: ScriptLine, words: Sequence[Word]) -> list[Label]:
    """The labels of a line beside its words. Those of a time of their own move with the line."""
    moved = words[0].start - line.start if words and line.start is not None else 0.0
    found: list[Label] = []
    for label in line.labels:
        letters = sum(map(len, line.text[: label.at].split()))
        lengths = accumulate(len(word.text) for word in words)
        before = sum(length <= letters for length in lengths)
        times: dict[str, float] = {}
        if label.start is not None and label.end is not None and words and line.start is not None:
            times = {
                "start": round(max(0.0, label.start + moved), 3),
                "end": round(max(0.0, label.end + moved), 3),
            }
        found.append(Label.model_validate({"text": label.text, "before": before, **times}))
    return found


def _without_line(
    heard: Transcript, voice: Sequence[Region], found: Anchored, times: Times
) -> Iterator[NoLine]:
    """The speech that no placed word covers."""
    unused = [word for word, used in zip(heard.words, found.used, strict=True) if not used]
    middles = [(word.start + word.end) / 2 for word in unused]
    placed = [
        (*span, word.line)
        for word, span in zip(found.words, times, strict=True)
        if span is not None
    ]
    stretches: list[NoLine] = []
    at = 0
    for region in voice:
        while at < len(placed) and placed[at][1] <= region.start:
            at += 1
        inside: list[tuple[float, float, int]] = []
        here = at
        while here < len(placed) and placed[here][0] < region.end:
            inside.append(placed[here])
            here += 1
        low, before = region.start, -1
        for start, end, line in [*inside, (region.end, region.end, -1)]:
            text = unused[bisect_left(middles, low) : bisect_right(middles, start)]
            within = before == line >= 0
            if _counts(start - low, len(text), alone=not inside, within=within):
                said = " ".join(word.text for word in text)
                stretches.append(NoLine(start=round(low, 3), end=round(start, 3), text=said))
            low, before = max(low, end), line
    joined: list[NoLine] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        near = last is not None and stretch.start - last.end <= _JOINED
        if last is None or not near or _between(placed, last.end, stretch.start):
            joined.append(stretch)
        else:
            said = f"{last.text} {stretch.text}".strip()
            joined[-1] = NoLine(start=last.start, end=stretch.end, text=said)
    yield from joined


def _counts(seconds: float, words: int, *, alone: bool, within: bool) -> bool:
    """Whether voice without a word of the text is worth a report: a region of its own (`alone`),
    the inside of a line (`within`: the recogniser stumbled, unless it is long), or beside one."""
    if alone:
        return words > 0 or seconds >= LONE_VOICE
    if within:
        return words > LEFT_OVER_WORDS and seconds >= 2 * LEFT_OVER
    return (words >= LEFT_OVER_WORDS and seconds > 0.3) or (words > 0 and seconds >= LEFT_OVER)


def _between(placed: Sequence[tuple[float, float, int]], low: float, high: float) -> bool:
    return any(start < high and low < end for start, end, _ in placed)


def _filled(
    segments: Sequence[Segment], heard: Transcript, no_line: Sequence[NoLine]
) -> list[Segment]:
    """The segments, and those recognised words that lie where the text has no line."""
    added: list[Segment] = []
    for stretch in no_line:
        for segment in heard.segments:
            words = [
                word
                for word in segment.words
                if stretch.start <= (word.start + word.end) / 2 <= stretch.end
            ]
            if words:
                words = [
                    word.model_copy(
                        update={
                            "start": max(word.start, stretch.start),
                            "end": min(word.end, stretch.end),
                        }
                    )
                    for word in words
                ]
                added.append(
                    segment.model_copy(
                        update={
                            "start": words[0].start,
                            "end": words[-1].end,
                            "words": words,
                            "text": " ".join(word.text for word in words),
                        }
                    )
                )
    ordered = sorted([*segments, *added], key=lambda segment: segment.start)
    return [segment.model_copy(update={"id": n}) for n, segment in enumerate(ordered)]
