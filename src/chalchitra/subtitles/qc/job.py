"""The quality reports of all tracks of a job: the content of `output/qc.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from chalchitra.files import write_text
from chalchitra.subtitles.qc.model import QualityReport


class JobReport(BaseModel):
    """All that is known about the quality of a film's tracks, in the order of the job's languages.

    `violations` counts those of all tracks; `film_duration` is seconds, where it is known;
    `expected` is how right the transcript is to be expected (transcript/expected.py), where that is
    known.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    version: Literal[1] = 1
    title: str
    film_duration: float | None = None
    violations: int
    expected: dict[str, Any] | None = None
    tracks: list[QualityReport]

    @classmethod
    def of(
        cls, title: str, tracks: list[QualityReport], expected: dict[str, Any] | None = None
    ) -> JobReport:
        """Put the reports of a job's tracks together."""
        known = [track.film_duration for track in tracks if track.film_duration is not None]
        return cls(
            title=title,
            film_duration=max(known, default=None),
            violations=sum(len(track.violations) for track in tracks),
            expected=expected,
            tracks=tracks,
        )

    @classmethod
    def read(cls, path: Path) -> JobReport:
        """Raises pydantic.ValidationError when the file is no such report."""
        return cls.model_validate_json(path.read_bytes())

    def write(self, path: Path) -> None:
        write_text(path, self.model_dump_json(indent=1, exclude_none=True) + "\n")
