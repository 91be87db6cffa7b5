"""Quotation marks: never glued to a strange word, whatever the model wrote."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.translation.quotes import joined, shown


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ('He said"hello"to me .', 'He said "hello" to me .'),
        ("it is ' good ' man", "it is 'good' man"),
        ('" Go ! " he said , " now ! "', '"Go!" he said , "now!"'),
        ('" वह बोला , " चलो "', '"वह बोला , "चलो"'),
        ('He said " hello .', 'He said "hello .'),
        ("The Jones ' house", "The Jones' house"),
        ('5 " wide', '5" wide'),
        ("I said , \" he said ' no ' . \"", "I said , \"he said 'no'.\""),
        ('( " hi " ) [ " no " ]', '( "hi" ) [ "no" ]'),
        ('don \'t " go "', 'don \'t "go"'),
    ],
)
def test_they_are_joined_to_what_they_quote(written: str, seen: str) -> None:
    assert shown(joined(written)) == seen


def test_an_apostrophe_in_a_word_is_none() -> None:
    assert shown(joined("ল ' ৰাটোৱে ক ' লে ।", "asm_Beng")) == "ল'ৰাটোৱে ক'লে ।"
    assert shown(joined("ओ ' नहि", "hin_Deva")) == "ओ'नहि"


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(['"', "'", "a", "हाँ", ",", ".", "(", ")", "5", 'b"c']), max_size=20)
)
def test_no_mark_and_no_word_is_lost(words: list[str]) -> None:
    text = " ".join(words)
    assert shown(joined(text)).replace(" ", "") == text.replace(" ", "")
