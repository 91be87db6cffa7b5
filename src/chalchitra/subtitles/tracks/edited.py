"""A track as a person edited it: read from a spreadsheet, SRT or WebVTT, and kept with the job."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from chalchitra.errors import ChalchitraError, UsageError, raise_first
from chalchitra.given import require_given
from chalchitra.subtitles.cues.cue import Cue, clock_time, milliseconds
from chalchitra.subtitles.cues.words import clean
from chalchitra.subtitles.formats import registry as formats
from chalchitra.subtitles.formats.faults import Fault
from chalchitra.subtitles.formats.foreign import LARGEST, read_subtitles
from chalchitra.subtitles.tracks.edited_csv import from_review
from chalchitra.text.decode import LEGACY
from chalchitra.transcript.translation import TranslationUnit

SUFFIXES = (".csv", ".srt", ".vtt")

_SHOWN_ERRORS = 10
_STYLED = re.compile(r"</?[A-Za-z][^<>\n]*>|\{\\[^{}\n]*\}")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class EditedCue(_Model):
    """A cue as it was edited. Times are seconds of the film, on whole milliseconds."""

    start: float
    end: float
    lines: tuple[str, ...]


class EditedTrack(_Model):
    """The cues of one language, in the order of their times, none of which overlap."""

    version: Literal[1] = 1
    cues: list[EditedCue]

    @classmethod
    def of(cls, cues: Sequence[Cue]) -> EditedTrack:
        return cls(
            cues=[EditedCue(start=c.start / 1000, end=c.end / 1000, lines=c.lines) for c in cues]
        )

    def to_cues(self) -> list[Cue]:
        """The cues, numbered from 1."""
        return [
            Cue(index, milliseconds(cue.start), milliseconds(cue.end), cue.lines)
            for index, cue in enumerate(self.cues, start=1)
        ]

    def to_json(self) -> str:
        return self.model_dump_json(indent=1) + "\n"

    @classmethod
    def read(cls, path: Path) -> EditedTrack:
        """Raises pydantic.ValidationError when the file is no edited track."""
        return cls.model_validate_json(path.read_bytes())


@dataclass(frozen=True)
class Edited:
    """What was read of an edited file. `styled`: it had tags such as <i>, which no track keeps."""

    track: EditedTrack
    styled: bool = False


def read_edited(path: Path) -> Edited:
    """The track in an edited file; no word of it is changed, and none is left out.

    Raises UsageError (or several at once) for a file that cannot be read so: the line or row, and
    what to type there.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"{path} is not a file that review can read.",
            cause=f"Its name does not end in one of {', '.join(SUFFIXES)}.",
            fix="Save the cues as CSV, SRT or WebVTT.",
        )
    if path.suffix.lower() == ".csv":
        return _some(Edited(EditedTrack.of(from_review(_bytes(path), path.name))), path)
    file = read_subtitles(path)
    if file.format not in ("srt", "vtt"):
        raise UsageError(
            f"{path} is not a file that review can read.",
            cause=f"Whatever its name, it is {formats.titled(file.format)}.",
            fix="Save the cues as CSV, SRT or WebVTT.",
        )
    errors = [error for fault in file.faults if (error := _of_fault(fault, path)) is not None]
    lines = {cue.index: line for cue, line in zip(file.cues, file.lines, strict=True)}
    errors += _of_cues(file.cues, lines)
    cues = sorted(file.cues, key=lambda cue: cue.start)
    if not errors:
        errors += _overlaps(cues, lines)
    raise_first(errors, _SHOWN_ERRORS, "places")
    styled = bool(_STYLED.search(file.text))
    return _some(Edited(EditedTrack.of(cues), styled), path)


def still_shown(units: Sequence[TranslationUnit], cues: Sequence[Cue]) -> list[TranslationUnit]:
    """Those of the untranslated units whose text the edited cues still show."""
    shown = " ".join(word for cue in cues for line in cue.lines for word in clean(line).split())
    return [unit for unit in units if clean(unit.text) in shown]


def _some(edited: Edited, path: Path) -> Edited:
    if not edited.track.cues:
        raise UsageError(
            f"{path} has no cues.",
            cause="It is the file of an empty track, or all its rows were deleted.",
            fix="To get the original track back, give --undo instead of the file.",
        )
    return edited


def _bytes(path: Path) -> bytes:
    return require_given(
        path,
        LARGEST,
        lambda cause: UsageError(
            f"{path} is too large to be a track.", cause=cause, fix="Give the edited cues."
        ),
    )


def _of_fault(fault: Fault, path: Path) -> ChalchitraError | None:
    """What is wrong with a file so that cues or words would be lost; the rest does no harm."""
    match fault.kind:
        case "time_unreadable":
            return UsageError(
                f"Line {fault.line} has times that cannot be read: {fault.found}",
                cause="They were edited into another form.",
                fix="Write them as: 00:01:02,500 --> 00:01:04,000",
            )
        case "stray_text":
            return UsageError(
                f"Line {fault.line} does not belong to a cue: {fault.found}",
                cause="A blank line ends a cue, but its text continues below.",
                fix="Delete the blank line above it, or put times above it.",
            )
        case "encoding" if fault.found == LEGACY:
            return UsageError(
                f"{path} is not in Unicode.",
                cause="It was saved in an encoding that has no Indian scripts.",
                fix="Save it as UTF-8.",
            )
    return None


def _of_cues(cues: Sequence[Cue], lines: dict[int, int]) -> Iterator[ChalchitraError]:
    for cue in cues:
        where = f"The cue at line {lines[cue.index]}"
        if not cue.text.strip():
            yield UsageError(
                f"{where} has no text.",
                cause="There is nothing below its times.",
                fix="Type its text there, or delete the whole cue.",
            )
        if cue.end <= cue.start or cue.start < 0:
            yield UsageError(
                f"{where} does not end after it starts."
                if cue.start >= 0
                else f"{where} starts before the film.",
                cause=f"It starts at {cue.start / 1000:.3f} s and ends at {cue.end / 1000:.3f} s.",
                fix=f"Type an end later than {clock_time(max(0, cue.start))}.",
            )


def _overlaps(cues: Sequence[Cue], lines: dict[int, int]) -> Iterator[ChalchitraError]:
    for before, cue in pairwise(cues):
        if cue.start < before.end:
            yield UsageError(
                f"The cue at line {lines[cue.index]} starts before the one at line "
                f"{lines[before.index]} ends.",
                cause=f"One starts at {clock_time(cue.start)}, the other ends at "
                f"{clock_time(before.end)}.",
                fix=f"Type {clock_time(cue.start)} as the earlier end, or a later start.",
            )
