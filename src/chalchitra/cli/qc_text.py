"""Quality reports as a person reads them: a table, and a few lines below it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chalchitra.languages import Language
from chalchitra.media.film import Film
from chalchitra.printable import printable
from chalchitra.subtitles.qc.job import JobReport
from chalchitra.subtitles.qc.model import NAMES, UNITS, QualityReport, Speeds, Violation, Width
from chalchitra.subtitles.qc.report import clock, counted, how_many, number, worst
from chalchitra.subtitles.qc.report import sentence as in_a_sentence
from chalchitra.tables import Cell, Column
from chalchitra.tables import show as show_table
from chalchitra.transcript.expected import Expected, reason, remedy, sentence, worst_sentence
from chalchitra.wrapping import say

TRACKS = (
    Column("track"),
    Column("violations", folds=True),
    Column("cues", need=1, right=True),
    Column("coverage", need=2, right=True),
    Column("untranslated", need=3, right=True),
    Column("median speed", need=5, right=True),
    Column("95 % speed", need=4, right=True),
    Column("style", need=6),
)
VIOLATIONS = (
    Column("cue", right=True),
    Column("time", need=1),
    Column("violation"),
    Column("value", right=True),
    Column("limit", need=2, right=True),
    Column("text", folds=True),
)
_SHOWN = 5
"""So many of the worst are shown of each kind; the report has all."""


def show(
    report: QualityReport, file: Path, language: Language | None, film: Film | None = None
) -> None:
    """Print it all; `film` is the one that it was judged with."""
    if report.violations:
        show_table(VIOLATIONS, [violation_cells(one) for one in report.violations])
    found = f"{how_many(report)}: {counted(report)}" if report.violations else "no violations"
    name = f"{language.name}, " if language else ""
    said = [f"{file.name}: {name}{report.cues} cues, style {report.style}, {found}."]
    said.append(f"Reading speed in characters/s (limit {number(report.reading_speed.limit)}):")
    said[-1] += f" {_speeds(report.reading_speed.code_points)} in code points,"
    said[-1] += f" {_speeds(report.reading_speed.graphemes)} in graphemes."
    if report.width is not None and report.width.widest is not None:
        said.append(_width(report.width))
    if language is None:
        said.append("Its language is not known, so the style's default speed applies; -s sets one.")
    said.append(_counted_in(report.frame_rate, film))
    say(*said)


def _counted_in(rate: float | None, film: Film | None) -> str:
    """What durations, gaps and speeds were counted in, and why not in frames."""
    if rate is not None:
        return f"Times are checked in frames, {number(rate)} a second."
    if film is None:
        return "Times are checked in milliseconds; with --film FILM, in its frames."
    why = "has a variable frame rate" if film.has_picture else "has no picture"
    return f"Times are checked in milliseconds: {film.path.name} {why}."


def show_job(report: JobReport) -> None:
    """Print what the tracks of a job are like, and the worst of them."""
    show_table(TRACKS, [track_cells(track) for track in report.tracks])
    said = [
        "Coverage: how much of the speech has a subtitle. Speed: characters a second, as code"
        " points / graphemes; 95 % of the cues are no faster than the latter.",
        *_counted_in_job(report.tracks),
        *_expected(report.expected),
        *_worst_of(report.tracks),
        *_unsure(report.tracks),
        *_not_translated(report.tracks),
    ]
    say(*said)


def _expected(data: dict[str, Any] | None) -> list[str]:
    """How many of the words heard are to be expected wrong, and what to do where they are many."""
    one = Expected.of(data)
    if one is None:
        return []
    said = [sentence(one), worst_sentence(one)]
    if one.poor:
        said[1:1] = [reason(one), remedy(one)]
    return [" ".join(filter(None, said))]


def _counted_in_job(tracks: Sequence[QualityReport]) -> list[str]:
    rates = {track.frame_rate for track in tracks}
    if rates == {None}:
        why = "the film has no picture or a variable frame rate"
        return [f"Times are checked in milliseconds: {why}."]
    return [_counted_in(rate, None) for rate in rates if rate is not None]


def track_cells(track: QualityReport) -> tuple[str, ...]:
    """A track's row of the table."""
    speed, spoken = track.reading_speed, track.coverage
    share = ""
    if spoken is not None and spoken.speech_seconds > 0:
        # Rounded down: 100 % is all of it.
        share = f"{int(1000 * spoken.covered_seconds / spoken.speech_seconds) / 10:g} %"
    many = f"{len(track.violations)}: {counted(track)}" if track.violations else "0"
    return (
        track.language or "",
        Cell(many, "warning" if track.violations else "good"),
        str(track.cues),
        share,
        str(len(track.untranslated)),
        _both(speed.code_points.median, speed.graphemes.median),
        _both(speed.code_points.percentile_95, speed.graphemes.percentile_95),
        track.style,
    )


def _both(code_points: float | None, graphemes: float | None) -> str:
    if code_points is None or graphemes is None:
        return ""
    return f"{code_points:.1f} / {graphemes:.1f}"


def _worst_of(tracks: Sequence[QualityReport]) -> list[str]:
    said = [
        f"  {track.language or ''}, {in_a_sentence(one)}"
        for track in tracks
        for one in worst(track, _SHOWN)
    ]
    return ["Worst violations:", *said] if said else []


def _unsure(tracks: Sequence[QualityReport]) -> list[str]:
    said = [
        f"  {track.language or ''}, cue {one.cue} at {clock(one.start)}: {one.probability:.2f}, "
        f"{one.text}".replace("\n", " / ")
        for track in tracks
        for one in track.low_confidence[:_SHOWN]
    ]
    return ["Cues with the least certain words (probability):", *said] if said else []


def _not_translated(tracks: Sequence[QualityReport]) -> list[str]:
    said = [
        f"  {track.language or ''}, {clock(unit.start)}: {unit.source}"
        + (f" ({unit.reason})" if unit.reason else "")
        for track in tracks
        for unit in track.untranslated[:_SHOWN]
    ]
    return ["Not translated:", *said] if said else []


def _width(width: Width) -> str:
    said = f"The widest line, in cue {width.cue}, takes {width.widest:g} of {width.room:g} ems"
    too_wide = f"; {len(width.too_wide)} cues are too wide" if width.too_wide else ""
    return f"{said} in {width.font}{too_wide}."


def _speeds(speeds: Speeds) -> str:
    if speeds.median is None:
        return "none"
    return (
        f"median {number(speeds.median)}, 95 % up to {number(speeds.percentile_95)}, "
        f"most {number(speeds.maximum)}"
    )


def violation_cells(one: Violation) -> tuple[str, ...]:
    """A violation's row of the table."""
    unit = " s" if UNITS.get(one.kind) == "s" else ""
    return (
        str(one.cue) if one.cue else f"line {one.file_line}",
        clock(one.start) if one.start is not None else "",
        NAMES[one.kind],
        "" if one.value is None else f"{number(one.value)}{unit}",
        "" if one.limit is None else f"{number(one.limit)}{unit}",
        printable(one.text.replace("\n", " / ")),
    )
