"""Which tokens can only spell other scripts: nothing that the own script needs is among them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.speech.engines.tokens import bytes_of_tokens, foreign_tokens
from chalchitra.speech.recognition.script_filter import COMMON, characters_of

SAMPLES = {
    "Deva": "ज़रूरी है, कि हम ५ या 5:30 बजे “चलें”। ठीक॥",
    "Beng": "আমি ভাল আছি। ₹৫০ দাও",
    "Guru": "ਮੈਂ ਠੀਕ ਹਾਂ।",
    "Gujr": "હું મજામાં છું.",
    "Orya": "ମୁଁ ଭଲ ଅଛି।",
    "Taml": "நான் நலம்.",
    "Telu": "నేను బాగున్నాను.",
    "Knda": "ನಾನು ಚೆನ್ನಾಗಿದ್ದೇನೆ.",
    "Mlym": "എനിക്ക് സുഖമാണ്‌. ♪",
    "Arab": "میں ٹھیک ہوں۔ آپ؟",
    "Latn": "I’m fine – “naïve”? … ₹5",
}


def chunks(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    return [data[a:b] for a, b in pairwise(edges) if a < b]


@given(st.data(), st.sampled_from(sorted(SAMPLES)), st.lists(st.integers(0, 400)))
def test_no_part_of_a_text_in_the_script_is_foreign(data, script, cuts):
    """However a tokeniser cuts its bytes, in the middle of letters too."""
    own = sorted(characters_of(script, latin=False))
    text = data.draw(st.one_of(st.just(SAMPLES[script]), st.text(st.sampled_from(own), min_size=1)))
    tokens = dict(enumerate(chunks(text.encode(), cuts)))
    assert foreign_tokens(tokens, characters_of(script, latin=False)) == []


@given(st.sampled_from(sorted(SAMPLES)), st.sampled_from(sorted(SAMPLES)), st.data())
def test_a_whole_letter_of_another_script_is_foreign(script, other, data):
    own = characters_of(script, latin=False)
    letters = [letter for letter in SAMPLES[other] if letter not in own]
    if not letters:
        return
    letter = data.draw(st.sampled_from(letters))
    tokens = {7: letter.encode(), 9: f" {letter}.".encode(), 11: b" ,"}
    assert foreign_tokens(tokens, own) == [7, 9]


@pytest.mark.parametrize("script", sorted(SAMPLES))
def test_common_marks_are_never_foreign(script):
    tokens = {number: mark.encode() for number, mark in enumerate(sorted(COMMON))}
    for needed in "।॥\u200c\u200d0123456789♪₹.,?!":
        assert needed in COMMON
    assert foreign_tokens(tokens, characters_of(script, latin=False)) == []


def test_bytes_that_scripts_share_are_nobodys():
    """E0 begins a letter of every Indian script; E0 A4 and E0 A5 of Devanagari (or a danda)."""
    shared = {0: b"\xe0", 1: b"\xa4", 2: b"\x80"}
    for script in ("Deva", "Beng", "Mlym"):
        assert foreign_tokens(shared, characters_of(script, latin=False)) == []
    begun = {0: b"\xe0\xa4", 1: b"\xe0\xa5", 2: b"\xe0\xa6", 3: b"\xd8"}
    assert foreign_tokens(begun, characters_of("Deva", latin=False)) == [2]
    # A danda is E0 A5 A4: Bengali needs its beginning. D8 begins the Arabic comma of COMMON.
    assert foreign_tokens(begun, characters_of("Beng", latin=False)) == [0]


def test_english_words_stay_where_they_are_wanted():
    tokens = {0: b" phone", 1: "फ़ोन".encode(), 2: "فون".encode()}
    assert foreign_tokens(tokens, characters_of("Deva", latin=True)) == [2]
    assert foreign_tokens(tokens, characters_of("Deva", latin=False)) == [0, 2]


def test_a_script_that_cannot_be_told_suppresses_nothing():
    assert characters_of("Jpan", latin=False) == frozenset()
    assert foreign_tokens({0: b"a", 1: "あ".encode()}, characters_of("Jpan", latin=False)) == []


def test_commands_are_no_text():
    """A decoder that may not say <|endoftext|> never ends."""
    vocabulary = {"a": 0, "Ġb": 1, "à¤": 2, "<|endoftext|>": 3, "<|hi|>": 4}
    assert bytes_of_tokens(vocabulary) == {0: b"a", 1: b" b", 2: b"\xe0\xa4"}


def test_the_end_of_another_scripts_letter_is_foreign():
    """Bengali's ka is E0 A6 95; no letter of Devanagari ends in A6 95."""
    tail, letter = "ক".encode()[1:], "क".encode()
    tokens = {0: tail, 1: tail + letter, 2: letter[1:] + letter}
    assert foreign_tokens(tokens, characters_of("Deva", latin=False)) == [0, 1]
