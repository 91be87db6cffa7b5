"""The limits of cues that tests start from."""

from __future__ import annotations

from typing import Any

from chalchitra.subtitles.cues.cue import CueSettings

USUAL = {
    "max_lines": 2,
    "max_chars_per_line": 42,
    "characters": "code points",
    "min_duration": 0.833,
    "max_duration": 7.0,
    "linger": 0.5,
    "min_gap": 0.084,
    "close_gap": 0.5,
    "max_pause": 1.0,
    "reading_speed": 0.0,
}


def limits(**changes: Any) -> CueSettings:
    """Two lines of 42 letters, at no limit of speed; with these fields changed."""
    return CueSettings.model_validate(USUAL | changes)
