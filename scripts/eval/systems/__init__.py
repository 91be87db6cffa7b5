"""What makes transcripts: ours, and the tools that it is measured against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from corpus import Corpus
from heard import Heard


@dataclass(frozen=True)
class Cost:
    """What commands took: wall seconds, and seconds of processor time; two add up.

    On a machine that does other things too, only the latter says much.
    """

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


@dataclass(frozen=True)
class Run:
    """What a system heard in a corpus, by item name, and what its commands took.

    `cost` has the start of the programs and the loading of the model in it; None where the
    transcripts were there already.
    """

    heard: dict[str, Heard]
    cost: Cost | None

    def to_dict(self) -> dict[str, Any]:
        heard = {name: one.to_dict() for name, one in self.heard.items()}
        return {"cost": self.cost and asdict(self.cost), "heard": heard}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Run:
        heard = {name: Heard.from_dict(one) for name, one in data["heard"].items()}
        return cls(heard, data["cost"] and Cost(**data["cost"]))


@dataclass(frozen=True)
class Setting:
    """What all systems share: the weights, a folder to work in, what is not computed twice."""

    model: str
    """The Whisper model's name in the catalogue."""
    weights: Path
    """Its folder, in the CTranslate2 format."""
    work: Path
    cache: Path
    ours_options: tuple[str, ...] = ()
    """Further options of prepare-job."""
    files: Path | None = None
    """A folder of foreign transcripts."""
    keep_heard: bool = False
    """Whether what our own recogniser heard before counts although our code was changed."""
    say: Callable[[str], None] = field(default=print)


System = Callable[[Corpus, Setting], Run]
"""Raises ChalchitraError where it cannot be run."""
