"""The bilingual track: two languages in one cue, one above the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from chalchitra.subtitles.cues.cue import Cue, CueSettings
from chalchitra.subtitles.qc.figures import reading_speeds
from chalchitra.subtitles.qc.judge import judge
from chalchitra.subtitles.qc.model import QualityReport
from chalchitra.subtitles.qc.report import make_report
from chalchitra.subtitles.tracks.template import Filled
from chalchitra.transcript.model import Region

_OF_ONE_LANGUAGE = frozenset({"reading_speed", "words_per_minute"})
"""What is judged of each language by itself: nobody reads both."""
_NO_LIMIT = 1e6


@dataclass(frozen=True, slots=True)
class Half:
    """One language of the track: its id, its script (ISO 15924), and its lines by cue."""

    language: str
    script: str
    cues: list[Cue]


def halves_in_cues(timed: Sequence[Cue], filled: Filled) -> tuple[list[Cue], list[Cue]]:
    """The cues that set the times, and the other language's in them, under the same numbers.

    Of the others there are none where the template has more cues than their text has words.
    """
    other = [
        replace(cue, index=place + 1)
        for place, cue in zip(filled.places, filled.track.cues, strict=True)
    ]
    return list(timed), other


def together(upper: Half, lower: Half) -> list[Cue]:
    """The cues of both languages, the lines of the upper one first."""
    lines: dict[int, list[str]] = {}
    times: dict[int, Cue] = {}
    for half in (upper, lower):
        for cue in half.cues:
            lines.setdefault(cue.index, []).extend(cue.lines)
            times.setdefault(cue.index, cue)
    return [replace(times[n], lines=tuple(lines[n])) for n in sorted(lines)]


def bilingual_report(
    cues: Sequence[Cue],
    halves: Sequence[Half],
    settings: CueSettings,
    style: str,
    *,
    film: float | None = None,
    frame_rate: Fraction | None = None,
    speech: Sequence[Region] | None = None,
    unavoidable: str,
) -> QualityReport:
    """Judge a bilingual track: twice the lines are allowed, and speeds are of each language.

    The figures of reading speed are those of the last half. `unavoidable` says why its
    violations are.
    """
    whole = settings.model_copy(
        update={
            "max_lines": 2 * settings.max_lines,
            "reading_speed": _NO_LIMIT,
            "words_per_minute": 0.0,
        }
    )
    name = "+".join(half.language for half in halves)
    report = make_report(cues, whole, style, name, film=film, frame_rate=frame_rate, speech=speech)
    too_fast = [
        one
        for half in halves
        for one in judge(
            half.cues, settings, half.language, script=half.script, frame_rate=frame_rate
        )
        if one.kind in _OF_ONE_LANGUAGE
    ]
    found = sorted([*report.violations, *too_fast], key=lambda one: one.cue or 0)
    last = halves[-1]
    return report.model_copy(
        update={
            "violations": [one.model_copy(update={"forced_by": unavoidable}) for one in found],
            "counts": dict(Counter(one.kind for one in found).most_common()),
            "reading_speed": reading_speeds(last.cues, settings, last.language),
        }
    )
