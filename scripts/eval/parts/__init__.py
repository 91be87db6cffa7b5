"""What is measured beside transcripts: who speaks, a script in hand, the first pass's speed.

Each part is a module with `run`, which makes what it needs of the recordings found, and gives its
section of the page, its figures for the JSON file and what is wanted of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpus import Corpus
from systems import Setting
from targets import Check


@dataclass(frozen=True)
class Part:
    """A part's outcome; `text` is Markdown without the heading, ending with a newline."""

    heading: str
    text: str
    figures: dict[str, Any]
    checks: list[Check] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    """What is written beside the page: figures, by their names."""
    calibration: dict[str, Any] = field(default_factory=dict)
    """What config/calibration.toml is to hold, by model."""


Measure = Callable[[Sequence[Corpus], Setting], Part | None]
"""None where the recordings found have nothing that it could be measured on."""


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; all columns but the first are numbers."""
    lines = [list(headings), ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
