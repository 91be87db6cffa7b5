"""What came of a text that was placed on the sound: the stage's `report`, also for people."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from chalchitra.files import write_text

DOUBTFUL = 0.5
"""The confidence below which a placed line is doubtful. What base makes of Hindi has 0.6 and more
where it is the line."""

How = Literal["recognised", "by room", "no sound"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class PlacedLine(_Model):
    """A line of the text: where it is in the film (s), and how that is known.

    `recognised`: the recogniser has it, with `confidence` the share of its letters that agree,
    or half of that where a line beside it, which is left out, may have been said as well;
    `by room`: it has the voice that was left between its neighbours, and either resembles what was
    recognised there (`confidence` as before) or is the only line for a voice of that length, of
    which nothing was recognised (at most 0.2); `no sound`: nothing says that it is in the film, and
    it is not in the track. `elsewhere` is when such a line begins where the text has none, but this
    one was recognised: the text has it in another order. `missing` is the part of a placed line for
    which there was no sound.
    """

    number: int
    text: str
    how: How
    confidence: float
    speaker: str | None = None
    start: float | None = None
    end: float | None = None
    missing: str | None = None
    elsewhere: float | None = None


class NoLine(_Model):
    """Speech (s) that the text has no line for, and what was recognised there."""

    start: float
    end: float
    text: str


class Shift(_Model):
    """Lines `first` to `last` of a subtitle file lie about `seconds` later in this film."""

    first: int
    last: int
    seconds: float


class ScriptReport(_Model):
    """`report.json`. `anchors` is how many words were recognised, `words` how many there are.

    `compared_by` is "letters", or "sound" where text and recogniser write in different scripts.
    """

    kind: str
    compared_by: Literal["letters", "sound"]
    words: int
    anchors: int
    confidence: float
    lines: list[PlacedLine]
    no_line: list[NoLine]
    shifts: list[Shift]

    @property
    def no_sound(self) -> list[PlacedLine]:
        return [line for line in self.lines if line.how == "no sound"]

    @property
    def in_another_order(self) -> list[PlacedLine]:
        return [line for line in self.lines if line.elsewhere is not None]

    @property
    def doubtful(self) -> list[PlacedLine]:
        """The placed lines of little confidence, the least first."""
        placed = [line for line in self.lines if line.how != "no sound"]
        found = [line for line in placed if line.confidence < DOUBTFUL]
        return sorted(found, key=lambda line: (line.confidence, line.number))

    @property
    def partly(self) -> list[PlacedLine]:
        return [line for line in self.lines if line.missing]

    def write(self, path: Path) -> None:
        write_text(path, self.model_dump_json(indent=1, exclude_none=True) + "\n")

    @classmethod
    def read(cls, path: Path) -> ScriptReport:
        return cls.model_validate_json(path.read_bytes())
