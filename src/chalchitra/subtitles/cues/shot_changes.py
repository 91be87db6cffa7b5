"""Shot changes: where one picture follows another, as the stage `shots` finds them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chalchitra.files import write_text


class ShotChanges(BaseModel):
    """The first moments of all shots but the first, in seconds of the film, rising.

    `frame_rate` is the film's in frames a second. `detector` says what found them.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    version: Literal[1] = 1
    frame_rate: float = Field(gt=0)
    detector: str = ""
    cuts: list[float] = Field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> ShotChanges:
        """Raises pydantic.ValidationError when the file holds no shot changes."""
        return cls.model_validate_json(path.read_bytes())

    def write(self, path: Path) -> None:
        write_text(path, self.model_dump_json(indent=1) + "\n")
