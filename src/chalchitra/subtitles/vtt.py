"""WebVTT (.vtt), as the W3C describes it."""

from __future__ import annotations

from collections.abc import Sequence

from chalchitra.subtitles.cue import Cue, milliseconds

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def to_vtt(cues: Sequence[Cue]) -> str:
    """The whole file; without cues its header, which is a valid empty track."""
    blocks = ["WEBVTT\n"]
    for cue in cues:
        timing = f"{_timestamp(cue.start)} --> {_timestamp(cue.end)}"
        blocks.append(f"{cue.index}\n{timing}\n{cue.text.translate(_ESCAPES)}\n")
    return "\n".join(blocks)


def _timestamp(seconds: float) -> str:
    rest, thousandths = divmod(milliseconds(seconds), 1000)
    minutes, second = divmod(rest, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}.{thousandths:03}"
