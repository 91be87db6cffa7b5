"""The transcript in the forms that people and other tools read: plain text and whisperX's JSON."""

from __future__ import annotations

from typing import Any

from chalchitra.transcript.expected import Expected
from chalchitra.transcript.model import Segment, Transcript, Word
from chalchitra.transcript.songs import noted


class Exported(Transcript):
    """The transcript as people get it: `transcript.json`, with how right it is to be expected."""

    expected: Expected | None = None

    @classmethod
    def of(cls, transcript: Transcript, expected: Expected | None) -> Exported:
        return cls.model_construct(**dict(transcript), expected=expected)


def plain_text(transcript: Transcript, *, notes: bool = False) -> str:
    """One segment a line, with the speaker before it where one is known; ends with a newline.

    With `notes`, what is sung stands between ♪.
    """
    lines = []
    for segment in transcript.segments:
        text = noted(segment.text) if notes and segment.song else segment.text
        lines.append(f"{segment.speaker}: {text}" if segment.speaker else text)
    return "".join(f"{line}\n" for line in lines)


def whisperx_json(transcript: Transcript, language: str | None = None) -> dict[str, Any]:
    """The shape of whisperX's own JSON output after alignment; times are seconds of the film.

    {"segments": [{"start", "end", "text", "words": [...], "speaker"?}], "word_segments": [...],
    "language"} with words as {"word", "start", "end", "score"?, "speaker"?}. As in whisperX, a key
    that has no value is absent. `language` is Whisper's code where it differs from ours.
    """
    segments = [_segment(segment) for segment in transcript.segments]
    return {
        "segments": segments,
        "word_segments": [word for segment in segments for word in segment["words"]],
        "language": language or transcript.language,
    }


def _segment(segment: Segment) -> dict[str, Any]:
    return _without_nones(
        start=segment.start,
        end=segment.end,
        text=segment.text,
        words=[_word(word) for word in segment.words],
        speaker=segment.speaker,
    )


def _word(word: Word) -> dict[str, Any]:
    return _without_nones(
        word=word.text,
        start=word.start,
        end=word.end,
        score=word.probability,
        speaker=word.speaker,
    )


def _without_nones(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
