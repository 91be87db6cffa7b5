"""Who reads a clip, by its name."""

from __future__ import annotations

import re
from pathlib import Path

READER = re.compile(r"\d{4}_(\d{3})")
"""The Hindi clips are named by utterance and reader."""
VOICES = {"librivox_0870": "librivox", "librivox_0880": "librivox", "librivox_0920": "librivox"}
"""Which of the other clips one voice reads."""


def voice_of(clip: Path) -> str:
    """The reader's name; that of the clip where it is not known, a voice by itself."""
    reader = READER.fullmatch(clip.stem)
    return reader[1] if reader else VOICES.get(clip.stem, clip.stem)
