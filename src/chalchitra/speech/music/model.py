"""The songs and the music of a film: the file that `vad` writes of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalchitra.errors import StageError
from chalchitra.files import write_text
from chalchitra.transcript.model import Region

Kind = Literal["song", "music"]


class Stretch(Region):
    """A stretch of the film: in a `song` somebody sings, in `music` there is no voice."""

    kind: Kind


class Music(BaseModel):
    """`music.json`: the stretches in order, none overlapping another; times are the film's (s).

    `method` names the network that found them.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    stretches: list[Stretch] = Field(default_factory=list)
    method: str = ""

    def of(self, kind: Kind) -> list[Stretch]:
        return [stretch for stretch in self.stretches if stretch.kind == kind]

    def write(self, path: Path) -> None:
        write_text(path, self.model_dump_json(indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Music:
        """Raises StageError when the file holds no stretches."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise StageError(
                f"{path.name} contains no list of music.",
                cause=str(error).partition("\n")[0],
                fix="Run vad again.",
            ) from None


def seconds_of(stretches: Iterable[Region]) -> float:
    """How long they are, all in all."""
    return sum(stretch.end - stretch.start for stretch in stretches)
