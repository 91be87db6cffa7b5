"""The second detector's opinion: words that were missed, edges that move, and what stays."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.speech.music.detector import FRAME, Evidence
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.vad.refine import refined
from chalchitra.transcript.model import Region

START = 0.5
"""Where the sound begins in the film (s)."""


def evidence(length: float, *voices: tuple[float, float, float]) -> Evidence:
    """Of a sound of so many seconds with (start, end, probability) of voices; times of the film."""
    voice = [0.0] * round(length / FRAME)
    for start, end, probability in voices:
        for at in range(round((start - START) / FRAME), round((end - START) / FRAME)):
            voice[at] = probability
    return Evidence(START, [], [], [], voice)


def told(
    regions: list[tuple[float, float]], second: Evidence, min_speech: float = 0.15
) -> list[tuple[float, float]]:
    speech = SpeechRegions(regions=[Region(start=a, end=b) for a, b in regions], pad=0.4)
    after = refined(speech, second, min_speech)
    assert (after.pad, after.method) == (speech.pad, speech.method)
    return [(region.start, region.end) for region in after.regions]


def test_edges_move_to_where_the_voice_is_seen_to_begin_and_end() -> None:
    assert told([(2.0, 3.0)], evidence(10, (1.9, 2.85, 1.0))) == [(1.9, 2.85)]
    assert told([(2.0, 3.0)], evidence(10, (2.1, 2.85, 1.0))) == [(2.1, 2.85)]


def test_edges_far_from_each_other_are_not_the_same_edge() -> None:
    assert told([(2.0, 3.0)], evidence(10, (1.6, 3.4, 0.8))) == [(2.0, 3.0)]
    assert told([(2.0, 3.0)], evidence(10)) == [(2.0, 3.0)]


def test_a_region_ends_later_only_where_the_voice_is_sure() -> None:
    assert told([(2.0, 3.0)], evidence(10, (2.0, 3.2, 0.8))) == [(2.0, 3.0)]
    assert told([(2.0, 3.0)], evidence(10, (2.0, 3.2, 0.95))) == [(2.0, 3.2)]


def test_a_voice_that_was_missed_beside_speech_is_speech() -> None:
    second = evidence(10, (3.0, 3.4, 0.3), (4.0, 6.0, 1.0))
    ((start, end), after) = told([(4.0, 6.0)], second)
    assert (start, end) == (pytest.approx(3.0, abs=0.05), pytest.approx(3.4, abs=0.05))
    assert after == (4.0, 6.0)
    second = evidence(10, (4.0, 6.0, 1.0), (6.5, 6.9, 0.3))
    assert len(told([(4.0, 6.0)], second)) == 2


@pytest.mark.parametrize(
    "trace",
    [
        (2.0, 2.4, 0.3),  # too far from speech
        (3.0, 3.4, 0.15),  # never more than a trace
        (3.0, 3.08, 0.9),  # too short
        (3.0, 4.0, 0.3),  # the beginning of what follows
    ],
)
def test_what_is_far_faint_short_or_no_word_of_its_own_is_not(
    trace: tuple[float, float, float],
) -> None:
    assert told([(4.0, 6.0)], evidence(10, trace, (4.0, 6.0, 1.0))) == [(4.0, 6.0)]


def test_without_speech_nothing_is_missed() -> None:
    assert told([], evidence(10, (3.0, 3.4, 0.9))) == []


def test_a_region_that_was_cut_in_two_stays_whole() -> None:
    second = evidence(10, (2.0, 2.9, 1.0), (3.1, 4.0, 1.0))
    assert told([(2.0, 3.0), (3.0, 4.0)], second) == [(2.0, 3.0), (3.0, 4.0)]


@st.composite
def opinions(draw: st.DrawFn) -> tuple[list[tuple[float, float]], Evidence]:
    at = START
    regions = []
    for gap, length in draw(
        st.lists(st.tuples(st.floats(0, 1.5), st.floats(0.05, 2)), min_size=1, max_size=8)
    ):
        start, end = round(at + gap, 3), round(at + gap + length, 3)
        regions.append((start, end))
        at = end
    steps = draw(st.lists(st.floats(0, 1), max_size=80))
    voice = [value for value in steps for _ in range(7)]
    return regions, Evidence(START, [], [], [], voice)


@given(opinions())
def test_regions_stay_in_order_apart_and_near_where_they_were(
    case: tuple[list[tuple[float, float]], Evidence],
) -> None:
    regions, second = case
    after = told(regions, second)
    assert all(start < end for start, end in after)
    assert all(one[1] <= other[0] for one, other in pairwise(after))
    for start, end in regions:
        assert any(abs(a - start) <= 0.31 and abs(b - end) <= 0.31 for a, b in after)
