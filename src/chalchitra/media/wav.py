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


def read_samples(path: Path, start: float, end: float) -> Any:
    """The samples from `start` to `end` (seconds of the file) as float32 in [-1, 1).

    What lies outside the sound is left out. Only what is asked for is read. Raises StageError.
    """
    import numpy as np

    with _sound(path) as sound:
        rate, length = sound.getframerate(), sound.getnframes()
        first = min(max(0, round(start * rate)), length)
        last = min(max(first, round(end * rate)), length)
        sound.setpos(first)
        data = sound.readframes(last - first)
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
            f"{path.name} is no WAV file.",
            cause=f"Its header cannot be read: {error}.",
            fix="Run demux again.",
        ) from None
