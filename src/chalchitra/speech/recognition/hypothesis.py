"""A hypothesis: what was decoded of one block, put onto the film's voice."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalchitra.speech.raw import RawWord
from chalchitra.speech.words import Placed
from chalchitra.transcript.model import Segment, Word

Place = tuple[int, int]
"""A word of a hypothesis: its segment's index, and its own in that."""


@dataclass
class Hypothesis:
    """What was made of the regions of one block: on the film's time line, and what was dropped.

    `capped`: the seconds of its windows that ended at their last token: words may be missing there.
    `prompted`: whether the recogniser had a prompt, whose words may be an echo then.
    """

    segments: list[Segment]
    dropped: list[RawWord] = field(default_factory=list)
    how: str = ""
    capped: float = 0.0
    prompted: bool = True

    @classmethod
    def of(
        cls, placed: Placed, how: str = "", *, capped: float = 0.0, prompted: bool = True
    ) -> Hypothesis:
        return cls(placed.segments, placed.dropped, how, capped, prompted)

    @property
    def words(self) -> list[Word]:
        return [word for segment in self.segments for word in segment.words]

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)
