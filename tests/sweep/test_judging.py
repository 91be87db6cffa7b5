"""The judge itself: what is wrong is called wrong, and nothing else."""

import numpy as np
import pytest
from expecting import expected
from judging import Outcome, _compare
from recipes import Recipe
from tones import PITCHES, STARTS, WORD_S, Found, find_words, write_words

from chalchitra.speech.sound import SAMPLE_RATE, ArraySound

WHOLE = Recipe("mkv", "aac", "stereo", 48000)
CUT = Recipe("mkv", "aac", "stereo", 48000, damage="cut")


def heard(shift=0.0):
    return [Found(word, at + shift, at + shift + WORD_S) for word, at in enumerate(STARTS)]


def judged(recipe, found, told=()):
    outcome = Outcome(recipe.id, "right", told=list(told))
    _compare(found, expected(recipe), outcome)
    return outcome


def test_a_film_whose_words_are_in_their_places_is_right():
    outcome = judged(WHOLE, heard())
    assert (outcome.wrong, outcome.outcome) == ([], "right")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda found: heard(0.2), "is at"),
        (lambda found: heard(-0.11), "is at"),
        (lambda found: found[:-1], "is lost"),
        (lambda found: [*found, Found(2, 7.5, 7.9)], "where nobody says it"),
        (lambda found: [Found(0, 0.8, 1.2, broken=0.04), *found[1:]], "is cut up"),
        (lambda found: [Found(0, 0.8, 0.95), *found[1:]], "is cut"),
    ],
)
def test_what_is_wrong_with_a_whole_film_is_found(change, why):
    assert any(why in wrong for wrong in judged(WHOLE, change(heard())).wrong)


def test_a_whole_film_that_is_said_to_miss_sound_is_wrong():
    assert judged(WHOLE, heard(), ["The sound ends at 3 s."]).wrong


def test_a_loss_is_right_where_it_is_told():
    assert judged(CUT, heard()[:4]).wrong == ["3 words are lost or hurt, and nothing is told"]
    outcome = judged(CUT, heard()[:4], ["The sound ends at 5 s."])
    assert (outcome.wrong, outcome.outcome, outcome.lost) == ([], "told", 3)


def test_damage_excuses_no_wrong_time():
    assert judged(CUT, heard(0.3)[:4], ["The sound ends at 5 s."]).wrong


def test_words_are_found_to_the_block(tmp_path):
    write_words(tmp_path / "words.wav")
    samples = np.fromfile(tmp_path / "words.wav", dtype="<i2")[22::3].astype(np.float32) / 32768
    found = find_words(ArraySound(samples, offset=100.0))
    assert [one.word for one in found] == list(range(len(PITCHES)))
    assert [one.start - 100 for one in found] == pytest.approx(STARTS, abs=0.01)
    assert max(one.broken for one in found) < 0.001


def test_a_word_with_silence_in_it_is_broken():
    time = np.arange(int(0.4 * SAMPLE_RATE)) / SAMPLE_RATE
    tone = 0.2 * np.sin(2 * np.pi * PITCHES[2] * time)
    tone[2000:2800] = 0
    (found,) = find_words(ArraySound(np.concatenate([np.zeros(8000), tone, np.zeros(8000)])))
    assert found.word == 2
    assert found.broken == pytest.approx(0.05, abs=0.015)
