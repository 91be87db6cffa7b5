"""Who speaks when: the file that `speakers` writes, its names, and its RTTM."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from chalchitra.files import write_text


class Turn(BaseModel):
    """One stretch in which one speaker speaks, in seconds of the film; turns may overlap."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    start: float
    end: float
    speaker: str

    @property
    def seconds(self) -> float:
        return self.end - self.start


class Turns(BaseModel):
    """`turns.json`: the turns in order, and how they were found."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    turns: list[Turn]
    method: str = ""

    @property
    def speakers(self) -> list[str]:
        """The names, in order of first appearance."""
        return list(dict.fromkeys(turn.speaker for turn in self.turns))

    def write(self, path: Path) -> None:
        write_text(path, self.model_dump_json(indent=1) + "\n")


def named(turns: Iterable[tuple[float, float, object]], method: str) -> Turns:
    """Turns of (start, end, any label) in order, called S1, S2 ... by first appearance.

    The same turns get the same names whatever their labels and order were: of two speakers who
    begin at once, the one whose first turn is longer comes first. Times are rounded to milliseconds
    and turns that vanish so are dropped.
    """
    rounded = [(round(start, 3), round(end, 3), label) for start, end, label in turns]
    ordered = sorted(
        (turn for turn in rounded if turn[1] > turn[0]),
        key=lambda turn: (turn[0], -turn[1], str(turn[2])),
    )
    names: dict[object, str] = {}
    for _, _, label in ordered:
        names.setdefault(label, f"S{len(names) + 1}")
    found = [Turn(start=start, end=end, speaker=names[label]) for start, end, label in ordered]
    return Turns(turns=found, method=method)


def rttm(turns: Turns, title: str) -> str:
    """The turns as RTTM, which scoring tools read: one line a turn, its fields apart by a space."""
    file = re.sub(r"\s+", "_", title.strip()) or "film"
    return "".join(
        f"SPEAKER {file} 1 {turn.start:.3f} {turn.seconds:.3f} <NA> <NA> {turn.speaker} <NA> <NA>\n"
        for turn in turns.turns
    )
