"""Cues out of timed words: where to break, what goes on which line, and how long it is shown.

The breaks are the cheapest of all (a dynamic program over the words of each passage, like the one
that breaks paragraphs into lines); the costs are in breaks.py and below. All times in here are
whole milliseconds, so nothing is rounded afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from chalchitra.subtitles.breaks import SENTENCE, Piece, break_cost
from chalchitra.subtitles.cue import Cue, CueSettings, milliseconds, reading_speed
from chalchitra.subtitles.graphemes import UNSPACED_SCRIPTS, atoms, chunks
from chalchitra.subtitles.words import TimedWord, in_order
from chalchitra.text.sentence_ends import ends_sentence
from chalchitra.transcript.songs import NOTE

_CUE = 1.0
"""What a cue costs in itself: so much worse must a break be that is avoided by one more cue."""
_LINE = 0.2
_INNER_SENTENCE = 0.9
_SHORT_PAUSE = 200
_TOO_SHORT = 2.0
_TOO_FAST = 1.0
_INFINITE = float("inf")
_FOREVER = 10**12

_NOTES = 4
"""Characters that a line of a song leaves free: a note and a space at either end of its cue."""

_Lines = tuple[tuple[int, int], ...]
"""Each line's first piece and the piece after its last."""


def build_cues(
    words: Sequence[TimedWord],
    settings: CueSettings,
    *,
    language: str,
    script: str,
    duration: float | None = None,
) -> list[Cue]:
    """The cues that show these words, in order, none lost, within the limits of `settings`.

    `language` is an id of languages.toml and `script` its ISO 15924 code; `duration` is the film's
    in seconds, where it is known. Cues never overlap, and lie in [0, duration] unless the film is
    shorter than two milliseconds a cue. A word longer than a line is cut between grapheme clusters;
    a cluster longer than a line stays whole. Cues of a song stand between notes (♪ text ♪) and hold
    nothing that is spoken.
    """
    film = int(duration * 1000) if duration is not None else None
    longest = max(1, milliseconds(settings.max_duration))
    unspaced = script in UNSPACED_SCRIPTS
    pieces = _pieces(in_order(words, longest, film), settings, unspaced)
    if not pieces:
        return []
    typesetter = _Typesetter(pieces, settings, language, unspaced)
    cues: list[_Lines] = []
    for first, after in _passages(pieces, settings):
        cues += typesetter.cut(first, after)
    starts = _starts([pieces[lines[0][0]].start for lines in cues], typesetter.clock, film)
    shown = []
    for n, (start, lines) in enumerate(zip(starts, cues, strict=True)):
        last = film + typesetter.clock.min_gap if film is not None else _FOREVER
        following = starts[n + 1] if n + 1 < len(starts) else max(last, start + 2)
        end = typesetter.clock.out_time(start, pieces[lines[-1][1] - 1].end, following)
        if film is not None:
            end = min(end, max(film, start + 1))
        text = tuple(typesetter.text(*line) for line in lines)
        if pieces[lines[0][0]].song:
            text = _between_notes(text)
        shown_pieces = pieces[lines[0][0] : lines[-1][1]]
        units = tuple(dict.fromkeys(piece.segment for piece in shown_pieces))
        shown.append(Cue(n + 1, start / 1000, end / 1000, text, units))
    return shown


def _between_notes(lines: tuple[str, ...]) -> tuple[str, ...]:
    first, *rest = lines
    *others, last = [f"{NOTE} {first}", *rest]
    return (*others, f"{last} {NOTE}")


def _pieces(words: Sequence[TimedWord], settings: CueSettings, unspaced: bool) -> list[Piece]:
    """The words as pieces no longer than a line; glued words are cut anew as one text."""
    pieces: list[Piece] = []
    run: list[TimedWord] = []
    for word in words:
        if run and not word.glued:
            pieces += _pieces_of_run(run, settings, unspaced)
            run = []
        run.append(word)
    return pieces + _pieces_of_run(run, settings, unspaced) if run else pieces


