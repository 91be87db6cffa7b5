"""WebVTT (.vtt), as the W3C describes it."""

from __future__ import annotations

from collections.abc import Sequence

from chalchitra.subtitles.cue import Cue, clock_time

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def to_vtt(cues: Sequence[Cue]) -> str:
    """The whole file; without cues its header, which is a valid empty track."""
    blocks = ["WEBVTT\n"]
    for cue in cues:
        timing = f"{clock_time(cue.start)} --> {clock_time(cue.end)}"
        blocks.append(f"{cue.index}\n{timing}\n{cue.text.translate(_ESCAPES)}\n")
    return "\n".join(blocks)
