"""What a track of cues is like in numbers: how many, how fast to read, how long its lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chalchitra.subtitles.cues.cue import (
    Cue,
    CueSettings,
    code_points,
    grapheme_count,
    reading_speed,
)


def measure(
    cues: Sequence[Cue], settings: CueSettings, language: str, counts: Mapping[str, int]
) -> dict[str, float | int]:
    """Metrics of a track in the language with this id; `counts` are its violations by kind.

    Reading speeds are characters a second, spaces and punctuation counted and the line break not;
    they and the longest line are given in code points and, as `…_graphemes`, in grapheme clusters.
    """
    limit = reading_speed(settings, language)
    shortest = min((cue.seconds for cue in cues), default=0.0)
    return {
        "cues": len(cues),
        "shortest_seconds": round(shortest, 3),
        "longest_seconds": round(max((cue.seconds for cue in cues), default=0.0), 3),
        "shorter_than_minimum": counts.get("too_short", 0),
        "longest_line": _longest_line(cues, code_points),
        "longest_line_graphemes": _longest_line(cues, grapheme_count),
        "reading_speed_limit": limit,
        "max_cps": round(max((_speed(cue, code_points) for cue in cues), default=0.0), 1),
        "max_cps_graphemes": round(
            max((_speed(cue, grapheme_count) for cue in cues), default=0.0), 1
        ),
        "over_reading_speed": counts.get("reading_speed", 0) + counts.get("words_per_minute", 0),
    }


def lines_too_long(cues: Sequence[Cue], settings: CueSettings) -> int:
    """How many lines are longer than the settings allow."""
    return sum(
        settings.length(line) > settings.max_chars_per_line for cue in cues for line in cue.lines
    )


def _speed(cue: Cue, length: Callable[[str], int]) -> float:
    return sum(map(length, cue.lines)) / cue.seconds


def _longest_line(cues: Sequence[Cue], length: Callable[[str], int]) -> int:
    return max((length(line) for cue in cues for line in cue.lines), default=0)
