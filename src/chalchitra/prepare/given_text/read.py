"""A file that a person gave with --transcript: what it is, and its lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.files import sha256_bytes
from chalchitra.languages import Language
from chalchitra.prepare.given_text.decode import read_text
from chalchitra.prepare.given_text.plain import read_plain
from chalchitra.prepare.given_text.segments import FORMAT as SEGMENTS
from chalchitra.prepare.given_text.segments import is_segments
from chalchitra.prepare.given_text.timed import TimedScript, read_timed
from chalchitra.subtitles.formats import registry as formats
from chalchitra.subtitles.formats.markup import without_unseen
from chalchitra.subtitles.formats.model import Format
from chalchitra.subtitles.formats.others import has_times, other_text
from chalchitra.text.scripts import script_of, script_share
from chalchitra.transcript.script import Script

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


class UnknownRateError(UsageError):
    """A text's times are frames, and how many make a second is not known yet."""


def read_script(path: Path, language: Language, rate: float | None = None) -> GivenScript:
    """Read the text of a film that is spoken in `language`.

    What the file is, its content says. `rate` is the film's frames a second, where it is known.
    Raises UnknownRateError where it is wanted, and UsageError when the file is missing or broken,
    is of a kind that is not read, or holds nothing that can be spoken.
    """
    suffix = path.suffix.lower()
    if suffix in _PROGRAM_FILES:
        raise UsageError(
            f"{path} is not plain text.",
            cause=f"A {suffix} file can be read only by its own program.",
            fix="Save it there as plain text (UTF-8) and give that file.",
        )
    text, notes = read_text(path)
    if (other := other_text(text)) is not None:
        raise UsageError(
            f"The text in {path} cannot be used.", cause=f"It is {other.title}.", fix=other.fix
        )
    script: Script | None
    title = ""
    if suffix == ".json" or is_segments(text):
        timed = _from_json(text, path)
        script = timed.script
        notes += timed.notes
    elif (format_ := formats.recognised(text)) is not None:
        title = "" if suffix in format_.suffixes else f" ({format_.title})"
        timed = _timed(text, format_, path, rate)
        script = timed.script
        notes += timed.notes
    else:
        script, told = _plain(text, path)
        notes += told
    if script is None:
        raise UsageError(
            f"{path} has no lines that can be spoken.",
            cause="It has only stage directions, marks or blank lines.",
            fix="Give a file with the spoken lines, or leave --transcript out.",
        )
    speakers = {line.speaker for line in script.lines if line.speaker}
    who = f", {len(speakers)} speakers" if speakers else ""
    found = f"Text of {path.name}: {script.kind}{title}, {len(script.lines)} lines{who}."
    other_letters = _other_script(script, language)
    return GivenScript(path, script, (found, *notes, *([other_letters] if other_letters else [])))


def _timed(text: str, format_: Format, path: Path, rate: float | None) -> TimedScript:
    if rate is None and format_.needs_rate(text):
        raise UnknownRateError(
            f"The times of {path} cannot be read.",
            cause=f"They are counted in frames ({format_.title}), but the film has no picture with "
            "a frame rate.",
            fix="Save it as SubRip (.srt) in a subtitle editor and give that file.",
        )
    timed = read_timed(text, format_, rate)
    if timed.script is None:
        raise _broken(path, "None of its cues has text that can be spoken.")
    return timed


def _plain(text: str, path: Path) -> tuple[Script | None, list[str]]:
    """Plain text, unless its name or its lines say that it should have times."""
    if path.suffix.lower() in formats.SUFFIXES:
        raise _broken(path, "No cue with a time and text was found in it.")
    if has_times(text):
        raise UsageError(
            f"The text in {path} cannot be used.",
            cause="Its lines begin with times or numbers in an unknown format, which would be "
            "taken for speech.",
            fix="Save it as SubRip (.srt), or give its text alone as .txt.",
        )
    return read_plain(without_unseen(text).replace("\u00ad", ""))


def _broken(path: Path, cause: str) -> UsageError:
    return UsageError(
        f"The subtitles in {path} cannot be used.",
        cause=cause,
        fix="Open and save the file with a subtitle editor, or give its text as .txt.",
    )


def _from_json(text: str, path: Path) -> TimedScript:
    try:
        return read_timed(text, SEGMENTS, kind="transcript")
    except ValueError:
        raise UsageError(
            f"{path} is not a transcript.",
            cause="It is not JSON with segments that have text and times.",
            fix="Give a transcript.json of Chalchitra, a subtitle file, or plain text.",
        ) from None


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