def _pieces_of_run(run: Sequence[TimedWord], settings: CueSettings, unspaced: bool) -> list[Piece]:
    text = "".join(word.text for word in run)
    times = [time for word in run for time in _times_of_characters(word)]
    word_starts = set(accumulate((len(word.text) for word in run), initial=0))
    pieces = []
    room = line_room(settings, song=run[0].song)
    at = 0
    for atom in atoms(text) if unspaced else [text]:
        for part in chunks(atom, room, settings.length):
            after = at + len(part)
            pieces.append(
                Piece(
                    text=part,
                    start=times[at][0],
                    end=times[after - 1][1],
                    segment=run[0].segment,
                    glued=at > 0,
                    inside=at not in word_starts,
                    speaker=run[0].speaker,
                    song=run[0].song,
                )
            )
            at = after
    return pieces


def _times_of_characters(word: TimedWord) -> list[tuple[int, int]]:
    """Each character's start and end, the word's time shared out evenly."""
    count = len(word.text)
    edges = [word.start + round((word.end - word.start) * n / count) for n in range(count + 1)]
    return list(pairwise(edges))


def line_room(settings: CueSettings, *, song: bool) -> int:
    """How many characters of text a line may have, at least one."""
    return max(1, settings.max_chars_per_line - (_NOTES if song else 0))


def _passages(pieces: Sequence[Piece], settings: CueSettings) -> list[tuple[int, int]]:
    """Ranges of pieces that a cue may not leave: pauses, speakers, songs and segments end them."""
    pause = milliseconds(settings.max_pause)
    touching = milliseconds(settings.min_gap)

    def parted(before: Piece, after: Piece) -> bool:
        gap = after.start - before.end
        return (
            gap > pause
            or after.song != before.song
            or (after.segment != before.segment and gap > touching)
            or (after.speaker != before.speaker and None not in (after.speaker, before.speaker))
        )

    edges = [i for i in range(1, len(pieces)) if parted(pieces[i - 1], pieces[i])]
    return list(zip([0, *edges], [*edges, len(pieces)], strict=True))


