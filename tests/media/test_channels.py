"""One channel out of many, on made sound: blocks of a second, as demux hands them over."""

import numpy as np
import pytest

from chalchitra.errors import UsageError
from chalchitra.media.channels import Channels, Mixer, find_channel
from chalchitra.media.layout import SAMPLE_RATE


def voice(seed, seconds=40):
    """Noise in syllables and pauses, which is what speech is to an ear that knows no words."""
    dice = np.random.default_rng(seed)
    count = seconds * 10
    loud = np.repeat(dice.choice([0.0, 0.3, 1.0], p=[0.3, 0.2, 0.5], size=count), SAMPLE_RATE // 10)
    return loud * dice.normal(0, 0.1, seconds * SAMPLE_RATE)


def mixed(*channels, layout="stereo", a_stream):
    stream = a_stream("audio", "flac", channels=len(channels), channel_layout=layout)
    mixer = Mixer(Channels.of(stream))
    sound = np.clip(np.stack(channels, axis=1) * 32768, -32768, 32767).astype(np.int16)
    blocks = [sound[at : at + SAMPLE_RATE] for at in range(0, len(sound), SAMPLE_RATE)]
    return np.concatenate([mixer.mix(block) for block in blocks]) / 32768, mixer


def level(samples):
    return float(np.sqrt(np.mean(samples**2)))


@pytest.mark.parametrize("part", [-1.0, -0.9, -0.7])
def test_a_side_that_is_turned_over_is_no_silence(a_stream, part):
    said = voice(1)
    found, mixer = mixed(said, part * said, a_stream=a_stream)
    assert level(found) > 0.6 * level(said)
    (told,) = mixer.shortfalls()
    assert "cancel each other out" in told.what
    assert "only the left was used" in told.what


def test_the_louder_side_is_taken(a_stream):
    said = voice(1)
    _, mixer = mixed(-0.8 * said, said, a_stream=a_stream)
    assert "only the right was used" in mixer.shortfalls()[0].what


def test_only_where_it_is_turned_over(a_stream):
    said = voice(1)
    other = said.copy()
    other[20 * SAMPLE_RATE :] *= -1
    found, mixer = mixed(said, other, a_stream=a_stream)
    apart = np.abs(found - said) > 0.02
    assert apart.sum() <= SAMPLE_RATE // 100, "a short fade from one to the other"
    assert "in 20 s" in mixer.shortfalls()[0].what


def test_a_centre_that_its_sides_cancel_is_heard(a_stream):
    said = voice(1)
    # 1.0 of the centre and 0.4 of each side make nothing.
    found, mixer = mixed(said, -1.25 * said, -1.25 * said, layout="3.0", a_stream=a_stream)
    assert level(found) > 0.6 * level(said)
    assert mixer.cancelled


@pytest.mark.parametrize("delay", [0, 160, 1600])
def test_a_film_like_any_other_is_mixed_and_nothing_said(a_stream, delay):
    said, around = voice(1), np.random.default_rng(2).normal(0, 0.02, 40 * SAMPLE_RATE)
    left, right = said + around, np.roll(said, delay) + np.roll(around, 999)
    found, mixer = mixed(left, right, a_stream=a_stream)
    assert np.abs(found - (left + right) / 2).max() < 0.001
    assert mixer.shortfalls() == []


def test_two_voices_on_two_sides_are_noticed(a_stream):
    found, mixer = mixed(voice(1), voice(2), a_stream=a_stream)
    (told,) = mixer.shortfalls()
    assert "different voices" in told.what
    assert "--audio-channel" in told.fix
    assert np.abs(found - (voice(1) + voice(2)) / 2).max() < 0.001, "as before, both are heard"


def test_two_people_who_speak_in_turns_are_no_two_languages(a_stream):
    turns = np.repeat([1.0, 0.0] * 10, 2 * SAMPLE_RATE)
    _, mixer = mixed(voice(1) * turns, voice(2) * (1 - turns), a_stream=a_stream)
    assert mixer.shortfalls() == []


def test_steady_sounds_are_no_voices(a_stream):
    dice = np.random.default_rng(3)
    _, mixer = mixed(*dice.normal(0, 0.1, (2, 40 * SAMPLE_RATE)), a_stream=a_stream)
    assert mixer.shortfalls() == []


@pytest.mark.parametrize(
    ("layout", "channels", "asked", "number"),
    [
        ("stereo", 2, "left", 0),
        ("stereo", 2, "Right", 1),
        ("stereo", 2, "1", 1),
        (None, 2, "right", 1),
        ("5.1", 6, "left", 0),
        ("5.1", 6, "2", 2),
        (None, 3, "2", 2),
        ("mono", 1, "0", 0),
    ],
)
def test_a_channel_is_found_by_side_or_number(a_stream, layout, channels, asked, number):
    stream = a_stream("audio", "aac", channels=channels, channel_layout=layout)
    assert find_channel(stream, asked) == number


@pytest.mark.parametrize(
    ("layout", "channels", "asked"),
    [("stereo", 2, "2"), ("mono", 1, "left"), ("stereo", 2, "-1"), ("5.1", 6, "middle"),
     ("stereo", 2, "٣"), ("stereo", 2, "9" * 5000), (None, 3, "left")],
)  # fmt: skip
def test_a_channel_that_is_not_there_is_refused_with_those_that_are(
    a_stream, layout, channels, asked
):
    stream = a_stream("audio", "aac", channels=channels, channel_layout=layout)
    with pytest.raises(UsageError, match="has no channel") as refused:
        find_channel(stream, asked)
    assert "0 (" in refused.value.cause
