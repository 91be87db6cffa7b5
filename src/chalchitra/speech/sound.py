"""The film's sound, read a stretch at a time: a whole film never has to be in memory.

Times are seconds of the film; the audio's own start (`offset` in audio.json) is added here and
nowhere else.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

SAMPLE_RATE = 16000
"""Hz, mono. What demux writes, and what Silero, Whisper and wav2vec2 all expect."""

Samples = Any
"""A one-dimensional numpy array of float32 in [-1, 1] (numpy is not imported here)."""


class Sound(Protocol):
    """Mono sound at SAMPLE_RATE from `start` to `end`."""

    @property
    def start(self) -> float: ...

    @property
    def end(self) -> float: ...

    def read(self, start: float, end: float) -> Samples:
        """The samples between two film times; what lies outside the sound is left out."""


def film_seconds(info: Path) -> float | None:
    """How long the film is, in seconds, by demux's output `audio_info`; None where nobody knows.

    The one place that says so after demux: a container's header may be too short, and a film is
    at least as long as the sound that was taken out of it.
    """
    data = json.loads(info.read_bytes())
    said = data.get("film_duration")
    return None if said is None else max(float(said), data["offset"] + data["duration"])


class WavSound:
    """The sound that demux wrote. `film_duration` is the whole film's (s), where it is known."""

    def __init__(
        self, path: Path, *, offset: float, duration: float, film_duration: float | None = None
    ) -> None:
        self._path = path
        self.start = offset
        self.end = offset + duration
        self.film_duration = film_duration

    @classmethod
    def open(cls, audio: Path, info: Path) -> WavSound:
        """From demux's outputs `audio` and `audio_info`."""
        data = json.loads(info.read_bytes())
        return cls(
            audio,
            offset=data["offset"],
            duration=data["duration"],
            film_duration=film_seconds(info),
        )

    def read(self, start: float, end: float) -> Samples:
        from chalchitra.media.wav import read_samples

        return read_samples(self._path, max(0.0, start - self.start), max(0.0, end - self.start))


class ArraySound:
    """Sound that is already in memory."""

    def __init__(self, samples: Samples, *, offset: float = 0.0) -> None:
        self._samples = samples
        self.start = offset
        self.end = offset + len(samples) / SAMPLE_RATE

    def read(self, start: float, end: float) -> Samples:
        first = max(0, round((start - self.start) * SAMPLE_RATE))
        last = max(0, round((end - self.start) * SAMPLE_RATE))
        return self._samples[first:last]
