"""The translation's data model: what a translator hands to the stages after it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chalchitra.files import write_text

Status = Literal["translated", "untranslated"]
"""An untranslated unit keeps its source text, so that nothing said is lost from the track."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class SourceWord(_Model):
    """When a word of the source was said (seconds of the film), and how long it is."""

    start: float
    end: float
    characters: int = Field(ge=1)


class TranslationUnit(_Model):
    """One translated stretch of speech, in seconds of the film's time line.

    `id` is that of the sentence unit it came from. `text` is what to show; `segment_ids` are the
    transcript's segments that it covers, and `words` the source's own, over whose time the text is
    spread. `reason` says why a unit is untranslated, or what is doubtful about one that is
    translated. A unit is a `song` where those segments are. `pivot` is the text on the way that
    it was translated from.
    """

    id: int
    start: float
    end: float
    source: str
    text: str
    segment_ids: list[int]
    words: list[SourceWord] = Field(default_factory=list)
    speaker: str | None = None
    status: Status = "translated"
    reason: str | None = None
    song: bool = False
    pivot: str | None = None


class Translation(_Model):
    """A whole transcript in another language, in order. Languages are ids of languages.toml.

    `via` is the language of the units' `pivot`; translator and model are then the second.
    """

    source_language: str
    target_language: str
    translator: str
    model: str
    via: str | None = None
    units: list[TranslationUnit] = Field(default_factory=list)

    @property
    def untranslated(self) -> list[TranslationUnit]:
        return [unit for unit in self.units if unit.status == "untranslated"]

    @property
    def doubtful(self) -> list[TranslationUnit]:
        """Translated, but with something a person should look at."""
        return [unit for unit in self.units if unit.status == "translated" and unit.reason]

    def write(self, path: Path) -> None:
        write_text(path, self.model_dump_json(indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Translation:
        """Raises pydantic.ValidationError when the file is no translation."""
        return cls.model_validate_json(path.read_bytes())
