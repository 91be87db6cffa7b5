"""The quality report: put together, and said briefly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from chalchitra.subtitles.cues.cue import Cue, CueSettings
from chalchitra.subtitles.cues.frames import HUNDREDTH, Ticks
from chalchitra.subtitles.formats.faults import Fault
from chalchitra.subtitles.formats.foreign import SubtitleFile
from chalchitra.subtitles.qc.figures import coverage, low_confidence, reading_speeds
from chalchitra.subtitles.qc.judge import judge
from chalchitra.subtitles.qc.model import (
    NAMES,
    UNITS,
    QualityReport,
    Untranslated,
    Violation,
    Width,
)
from chalchitra.transcript.model import Region, Word
from chalchitra.transcript.translation import TranslationUnit

_WORST = 3


def make_report(
    cues: Sequence[Cue],
    settings: CueSettings,
    style: str,
    language: str | None,
    *,
    script: str | None = None,
    film: float | None = None,
    frame_rate: Fraction | None = None,
    file: SubtitleFile | None = None,
    speech: Sequence[Region] | None = None,
    words: Sequence[Word] = (),
    untranslated: Sequence[TranslationUnit] = (),
    unavoidable: Mapping[int, str] | None = None,
    width: Width | None = None,
) -> QualityReport:
    """Judge a track and measure it; see `judge` for the first arguments.

    `file` is where the cues were read from, `speech` where someone speaks, `words` the transcript's
    that the cues show, `untranslated` the units of the translation that stayed as they were,
    `unavoidable` says by the cues' index what leaves them no way round a violation.
    """
    known = language or ""
    violations = judge(
        cues if file is None else _unrounded(cues, file.step, Ticks(frame_rate)),
        settings,
        known,
        script=script,
        film=film,
        frame_rate=frame_rate,
        rounding=1 if file is None else file.step,
    )
    if unavoidable:
        violations = [
            one.model_copy(update={"forced_by": unavoidable.get(one.cue or 0)})
            for one in violations
        ]
    if file is not None:
        violations = _of_file(file) + [_in_file(one, file) for one in violations]
    return QualityReport(
        style=style,
        language=language,
        characters=settings.characters,
        film_duration=film,
        frame_rate=None if frame_rate is None else round(float(frame_rate), 6),
        cues=len(cues),
        counts=dict(Counter(one.kind for one in violations).most_common()),
        violations=violations,
        reading_speed=reading_speeds(cues, settings, known),
        width=width,
        coverage=coverage(cues, speech) if speech is not None else None,
        low_confidence=low_confidence(cues, words),
        untranslated=[
            Untranslated(
                id=unit.id, start=unit.start, end=unit.end, source=unit.source, reason=unit.reason
            )
            for unit in untranslated
        ],
    )


def _unrounded(cues: Sequence[Cue], step: int, ticks: Ticks) -> list[Cue]:
    """The cues of a format that keeps hundredths, with times as they were before."""
    if step != HUNDREDTH:
        return list(cues)
    return [
        replace(cue, start=ticks.of_hundredths(cue.start), end=ticks.of_hundredths(cue.end))
        for cue in cues
    ]


def _in_file(violation: Violation, file: SubtitleFile) -> Violation:
    """With the line of the file, and the time that stands in it."""
    at = (violation.cue or 1) - 1
    return violation.model_copy(
        update={"file_line": file.lines[at], "start": file.cues[at].start / 1000}
    )


def _of_file(file: SubtitleFile) -> list[Violation]:
    return [_of_fault(fault, file) for fault in file.faults]


def _of_fault(fault: Fault, file: SubtitleFile) -> Violation:
    value: int | str | None
    limit: int | str | None
    if fault.kind in UNITS:
        value, limit, text = fault.count, 0, fault.found
    elif fault.expected:
        value, limit, text = fault.found, fault.expected, ""
    else:
        value, limit, text = None, None, fault.found
    if fault.kind == "numbering":
        value, limit = int(fault.found), int(fault.expected)
    return Violation(
        kind=fault.kind,
        cue=fault.cue,
        start=file.cues[fault.cue - 1].start / 1000 if fault.cue else None,
        value=value,
        limit=limit,
        file_line=fault.line,
        text=text,
    )


def how_many(report: QualityReport) -> str:
    """1 violation, or 12 violations."""
    count = len(report.violations)
    return f"{count} violation{'' if count == 1 else 's'}"


def counted(report: QualityReport) -> str:
    """The kinds of violations with how many there are: reading speed 9, too short 2."""
    names = {str(kind): name for kind, name in NAMES.items()}
    return ", ".join(f"{names[kind]} {count}" for kind, count in report.counts.items())


def worst(report: QualityReport, most: int = _WORST) -> list[Violation]:
    """The few violations that are furthest from their limits, one a cue."""
    chosen: dict[object, Violation] = {}
    for one in sorted(report.violations, key=_excess, reverse=True):
        chosen.setdefault(one.cue, one)
    return list(chosen.values())[:most]


def sentence(violation: Violation) -> str:
    """One violation in words: cue 41 at 0:12:03.250, reading speed: 31.2 characters/s, not 22."""
    where = f"cue {violation.cue}" if violation.cue else f"line {violation.file_line}"
    if violation.start is not None:
        where += f" at {clock(violation.start)}"
    said = f"{where}, {NAMES[violation.kind]}"
    if violation.value is None:
        return said
    said += f": {number(violation.value)} {UNITS.get(violation.kind, '')}".rstrip()
    return said if violation.limit is None else f"{said}, not {number(violation.limit)}"


def number(value: float | str | None) -> str:
    """A value or limit as it is read: without needless zeros."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value or 0)


def clock(seconds: float) -> str:
    """A time of the film: 0:12:03.250."""
    sign = "-" if seconds < 0 else ""
    whole, thousandths = divmod(round(abs(seconds) * 1000), 1000)
    return f"{sign}{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}.{thousandths:03}"


def _excess(violation: Violation) -> float:
    """How far a violation is from its limit, as a share of it; what has no measure comes first."""
    value, limit = violation.value, violation.limit
    if not isinstance(value, int | float) or not isinstance(limit, int | float):
        return float("inf")
    small, large = sorted((abs(float(value)), abs(float(limit))))
    return large / small - 1 if small > 0 else large + 1.0
