"""Reading the WAV that demux writes (16 bit, mono), whole or in pieces."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chalchitra.errors import StageError

_SAMPLE_BYTES = 2


def wav_duration(path: Path) -> float:
    """The sound's length in seconds. Raises StageError when the file is no WAV."""
    with _sound(path) as sound:
        return sound.getnframes() / sound.getframerate()


def read_samples(path: Path, first: int, count: int) -> Any:
    """`count` samples from the sample `first` on, as float32 in [-1, 1).

    Only what is asked for is read, and what the file does not hold is left out. Raises StageError.
    """
    import numpy as np

    with _sound(path) as sound:
        length = sound.getnframes()
        first = min(max(0, first), length)
        sound.setpos(first)
        data = sound.readframes(min(max(0, count), length - first))
    return np.frombuffer(data, dtype="<i2").astype(np.float32) / 32768


@contextmanager
def _sound(path: Path) -> Iterator[wave.Wave_read]:
    try:
        with wave.open(str(path), "rb") as sound:
            if (sound.getnchannels(), sound.getsampwidth()) != (1, _SAMPLE_BYTES):
                raise StageError(f"{path.name} is not 16-bit mono.", fix="Run demux again.")
            yield sound
    except (wave.Error, EOFError) as error:
        raise StageError(
            f"{path.name} is not a WAV file.",
            cause=f"Its header cannot be read: {error}.",
            fix="Run demux again.",
        ) from None