class _Clock:
    """When a cue leaves the screen. Milliseconds."""

    def __init__(self, settings: CueSettings) -> None:
        self.min_duration = milliseconds(settings.min_duration)
        self.max_duration = max(1, milliseconds(settings.max_duration))
        self.linger = milliseconds(settings.linger)
        self.min_gap = milliseconds(settings.min_gap)
        self.close_gap = milliseconds(settings.close_gap)

    def out_time(self, start: int, spoken: int, following: int) -> int:
        """The end of a cue whose sound ends at `spoken` and that another follows at `following`.

        It stays on for `linger`, and for `min_duration` where there is room; a gap that would be
        shorter than `close_gap` is closed to `min_gap`, or kept long enough to be seen as one.
        """
        least = max(spoken, start + self.min_duration)
        end = max(spoken + self.linger, least)
        room = following - self.min_gap
        if room <= end:
            end = room
        elif following - end < self.close_gap:
            end = max(least, following - self.close_gap)
            if following - end < self.close_gap:  # kept on for min_duration
                end = room
        end = min(end, start + self.max_duration)
        # Where cues crowd, what room there is goes half to the cue.
        return max(end, start + max(1, min(self.min_gap, (following - start) // 2)))


def _starts(starts: Sequence[int], clock: _Clock, film: int | None) -> list[int]:
    """In-times at least two gaps apart, and early enough for the last cue to fit into the film."""
    step = max(2, 2 * clock.min_gap)
    if film is not None:
        step = max(2, min(step, film // len(starts)))
    spaced = list(starts)
    for i in range(1, len(spaced)):
        spaced[i] = max(spaced[i], spaced[i - 1] + step)
    if film is not None:
        latest = max(film, step * len(spaced))
        for i in reversed(range(len(spaced))):
            latest = spaced[i] = min(spaced[i], latest - step)
    return spaced


def _inner_cost(before: Piece, after: Piece, language: str) -> float:
    """What it costs to show two neighbours in one cue: a sentence's end or a pause inside it."""
    pause = after.start - before.end
    ends = not after.inside and ends_sentence(before.text, after.text, language=language)
    return _INNER_SENTENCE * ends + max(0, pause - _SHORT_PAUSE) / 1000


class _Typesetter:
    """Cuts passages into cues and cues into lines, at the least cost."""

    def __init__(
        self, pieces: Sequence[Piece], settings: CueSettings, language: str, unspaced: bool
    ) -> None:
        self.clock = _Clock(settings)
        self._pieces = pieces
        self._max_lines = settings.max_lines
        self._room = [line_room(settings, song=piece.song) for piece in pieces]
        self._speed = reading_speed(settings, language)
        self._breaks = [SENTENCE] + [
            break_cost(before, after, language, unspaced) for before, after in pairwise(pieces)
        ]
        self._spaces = [0 if piece.glued else 1 for piece in pieces]
        widths = (settings.length(p.text) + s for p, s in zip(pieces, self._spaces, strict=True))
        self._width = list(accumulate(widths, initial=0))
        inner = [0.0] + [_inner_cost(before, after, language) for before, after in pairwise(pieces)]
        self._inner = list(accumulate(inner))

    def text(self, first: int, after: int) -> str:
        parts = [self._pieces[first].text]
        for piece in self._pieces[first + 1 : after]:
            parts += [piece.text] if piece.glued else [" ", piece.text]
        return "".join(parts)

    def length(self, first: int, after: int) -> int:
        """The characters of these pieces on one line."""
        return self._width[after] - self._width[first] - self._spaces[first]

    def cut(self, first: int, after: int) -> list[_Lines]:
        """The cheapest cues for the pieces of one passage."""
        best = [0.0]
        chosen: list[tuple[int, _Lines]] = [(first, ())]
        for end in range(first + 1, after + 1):
            cheapest, choice = _INFINITE, chosen[0]
            for begin in range(end - 1, first - 1, -1):
                if begin < end - 1 and not self._may_fit(begin, end):
                    break
                if best[begin - first] + _CUE >= cheapest:
                    continue
                cost = best[begin - first] + self._cost(begin, end, ends_passage=end == after)
                if cost < cheapest:
                    layout, lines = self._layout(begin, end)
                    if cost + layout < cheapest:
                        cheapest, choice = cost + layout, (begin, lines)
            best.append(cheapest)
            chosen.append(choice)
        cues: list[_Lines] = []
        end = after
        while end > first:
            end, lines = chosen[end - first]
            cues.append(lines)
        return cues[::-1]

    def _may_fit(self, begin: int, end: int) -> bool:
        spoken = self._pieces[end - 1].end - self._pieces[begin].start
        room = self._max_lines * (self._room[begin] + 1) - 1
        return spoken <= self.clock.max_duration and self.length(begin, end) <= room

    def _cost(self, begin: int, end: int, *, ends_passage: bool) -> float:
        """What a cue costs besides its line breaks."""
        start, spoken = self._pieces[begin].start, self._pieces[end - 1].end
        following = self._pieces[end].start if end < len(self._pieces) else _FOREVER
        shown = self.clock.out_time(start, spoken, following) - start
        cost = _CUE + self._inner[end - 1] - self._inner[begin]
        if not ends_passage:
            cost += self._breaks[end]
        if shown < self.clock.min_duration:
            cost += _TOO_SHORT * (1 - shown / self.clock.min_duration)
        speed = 1000 * self.length(begin, end) / shown
        return cost + _TOO_FAST * max(0.0, speed / self._speed - 1)

    def _layout(self, begin: int, end: int) -> tuple[float, _Lines]:
        """The cheapest lines for one cue, as few as can hold it; infinite where none can."""
        length = self.length(begin, end)
        if length <= self._room[begin] or end - begin == 1:
            return 0.0, ((begin, end),)
        for count in range(2, self._max_lines + 1):
            cost, lines = self._break_lines(begin, end, count, length / count)
            if cost < _INFINITE:
                return cost, lines
        return _INFINITE, ()

    def _break_lines(self, begin: int, end: int, count: int, even: float) -> tuple[float, _Lines]:
        """Exactly `count` lines, each near the `even` length."""
        room = self._room[begin]
        uneven = ((self.length(begin, end) - even) / room) ** 2
        if count == 1:
            fits = self.length(begin, end) <= room
            return (uneven if fits else _INFINITE), ((begin, end),)
        cheapest: tuple[float, _Lines] = (_INFINITE, ())
        for at in range(begin + 1, end):
            length = self.length(begin, at)
            if length > room:
                break
            rest, lines = self._break_lines(at, end, count - 1, even)
            cost = rest + ((length - even) / room) ** 2 + _LINE + self._breaks[at] / 2
            if cost < cheapest[0]:
                cheapest = cost, ((begin, at), *lines)
        return cheapest
