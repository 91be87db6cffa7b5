"""Lists in a sentence."""

from __future__ import annotations

import pytest

from chalchitra.text.listing import listed


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a; b"),
        (["a", "b", "c"], "a; b and 1 more"),
        (["a", "b", "c", "d"], "a; b and 2 more"),
    ],
)
def test_the_first_ones_and_how_many_more(items, text):
    assert listed(items, 2, "; ") == text
