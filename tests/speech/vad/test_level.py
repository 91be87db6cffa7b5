"""Quiet sound made louder: how much, where, and what stays as it is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.speech.sound import SAMPLE_RATE, ArraySound, Samples
from chalchitra.speech.vad import level
from chalchitra.speech.vad.level import FRAME, MOST, QUIET, SLOPE, Levelled, gains_of


def noise(seconds: float, db: float, seed: int = 0) -> Samples:
    """Noise of that level (dB, RMS)."""
    samples = np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE))
    return (np.clip(samples * 10 ** (db / 20), -1, 1)).astype(np.float32)


def loudness(samples: Samples) -> float:
    return float(10 * np.log10(np.square(samples, dtype=np.float64).mean()))


def levelled(*parts: Samples, offset: float = 0.0) -> Levelled:
    return Levelled(ArraySound(np.concatenate(parts), offset=offset))


def test_what_is_loud_enough_stays_as_it_is_sample_by_sample():
    samples = noise(4, QUIET + 1)
    assert np.array_equal(levelled(samples).read(0, 4), samples)


@pytest.mark.parametrize("db", [-45, -60, -75])
def test_what_is_quiet_is_raised_to_what_is_loud_enough(db: int):
    sound = levelled(noise(4, db), offset=2.0)
    assert loudness(sound.read(3, 5)) == pytest.approx(QUIET, abs=1.0)
    assert (sound.start, sound.end) == (2.0, 6.0)


def test_nothing_is_raised_by_more_than_most_nor_silence_into_sound():
    assert loudness(levelled(noise(4, -95)).read(0, 4)) == pytest.approx(-95 + MOST, abs=1.0)
    assert not levelled(np.zeros(SAMPLE_RATE * 4, dtype=np.float32)).read(0, 4).any()


def test_a_pause_is_raised_with_the_sentence_it_is_in():
    sentence, pause = noise(2, -60), noise(0.4, -85)
    sound = levelled(sentence, pause, sentence)
    difference = loudness(sound.read(1.0, 1.8)) - loudness(sound.read(2.1, 2.3))
    assert difference == pytest.approx(25, abs=0.4 / 2 * SLOPE + 1)


@pytest.mark.parametrize("turned", [False, True], ids=["after", "before"])
def test_quiet_talk_beside_loud_music_is_raised_and_the_music_is_not(turned: bool):
    music, talk = noise(4, -14), noise(6, -60)
    parts = (talk, music) if turned else (music, talk)
    sound = levelled(*parts)
    lo, hi = (0, 3) if turned else (7, 10)
    assert loudness(sound.read(lo, hi)) == pytest.approx(QUIET, abs=1.0)
    begin = 6 if turned else 0
    assert np.array_equal(sound.read(begin, begin + 4), music)


@given(
    st.lists(st.floats(-100, 0), min_size=1, max_size=30),
    st.lists(st.floats(0, 3.1), min_size=2, max_size=6),
    st.floats(0, 100),
)
@settings(max_examples=50, deadline=None)
def test_read_in_pieces_or_whole_it_is_the_same(levels, cuts, offset):
    samples = np.concatenate([noise(FRAME, db, n) for n, db in enumerate(levels)])
    sound = levelled(samples, offset=offset)
    whole = sound.read(sound.start, sound.end)
    edges = sorted({0, len(samples), *(min(len(samples), int(c * SAMPLE_RATE)) for c in cuts)})
    pieces = [
        sound.read(offset + a / SAMPLE_RATE, offset + b / SAMPLE_RATE) for a, b in pairwise(edges)
    ]
    assert np.allclose(np.concatenate(pieces), whole, atol=1e-4)
    assert len(whole) == len(samples)
    assert np.abs(whole).max() <= 1.0
    gains = np.asarray(sound.gains.values)
    assert ((gains >= 0) & (gains <= MOST)).all()
    assert (np.abs(np.diff(gains)) <= SLOPE * FRAME + 1e-3).all()


def test_a_long_film_is_read_a_stretch_at_a_time(monkeypatch: pytest.MonkeyPatch):
    samples = noise(3.33, -50)
    wanted = np.asarray(gains_of(ArraySound(samples)).values)
    assert len(wanted) == 34
    monkeypatch.setattr(level, "_BLOCK", 7)
    longest = 0.0

    class Watched(ArraySound):
        def read(self, start: float, end: float) -> Samples:
            nonlocal longest
            longest = max(longest, end - start)
            return super().read(start, end)

    assert np.allclose(gains_of(Watched(samples)).values, wanted, atol=0.01)
    assert longest == pytest.approx(7 * FRAME)
