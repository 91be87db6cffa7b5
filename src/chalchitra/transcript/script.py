"""The text that was given with a film: its lines in order, as `script.json` in the job's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["plain text", "dialogue sheet", "subtitles", "transcript"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ScriptLabel(_Model):
    """What is heard beside the words, as the text writes it: [door slams], (laughs).

    It stands in its line before the character `at`. `start` and `end` are its own times (s) where
    nothing was said with it.
    """

    text: str
    at: int = 0
    start: float | None = None
    end: float | None = None


class ScriptLine(_Model):
    """What is said at once: one line of a sheet, one cue, one sentence of a longer paragraph.

    `number` is where a person finds it in the file: its line, or its cue. `start` and `end` are
    the times of a subtitle file (s); they may belong to another cut of the film. `song`: the text
    marks it as sung; `labels` are no words of it.
    """

    number: int
    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None
    song: bool = False
    labels: list[ScriptLabel] = Field(default_factory=list)


class Script(_Model):
    """The lines, in the order in which they are said."""

    kind: Kind
    lines: list[ScriptLine] = Field(min_length=1)

    def to_json(self) -> str:
        return self.model_dump_json(indent=1, exclude_defaults=True) + "\n"

    @classmethod
    def read(cls, path: Path) -> Script:
        """Raises pydantic.ValidationError when the file is no script.json."""
        return cls.model_validate_json(path.read_bytes())
