"""Text that is sung: which segments it is, and what becomes of it where text leaves the product."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from chalchitra.transcript.model import Region, Segment, Transcript

SongText = Literal["keep", "mark", "leave out"]
"""The setting songs.text: as other text, between notes (♪ text ♪), or not at all."""

NOTE = "♪"
_NOTES = "♩♪♫♬"
"""What recognisers write of their own accord around a line of a song."""


def mark_songs(
    transcript: Transcript, stretches: Sequence[Region], sung: Collection[int] = ()
) -> Transcript:
    """The transcript with `song` set on the segments that lie in the stretches for the most part.

    `sung` are the ids of segments that are songs in any case, since a given text says so.

    Stretches do not overlap. What counts is the time of a segment's words; text without words, or
    words without length, are judged by the segment's own time or its middle.
    """
    segments = [
        segment.model_copy(update={"song": segment.id in sung or _lies_in(segment, stretches)})
        for segment in transcript.segments
    ]
    return transcript.model_copy(update={"segments": segments})


def without_songs(transcript: Transcript) -> tuple[Transcript, int]:
    """The transcript without its songs, and how many words that leaves out."""
    kept = [segment for segment in transcript.segments if not segment.song]
    left_out = sum(word_count(segment) for segment in transcript.segments if segment.song)
    return transcript.model_copy(update={"segments": kept}), left_out


def why_empty(left_out: int, otherwise: str) -> tuple[str, str]:
    """Cause and fix of an empty track: `left_out` words were in songs, or else `otherwise`."""
    cause = f"All its {left_out} words are in songs, which are left out (songs.text)."
    fix = "If there is speech, choose another audio track (--audio-track) or a larger --model."
    return cause if left_out else otherwise, fix


def word_count(segment: Segment) -> int:
    """The words of a segment; those of its text where it has none of its own."""
    return len(segment.words) or len(segment.text.split())


def bare(text: str) -> str:
    """A text without notes at its ends."""
    return text.strip(_NOTES + " \t\n")


def noted(text: str) -> str:
    """A line of a song as it is shown; nothing remains of a text that is notes only."""
    inside = bare(text)
    return f"{NOTE} {inside} {NOTE}" if inside else ""


def share_inside(start: float, end: float, stretches: Sequence[Region]) -> float:
    """What share of start..end (s) lies in the stretches; of a moment 0 or 1."""
    if end <= start:
        return float(any(stretch.start <= start <= stretch.end for stretch in stretches))
    inside = sum(
        max(0.0, min(end, stretch.end) - max(start, stretch.start)) for stretch in stretches
    )
    return inside / (end - start)


def _lies_in(segment: Segment, stretches: Sequence[Region]) -> bool:
    near = [
        stretch
        for stretch in stretches
        if stretch.end >= segment.start and stretch.start <= segment.end
    ]
    if not near:
        return False
    timed = [word for word in segment.words if word.end > word.start]
    if not timed:
        return share_inside(segment.start, segment.end, near) > 0.5
    length = sum(word.end - word.start for word in timed)
    inside = sum(
        (word.end - word.start) * share_inside(word.start, word.end, near) for word in timed
    )
    return inside > 0.5 * length
