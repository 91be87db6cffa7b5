"""What is wrong with a file of timed texts itself, beside its cues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "encoding",  # neither UTF-8 nor, for SRT, anything that players read
    "control_characters",  # characters that no text has, zero bytes after its end among them
    "format",  # WebVTT under the name of SRT, or the reverse
    "time_form",  # times that are readable and not written as the format wants them
    "time_unreadable",
    "no_number",
    "numbering",
    "no_blank_line",
    "stray_text",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the file itself. `line` counts the file's lines from 1.

    `cue` is the position of the cue where it was seen (first), `count` how many cues have it.
    """

    kind: FaultKind
    line: int
    found: str
    expected: str = ""
    cue: int | None = None
    count: int = 1
