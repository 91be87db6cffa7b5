"""The quality report of a track: the content of `qc.json`. Times are seconds of the film."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chalchitra.files import write_text
from chalchitra.subtitles.formats.faults import FaultKind

CueKind = Literal[
    "lines",
    "characters",
    "reading_speed",
    "words_per_minute",
    "too_short",
    "too_long",
    "no_duration",
    "overlap",
    "gap_too_short",
    "gap_not_closed",
    "out_of_order",
    "outside_film",
    "empty",
]
Kind = CueKind | FaultKind

NAMES: dict[Kind, str] = {
    "lines": "too many lines",
    "characters": "line too long",
    "reading_speed": "reading speed",
    "words_per_minute": "words per minute",
    "too_short": "too short",
    "too_long": "too long",
    "no_duration": "no duration",
    "overlap": "overlap",
    "gap_too_short": "gap too short",
    "gap_not_closed": "gap not closed",
    "out_of_order": "out of order",
    "outside_film": "outside the film",
    "empty": "no text",
    "encoding": "encoding",
    "control_characters": "invalid characters",
    "format": "format",
    "time_form": "malformed times",
    "time_unreadable": "unreadable times",
    "no_number": "missing number",
    "numbering": "wrong number",
    "no_blank_line": "no blank line before it",
    "stray_text": "text outside a cue",
}
"""What each kind of violation is called where people read it."""

UNITS: dict[Kind, str] = {
    "lines": "lines",
    "characters": "characters",
    "reading_speed": "characters/s",
    "words_per_minute": "words/min",
    "too_short": "s",
    "too_long": "s",
    "no_duration": "s",
    "overlap": "s",
    "gap_too_short": "s",
    "gap_not_closed": "s",
    "out_of_order": "s",
    "outside_film": "s",
    "time_form": "cues",
    "no_number": "cues",
    "no_blank_line": "cues",
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Violation(_Model):
    """One limit that one cue, or the file, does not keep to.

    `cue` is the cue's position in the track, from 1; `value` what it has and `limit` what the style
    allows, in the kind's unit (UNITS). `line` is the cue's line of text, from 1; `file_line` the
    line of the file that was read. Of `overlap` and the gaps the cue is the later one, and `other`
    the earlier. `forced_by` says what leaves no way round it, of cues that were cut here.
    """

    kind: Kind
    cue: int | None = None
    start: float | None = None
    value: int | float | str | None = None
    limit: int | float | str | None = None
    line: int | None = None
    file_line: int | None = None
    other: int | None = None
    text: str = ""
    forced_by: str | None = None


class Speeds(_Model):
    """Characters a second over all cues that have text and a duration; None without any."""

    median: float | None = None
    percentile_95: float | None = None
    maximum: float | None = None


class ReadingSpeed(_Model):
    """Reading speeds, in code points and in grapheme clusters; `limit` counts as the style says."""

    limit: float
    code_points: Speeds
    graphemes: Speeds


class Stretch(_Model):
    """A stretch of the film."""

    start: float
    end: float


class Coverage(_Model):
    """How much of the speech has a subtitle on the screen.

    `without_subtitle` are the stretches of at least `shortest` seconds that have none.
    """

    speech_seconds: float
    covered_seconds: float
    shortest: float
    without_subtitle: list[Stretch]


class Width(_Model):
    """How wide lines are when they are drawn in `font`, in ems; `room` is the safe area's width.

    `widest` is that of the widest line, which is in the cue `cue`; `too_wide` are the cues that do
    not fit; `unmeasured` lines have letters that no font at hand has.
    """

    font: str
    room: float
    widest: float | None = None
    cue: int | None = None
    too_wide: list[int] = Field(default_factory=list)
    unmeasured: int = 0


class Doubtful(_Model):
    """A cue of whose words the recogniser was not sure: their mean probability, and the least."""

    cue: int
    start: float
    probability: float
    least: float
    text: str


class Untranslated(_Model):
    """A unit that no translator could do, and why; the track shows its source text."""

    id: int
    start: float
    end: float
    source: str
    reason: str | None = None


class QualityReport(_Model):
    """All that is known about one track's quality.

    `language` is an id of languages.toml; `characters` says how they are counted; `frame_rate` is
    there where limits were judged in frames, `width` where a font was at hand. `coverage` is there
    where speech is known, and `low_confidence` (the least sure first) lists cues where the words'
    probabilities are.
    """

    version: Literal[1] = 1
    style: str
    language: str | None = None
    characters: str
    film_duration: float | None = None
    frame_rate: float | None = None
    cues: int
    counts: dict[str, int]
    violations: list[Violation]
    reading_speed: ReadingSpeed
    width: Width | None = None
    coverage: Coverage | None = None
    low_confidence: list[Doubtful] = Field(default_factory=list)
    untranslated: list[Untranslated] = Field(default_factory=list)

    def to_json(self) -> str:
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"

    @classmethod
    def read(cls, path: Path) -> QualityReport:
        """Raises pydantic.ValidationError when the file is no quality report."""
        return cls.model_validate_json(path.read_bytes())

    def write(self, path: Path) -> None:
        write_text(path, self.to_json())
