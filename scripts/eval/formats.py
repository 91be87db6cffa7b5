"""Reading transcripts: whisperX's JSON and our own, SubRip, WebVTT, plain text, and RTTM."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from heard import Heard, HeardSegment, HeardWord, shares, spread, word_times_of
from measures.diarization import Turn

from chalchitra.errors import UsageError


def read_transcript(path: Path) -> Heard:
    """A transcript in the format that the file's name says.

    Raises UsageError for another suffix, or content that does not fit it.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UsageError(
            f"{path} is in no format that can be scored.",
            cause=f"Its suffix is none of {', '.join(READERS)}.",
            fix="Give transcripts in one of these.",
        )
    try:
        return reader(path.read_text(encoding="utf-8-sig"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path} cannot be read: {type(error).__name__}: {error}.",
            cause=f"It is no {path.suffix} file, or not in UTF-8.",
            fix="Look into it, and give one that another program reads too.",
        ) from None


def read_rttm(path: Path) -> list[Turn]:
    """The turns of an RTTM file (NIST: SPEAKER file channel onset duration ... name ...).

    Raises UsageError where a SPEAKER line has no numbers or no name.
    """
    turns: list[Turn] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fields = line.split()
        if not fields or fields[0] != "SPEAKER":
            continue
        try:
            start, length, speaker = float(fields[3]), float(fields[4]), fields[7]
        except (IndexError, ValueError):
            raise UsageError(
                f"Line {number} of {path} is no turn.",
                cause="A SPEAKER line has an onset and a duration in seconds and a name.",
                fix="Mend the line.",
            ) from None
        turns.append(Turn(start, start + length, speaker))
    return turns


def from_segments(segments: Sequence[dict[str, Any]]) -> Heard:
    """whisperX's segments, or our own: {"start", "end", "text", "words"?, "speaker"?}.

    A word is {"word" or "text", "start"?, "end"?, "speaker"?}; whisperX leaves the times of what it
    cannot align out, and such a word gets its share of the time between its neighbours.
    """
    heard: list[HeardSegment] = []
    own: list[bool] = []
    for segment in segments:
        text, speaker = segment["text"].strip(), segment.get("speaker")
        start, end = float(segment["start"]), float(segment["end"])
        raw = segment.get("words") or []
        words = _timed(raw, start, end, speaker) if raw else spread(text, start, end, speaker)
        own.append(bool(raw) or not words)
        heard.append(HeardSegment(text, words))
    return Heard(tuple(heard), word_times_of(own))


def _timed(
    raw: Sequence[dict[str, Any]], start: float, end: float, speaker: str | None
) -> tuple[HeardWord, ...]:
    texts = [str(word["word"] if "word" in word else word["text"]).strip() for word in raw]
    starts: list[Any] = [word.get("start") for word in raw]
    ends: list[Any] = [word.get("end") for word in raw]
    names = [word.get("speaker") or speaker for word in raw]
    words: list[HeardWord] = []
    at = 0
    while at < len(raw):
        if starts[at] is not None and ends[at] is not None:
            words.append(HeardWord(texts[at], float(starts[at]), float(ends[at]), names[at]))
            at += 1
            continue
        last = at
        while last < len(raw) and (starts[last] is None or ends[last] is None):
            last += 1
        low = words[-1].end if words else start
        high = max(low, float(starts[last]) if last < len(raw) else end)
        words += [
            HeardWord(text, span.start, span.end, name)
            for text, span, name in zip(
                texts[at:last], shares(texts[at:last], low, high), names[at:last], strict=True
            )
        ]
        at = last
    return tuple(word for word in words if word.text)


def _json(text: str) -> Heard:
    return from_segments(json.loads(text)["segments"])


_TIME = r"(?:(\d+):)?(\d+):(\d+)[.,](\d+)"
_TIMING = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")
_TAG = re.compile(r"</?[A-Za-z][^>]*>|<[\d:.]+>|\{\\[^}]*\}")


def _cues(text: str, literal: Callable[[str], str]) -> Heard:
    """SubRip and WebVTT: a timing line, then text until the next empty line or timing."""
    blocks: list[tuple[float, float, list[str]]] = []
    open_ = False
    lines = text.splitlines()
    for line in lines:
        found = _TIMING.match(line)
        if found:
            start, end = _seconds(found.groups()[:4]), _seconds(found.groups()[4:])
            blocks.append((start, end, []))
            open_ = True
        elif not line.strip():
            open_ = False
        elif open_:
            blocks[-1][2].append(literal(_TAG.sub("", line)).strip())
    if not blocks and text.replace("WEBVTT", "").strip():
        raise ValueError("it has no timing line")
    segments: list[HeardSegment] = []
    for start, end, parts in blocks:
        whole = " ".join(filter(None, parts))
        segments.append(HeardSegment(whole, spread(whole, start, end)))
    return Heard(tuple(segments), "spread" if any(one.words for one in segments) else "own")


def _seconds(fields: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = (field or "0" for field in fields)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def _srt(text: str) -> Heard:
    return _cues(text, str)


def _vtt(text: str) -> Heard:
    return _cues(text, html.unescape)


def _plain(text: str) -> Heard:
    """One segment a line, no times."""
    segments = tuple(
        HeardSegment(line.strip(), tuple(HeardWord(word, 0.0, 0.0) for word in line.split()))
        for line in text.splitlines()
        if line.strip()
    )
    return Heard(segments, "none")


READERS: dict[str, Callable[[str], Heard]] = {
    ".json": _json,
    ".srt": _srt,
    ".vtt": _vtt,
    ".txt": _plain,
}
SUFFIXES = frozenset(READERS)
