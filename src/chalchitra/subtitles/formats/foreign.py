"""Anybody's file of subtitles as it stands: its cues in the file's order, and its faults.

Nothing is put right: cues stay unsorted, overlapping and empty where they are. The formats are read
by subtitles/formats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.given import require_given
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats import registry as formats
from chalchitra.subtitles.formats.faults import Fault
from chalchitra.subtitles.formats.model import Format, RawCue
from chalchitra.subtitles.formats.others import other_bytes, other_text
from chalchitra.text.decode import Decoded, decode

_TOLD_ONCE = frozenset({"time_form", "no_number", "no_blank_line"})
"""Habits of a whole file: told once, with how many cues have them."""

LARGEST = 20_000_000
"""Bytes. The subtitles of a long film have some 200,000."""


@dataclass(frozen=True)
class SubtitleFile:
    """A file that was read. A cue's `index` is its position in the file, from 1.

    `format` is the id of one of formats.FORMATS.
    """

    path: Path
    format: str
    encoding: str
    cues: list[Cue] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    """For each cue, the line of the file that has its times."""
    faults: list[Fault] = field(default_factory=list)
    text: str = ""
    """The whole text, with its markup."""
    step: int = 1
    """What its times are rounded to, in milliseconds."""


def read_subtitles(path: Path, rate: float | None = None) -> SubtitleFile:
    """The cues and faults of a file of subtitles; `rate` is its film's frames a second, if known.

    Raises UsageError where it is missing, empty, no text, counts frames of an unknown rate, or
    holds nothing like a cue.
    """
    decoded = _decoded(path)
    text = formats.lines_of(decoded.text)
    head = next((row for row in text.split("\n") if row.strip("\ufeff \t")), "").strip("\ufeff \t")
    if not head:
        raise _none(path, "It is empty.")
    if (other := other_text(text)) is not None:
        raise _none(path, f"It is {other.title}.", other.fix)
    suffix = path.suffix.lower()
    format_ = formats.recognised(text) or (_format(".srt") if suffix == ".srt" else None)
    if format_ is None:
        raise _none(path, "It has no line with the times of a cue.")
    if rate is None and format_.needs_rate(text):
        raise _none(
            path,
            f"It is {format_.title}, whose times are in frames, but the film's frame rate is not "
            "known.",
            "Give its film with --film to supply the rate.",
        )
    reading = formats.read(format_, text, rate)
    timed = [cue for cue in reading.cues if cue.start is not None and cue.end is not None]
    unreadable = any(fault.kind == "time_unreadable" for fault in reading.faults)
    if not timed and not unreadable and format_.id != "vtt":
        raise _none(path, "It has no line with the times of a cue.")
    file = SubtitleFile(
        path,
        format_.id,
        decoded.encoding,
        [_cue(number, raw, format_) for number, raw in enumerate(timed, 1)],
        [raw.line for raw in timed],
        text=text,
        step=format_.step,
    )
    file.faults.extend(_of_the_file(decoded, format_, suffix, head))
    file.faults.extend(_told_once(reading.faults))
    return file


def _cue(number: int, raw: RawCue, format_: Format) -> Cue:
    lines = tuple(row.text for row in format_.rows(raw))
    return Cue(number, raw.start or 0, raw.end or 0, lines)


def _of_the_file(decoded: Decoded, format_: Format, suffix: str, head: str) -> list[Fault]:
    faults = []
    if decoded.encoding not in ("utf-8", "utf-8-sig"):
        faults.append(Fault("encoding", 1, decoded.encoding, "utf-8"))
    faults += [Fault("control_characters", 1, repair) for repair in decoded.repairs]
    if suffix in formats.SUFFIXES and suffix not in format_.suffixes:
        named = _format(suffix)
        expected = "a first line WEBVTT" if named.id == "vtt" else named.title
        faults.append(Fault("format", 1, head[:40], expected))
    return faults


def _format(suffix: str) -> Format:
    return next(format_ for format_ in formats.FORMATS if suffix in format_.suffixes)


def _told_once(faults: Sequence[Fault]) -> list[Fault]:
    kept: dict[object, Fault] = {}
    for n, fault in enumerate(faults):
        key = fault.kind if fault.kind in _TOLD_ONCE else n
        if (first := kept.get(key)) is not None:
            kept[key] = Fault(
                first.kind, first.line, first.found, first.expected, first.cue, first.count + 1
            )
        else:
            kept[key] = fault
    return list(kept.values())


def _decoded(path: Path) -> Decoded:
    data = require_given(path, LARGEST, partial(_none, path))
    if (other := other_bytes(data)) is not None:
        raise _none(path, f"It is {other.title}.", other.fix)
    try:
        return decode(data)
    except ValueError as error:
        raise _none(path, str(error)) from None


def _none(path: Path, cause: str, fix: str = "") -> UsageError:
    return UsageError(
        f"{path} is not a subtitle file that can be checked.",
        cause=cause,
        fix=fix or "Give a .srt, .vtt or .ass file; ffmpeg -i FILE out.srt converts other formats.",
    )
