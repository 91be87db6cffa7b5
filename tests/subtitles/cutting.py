"""What the tests of cues share: the cues that words are cut into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalchitra.subtitles.cues.build import build_track
from chalchitra.subtitles.cues.cue import Cue, CueSettings
from chalchitra.subtitles.cues.words import TimedWord


def build_cues(words: Sequence[TimedWord], settings: CueSettings, **more: Any) -> list[Cue]:
    """The cues of `build_track`."""
    return build_track(words, settings, **more).cues
