"""A file that a person gave with --transcript: what it is, and its lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.files import sha256_bytes
from chalchitra.languages import Language
from chalchitra.script.decode import read_text
from chalchitra.script.plain import read_plain
from chalchitra.script.timed import SUFFIXES, read_timed
from chalchitra.transcript.script import Script, ScriptLine
from chalchitra.translation.scripts import script_of, script_share

_PROGRAM_FILES = frozenset(".doc .docx .odt .rtf .pdf .fdx .html .htm .xlsx .xls".split())
_OWN_SHARE = 0.5


@dataclass(frozen=True)
class GivenScript:
    """A checked script; `notes` are for the person: what was found and what was guessed."""

    path: Path
    script: Script
    notes: tuple[str, ...]

    @property
    def text(self) -> str:
        """The content of script.json."""
        return self.script.to_json()

    @property
    def sha256(self) -> str:
        return sha256_bytes(self.text.encode())


def read_script(path: Path, language: Language) -> GivenScript:
    """Read the text of a film that is spoken in `language`.

    What the file is, its content says, and its suffix where that is a subtitle file's or .json.
    Raises UsageError when it is missing or broken, or holds nothing that can be spoken.
    """
    suffix = path.suffix.lower()
    if suffix in _PROGRAM_FILES:
        raise UsageError(
            f"{path} is no plain text.",
            cause=f"A {suffix} file belongs to a program, which must be asked for its text.",
            fix="Save it there as plain text (UTF-8) and give that file.",
        )
    text, note = read_text(path)
    script: Script | None
    if suffix == ".json":
        script = _from_json(text, path)
    elif suffix in SUFFIXES or _looks_timed(text):
        script = read_timed(text, path)
    else:
        script = read_plain(text)
    if script is None:
        raise UsageError(
            f"Nothing in {path} can be spoken.",
            cause="There are only stage directions, marks or blank lines in it.",
            fix="Give a file with the lines that are said, or leave --transcript out.",
        )
    speakers = {line.speaker for line in script.lines if line.speaker}
    who = f", {len(speakers)} speakers" if speakers else ""
    found = f"Text of {path.name}: {script.kind}, {len(script.lines)} lines{who}."
    other = _other_script(script, language)
    return GivenScript(path, script, tuple(item for item in (found, note, other) if item))


def _looks_timed(text: str) -> bool:
    head = text.lstrip()[:2000]
    return head.startswith(("WEBVTT", "[Script Info]")) or " --> " in head


def _from_json(text: str, path: Path) -> Script | None:
    """Our own transcript.json, or whisperX's: whatever has segments with a text."""
    try:
        data = json.loads(text)
        lines = [
            line
            for number, segment in enumerate(data["segments"], 1)
            if (line := _from_segment(number, segment)) is not None
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(
            f"{path} is no transcript.",
            cause="It is no JSON with segments that have a text and times.",
            fix="Give a transcript.json of Chalchitra, a subtitle file, or plain text.",
        ) from None
    return Script(kind="transcript", lines=lines) if lines else None


def _from_segment(number: int, segment: dict[str, Any]) -> ScriptLine | None:
    text = " ".join(str(segment["text"]).split())
    if not text:
        return None
    start, end = segment.get("start"), segment.get("end")
    times = (float(start), float(end)) if start is not None and end is not None else (None, None)
    return ScriptLine(
        number=number,
        text=text,
        speaker=segment.get("speaker") or None,
        start=times[0],
        end=times[1],
    )


def _other_script(script: Script, language: Language) -> str | None:
    """A note where the text is not in the language's own script: it is placed as it stands."""
    known = {script_of(character) for character in language.native}
    share = script_share(" ".join(line.text for line in script.lines), language.script)
    if language.script not in known or share is None or share >= _OWN_SHARE:
        return None
    return (
        f"Most letters of the text are not in {language.name}'s script; it is compared by sound "
        "and its spelling is kept."
    )
