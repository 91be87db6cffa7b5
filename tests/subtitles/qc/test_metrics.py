"""The numbers that a track is judged by."""

from __future__ import annotations

import pytest

from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.qc.metrics import lines_too_long, measure

from ..limits import limits

LIMITS = limits(max_chars_per_line=10, reading_speeds={"default": 17, "en": 20, "hi": 22})


def test_measures():
    cues = [
        Cue(1, 0, 2000, ("twenty-two", "characters..")),
        Cue(2, 2100, 2600, ("thirteen char",)),
        Cue(3, 3000, 3833, ("स्त्री",)),
    ]
    assert measure(cues, LIMITS, "en", {"too_short": 1, "reading_speed": 1, "overlap": 3}) == {
        "cues": 3,
        "shortest_seconds": 0.5,
        "longest_seconds": 2.0,
        "shorter_than_minimum": 1,
        "longest_line": 13,
        "longest_line_graphemes": 13,
        "reading_speed_limit": 20.0,
        "max_cps": 26.0,
        "max_cps_graphemes": 26.0,
        "over_reading_speed": 1,
    }
    assert lines_too_long(cues, LIMITS) == 2
    hindi = measure(cues[2:], LIMITS, "hi", {})
    assert (hindi["longest_line"], hindi["longest_line_graphemes"]) == (6, 1)
    assert (hindi["max_cps"], hindi["max_cps_graphemes"]) == (7.2, 1.2)


@pytest.mark.parametrize(
    ("language", "own", "limit"), [("hi", 0, 22), ("ks-Arab", 0, 17), ("en", 0, 20), ("en", 15, 15)]
)
def test_the_reading_speed_is_the_settings_or_the_languages(language, own, limit):
    chosen = LIMITS.model_copy(update={"reading_speed": own})
    assert measure([], chosen, language, {})["reading_speed_limit"] == limit


def test_an_empty_track():
    assert measure([], LIMITS, "en", {})["cues"] == 0
    assert lines_too_long([], LIMITS) == 0
