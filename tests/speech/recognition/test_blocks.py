"""Packing speech into a recogniser's windows, and mapping its times back onto the film."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.speech.recognition.blocks import (
    SHORTEST_HALF,
    BlockSamples,
    fitted,
    halves,
    pack,
    pack_for,
    padded,
    quietest,
)
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import SAMPLE_RATE
from chalchitra.transcript.model import Region


@dataclass
class Silence:
    """A sound of which only the length matters."""

    start: float
    end: float

    def read(self, start: float, end: float) -> list[float]:
        raise NotImplementedError


def speech(*regions: tuple[float, float], pad: float = 0.4) -> SpeechRegions:
    return SpeechRegions(regions=[Region(start=a, end=b) for a, b in regions], pad=pad)


@st.composite
def films(draw) -> tuple[SpeechRegions, Silence]:
    """Regions of at most 25 s, and the sound they are in."""
    start = draw(st.floats(0, 100))
    at = start
    regions = []
    for gap, length in draw(
        st.lists(st.tuples(st.floats(0, 20), st.floats(0.1, 25)), min_size=1, max_size=30)
    ):
        regions.append(Region(start=at + gap, end=at + gap + length))
        at += gap + length
    end = at + draw(st.floats(0, 5))
    return SpeechRegions(regions=regions, pad=draw(st.floats(0, 1))), Silence(start, end)


@given(films())
def test_every_region_is_in_one_block_with_its_padding(film):
    regions, sound = film
    blocks = pack(regions, sound)
    assert [region for block in blocks for region in block.regions] == regions.regions
    for block in blocks:
        assert block.seconds <= 30.0 + 1e-6
        for region in block.regions:
            assert any(
                piece.start <= region.start + 1e-6 and region.end <= piece.end + 1e-6
                for piece in block.pieces
            )
    pieces = [piece for block in blocks for piece in block.pieces]
    assert all(a.end <= b.start + 1e-6 for a, b in pairwise(pieces))
    assert all(sound.start - 1e-6 <= p.start and p.end <= sound.end + 1e-6 for p in pieces)


@given(films(), st.data())
def test_times_in_a_block_come_back_to_their_piece_in_order(film, data):
    block = data.draw(st.sampled_from(pack(*film)))
    times = sorted(data.draw(st.lists(st.floats(-1, block.seconds + 1), min_size=2, max_size=8)))
    back = [block.to_film(time, time)[0] for time in times]
    assert back == sorted(back)
    for time in back:
        assert any(piece.start <= time <= piece.end for piece in block.pieces)


def test_padding_is_shared_where_regions_are_near():
    spans = padded(speech((1.0, 2.0), (2.4, 3.0), (9.0, 9.9)), Silence(0.8, 10))
    assert spans == [
        (0.8, pytest.approx(2.2)),
        (pytest.approx(2.2), pytest.approx(3.4)),
        (pytest.approx(8.6), 10),
    ]


def test_a_short_pause_stays_and_a_long_one_is_shortened():
    (block,) = pack(speech((1, 2), (2.9, 4), (14, 15)), Silence(0, 20))
    first, second = block.pieces
    assert (first.start, first.end) == (pytest.approx(0.6), pytest.approx(4.4))
    assert (second.start, second.at) == (pytest.approx(13.6), pytest.approx(3.8))
    # 0.5 s into the second piece; and a word over the cut stays on the side of its middle.
    assert block.to_film(4.3, 4.5) == (pytest.approx(14.1), pytest.approx(14.3))
    assert block.to_film(3.0, 4.0) == (pytest.approx(3.6), pytest.approx(4.4))
    assert block.to_film(3.7, 4.5) == (pytest.approx(13.6), pytest.approx(14.3))


def test_a_full_window_starts_a_new_block():
    blocks = pack(speech((0, 20), (21, 38)), Silence(0, 40))
    assert [len(block.regions) for block in blocks] == [1, 1]


def test_no_speech_gives_no_block():
    assert pack(speech(), Silence(0, 100)) == []


@given(films(), st.integers(1, 4))
def test_blocks_for_workers_leave_nothing_out(film, workers):
    regions, sound = film
    blocks = pack_for(workers, regions, sound)
    assert [region for block in blocks for region in block.regions] == regions.regions
    assert all(block.seconds <= 30.0 + 1e-6 for block in blocks)


def test_a_little_speech_is_shared_among_the_workers():
    regions = speech(*((n * 10, n * 10 + 5) for n in range(8)), pad=0.0)
    for workers, seconds in ((1, [30, 10]), (2, [20, 20]), (3, [15, 15, 10]), (4, [10] * 4)):
        packed = pack_for(workers, regions, Silence(0, 100))
        assert [block.seconds for block in packed] == seconds


def test_less_than_ten_seconds_of_speech_is_not_cut_for_the_workers():
    regions = speech(*((n * 5, n * 5 + 2) for n in range(5)), pad=0.0)
    assert len(pack_for(4, regions, Silence(0, 100))) == 1


def test_much_speech_is_cut_the_same_for_any_workers():
    regions = speech(*((n * 30, n * 30 + 20) for n in range(50)))
    sound = Silence(0, 2000)
    assert pack_for(4, regions, sound) == pack_for(2, regions, sound) == pack(regions, sound)


class Counted:
    """A sound that counts how often it is read; its samples are the stretch's seconds."""

    start, end = 0.0, 100.0

    def __init__(self) -> None:
        self.reads = 0

    def read(self, start: float, end: float) -> list[float]:
        self.reads += 1
        return [start, end]


