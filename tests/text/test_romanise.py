"""Indian scripts in Latin letters, as people type them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.errors import UsageError
from chalchitra.languages import all_languages
from chalchitra.text.romanise.letters import BLOCKS, units
from chalchitra.text.romanise.northern import HINDI as TABLE
from chalchitra.text.romanise.northern import spell
from chalchitra.text.romanise.romanise import (
    SCRIPTS,
    NotRomanisedError,
    can_romanise,
    require_romanisable,
    romanise,
)

from .romanised_words import HINDI, HINDI_LATER, OTHERS

BY_RULE_OTHERWISE = set("""वहाँ में वह हजार मुंबई माँ धन्यवाद वक़्त कुछ इंतज़ार अजनबी जननी""".split())
"""Words of HINDI that the rules alone spell otherwise; customary.py has them."""


def test_hindi_is_spelled_as_people_type_it():
    assert len(HINDI) >= 250
    assert {word: romanise(word, "hi", "Deva", capitals=False) for word in HINDI} == HINDI


def test_the_rules_alone_spell_nearly_all_of_it():
    otherwise = {word for word, typed in HINDI.items() if spell(units(word), TABLE) != typed}
    assert otherwise == BY_RULE_OTHERWISE
    assert len(otherwise) <= 0.05 * len(HINDI)


def test_words_that_came_after_the_rules():
    wrong = {
        w for w, typed in HINDI_LATER.items() if romanise(w, "hi", "Deva", capitals=False) != typed
    }
    assert not wrong


@pytest.mark.parametrize("key", OTHERS, ids="-".join)
def test_the_other_languages(key):
    language, script = key
    words = OTHERS[key]
    assert len(words) >= 25
    assert {w: romanise(w, language, script, capitals=False) for w in words} == words


@pytest.mark.parametrize(
    ("language", "script", "text", "romanised"),
    [
        ("hi", "Deva", "आप कैसे हैं? मैं ठीक हूँ।", "Aap kaise hain? Main theek hoon."),
        ("hi", "Deva", "डॉ. शर्मा २०२४ में OK थे।", "Dr. sharma 2024 mein OK the."),
        ("hi", "Deva", "♪ ये दोस्ती ♪", "♪ Ye dosti ♪"),
        ("hi", "Deva", "अतः दुःख", "Atah dukh"),
        ("hi", "Deva", "iPhone लाओ", "iPhone lao"),
        ("hi", "Deva", "“नहीं!” उसने कहा।", "“Nahin!” Usne kaha."),
        ("hi", "Deva", "क्\u200dया", "Kya"),
        ("hi", "Deva", "قلم और pen", "قلم aur pen"),
        ("hi", "Deva", "तमिल में நன்றி", "Tamil mein nandri"),
        ("mr", "Deva", "तू कुठे जात आहेस?", "Tu kuthe jaat aahes?"),
        ("bn", "Beng", "আমি তোমাকে ভালোবাসি।", "Ami tomake bhalobasi."),
        ("pa", "Guru", "ਤੁਸੀਂ ਕਿੱਥੇ ਜਾ ਰਹੇ ਹੋ?", "Tusi kitthe ja rahe ho?"),
        ("ta", "Taml", "எங்கே போகிறாய்?", "Enge pogiray?"),
        ("ml", "Mlym", "നിങ്ങൾ എവിടെ പോകുന്നു?", "Ningal evide pokunnu?"),
    ],
)
def test_sentences(language, script, text, romanised):
    assert romanise(text, language, script) == romanised


def test_capitals_are_an_option():
    assert romanise("हाँ। नहीं।", "hi", "Deva", capitals=False) == "haan. nahin."


@pytest.mark.parametrize(
    ("sanskrit", "hindi"), [("राम", "rama raam"), ("कर्म", "karma karm"), ("योग", "yoga yog")]
)
def test_sanskrit_says_every_schwa(sanskrit, hindi):
    told = [romanise(sanskrit, language, "Deva", capitals=False) for language in ("sa", "hi")]
    assert " ".join(told) == hindi


def test_composed_and_decomposed_letters_are_one():
    for word in ("ज़िंदगी", "লোক", "বাড়ি", "கோவை", "മൊഴി"):
        told = {
            romanise(unicodedata.normalize(form, word), "hi", "Deva") for form in ("NFC", "NFD")
        }
        assert len(told) == 1


@pytest.mark.parametrize(
    ("language", "part"),
    [
        ("ur", "short vowels"),
        ("sd-Arab", "short vowels"),
        ("ks-Arab", "short vowels"),
        ("sat", "Ol Chiki"),
        ("mni-Mtei", "Meitei Mayek"),
        ("zh", "Hans"),
        ("en", "Latin"),
    ],
)
def test_what_has_no_rules_is_refused_by_name(language, part):
    row = next(row for row in all_languages() if row.id == language)
    assert not can_romanise(row.script)
    with pytest.raises(NotRomanisedError) as raised:
        romanise("x", language, row.script, name=row.name)
    assert isinstance(raised.value, UsageError)
    assert row.name in raised.value.what
    assert part in raised.value.cause
    assert "subtitle_gen.romanised=false" in raised.value.fix


def test_every_language_of_india_is_romanised_or_refused():
    for row in all_languages():
        if row.is_indian and row.script in SCRIPTS:
            require_romanisable(row.script, row.name)
            told = romanise(row.native, row.id, row.script)
            assert all(c.isascii() for c in told if c.isalpha())


LETTERS = {
    script: [chr(c) for c in range(begin, begin + 128) if unicodedata.category(chr(c))[0] in "LMN"]
    for script, begin in BLOCKS.items()
}
ROWS = [(row.id, row.script) for row in all_languages() if row.script in BLOCKS]


@st.composite
def texts(draw):
    """A language, its script, and lines of words of any letters and signs of that script."""
    language, script = draw(st.sampled_from(ROWS))
    letters = st.sampled_from([*LETTERS[script], "\u200c", "\u200d"])
    words = st.lists(st.text(letters, min_size=1, max_size=9), max_size=6)
    return language, script, draw(st.sampled_from([" ", "\n", "  "])).join(draw(words))


@given(texts())
def test_any_letters_of_a_script_become_ascii_and_spaces_stay(given_text):
    language, script, text = given_text
    told = romanise(text, language, script)
    spaces = [c for c in text if c.isspace()]
    assert [c for c in told if c.isspace()] == spaces
    assert all(
        c.isascii() or unicodedata.category(c)[0] not in "LM"
        for c in told
        if c not in "\u200c\u200d"
    )
    assert romanise(told, language, script, capitals=False) == told


@given(st.sampled_from(ROWS), st.text(max_size=60))
def test_what_is_in_no_indian_script_stays(row, text):
    kept = "".join(c for c in text if not 0x0900 <= ord(c) <= 0x0D7F)
    assert romanise(kept, *row) == kept


@given(st.sampled_from(ROWS), st.data())
def test_a_consonant_is_never_lost(row, data):
    """A word of consonants with written vowels has at least a letter for every one of them."""
    language, script = row
    begin = BLOCKS[script]
    plain = [chr(begin + at) for at in (0x15, 0x1F, 0x28, 0x2A, 0x2E, 0x30, 0x32)]
    word = "".join(
        data.draw(st.sampled_from(plain)) + chr(begin + 0x3F)  # the sign of i
        for _ in range(data.draw(st.integers(1, 8)))
    )
    told = romanise(word, language, script, capitals=False)
    assert told.count("i") == len(word) // 2
    assert len(told) >= len(word)
