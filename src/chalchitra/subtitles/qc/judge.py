"""Every limit of a style that a list of cues does not keep to.

Cues are judged as they stand, in any order. Overlaps and gaps are those of the cues in order of
time, so that an unsorted file has them where they are seen. Times are counted as the cutter counts
them (frames.py): in the film's frames, or in milliseconds where it has none that are even. Both
ends of a cue may have been rounded then: so much is never held against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from chalchitra.subtitles.cues.cue import Cue, CueSettings, milliseconds, reading_speed
from chalchitra.subtitles.cues.frames import Limits, Pace, Ticks
from chalchitra.subtitles.cues.graphemes import UNSPACED_SCRIPTS
from chalchitra.subtitles.qc.model import CueKind, Violation

_END = 0.05
"""Seconds. How long a film is, and how long the sound that a job took out of it, may differ by a
packet of the sound."""


def judge(
    cues: Sequence[Cue],
    settings: CueSettings,
    language: str,
    *,
    script: str | None = None,
    film: float | None = None,
    frame_rate: Fraction | None = None,
    rounding: int = 1,
) -> list[Violation]:
    """The violations, by cue in the order of the list, nothing told twice.

    `language` is an id of languages.toml and `script` its ISO 15924 code, where it is known; `film`
    is the film's duration in seconds and `frame_rate` its frames a second (at most 60). `rounding`
    is the step of the file's times in milliseconds; hundredths are to be frames again by then
    (Ticks.of_hundredths).
    """
    ticks = Ticks(frame_rate)
    clock = _Clock(ticks, Limits.of(settings, ticks), ticks.slack(rounding))
    speed = _Speed.of(settings, language, script, ticks)
    found: list[Violation] = []
    before: Cue | None = None
    for cue in cues:
        found += _of_text(cue, settings)
        found += _of_times(cue, clock, film)
        if before is not None and cue.start < before.start:
            found.append(
                _violation(
                    "out_of_order",
                    cue,
                    cue.start / 1000,
                    before.start / 1000,
                    other=before.index,
                )
            )
        if cue.end > cue.start:
            found += _of_speed(cue, clock, speed)
        before = cue
    found += _between(cues, clock)
    place = {cue.index: n for n, cue in enumerate(cues)}
    return sorted(found, key=lambda violation: place[violation.cue or 0])


@dataclass(frozen=True, slots=True)
class _Clock:
    """How time is counted, the limits, and the ticks that rounding may have taken."""

    ticks: Ticks
    limits: Limits
    slack: int


@dataclass(frozen=True, slots=True)
class _Speed:
    """The limit of a reader's pace: `unit` seconds for `limit` characters or words."""

    kind: Literal["reading_speed", "words_per_minute"]
    limit: float
    unit: int
    pace: Pace
    count: Callable[[Cue], int]
    digits: int

    @classmethod
    def of(cls, settings: CueSettings, language: str, script: str | None, ticks: Ticks) -> _Speed:
        if settings.words_per_minute and script not in UNSPACED_SCRIPTS:
            limit = settings.words_per_minute
            pace = Pace(ticks, Fraction(str(limit)) / 60)
            return cls("words_per_minute", limit, 60, pace, lambda cue: len(cue.text.split()), 1)
        limit = reading_speed(settings, language)
        pace = Pace(ticks, limit)
        return cls(
            "reading_speed", limit, 1, pace, lambda cue: sum(map(settings.length, cue.lines)), 2
        )


def _of_text(cue: Cue, settings: CueSettings) -> Iterator[Violation]:
    if not cue.text.strip():
        yield _violation("empty", cue, None, None)
    if len(cue.lines) > settings.max_lines:
        yield _violation("lines", cue, len(cue.lines), settings.max_lines)
    for number, line in enumerate(cue.lines, 1):
        if (length := settings.length(line)) > settings.max_chars_per_line:
            yield _violation("characters", cue, length, settings.max_chars_per_line, line=number)


def _of_times(cue: Cue, clock: _Clock, film: float | None) -> Iterator[Violation]:
    ticks, limits = clock.ticks, clock.limits
    shown = ticks.length(cue.start, cue.end)
    if cue.end <= cue.start:
        yield _violation("no_duration", cue, cue.seconds, 0.0)
    elif shown < limits.shortest - clock.slack:
        yield _violation("too_short", cue, cue.seconds, ticks.seconds(limits.shortest))
    elif shown > limits.longest + clock.slack:
        yield _violation("too_long", cue, cue.seconds, ticks.seconds(limits.longest))
    if cue.start < 0:
        yield _violation("outside_film", cue, cue.start / 1000, 0.0)
    elif film is not None and ticks.length(milliseconds(film), max(cue.start, cue.end)) > max(
        1, ticks.limit(_END)
    ):
        yield _violation("outside_film", cue, max(cue.start, cue.end) / 1000, round(film, 3))


def _of_speed(cue: Cue, clock: _Clock, speed: _Speed) -> Iterator[Violation]:
    shown = max(1, clock.ticks.length(cue.start, cue.end))
    count = speed.count(cue)
    if shown + clock.slack < speed.pace.needed(count):
        value = speed.unit * count / float(shown / clock.ticks.per_second)
        yield _violation(speed.kind, cue, round(value, speed.digits), speed.limit)


def _between(cues: Sequence[Cue], clock: _Clock) -> Iterator[Violation]:
    """Overlaps and gaps: each cue beside the one before it that stays on the screen longest."""
    timed = sorted((cue for cue in cues if cue.end > cue.start), key=lambda cue: cue.start)
    limits, slack = clock.limits, clock.slack
    limit = clock.ticks.seconds(limits.gap)
    latest: Cue | None = None
    for cue in timed:
        if latest is not None:
            gap = clock.ticks.length(latest.end, cue.start)
            seconds = (cue.start - latest.end) / 1000
            if cue.start < latest.end:
                yield _violation("overlap", cue, -seconds, 0.0, other=latest.index)
            elif gap < limits.gap - slack:
                yield _violation("gap_too_short", cue, seconds, limit, other=latest.index)
            elif limits.gap + slack < gap < limits.closing - slack:
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
        start=cue.start / 1000,
        value=value,
        limit=limit,
        line=line,
        other=other,
        text=cue.lines[line - 1] if line else cue.text,
    )
