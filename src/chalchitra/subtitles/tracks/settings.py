"""What a track is made by: a style's limits, the files to write, the tracks that follow others."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError, field_validator

from chalchitra.errors import UsageError
from chalchitra.subtitles.cues.cue import CueSettings
from chalchitra.subtitles.formats.registry import WRITTEN


class TrackSettings(CueSettings):
    """The settings of subtitle_gen; `formats` are ids of formats that can be written."""

    formats: tuple[str, ...] = ("srt", "vtt")
    romanised: bool = False
    template: str = ""
    bilingual: str = ""

    @field_validator("formats")
    @classmethod
    def _can_be_written(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for name in formats:
            if name not in WRITTEN:
                raise ValueError(f"{name} is not one of {', '.join(WRITTEN)}")
        return formats

    @classmethod
    def of(cls, params: Mapping[str, object]) -> TrackSettings:
        """Those of a job. Raises UsageError for a value that cannot be used."""
        try:
            return cls.model_validate(params)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(map(str, first["loc"]))
            raise UsageError(
                f"The setting subtitle_gen.{key} cannot be used: {first['msg']}.",
                cause="The job was prepared with this value, or job.json was edited.",
                fix=f"Prepare the job again with --set subtitle_gen.{key}=VALUE.",
            ) from None
