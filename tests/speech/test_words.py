"""Putting recognised words onto the voice: inside regions, in order, apart, held at the edges."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.speech.raw import RawSegment, RawWord
from chalchitra.speech.words import fit, join_pieces, place, spread
from chalchitra.transcript.model import Region

times = st.floats(0, 100)


@st.composite
def region_lists(draw) -> list[Region]:
    edges = sorted(draw(st.lists(st.integers(0, 1000), min_size=2, max_size=20, unique=True)))
    return [Region(start=a / 10, end=b / 10) for a, b in zip(edges[::2], edges[1::2], strict=False)]


def said(text: str, *spans: tuple[float, float]) -> RawSegment:
    words = [f" {word}" for word in text.split()]
    return RawSegment(
        tuple(RawWord(word, a, b, 0.5) for word, (a, b) in zip(words, spans, strict=True))
    )


@given(st.lists(st.tuples(times, times), max_size=30), region_lists())
def test_fitted_words_are_in_a_region_in_order_and_apart(spans, regions):
    words = sorted((min(span), max(span)) for span in spans)
    fitted = fit(words, regions)
    assert len(fitted) == len(words)
    kept = [one for one in fitted if one is not None]
    for start, end in kept:
        assert start <= end
        assert any(r.start <= start and end <= r.end for r in regions)
    assert all(a[1] <= b[0] for a, b in pairwise(kept))


@given(st.lists(times, max_size=30, unique=True), region_lists())
def test_only_words_with_no_voice_near_are_dropped(edges, regions):
    edges = sorted(edges)
    words = list(zip(edges[::2], edges[1::2], strict=False))
    for (start, end), fitted in zip(words, fit(words, regions), strict=True):
        middle = (start + end) / 2
        voice = any(start < r.end and r.start < end for r in regions)
        away = min((max(r.start - middle, middle - r.end) for r in regions), default=1.0)
        if abs(away - 0.5) > 1e-9:
            assert (fitted is not None) == (voice or away < 0.5)


def test_words_that_overlap_are_not_taken_for_hallucinations():
    regions = [Region(start=0.9, end=1.0), Region(start=1.6, end=1.8)]
    assert None not in fit([(0.0, 2.0), (1.0, 1.0)], regions)


@given(st.lists(st.tuples(times, times), min_size=1, max_size=50), times, st.floats(0.1, 10))
def test_spread_words_fill_no_more_than_their_room(spans, low, length):
    high = low + length
    placed = spread(spans, low, high)
    assert placed[0][0] >= round(low, 3)
    assert placed[-1][1] <= round(high, 3)
    for (_, end), (start, _) in pairwise(placed):
        assert end <= start
    if length >= 0.05 * len(spans):
        assert all(end - start >= 0.039 for start, end in placed)


def test_times_that_are_right_are_left_alone():
    words = [(1.0, 1.2), (1.2, 1.5), (3.0, 3.5), (3.5, 4.0)]
    assert fit(words, [Region(start=1, end=4)]) == words


def test_a_sentence_begins_and_ends_with_its_voice():
    regions = [Region(start=1, end=2), Region(start=5, end=7)]
    early = fit([(1.1, 1.6), (1.6, 2.3), (3.9, 5.4), (5.4, 6.8)], regions)
    assert early == [(1, 1.6), (1.6, 2), (5, 5.4), (5.4, 7)]


def test_a_word_far_from_the_edge_is_not_held():
    assert fit([(6.0, 6.2)], [Region(start=5, end=7)]) == [(6.0, 6.2)]


def test_nothing_is_held_at_a_cut_in_running_speech():
    regions = [Region(start=0, end=5), Region(start=5, end=9)]
    assert fit([(4.0, 4.8), (5.1, 8.9)], regions) == [(4.0, 4.8), (5.1, 9)]


def test_hallucinated_words_are_taken_out_and_listed():
    regions = [Region(start=1, end=2), Region(start=10, end=11)]
    segments = [
        said("yes no", (1.0, 1.5), (1.5, 2.0)),
        said("thank you", (4.0, 4.5), (5.0, 5.2)),
        said("watching so", (7.0, 7.5), (10.2, 11.0)),
    ]
    placed = place(segments, regions, first_id=7)
    assert [word.text for word in placed.dropped] == [" thank", " you", " watching"]
    assert [(s.id, s.text, s.start, s.end) for s in placed.segments] == [
        (7, "yes no", 1.0, 2.0),
        (8, "so", 10.0, 11.0),
    ]
    assert placed.segments[0].words[0].probability == 0.5


def test_a_heap_of_words_without_time_shares_the_room():
    placed = place([said("a b c d", *[(2.0, 2.0)] * 4)], [Region(start=1, end=2)])
    words = placed.segments[0].words
    assert all(b.start >= a.end for a, b in pairwise(words))
    assert all(word.end > word.start for word in words)


def test_pieces_of_a_word_are_joined_where_words_have_spaces():
    pieces = [
        RawWord(" ill", 0, 1, 0.8),
        RawWord("-disposed", 1, 2, 0.4),
        RawWord(" ", 2, 2, 0.1),
        RawWord(" man.", 2, 3, None),
    ]
    joined = join_pieces(pieces, spaced=True)
    assert [word.text for word in joined] == [" ill-disposed", " man."]
    assert (joined[0].start, joined[0].end) == (0, 2)
    assert joined[0].probability == pytest.approx(0.6)
    assert joined[1].probability is None
    japanese = [RawWord("映", 0, 1), RawWord("画", 1, 2)]
    assert join_pieces(japanese, spaced=False) == japanese
