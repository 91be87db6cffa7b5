"""Spellings that are one and spellings that are not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measures.folding import fold, words_of

LETTERS = (
    "कखगजडढफयसबनरऩऱऴऀँंः़ािीुूेैोौ्ॅॉ०१९।॥ँ\u200c\u200dটতৎয়ড়ো০ണന്‍ൻർറാ൧தமிழ்ொ௧پیيكکہه\u064bAaÉéß'’-.,!?♪₹| \n"
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ज़रूरत", "ज\u093cरूरत"),
        ("\u0929", "न\u093c"),
        ("दुस\u0931\u094dया", "दुसर\u093c\u094dया"),
        ("दुसर\u094d\u200dया", "दुस\u0931\u094dया"),
        ("\u09df", "য\u09bc"),
        ("ক\u09c7\u09be", "ক\u09cb"),
        ("அ\u0bc6\u0bbe", "அ\u0bca"),
        ("അവന\u0d4d\u200d", "അവ\u0d7b"),
        ("എ\u0d7b\u0d4dറെ", "എന\u0d4dറെ"),
        ("হঠাত\u09cd\u200d", "হঠা\u09ce"),
        ("क्\u200dष", "क्ष"),
        ("क्\u200cष", "क्ष"),
        ("सन् १९४७", "सन् 1947"),
        ("൨൦൨൬", "2026"),
        ("नहीं।", "नहीं"),
        ("कहा|", "कहा ॥"),
        ("♪ चल ♪", "चल"),
        ("پاكستاني", "پاکستانی"),
        ("बर’", "बर'"),
        ("Mr. Dashwood DIDN’T", "mister dashwood didnt"),
        ("ill-disposed", "ill disposed"),
        ("\ufeffnaïve", "nai\u0308ve"),
    ],
)
def test_one_spelling(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("पड", "पड़"),
        ("हिंदी", "हिन्दी"),
        ("कि", "की"),
        ("अवन", "अवन्"),
        ("അവന്", "അവൻ"),
        ("5", "five"),
        ("कलम", "कल म"),
    ],
)
def test_what_stays_apart(one, other):
    assert fold(one) != fold(other)


def test_vowel_signs_and_viramas_split_no_word():
    text = "स्त्री की ज़िंदगी में हिम्मत തൃശ്ശൂരിൽ மிழ்நாட்டில் বাংলায়"
    assert words_of(text) == unicodedata.normalize("NFC", text).split()


@settings(deadline=None)
@given(st.text(LETTERS, max_size=40))
def test_folding_twice_changes_nothing_and_forms_do_not_matter(text):
    folded = fold(text)
    assert fold(folded) == folded
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, text)) == folded
    assert folded == " ".join(folded.split())
    assert not any(unicodedata.category(one)[0] in "PSC" for one in folded)
