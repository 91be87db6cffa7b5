"""WebVTT (.vtt), as the W3C describes it."""

from __future__ import annotations

from collections.abc import Sequence

from chalchitra.subtitles.cues.cue import Cue, clock_time
from chalchitra.text.direction import marked

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def to_vtt(cues: Sequence[Cue], *, right_to_left: bool = False) -> str:
    """The whole file; without cues its header, which is a valid empty track."""
    direct = marked if right_to_left else str
    blocks = ["WEBVTT\n"]
    for cue in cues:
        timing = f"{clock_time(cue.start)} --> {clock_time(cue.end)}"
        lines = (direct(line.translate(_ESCAPES)) for line in cue.lines)
        blocks.append("\n".join([str(cue.index), timing, *lines, ""]))
    return "\n".join(blocks)
