"""Loops, and the repeats that are none."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from measures.repeats import LONGEST, Repeat, repeats, unsupported

WORDS = st.lists(st.sampled_from(["न", "ना", "हाँ", "हम", "चल"]), max_size=30)


def loops(reference, hypothesis):
    found = unsupported(reference.split(), hypothesis.split())
    return [(" ".join(one.repeat.words), one.repeat.times, one.supported) for one in found]


@pytest.mark.parametrize(
    ("reference", "hypothesis", "found"),
    [
        ("पर यह बात", "पर यह बात", []),
        ("पर यह बात", "पर यह यह बात", [("यह", 2, 1)]),
        ("जल्दी जल्दी चल", "जल्दी जल्दी चल", []),
        ("जल्दी जल्दी चल", "जलदी जलदी चल", []),
        ("जल्दी जल्दी चल", "जल्दी जल्दी जल्दी जल्दी चल", [("जल्दी", 4, 2)]),
        ("जल्दी जल्दी चल", "और और चल", [("और", 2, 1)]),
        ("a b c d", "a b a b a b c d", [("a b", 3, 1)]),
        ("hello hello oh hello", "hello hello oh hello oh hello", [("oh hello", 2, 1)]),
        ("चल", "हाहाहाहाहाहा", [("हाहाहाहाहाहा", 1, 0)]),
        ("हाहाहाहाहाहा", "हाहाहाहाहाहा", []),
        ("", "the end the end", [("the end", 2, 1)]),
    ],
)
def test_loops(reference, hypothesis, found):
    assert loops(reference, hypothesis) == found


def test_a_long_refrain_is_a_repeat_and_supported_when_it_is_sung_twice():
    line = " ".join(f"w{number}" for number in range(LONGEST))
    assert loops(line, f"{line} {line} {line}") == [(line, 3, 1)]
    assert loops(f"{line} {line}", f"{line} {line}") == []


def test_copies_count_beyond_what_is_supported():
    (loop,) = unsupported(["न", "न"], ["न"] * 7)
    assert loop.copies == 5


@settings(deadline=None)
@given(WORDS)
def test_repeats_stand_where_they_say_and_overlap_nowhere(words):
    end = 0
    for one in repeats(words):
        assert one.at >= end
        end = one.at + one.times * len(one.words)
        assert words[one.at : end] == list(one.words) * one.times
        assert one.times > 1
    if not repeats(words):
        assert all(
            words[at : at + size] != words[at + size : at + 2 * size]
            for size in range(1, len(words))
            for at in range(len(words) - 2 * size + 1)
        )


@settings(deadline=None)
@given(WORDS)
@example(["हाँ", "हाँ", "न", "हाँ", "न", "हाँ"])
def test_a_text_supports_its_own_repeats(words):
    assert unsupported(words, words) == []


@settings(deadline=None)
@given(st.integers(1, LONGEST), st.integers(2, 6))
def test_a_text_said_again_and_again_is_one_loop(length, times):
    words = [f"w{number}" for number in range(length)]
    (loop,) = unsupported(words, words * times)
    assert loop.repeat == Repeat(tuple(words), times, 0)
    assert loop.copies == times - 1
