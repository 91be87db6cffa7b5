"""How the settings of [asr] and a language's row become options."""

from __future__ import annotations

import pytest

from chalchitra.errors import UsageError
from chalchitra.speech.recognition.blocks import PROMPTED_LONGEST
from chalchitra.speech.recognition.options import (
    PROMPTED_PENALTY,
    RecognitionOptions,
    options_from,
    whisper_code,
)

HINDI = {
    "name": "Hindi",
    "whisper": "hi",
    "script": "Deva",
    "prompt": "वह घर पर है।",
    "invented": ["धन्यवाद"],
    "undoubled": ["और"],
}


def test_what_is_not_set_is_as_it_is_by_default():
    assert options_from({}, {}) == RecognitionOptions(latin=False)


def test_settings_and_the_languages_row_arrive():
    params = {
        "beam_size": 2,
        "temperatures": [0, 0.5],
        "seed": 7,
        "heal": False,
        "script_guard": False,
        "english_words": "latin",
    }
    options = options_from(params, HINDI, ("मीनू",))
    decoding = options.decoding
    assert (decoding.beam_size, decoding.temperatures, decoding.seed) == (2, (0.0, 0.5), 7)
    assert (options.redecode, options.guard, options.latin) == (False, False, True)
    assert (options.script, options.terms) == ("Deva", ("मीनू",))
    assert (options.hallucinations, options.undoubled) == (("धन्यवाद",), ("और",))
    assert (decoding.prompt, decoding.window) == ("वह घर पर है।", PROMPTED_LONGEST)


@pytest.mark.parametrize(
    ("setting", "row", "penalty"),
    [(0, HINDI, PROMPTED_PENALTY), (0, {}, 1.0), (1.5, HINDI, 1.5), (1.5, {}, 1.5)],
)
def test_the_penalty_is_what_was_set_or_what_the_language_needs(setting, row, penalty):
    assert options_from({"repetition_penalty": setting}, row).decoding.repetition_penalty == penalty


@pytest.mark.parametrize(
    "params", [{"temperatures": "warm"}, {"temperatures": 1}, {"repetition_penalty": "much"}]
)
def test_a_value_of_the_wrong_kind_is_refused(params):
    with pytest.raises(UsageError, match="wrong kind"):
        options_from(params, {})


def test_a_language_that_whisper_does_not_know_is_refused_by_its_name():
    assert whisper_code(HINDI, "hi") == "hi"
    with pytest.raises(UsageError, match="Odia"):
        whisper_code({"name": "Odia"}, "or")
