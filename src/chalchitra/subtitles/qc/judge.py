"""Every limit of a style that a list of cues does not keep to.

Cues are judged as they stand, in any order. Overlaps and gaps are those of the cues in order of
time, so that an unsorted file has them where they are seen. Cue times lie on whole milliseconds,
and both ends may have been rounded: 1 ms is never held against a cue. Where the film's frame rate
is known, limits of time are whole frames.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chalchitra.subtitles.cue import Cue, CueSettings, milliseconds, reading_speed
from chalchitra.subtitles.graphemes import UNSPACED_SCRIPTS
from chalchitra.subtitles.qc.model import CueKind, Violation

_ROUNDING = 1
"""Milliseconds."""
_PART_OF_A_FRAME = 0.1
"""So near to a whole frame a limit in seconds is that frame: 5/6 s at 23.976 is 19.98 frames."""


def judge(
    cues: Sequence[Cue],
    settings: CueSettings,
    language: str,
    *,
    script: str | None = None,
    film: float | None = None,
    frame_rate: float | None = None,
) -> list[Violation]:
    """The violations, by cue in the order of the list, nothing told twice.

    `language` is an id of languages.toml and `script` its ISO 15924 code, where it is known; `film`
    is the film's duration in seconds and `frame_rate` its frames a second.
    """
    clock = _Clock.of(settings, frame_rate)
    limit = reading_speed(settings, language)
    by_words = settings.words_per_minute and script not in UNSPACED_SCRIPTS
    found: list[Violation] = []
    before: Cue | None = None
    for cue in cues:
        found += _of_text(cue, settings)
        found += _of_times(cue, clock, film)
        if before is not None and cue.start < before.start:
            found.append(
                _violation("out_of_order", cue, cue.start, before.start, other=before.index)
            )
        if cue.end > cue.start:
            found += _of_words(cue, settings) if by_words else _of_speed(cue, settings, limit)
        before = cue
    found += _between(cues, clock)
    place = {cue.index: n for n, cue in enumerate(cues)}
    return sorted(found, key=lambda violation: place[violation.cue or 0])


@dataclass(frozen=True, slots=True)
class _Clock:
    """Limits of time in ticks: milliseconds, or frames where their rate is known.

    `slack` is what rounding may have taken. A gap that is longer than `gap` and shorter than
    `closing` should have been closed.
    """

    ticks_per_second: float
    slack: int
    shortest: int
    longest: int
    gap: int
    closing: float

    @classmethod
    def of(cls, settings: CueSettings, rate: float | None) -> _Clock:
        if rate is None:
            return cls(
                ticks_per_second=1000.0,
                slack=_ROUNDING,
                shortest=milliseconds(settings.min_duration),
                longest=milliseconds(settings.max_duration),
                gap=milliseconds(settings.min_gap),
                closing=milliseconds(settings.close_gap),
            )
        part = _PART_OF_A_FRAME
        return cls(
            ticks_per_second=rate,
            slack=0,
            shortest=math.floor(settings.min_duration * rate + part),
            longest=math.ceil(settings.max_duration * rate - part),
            gap=math.floor((settings.min_gap_frames or settings.min_gap * rate) + part),
            closing=settings.close_gap * rate - part,
        )

    def ticks(self, start: float, end: float) -> int:
        return round((milliseconds(end) - milliseconds(start)) * self.ticks_per_second / 1000)

    def seconds(self, ticks: float) -> float:
        return round(ticks / self.ticks_per_second, 3)


def _of_text(cue: Cue, settings: CueSettings) -> Iterator[Violation]:
    if not cue.text.strip():
        yield _violation("empty", cue, None, None)
    if len(cue.lines) > settings.max_lines:
        yield _violation("lines", cue, len(cue.lines), settings.max_lines)
    for number, line in enumerate(cue.lines, 1):
        if (length := settings.length(line)) > settings.max_chars_per_line:
            yield _violation("characters", cue, length, settings.max_chars_per_line, line=number)


def _of_times(cue: Cue, clock: _Clock, film: float | None) -> Iterator[Violation]:
    shown = clock.ticks(cue.start, cue.end)
    if cue.end <= cue.start:
        yield _violation("no_duration", cue, cue.seconds, 0.0)
    elif shown < clock.shortest - clock.slack:
        yield _violation("too_short", cue, cue.seconds, clock.seconds(clock.shortest))
    elif shown > clock.longest + clock.slack:
        yield _violation("too_long", cue, cue.seconds, clock.seconds(clock.longest))
    if cue.start < 0:
        yield _violation("outside_film", cue, cue.start, 0.0)
    elif film is not None and clock.ticks(film, max(cue.start, cue.end)) > 1:
        yield _violation("outside_film", cue, max(cue.start, cue.end), round(film, 3))


def _of_speed(cue: Cue, settings: CueSettings, limit: float) -> Iterator[Violation]:
    speed = sum(map(settings.length, cue.lines)) / cue.seconds
    if speed > limit:
        yield _violation("reading_speed", cue, round(speed, 2), limit)


def _of_words(cue: Cue, settings: CueSettings) -> Iterator[Violation]:
    speed = 60 * len(cue.text.split()) / cue.seconds
    if speed > settings.words_per_minute:
        yield _violation("words_per_minute", cue, round(speed, 1), settings.words_per_minute)


def _between(cues: Sequence[Cue], clock: _Clock) -> Iterator[Violation]:
    """Overlaps and gaps: each cue beside the one before it that stays on the screen longest."""
    timed = sorted((cue for cue in cues if cue.end > cue.start), key=lambda cue: cue.start)
    latest: Cue | None = None
    for cue in timed:
        if latest is not None:
            gap = clock.ticks(latest.end, cue.start)
            seconds = round(cue.start - latest.end, 3)
            if milliseconds(seconds) < 0:
                yield _violation("overlap", cue, -seconds, 0.0, other=latest.index)
            elif gap < clock.gap - clock.slack:
                limit = clock.seconds(clock.gap)
                yield _violation("gap_too_short", cue, seconds, limit, other=latest.index)
            elif clock.gap + clock.slack < gap < clock.closing - clock.slack:
                limit = clock.seconds(clock.gap)
                yield _violation("gap_not_closed", cue, seconds, limit, other=latest.index)
        if latest is None or cue.end > latest.end:
            latest = cue


def _violation(
    kind: CueKind,
    cue: Cue,
    value: float | None,
    limit: float | None,
    *,
    line: int | None = None,
    other: int | None = None,
) -> Violation:
    return Violation(
        kind=kind,
        cue=cue.index,
        start=cue.start,
        value=value,
        limit=limit,
        line=line,
        other=other,
        text=cue.lines[line - 1] if line else cue.text,
    )
