"""The transcript's data model, shared by every stage (pydantic, nothing heavier)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chalchitra.files import write_text

Timing = Literal["recognised", "aligned", "interpolated"]
"""Where a word's times come from: the recogniser, forced alignment, or its neighbours."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Region(_Model):
    """A stretch of the film, in seconds of its time line."""

    start: float
    end: float


class Word(_Model):
    """One spoken word; `text` carries its punctuation and no surrounding white space."""

    text: str
    start: float
    end: float
    probability: float | None = None
    speaker: str | None = None
    timing: Timing = "recognised"


class Label(_Model):
    """What is heard beside the words, as a given text writes it: [door slams], (laughs).

    It stands before the word `before` of its segment (an index; the number of words at its end).
    `start` and `end` are its own times (s) where nothing is said with it.
    """

    text: str
    before: int = 0
    start: float | None = None
    end: float | None = None


class Segment(_Model):
    """A stretch of connected speech. `id` stays the same from recognition to the last track.

    What is cut later (at sentence ends, where the speaker changes) keeps it in its first part.
    `song`: it lies in a song or in music for the most part (transcript/songs.py), or a given text
    says that it is sung. `labels` are shown by the styles that have them, and are never spoken.
    """

    id: int
    start: float
    end: float
    text: str
    words: list[Word] = Field(default_factory=list)
    speaker: str | None = None
    avg_logprob: float | None = None
    no_speech_prob: float | None = None
    compression_ratio: float | None = None
    song: bool = False
    labels: list[Label] = Field(default_factory=list)


class Transcript(_Model):
    """Everything that was heard in one film, in order. `duration` is the film's, in seconds."""

    language: str
    segments: list[Segment]
    duration: float | None = None
    engine: str | None = None
    model: str | None = None

    @property
    def words(self) -> list[Word]:
        return [word for segment in self.segments for word in segment.words]

    def write(self, path: Path) -> None:
        write_text(path, self.model_dump_json(indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Transcript:
        """Raises pydantic.ValidationError when the file is no transcript."""
        return cls.model_validate_json(path.read_bytes())
