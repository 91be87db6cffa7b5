"""Words on a time line."""

from __future__ import annotations

from statistics import quantiles

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measures.spans import Span
from measures.times import (
    invented,
    missed,
    offsets,
    outside,
    pauses,
    percentile,
    quiet,
)

SECTIONS = [
    (0.5, "silence"),
    (4.0, "music"),
    (16.0, "speech"),
    (23.0, "silence"),
    (24.0, "speech+music"),
]
SENTENCES = [Span(16.5, 22.5), Span(24.5, 27.0), Span(27.5, 30.0)]


def test_quiet_is_silence_and_music_from_the_films_start():
    assert quiet(SECTIONS, 31.0) == [Span(0.0, 16.0), Span(23.0, 24.0)]
    assert quiet([(0.0, "speech"), (2.0, "music")], 5.0) == [Span(2.0, 5.0)]
    assert quiet([], 5.0) == [Span(0.0, 5.0)]


def test_pauses_between_turns():
    speech = [Span(3, 5), Span(1.5, 9), Span(9.5, 10), Span(2, 2.5)]
    assert pauses(speech, 12.0) == [Span(0.0, 1.5), Span(10, 12.0)]
    assert pauses(speech, 10.5) == [Span(0.0, 1.5)]
    assert pauses([], 3.0) == [Span(0.0, 3.0)]


def test_invented_words_have_their_middle_where_nobody_speaks():
    words = [Span(1.0, 1.0), Span(15.4, 16.4), Span(15.8, 16.4), Span(23.2, 23.5), Span(30.0, 31.0)]
    assert invented(words, quiet(SECTIONS, 31.0)) == [0, 1, 3]


def test_words_far_from_speech():
    assert outside([Span(15.0, 15.2), Span(15.6, 15.8), Span(31.2, 31.4)], SENTENCES) == [0, 2]


def test_a_sentence_is_missed_without_a_words_middle_over_it():
    assert missed([Span(20.0, 20.4), Span(24.0, 24.9), Span(26.5, 28.6)], SENTENCES) == [1]
    assert missed([], SENTENCES) == [0, 1, 2]


def test_the_first_and_last_word_of_each_sentence():
    words = [
        Span(14.0, 14.4),  # nobody's
        Span(16.2, 16.9),
        Span(22.0, 22.8),
        Span(23.7, 24.0),  # early, and nearest to the second
        Span(26.9, 27.2),
        Span(27.3, 27.6),  # in the pause, nearer to the third
        Span(29.5, 30.6),
    ]
    first, second, third = offsets(words, SENTENCES)
    assert (first.onset, first.offset) == (pytest.approx(-0.3), pytest.approx(0.3))
    assert (second.onset, second.offset) == (pytest.approx(-0.8), pytest.approx(0.2))
    assert (third.onset, third.offset) == (pytest.approx(-0.2), pytest.approx(0.6))


def test_turns_that_overlap_share_words_and_some_have_none():
    words = [Span(1.1, 1.5), Span(1.6, 2.4), Span(2.4, 3.2)]
    first, second, none = offsets(words, [Span(1, 2.9), Span(2.3, 3), Span(5, 6)])
    assert (first.onset, first.offset) == (pytest.approx(0.1), pytest.approx(0.3))
    assert (second.onset, second.offset) == (pytest.approx(0.1), pytest.approx(0.2))
    assert (none.onset, none.offset) == (None, None)
    assert offsets(words, []) == []


def test_a_word_between_two_sentences_is_the_nearers_alone():
    first, second = offsets([Span(2.2, 2.4)], [Span(1, 2), Span(2.6, 3)])
    assert (first.onset, second.onset) == (pytest.approx(1.2), None)


TIMES = st.floats(0, 60, allow_nan=False)
SPANS = st.lists(st.tuples(TIMES, TIMES).map(lambda pair: Span(*sorted(pair))), max_size=12)


@settings(deadline=None)
@given(SPANS)
def test_truth_scores_no_error(sentences):
    apart = [span for span in sentences if sum(map(span.overlaps, sentences)) < 2]
    for one in offsets(apart, apart):
        assert (one.onset, one.offset) == (0.0, 0.0)
    assert missed(sentences, sentences) == []
    assert outside(sentences, sentences) == []


@settings(deadline=None)
@given(SPANS, SPANS)
def test_every_word_is_far_or_belongs_to_a_sentence(words, sentences):
    far = set(outside(words, sentences))
    near = [word for number, word in enumerate(words) if number not in far]
    found = offsets(words, sentences)
    assert any(one.onset is not None for one in found) == bool(near)
    if near:
        earliest = min(one.span.start + one.onset for one in found if one.onset is not None)
        assert earliest == pytest.approx(min(word.start for word in near))


@settings(deadline=None)
@given(st.lists(st.floats(0, 100), min_size=2, max_size=40))
def test_percentiles_are_those_of_the_standard_library(values):
    expected = quantiles(values, n=20, method="inclusive")
    assert percentile(values, 0.95) == pytest.approx(expected[18])
    assert percentile(values, 0.5) == pytest.approx(expected[9])


def test_percentile_of_little():
    assert percentile([], 0.95) is None
    assert percentile([0.3], 0.95) == 0.3
