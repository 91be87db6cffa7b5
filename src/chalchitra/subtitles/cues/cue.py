"""Cue: what is shown, and from when to when; and the limits that a track keeps to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from chalchitra.subtitles.cues.graphemes import graphemes
from chalchitra.text.direction import UNSEEN

_NOT_SEEN = str.maketrans("", "", "\ufeff\u2060" + UNSEEN)

DEFAULT_READING_SPEED = 17.0
"""Characters a second where the settings name none, as for a job prepared before there were styles
(Netflix's default for adults)."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle: `index` counts from 1, `start` and `end` are whole milliseconds of the film,
    the grid of SRT and WebVTT. `units` are the ids of what it
    shows: a translation's units; of a transcript, passages numbered as its words are.
    """

    index: int
    start: int
    end: int
    lines: tuple[str, ...]
    units: tuple[int, ...] = field(default=(), compare=False)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def seconds(self) -> float:
        """How long it is shown."""
        return (self.end - self.start) / 1000


class CueSettings(BaseModel):
    """The limits of a style; config/styles.toml explains them. Times are seconds."""

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
    reading_speeds: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    min_gap_frames: float = Field(default=0, ge=0)
    words_per_minute: float = Field(default=0, ge=0)
    shot_reach: float = Field(default=0, ge=0)
    two_speakers: str = Field(default="", max_length=4)
    labels: bool = False

    @property
    def length(self) -> Callable[[str], int]:
        """How long a text is, in the characters that these settings count."""
        return code_points if self.characters == "code points" else grapheme_count


def code_points(text: str) -> int:
    """How many code points are seen: marks of direction and word joiners are not, and files of
    subtitles come back without them."""
    return len(text) if text.isascii() else len(text.translate(_NOT_SEEN))


def grapheme_count(text: str) -> int:
    """How many grapheme clusters are seen."""
    return len(graphemes(text.translate(_NOT_SEEN)))


def reading_speed(settings: CueSettings, language: str) -> float:
    """The limit in characters a second: the settings' own, or the language's where that is 0."""
    if settings.reading_speed:
        return settings.reading_speed
    speeds = settings.reading_speeds
    for name in (language, language.partition("-")[0], "default"):
        if name in speeds:
            return speeds[name]
    return DEFAULT_READING_SPEED


def milliseconds(seconds: float) -> int:
    """The nearest whole millisecond: the one place where seconds of the film become the times of
    words and cues. It never falls as `seconds` rises, so it makes no overlap."""
    return round(seconds * 1000)


def clock_time(moment: int) -> str:
    """A time (ms) as WebVTT, TTML and people write it: `01:02:03.456`."""
    rest, thousandths = divmod(moment, 1000)
    minutes, second = divmod(rest, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}.{thousandths:03}"
