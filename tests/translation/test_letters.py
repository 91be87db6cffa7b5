"""Letters that come back wrong from the toolkit are put right, and the others are left."""

from __future__ import annotations

import pytest

from chalchitra.translation.latin import is_all_latin, is_english, may_be_sent
from chalchitra.translation.letters import kept_letters, known_letters, own_letters


@pytest.mark.parametrize(
    ("tag", "wrong", "right"),
    [
        ("ory_Orya", "ସମଯ଼ ଗଣମାଧ୍ଯ଼ମ", "ସମୟ ଗଣମାଧ୍ୟମ"),
        ("pan_Guru", "ਲਡ਼ਕਾ ਪਡ਼੍ਹਦਾ", "ਲੜਕਾ ਪੜ੍ਹਦਾ"),
        ("mal_Mlym", "സ\u0d4cന്ദര്യം", "സ\u0d57ന്ദര്യം"),
        ("snd_Arab", "آہی", "آهي"),
        ("kas_Arab", "پٮ۪ٹھ", "پؠٹھ"),
        ("mni_Mtei", "ꯀ ꯭ ꯔꯤꯀꯦꯠ", "ꯀ꯭ꯔꯤꯀꯦꯠ"),
        ("mar_Deva", "अॅप", "ॲप"),
        ("ben_Beng", "সময় বড়", "সময় বড়"),
        ("urd_Arab", "آہی", "آہی"),
    ],
)
def test_every_language_has_its_own(tag: str, wrong: str, right: str) -> None:
    assert own_letters(wrong, tag) == right
    assert own_letters(right, tag) == right


def test_a_letter_without_a_number_goes_as_its_nearest() -> None:
    assert known_letters("ॳ ॵ ౘ ೞ ؠ") == "अ औ చ ಳ ٮ۪"
    assert kept_letters("श्री", "tam_Taml") == "ஶ्री"
    assert kept_letters("श्री", "hin_Deva") == "श्री"


def test_latin_letters_are_told_from_english() -> None:
    assert is_all_latin("kya kar rahe ho?")
    assert not is_all_latin("kya कर")
    assert not is_all_latin("5:30")
    assert is_english("I love you, come home.")
    assert not is_english("kya kar rahe ho yaar")
    assert not is_english("mujhe to the sab pata hai")
    assert may_be_sent("WhatsApp")
    assert not may_be_sent("haan")
