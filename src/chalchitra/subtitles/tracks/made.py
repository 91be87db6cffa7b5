"""What comes of making a track: its files, figures, and what is less than was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chalchitra.stagekit.protocol import Degraded
from chalchitra.subtitles.formats.model import TrackText
from chalchitra.subtitles.formats.registry import WRITTEN
from chalchitra.subtitles.qc.model import QualityReport
from chalchitra.subtitles.qc.report import counted, how_many, sentence, worst

FOR_MUX = ("srt", "ass")
"""The formats that are always written, for the film."""


class TrackFile(NamedTuple):
    """A file to write: the output that it is, its name, and the name under which a person gets it.

    `deliver_as` is None for what only other stages read.
    """

    output: str
    name: str
    text: str
    deliver_as: str | None = None


@dataclass
class Made:
    """A track that was made."""

    files: list[TrackFile] = field(default_factory=list)
    metrics: dict[str, float | int] = field(default_factory=dict)
    degraded: list[Degraded] = field(default_factory=list)

    def write(self, track: TrackText, wanted: Sequence[str], title: str, *, kind: str = "") -> None:
        """The track in every format that is wanted, or that the film needs.

        `kind` tells its files from those of another track of the language: "bilingual".
        """
        for name in (*FOR_MUX, *(name for name in WRITTEN if name not in FOR_MUX)):
            writer = WRITTEN[name].write
            if writer is not None and (name in wanted or name in FOR_MUX):
                self.files.append(
                    TrackFile(
                        f"{kind}_{name}" if kind else name,
                        f"{kind or 'subtitles'}.{name}",
                        writer(track),
                        f"{title}.{name}" if name in wanted else None,
                    )
                )

    def fell_short(self, what: str, why: str, fix: str) -> None:
        """Say what is less than was asked, why, and what can be done."""
        self.degraded.append(Degraded(what=what, why=why, fix=fix))

    def tell_violations(self, report: QualityReport, track: str) -> None:
        """Say how many violations `track` has and which are worst, where there are any."""
        if report.violations:
            self.degraded.append(
                Degraded(
                    what=f"{track} has {how_many(report)} of its style profile "
                    f"({report.style or 'none named'}): {counted(report)}.",
                    why=f"Worst: {'; '.join(map(sentence, worst(report)))}.",
                    fix="output/qc.json lists them all; no text was dropped to meet a limit.",
                )
            )
