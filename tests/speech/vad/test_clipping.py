"""Speech whose waves were cut off is told by its shape from speech that is merely loud."""

from __future__ import annotations

import numpy as np
import pytest

from chalchitra.speech.sound import SAMPLE_RATE, ArraySound
from chalchitra.speech.vad.clipping import MUCH, clipped_share
from chalchitra.transcript.model import Region


def voice(seconds=6.0):
    """Syllables of many partials, as a voice has; at most 0.3 of full scale."""
    at = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    chance = np.random.default_rng(1)
    partials = [np.sin(2 * np.pi * 120 * n * at + chance.uniform(0, 6)) / n for n in range(1, 30)]
    sound = sum(partials) * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * at)) ** 2
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


def share(samples):
    sound = ArraySound(samples.astype(np.float32))
    return clipped_share(sound, [Region(start=0.5, end=5.5)])


@pytest.mark.parametrize("level", [0.1, 1.0, 3.0])
def test_what_is_merely_loud_is_not_clipped(level):
    assert share(level * voice()) == 0.0


@pytest.mark.parametrize("level", [0.2, 1.0])
def test_what_was_cut_off_is_clipped_however_loud_the_copy_is(level):
    assert share(level * np.clip(30 * voice(), -1, 1)) > MUCH


def test_silence_and_no_speech_are_not_clipped():
    assert share(np.zeros(6 * SAMPLE_RATE)) == 0.0
    assert clipped_share(ArraySound(voice()), []) == 0.0
    assert clipped_share(ArraySound(voice()), [Region(start=1.0, end=1.1)]) == 0.0
