"""Sentence marks side by side: which one stays, and what people write on purpose."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.text.marks import without_doubled_marks


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("वह घर गया।, फिर", "वह घर गया। फिर"),
        ("वह घर गया।.", "वह घर गया।"),
        ("वह घर गया.।", "वह घर गया।"),
        ("वह घर गया,।", "वह घर गया।"),
        ("क्या?।", "क्या?"),
        ("क्या।?", "क्या?"),
        ("अरे!।", "अरे!"),
        ("وہ گھر گیا۔.", "وہ گھر گیا۔"),
        ("کیا؟?", "کیا؟"),
        ("کیا؟۔", "کیا؟"),
        ("ہاں، , وہ", "ہاں، وہ"),
        ("ہاں,، وہ", "ہاں، وہ"),
        ("வா,, போ", "வா, போ"),
        ("yes,, no", "yes, no"),
        ("yes?.", "yes?"),
        ("yes,.", "yes."),
        ("yes।.", "yes."),
        ("yes?؟", "yes?"),
        ("naïve，, no", "naïve, no"),
        ("行きます。.", "行きます。"),
        ("行き，,", "行き，"),
        ("वह...।", "वह..."),
        ("वह…।", "वह…"),
        ("ᱪᱟᱞᱟᱣ᱾.", "ᱪᱟᱞᱟᱣ᱾"),
    ],
)
def test_the_right_one_stays(text: str, wanted: str) -> None:
    assert without_doubled_marks(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "well...", "well..., yes", "really?!", "what??", "no!!", "etc., and", "at 5 p.m.?",
        "श्लोक।।", "श्लोक॥", "वह…", "क्या?!", "10,000.5", "कि.मी. तक", "हाँ, ठीक है।", "no. 5",
        "3.,5", "",
    ],
)  # fmt: skip
def test_what_people_write_stays(text: str) -> None:
    assert without_doubled_marks(text) == text


@given(st.text(alphabet="कab १5।॥.,?!؟۔،…。， ", max_size=30))
@settings(deadline=None)
def test_only_marks_go_and_once_is_enough(text: str) -> None:
    after = without_doubled_marks(text)
    assert without_doubled_marks(after) == after
    kept = [one for one in text if one.isalnum()]
    assert [one for one in after if one.isalnum()] == kept
    assert len(after) <= len(text)
    assert any(one in ".,?!؟۔،…。，।॥" for one in after) == any(
        one in ".,?!؟۔،…。，।॥" for one in text
    )
