"""JSON that recognisers and video sites write: segments with a text and, mostly, times."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from chalchitra.subtitles.formats.markup import plain_rows
from chalchitra.subtitles.formats.model import Format, RawCue, Reading
from chalchitra.text.decode import without_controls

_SUNG = "♪"
_LATEST = 10_000_000
"""Seconds: four months. What is more is no time of a film."""


class _Segment(NamedTuple):
    """A text, its times in seconds, and what else is known of it."""

    text: str
    start: float | None
    end: float | None
    speaker: str | None = None
    song: bool = False


def is_segments(text: str) -> bool:
    """Whether a text is an object of JSON, a list of them, or one on every line."""
    if text.lstrip("\ufeff \t\n")[:1] not in ("{", "["):
        return False
    data = _loaded(text)
    return isinstance(data, dict) or (
        isinstance(data, list) and bool(data) and all(isinstance(item, dict) for item in data)
    )


def _loaded(text: str) -> Any:
    """The data of a text; None where it is no JSON."""
    bare = text.lstrip("\ufeff")
    try:
        return json.loads(bare)
    except (ValueError, RecursionError):
        pass
    try:
        rows = [json.loads(row) for row in bare.split("\n") if row.strip()]
    except (ValueError, RecursionError):
        return None
    return rows if len(rows) > 1 else None


def read_segments(text: str) -> Reading:
    """The segments as cues, in their order, without those that have no text.

    Known are our own transcript.json and whisper's, whisperX's and whisper.cpp's, Hugging Face's
    chunks, YouTube's json3, and a list of segments. Raises ValueError for anything else.
    """
    try:
        segments = list(_segments(_loaded(text)))
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from None
    reading = Reading()
    for number, segment in enumerate(segments, 1):
        rows = without_controls(segment.text).split("\n")
        if not any(row.strip() for row in rows):
            continue
        if segment.song:
            rows = [f"{_SUNG} {' '.join(rows)} {_SUNG}"]
        start, end = _ms(segment.start), _ms(segment.end)
        speaker = " ".join(without_controls(segment.speaker or "").split()) or None
        reading.cues.append(RawCue(start, end, tuple(rows), number, speaker=speaker))
    return reading


def _ms(seconds: float | None) -> int | None:
    if seconds is None:
        return None
    if not -_LATEST < seconds < _LATEST:
        raise ValueError("no time of a film")
    return round(seconds * 1000)


def _segments(data: Any) -> Iterator[_Segment]:
    if isinstance(data, list):
        return map(_ordinary, data)
    if "segments" in data:
        return map(_ordinary, data["segments"])
    if "transcription" in data:
        return map(_of_whisper_cpp, data["transcription"])
    if "chunks" in data:
        return map(_of_hugging_face, data["chunks"])
    if any("segs" in event for event in data["events"]):
        return map(_of_youtube, (event for event in data["events"] if "segs" in event))
    raise ValueError("no segments")


def _ordinary(segment: Any) -> _Segment:
    speaker = segment.get("speaker")
    return _Segment(
        _text(segment["text"]),
        *_times(segment.get("start"), segment.get("end")),
        str(speaker) if speaker is not None else None,
        segment.get("song") is True,
    )


def _of_whisper_cpp(segment: Any) -> _Segment:
    offsets = segment["offsets"]
    start, end = _times(offsets["from"], offsets["to"], 1000)
    return _Segment(_text(segment["text"]), start, end)


def _of_hugging_face(segment: Any) -> _Segment:
    start, end = islice(segment["timestamp"], 2)
    return _Segment(_text(segment["text"]), *_times(start, end))


def _of_youtube(event: Any) -> _Segment:
    start = event.get("tStartMs", 0)
    text = "".join(_text(part.get("utf8")) for part in event["segs"])
    return _Segment(text, *_times(start, start + event.get("dDurationMs", 0), 1000))


def _text(said: Any) -> str:
    if said is None:
        return ""
    if not isinstance(said, str):
        raise ValueError("a text that is none")
    return said


def _times(start: Any, end: Any, unit: int = 1) -> tuple[float | None, float | None]:
    """Both times in seconds, or neither."""
    if start is None or end is None:
        return None, None
    return float(start) / unit, float(end) / unit


FORMAT = Format(
    id="json",
    title="JSON",
    suffixes=(".json", ".json3", ".jsonl"),
    recognises=is_segments,
    read=lambda rows, rate: read_segments("\n".join(rows)),
    rows=plain_rows,
)