def test_blocks_are_read_when_they_are_asked_for_and_not_kept():
    sound = Counted()
    samples = BlockSamples(pack(speech((0, 20), (30, 50), (60, 80), pad=0.0), sound), sound)
    assert (len(samples), sound.reads) == (3, 0)
    assert samples[1] == samples[1] == [30, 50]
    assert sound.reads == 2
    assert [list(one) for one in samples] == [[0, 20], [30, 50], [60, 80]]
    last = samples[1:]
    assert (len(last), sound.reads) == (2, 5)
    assert last[0] == [30, 50]


@dataclass
class Beats:
    """A sound that is loud but for a dip of 0.2 s in the middle of every second."""

    start: float = 0.0
    end: float = 60.0

    def read(self, start: float, end: float) -> np.ndarray:
        at = np.arange(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)) / SAMPLE_RATE
        quiet = np.abs(at % 1.0 - 0.5) < 0.1
        return np.where(quiet, 0.001, 0.5) * np.sin(at * 2000)


def in_a_dip(time: float) -> bool:
    return abs(time % 1.0 - 0.5) <= 0.1


@given(st.floats(0, 20), st.floats(2, 20))
def test_the_quietest_moment_is_a_pause(start, length):
    assert in_a_dip(quietest(Beats(), start, start + length))


@given(st.lists(st.floats(0.2, 25), min_size=1, max_size=4), st.floats(3, 15))
def test_speech_fits_the_window_and_is_cut_in_pauses(lengths, longest):
    regions, at = [], 0.0
    for length in lengths:
        regions.append(Region(start=at, end=at + length))
        at += length + 0.5
    given_speech = SpeechRegions(regions=regions, pad=0.2)
    cut = fitted(given_speech, Beats(end=at + 1), longest).regions
    assert all(0 < region.end - region.start <= longest for region in cut)
    edges = {time for region in regions for time in (region.start, region.end)}
    assert {cut[0].start, cut[-1].end} <= edges
    for one, other in pairwise(cut):
        new = {one.end, other.start} - edges
        assert not new or (one.end == other.start and in_a_dip(one.end))
    assert sum(region.end - region.start for region in cut) == pytest.approx(given_speech.seconds)


@given(st.floats(0.1, 25))
def test_halves_are_the_whole(length):
    (block,) = pack(speech((1.0, 1.0 + length)), Beats())
    both = halves(block, Beats())
    if length < 2 * SHORTEST_HALF:
        assert both == [block]
        return
    first, second = both
    assert (first.pieces[0].start, second.pieces[0].end) == (
        block.pieces[0].start,
        block.pieces[0].end,
    )
    assert first.pieces[0].end == second.pieces[0].start == first.regions[0].end
    assert in_a_dip(first.regions[0].end) or length < 4
