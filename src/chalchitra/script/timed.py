"""Subtitle files (.srt, .vtt, .ass and what else pysubs2 reads) as the lines of a script."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.script.clean import (
    has_dash,
    is_said,
    named,
    without_dash,
    without_directions,
    without_marks,
)
from chalchitra.transcript.script import Script, ScriptLine

SUFFIXES = frozenset({".srt", ".vtt", ".ass", ".ssa"})
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>\n]+)>")
_VOICE_END = "\x1f"
_TIMING = re.compile(r"\d\s*-->")


def read_timed(text: str, path: Path) -> Script:
    """The cues of a subtitle file. Raises UsageError for one that cannot be read."""
    import pysubs2
    from pysubs2.exceptions import Pysubs2Error

    try:
        # pysubs2 takes ASS for ASS only with its styles, and loses WebVTT's voices with its tags.
        subtitles = pysubs2.SSAFile.from_string(
            _VOICE.sub(rf"\1{_VOICE_END}", text), format_="ass" if "[Events]" in text else None
        )
    except (Pysubs2Error, ValueError, IndexError, KeyError, TypeError, AttributeError):
        raise _broken(path, "No cue with a time and a text was found in it.") from None
    lines: list[ScriptLine] = []
    previous = 0.0
    unordered = 0
    for number, cue in enumerate(subtitles.events, 1):
        if cue.is_comment or cue.is_drawing:
            continue
        start, end = cue.start / 1000, cue.end / 1000
        if _TIMING.search(cue.plaintext):
            raise _broken(path, f"The times after cue {number} ({start:.1f} s) are none.")
        if end < start:
            raise _broken(path, f"Cue {number} ends before it begins ({start:.1f} s).")
        unordered += start < previous - 1.0
        previous = max(previous, start)
        lines += _lines_of_cue(number, start, end, cue.plaintext, cue.name.strip() or None)
    if unordered:
        lines.sort(key=lambda line: line.start or 0.0)
    if not lines:
        raise _broken(path, "No cue in it has a text that can be spoken.")
    return Script(kind="subtitles", lines=lines)


def _lines_of_cue(
    number: int, start: float, end: float, text: str, speaker: str | None
) -> Iterator[ScriptLine]:
    """The lines of one cue: one, or one a speaker where its rows begin with dashes.

    The time of a cue with several is shared out by their lengths.
    """
    rows = [html.unescape(row) for row in text.split("\n") if row.strip()]
    groups: list[list[str]] = []
    dashes = sum(map(has_dash, rows)) >= 2
    for row in rows:
        if groups and not (dashes and has_dash(row)) and named(row) is None:
            groups[-1].append(row)
        else:
            groups.append([row])
    said = []
    for group in groups:
        joined = without_dash(" ".join(group)) if dashes else " ".join(group)
        who, words = _who(joined, speaker)
        words = without_marks(without_directions(words, round_too=True))
        if is_said(words):
            said.append((who, words))
    total = sum(len(words) for _, words in said)
    passed = 0
    for who, words in said:
        begins = start + (end - start) * passed / total
        passed += len(words)
        yield ScriptLine(
            number=number,
            text=words,
            speaker=who,
            start=round(begins, 3),
            end=round(start + (end - start) * passed / total, 3),
        )


def _who(text: str, speaker: str | None) -> tuple[str | None, str]:
    """Who speaks, where the text says so: a WebVTT voice, or a name in capitals."""
    voice, mark, rest = text.partition(_VOICE_END)
    if mark:
        return " ".join(voice.split()) or speaker, rest.replace(_VOICE_END, " ")
    found = named(without_directions(text, round_too=False))
    if found is not None and found[0].isupper():
        return found
    return speaker, text


def _broken(path: Path, cause: str) -> UsageError:
    return UsageError(
        f"The subtitles in {path} cannot be used.",
        cause=cause,
        fix="Open and save the file with a subtitle editor, or give its text as .txt.",
    )
