"""Scripts counted apart from errors."""

from __future__ import annotations

import pytest
from measures.scripts import scripts_of

SEGMENTS = [
    "पर यह 25 % कोरा अनुमान है।",
    "یہ ایک بات ہے",
    "ये meeting बहुत long है ₹500",
    "thank you",
    "12:30 …",
    "बात ہے",
]


def test_shares_of_letters_and_segments():
    found = scripts_of(SEGMENTS, "Deva")
    assert (found.segments, found.faithful, found.faithful_with_latin) == (5, 1, 2)
    assert found.fidelity == 0.2
    latin, arabic = len("meetinglongthankyou"), len("یہایکباتہےہے")
    assert (found.letters["Latn"], found.letters["Arab"]) == (latin, arabic)
    assert found.foreign_letters == pytest.approx(1 - found.letters["Deva"] / found.letters.total())
    assert found.latin_letters == pytest.approx(latin / found.letters.total())


@pytest.mark.parametrize(
    ("text", "script"),
    [("আমি বাংলায় গান গাই।", "Beng"), ("ਮੈਂ ਪੰਜਾਬੀ ਹਾਂ।", "Guru"), ("ମୁଁ ଓଡ଼ିଆ॥", "Orya")],
)
def test_dandas_belong_to_every_script(text, script):
    assert scripts_of([text], script).fidelity == 1.0


def test_counts_add_up_and_nothing_is_none():
    one, other = scripts_of(SEGMENTS[:2], "Deva"), scripts_of(SEGMENTS[2:], "Deva")
    assert one + other == scripts_of(SEGMENTS, "Deva")
    assert scripts_of(["…"], "Deva").fidelity is None
    assert scripts_of([], "Deva").foreign_letters is None
    with pytest.raises(ValueError, match="cannot be added up"):
        one + scripts_of([], "Latn")
