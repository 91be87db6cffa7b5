"""Where someone speaks: the file that `vad` writes, and the arithmetic on its regions."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from chalchitra.errors import StageError
from chalchitra.files import write_text
from chalchitra.transcript.model import Region


class SpeechRegions(BaseModel):
    """`regions.json`. A region is the voice itself, from onset to offset, in seconds of the film.

    Regions are in order and do not overlap; two that touch are one stretch of speech, cut because
    it was long. `pad` is how much sound around a region a recogniser should take in (seconds).
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    regions: list[Region]
    pad: float = 0.0
    method: str = ""

    @property
    def seconds(self) -> float:
        """How long someone speaks, all in all."""
        return sum(region.end - region.start for region in self.regions)

    def write(self, path: Path) -> None:
        write_text(path, self.model_dump_json(indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> SpeechRegions:
        """Raises StageError when the file holds no regions."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise StageError(
                f"{path.name} contains no list of speech regions.",
                cause=str(error).partition("\n")[0],
                fix="Run vad again.",
            ) from None


def overlap(start: float, end: float, region: Region) -> float:
    """How many seconds of start..end lie in the region."""
    return max(0.0, min(end, region.end) - max(start, region.start))


def distance(time: float, region: Region) -> float:
    """How far a moment lies outside the region, 0 inside it (seconds)."""
    return max(0.0, region.start - time, time - region.end)
