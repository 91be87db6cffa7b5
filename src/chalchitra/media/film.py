"""What is known about a film: its container and its streams. Stored in job.json, shared by all."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

LARGEST_PICTURE = 1 << 27
"""Pixels of the largest picture that is decoded: 16K (15,360 x 8,640) fits; no film has more."""

Kind = Literal["video", "audio", "subtitle", "attachment", "data"]


class Shortfall(NamedTuple):
    """Something that was done less than asked: what, why, and what to do about it."""

    what: str
    why: str = ""
    fix: str = ""


GET_COMPLETE = "If this is a partial copy, get the complete film and prepare it again."
"""What to do where a film ends before its header says."""


class Stream(BaseModel):
    """One stream of a film.

    `index` counts all streams from 0, as ffmpeg does; `position` those of its kind. `start` and
    `duration` are seconds, `start` on the film's time line. `dispositions` are ffmpeg's names:
    default, forced, comment, ... A stream that is not `readable` is declared and no more: no packet
    told what is in it.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    index: int
    position: int
    kind: Kind
    codec: str
    language: str | None = None
    title: str | None = None
    dispositions: list[str] = Field(default_factory=list)
    start: float | None = None
    duration: float | None = None
    channels: int | None = None
    channel_layout: str | None = None
    sample_rate: int | None = None
    width: int | None = None
    height: int | None = None
    frame_rate: str | None = None
    filename: str | None = None
    mimetype: str | None = None
    timecode: str | None = None
    readable: bool = True

    @property
    def is_picture(self) -> bool:
        """Moving pictures; cover art is a video stream to ffmpeg, and no picture."""
        return self.kind == "video" and not self.is_cover

    @property
    def is_cover(self) -> bool:
        return self.kind == "video" and "attached_pic" in self.dispositions

    @property
    def is_default(self) -> bool:
        return "default" in self.dispositions

    @property
    def is_commentary(self) -> bool:
        """A commentary, or a description for people who cannot see: not the film's own voices."""
        spoken_about = {"comment", "visual_impaired", "descriptions"} & set(self.dispositions)
        title = (self.title or "").casefold()
        return bool(spoken_about) or "commentary" in title or "audio description" in title


class Film(BaseModel):
    """A media file as it was probed.

    `start_time` is the container's first timestamp in seconds: zero on the film's time line, what
    a player shows as 0. `duration` is in seconds, None where the file does not say; `measured` when
    it is more than what a header claims. `set_back` is by how many seconds its clock starts anew,
    at least, where films were joined.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    path: Path
    size: int
    mtime_ns: int
    container: str
    start_time: float
    duration: float | None
    measured: bool = True
    set_back: float | None = None
    streams: list[Stream]
    chapters: int = 0

    def of_kind(self, kind: Kind) -> list[Stream]:
        return [stream for stream in self.streams if stream.kind == kind]

    @property
    def audio(self) -> list[Stream]:
        return self.of_kind("audio")

    @property
    def frame_rate(self) -> float | None:
        """Frames a second of the first picture; None without one."""
        rates = [stream.frame_rate for stream in self.streams if stream.is_picture]
        return float(Fraction(rates[0])) if rates and rates[0] else None

    @property
    def has_picture(self) -> bool:
        return any(stream.is_picture and stream.readable for stream in self.streams)
