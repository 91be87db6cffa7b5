"""From what was heard to a language, or to an error that says what to type."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.errors import UsageError
from chalchitra.languages import all_languages, find
from chalchitra.prepare.language.decide import CLEARLY, decide_language
from chalchitra.speech.language_id.model import DetectedLanguage, Stretch, Window

FILM = Path("film.mkv")
NAMES = {language.whisper: language.name for language in all_languages() if language.whisper}


def heard(probabilities, others=(), windows=8):
    spoken = [
        Window(start=40 * at, end=40 * at + 30, speech=28, spread=True, probabilities=probabilities)
        for at in range(windows)
    ]
    language = next(iter(probabilities))
    return DetectedLanguage(
        language=language,
        confidence=probabilities[language],
        probabilities=probabilities,
        windows=spoken,
        others=list(others),
    )


def decided(probabilities, accept=0.5, **fields):
    return decide_language(heard(probabilities, **fields), FILM, accept, NAMES)


def refused(probabilities, accept=0.5, **fields):
    with pytest.raises(UsageError) as error:
        decided(probabilities, accept, **fields)
    return error.value


def test_a_sure_language_is_taken_with_its_confidence():
    spoken = decided({"ta": 0.93, "te": 0.04})
    assert spoken.language.id == "ta"
    assert spoken.notes == ("Language: Tamil (0.93 from 8 windows).",)
    assert spoken.detected.model_dump() == {
        "confidence": 0.93,
        "windows": 8,
        "candidates": {"ta": 0.93, "te": 0.04},
        "others": [],
    }
    assert decided({"ta": 0.93}, windows=1).notes == ("Language: Tamil (0.93 from 1 window).",)


def test_hindi_is_never_taken_without_a_word_of_urdu():
    spoken = decided({"hi": 0.85, "pa": 0.05, "ur": 0.04})
    assert spoken.language.id == "hi"
    assert spoken.notes[1] == (
        "Hindi and Urdu are the same language when spoken: Hindi 0.85, Urdu 0.04; to get it "
        "written in the Arabic script, use -s ur."
    )
    assert "Urdu 0.00" in decided({"hi": 0.99}).notes[1]
    assert "in Devanagari, use -s hi" in decided({"ur": 0.8, "hi": 0.1}).notes[1]


def test_hindi_or_urdu_is_asked_where_the_sound_does_not_tell():
    for one, other in (("hi", "ur"), ("ur", "hi")):
        error = refused({one: 0.45, other: 0.41, "pa": 0.02})
        assert error.what == (f"'film.mkv' is in {NAMES[one]} or {NAMES[other]}; choose which.")
        assert f"{NAMES[one]} 0.45, {NAMES[other]} 0.41, from 8 windows" in error.cause
        assert "-s hi to get it written in Devanagari" in error.fix
        assert "-s ur to get it written in the Arabic script" in error.fix


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_no_twin_comes_near_what_is_taken(hindi, urdu, accept):
    whole = max(1.0, hindi + urdu)
    probabilities = {"hi": hindi / whole, "ur": urdu / whole}
    ordered = dict(sorted(probabilities.items(), key=lambda item: -item[1]))
    try:
        spoken = decided(ordered, accept)
    except UsageError:
        likeliest, other = ordered.values()
        assert likeliest < accept or likeliest < CLEARLY * other
        return
    other = {"hi": "ur", "ur": "hi"}[spoken.language.id]
    assert probabilities[spoken.language.id] >= CLEARLY * probabilities[other]
    assert spoken.detected.confidence >= accept


def test_what_is_not_clear_is_refused_with_the_candidates():
    error = refused({"mr": 0.41, "ne": 0.33, "hi": 0.1, "en": 0.01})
    assert error.what == "It is not clear which language is spoken in 'film.mkv'."
    assert error.cause == (
        "Most likely: Marathi 0.41, Nepali 0.33, Hindi 0.10, from 8 windows; 0.50 is required."
    )
    assert error.fix == (
        "Name it, for example with -s mr, or accept the most likely one with --set "
        "language.accept=0.41."
    )


@settings(deadline=None)  # a busy machine
@given(st.integers(1, 9999))
def test_what_the_refusal_says_to_type_works(ten_thousandths):
    spoken = {"mr": ten_thousandths / 10_000}  # as language.json has it
    fix = refused(spoken, accept=1.0).fix
    assert decided(spoken, accept=float(fix.rstrip(".").partition("accept=")[2]))


def test_a_film_in_several_languages_is_told_so():
    english = Stretch(start=12, end=115.2, language="en", probability=0.98, windows=2)
    spoken = decided({"hi": 0.66, "en": 0.3}, others=[english])
    assert spoken.notes[2] == ("Not only Hindi is spoken: English from 0:00:12 to 0:01:55 (0.98).")
    assert spoken.detected.others[0].model_dump() == {
        "start": 12,
        "end": 115.2,
        "language": "en",
        "probability": 0.98,
    }
    assert "English from 0:00:12" in refused({"hi": 0.4, "en": 0.4}, others=[english]).cause


def test_silence_tells_no_language():
    with pytest.raises(UsageError, match="No speech was found in 'film"):
        decide_language(DetectedLanguage(), FILM, 0.5, NAMES)


def test_a_code_becomes_the_customary_script():
    assert decided({"pa": 0.9}).language == find("pa") == find("Gurmukhi")
    assert decided({"sd": 0.9}).language.id == "sd-Arab"
    assert decided({"jw": 0.9}).language.name == "Javanese"


def test_a_code_that_no_table_has_is_passed_over():
    assert refused({"xx": 0.9, "hi": 0.1}, windows=3).cause.startswith("Most likely: Hindi")


@pytest.mark.parametrize("code", sorted(NAMES))
def test_every_language_of_whisper_can_be_found_and_typed(code):
    found = decided({code: 0.9}).language
    assert found.whisper == code
    assert find(found.id) == find(code) == found
