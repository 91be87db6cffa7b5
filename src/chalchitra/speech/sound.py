"""The film's sound, read a stretch at a time: a whole film never has to be in memory.

Times are seconds of the film; the audio's own start (`offset` in audio.json) is added here and
nowhere else.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
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
    """The sound that demux wrote. `film_duration` is the whole film's (s), where it is known.

    `pieces` are the stretches of the film that the WAV holds: (sample on the time line, sample in
    the file, count). Long gaps are not in it; what is read there is silent.
    """

    def __init__(
        self,
        path: Path,
        *,
        offset: float,
        duration: float,
        film_duration: float | None = None,
        pieces: Sequence[tuple[int, int, int]] = (),
    ) -> None:
        self._path = path
        self.start = offset
        self.end = offset + duration
        self.film_duration = film_duration
        self._pieces = [tuple(piece) for piece in pieces] or [(0, 0, round(duration * SAMPLE_RATE))]
        self._begins = [piece[0] for piece in self._pieces]

    @classmethod
    def open(cls, audio: Path, info: Path) -> WavSound:
        """From demux's outputs `audio` and `audio_info`."""
        data = json.loads(info.read_bytes())
        return cls(
            audio,
            offset=data["offset"],
            duration=data["duration"],
            film_duration=film_seconds(info),
            pieces=data.get("pieces", ()),
        )

    def read(self, start: float, end: float) -> Samples:
        import numpy as np

        from chalchitra.media.wav import read_samples

        last = round((self.end - self.start) * SAMPLE_RATE)
        first = min(max(0, round((start - self.start) * SAMPLE_RATE)), last)
        until = min(max(first, round((end - self.start) * SAMPLE_RATE)), last)
        at = max(0, bisect_right(self._begins, first) - 1)
        begins, stored, count = self._pieces[at]
        if begins <= first and until <= begins + count:  # nearly always
            return read_samples(self._path, stored + first - begins, until - first)
        found = np.zeros(until - first, dtype=np.float32)
        for begins, stored, count in self._pieces[at:]:
            if begins >= until:
                break
            low, high = max(first, begins), min(until, begins + count)
            if low < high:
                samples = read_samples(self._path, stored + low - begins, high - low)
                found[low - first :][: len(samples)] = samples
        return found

    def parts(self) -> list[Sound]:
        """The sound without its long gaps: one part where it has none, else the stretches between.

        Whoever goes through the whole sound goes through these: a gap may last for days.
        """
        if len(self._pieces) == 1 and self._begins[0] == 0:
            return [self]
        return [
            Part(self, self.start + at / SAMPLE_RATE, self.start + (at + count) / SAMPLE_RATE)
            for at, _, count in self._pieces
        ]


class Part:
    """A stretch of a sound: what lies before and after it is left out."""

    def __init__(self, sound: Sound, start: float, end: float) -> None:
        self._sound = sound
        self.start = start
        self.end = end

    def read(self, start: float, end: float) -> Samples:
        return self._sound.read(max(start, self.start), min(end, self.end))


def parts_of(sound: Sound) -> list[Sound]:
    """The stretches of a sound between its long gaps; the sound itself where it knows of none."""
    return sound.parts() if isinstance(sound, WavSound) else [sound]


def film_times(parts: Sequence[Sound], start: float, end: float) -> Iterator[tuple[float, float]]:
    """Where a stretch of parts that were put one after another (s) lies in the film.

    One that goes across a gap has a piece on either side.
    """
    before = 0.0
    for part in parts:
        length = part.end - part.start
        low, high = max(start, before), min(end, before + length)
        if low < high:
            yield part.start + low - before, part.start + high - before
        before += length


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
