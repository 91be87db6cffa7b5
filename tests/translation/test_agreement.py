"""Numbers and denials: what both sides must have, and what is told where one has not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.translation.agreement import doubts, missing_numbers

ZEROS = "०০੦૦୦௦౦೦൦۰᱐꯰"


@pytest.mark.parametrize(
    ("source", "output", "found"),
    [
        ("मुझे 123 सेब", "I want apples", ["123 is missing"]),
        ("मुझे १२३ सेब", "I want 123 apples", []),
        ("मुझे 123 सेब", "I want 132 apples", ["123 is missing"]),
        ("5 लोग", "five men", []),
        ("5 लोग", "men", ["5 is missing"]),
        ("1,00,000 रुपये", "100,000 rupees", []),
        ("100 लोग", "a hundred men", []),
        ("2019 और 2019", "2019", ["2019 is missing"]),
        ("वह नहीं आया।", "He came.", ["a negation is on one side only"]),
        ("वह आया।", "He did not come.", ["a negation is on one side only"]),
        ("वह नहीं आया।", "He didn't come.", []),
        ("वह नहीं आया।", "He failed to come.", []),
        ("क्यों नहीं!", "Of course!", []),
        ("तुम नहीं आओगे?", "Are you coming?", []),
        ("यह नामुमकिन है।", "It is not possible.", []),
    ],
)
def test_what_is_doubtful(source: str, output: str, found: list[str]) -> None:
    assert doubts(source, output, "hin_Deva", "eng_Latn") == found


def test_languages_whose_words_are_not_known_have_no_denials() -> None:
    assert doubts("வரவில்லை", "He came.", "tam_Taml", "eng_Latn") == []


@settings(deadline=None)
@given(st.integers(13, 10**9), st.sampled_from(ZEROS))
def test_digits_of_every_script_are_the_same_number(number: int, zero: str) -> None:
    written = "".join(chr(ord(zero) + int(digit)) for digit in str(number))
    assert all(unicodedata.category(one) == "Nd" for one in written)
    assert missing_numbers(f"x {written} y", f"a {number} b") == []
    assert missing_numbers(f"x {number} y", f"a {written} b") == []
    round_one = not str(number).rstrip("0")[1:]
    assert bool(missing_numbers(f"x {written} y", "a b")) != round_one
