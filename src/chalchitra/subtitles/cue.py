"""Cue: what is shown, and from when to when; and the limits that a track keeps to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chalchitra.subtitles.graphemes import graphemes

READING_SPEEDS = {
    "en": 20.0, "hi": 22.0,
    "bn": 22.0, "kn": 22.0, "ml": 22.0, "mr": 22.0, "ta": 22.0, "te": 22.0,
}  # fmt: skip
"""Characters a second that an adult reads, by language subtag (Netflix Timed Text; the second row
comes from second-hand lists)."""
DEFAULT_READING_SPEED = 17.0


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle: `index` counts from 1, `start` and `end` are seconds of the film.

    Times lie on whole milliseconds, the grid of SRT and WebVTT.
    """

    index: int
    start: float
    end: float
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def seconds(self) -> float:
        return round(self.end - self.start, 3)


class CueSettings(BaseModel):
    """The section [subtitle_gen] of config/pipeline.toml, which explains it. Times are seconds."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    max_lines: int = Field(ge=1)
    max_chars_per_line: int = Field(ge=1)
    characters: Literal["code points", "graphemes"]
    min_duration: float = Field(ge=0)
    max_duration: float = Field(gt=0)
    linger: float = Field(ge=0)
    min_gap: float = Field(ge=0)
    close_gap: float = Field(ge=0)
    max_pause: float = Field(ge=0)
    reading_speed: float = Field(ge=0)
    romanised: bool = False

    @property
    def length(self) -> Callable[[str], int]:
        """How long a text is, in the characters that these settings count."""
        return len if self.characters == "code points" else grapheme_count


def grapheme_count(text: str) -> int:
    return len(graphemes(text))


def reading_speed(settings: CueSettings, language: str) -> float:
    """The limit in characters a second: the settings' own, or the language's where that is 0."""
    subtag = language.partition("-")[0]
    return settings.reading_speed or READING_SPEEDS.get(subtag, DEFAULT_READING_SPEED)


def milliseconds(seconds: float) -> int:
    """The nearest whole millisecond. It never falls as `seconds` rises, so it makes no overlap."""
    return round(seconds * 1000)
