"""Laying sound out on a time line, with stamps of every kind; times are in samples."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.media.layout import SAMPLE_RATE, STORED_GAP, Layout

PACKET = 341
"""Samples: an AAC packet of 48 kHz at 16 kHz."""
MS = SAMPLE_RATE // 1000


def lay(stamp, seconds=20, skip=0, packet=PACKET, **how):
    """Lay out sound whose sample k is the number k (from 1, in 30,000s), stamped by `stamp(k)`."""
    written = []
    layout = Layout(written.append, skip=skip, **how)
    total = seconds * SAMPLE_RATE
    sound = (np.arange(total) % 30000 + 1).astype(np.int16)
    starts = list(range(0, total, packet))
    block = max(1, SAMPLE_RATE // packet)
    for at in range(0, len(starts), block):
        these = starts[at : at + block]
        until = min(these[-1] + packet, total)
        counts = np.diff([*these, until])
        stamps = np.array([round(stamp(start)) for start in these])
        layout.add(stamps, counts, sound[these[0] : until])
    layout.finish()
    return layout, np.concatenate(written) if written else sound[:0]


def is_whole(samples):
    """Whether the sound is there without a seam."""
    steps = np.diff(samples[samples != 0].astype(int))
    return bool(np.isin(steps, (1, -29999)).all())


@pytest.mark.parametrize("wavers", [5, 20, 40, 80])
def test_stamps_that_waver_cut_nothing(wavers):
    dice = random.Random(wavers)
    layout, written = lay(lambda k: k + 1000 + dice.randint(-wavers, wavers) * MS)
    assert is_whole(written)
    assert (layout.silent, layout.dropped) == (0, 0)
    assert abs(layout.length - 20 * SAMPLE_RATE - 1000) < 20 * MS


@pytest.mark.parametrize("wavers", [20, 40])
def test_pages_whose_stamps_waver_cut_little(wavers):
    """An Ogg's page has one stamp for a second of packets."""
    dice = random.Random(wavers)
    pages = [dice.randint(-wavers, wavers) * MS for _ in range(21)]
    layout, written = lay(lambda k: k + 1000 + pages[k // PACKET // 46])
    assert (layout.silent, layout.dropped) == (0, 0)
    steps = np.diff(written[written != 0].astype(int))
    assert (~np.isin(steps, (1, -29999))).sum() <= wavers / 5
    assert (written[1000 + wavers * MS :] == 0).sum() < wavers * 4 * MS


@pytest.mark.parametrize("step", [MS, 40 * MS, 42 * MS])
def test_stamps_that_are_rounded_cut_nothing(step):
    """To milliseconds (MKV, FLV, ASF), or to the pictures."""
    _, written = lay(lambda k: k // step * step)
    assert is_whole(written)


@pytest.mark.parametrize("step", [0, 1])
def test_stamps_that_stand_still_are_none(step):
    """RealMedia's can be 0 in every packet, which ffmpeg makes 0, 1, 2, ..."""
    layout, written = lay(lambda k: 500 + k // PACKET * step)
    assert is_whole(written)
    assert (layout.length, layout.silent, layout.dropped) == (20 * SAMPLE_RATE + 500, 0, 0)


def test_counted_stamps_that_stood_still_miss_what_follows():
    """As ffmpeg counts a bare AAC stream of whose packets some do not tell their length."""
    still = range(50 * PACKET, 110 * PACKET)
    layout, written = lay(lambda k: k - max(0, min(k, still[-1]) - still[0]), counted=True)
    assert is_whole(written)
    assert (layout.length, layout.silent, layout.dropped) == (20 * SAMPLE_RATE, 0, 0)


def test_stamps_of_another_unit_are_none():
    """AVI's are made of chunks' sizes: each can be minutes after the last."""
    layout, written = lay(lambda k: k * 2823)
    assert is_whole(written)
    assert (layout.length, layout.silent, layout.dropped) == (20 * SAMPLE_RATE, 0, 0)


def test_one_wrong_stamp_cuts_nothing():
    for wrong in (5 * SAMPLE_RATE, -3 * SAMPLE_RATE):
        _, written = lay(lambda k, wrong=wrong: k + (wrong if k == 300 * PACKET else 0))
        assert is_whole(written)
        assert len(written) == 20 * SAMPLE_RATE


@pytest.mark.parametrize("lost", [20 * MS, 32 * MS, 300 * MS, 3000 * MS])
def test_lost_packets_become_silence_where_they_were(lost):
    at = 300 * PACKET
    layout, written = lay(lambda k: k + (lost if k >= at else 0))
    assert layout.silent == lost
    assert np.flatnonzero(written == 0).tolist() == list(range(at, at + lost))
    assert is_whole(written)


def test_short_stretches_between_losses_are_where_they_belong():
    """As in a bad reception: ten packets, then as long again nothing."""
    layout, written = lay(lambda k: k + k // (10 * PACKET) * 10 * PACKET)
    heard = np.flatnonzero(written)
    assert (heard // (10 * PACKET) % 2 == 0).all()
    assert layout.silent > 9 * SAMPLE_RATE


def test_many_short_losses_one_after_another_are_all_where_they_were():
    """As where a TS loses one packet in a hundred: now two packets come between losses, now 20."""
    dice = random.Random(3)
    lost, total = {}, 0
    for packet in range(1000):
        total += PACKET * dice.choice([0] * 6 + [1, 1, 2])
        lost[packet] = total
    layout, written = lay(lambda k: k + lost[k // PACKET])
    assert layout.silent == lost[20 * SAMPLE_RATE // PACKET]
    at = np.flatnonzero(written)
    places = at - np.arange(len(at))
    assert places.tolist() == [lost[k // PACKET] for k in range(len(at))]


def test_lost_packets_are_found_where_stamps_waver():
    dice = random.Random(1)
    lost, at = 500 * MS, 400 * PACKET
    layout, written = lay(lambda k: k + dice.randint(-20, 20) * MS + (lost if k >= at else 0))
    assert layout.length == pytest.approx(20 * SAMPLE_RATE + lost, abs=25 * MS)
    silent = np.flatnonzero(written == 0)
    assert silent[silent > SAMPLE_RATE].min() == pytest.approx(at, abs=100 * MS)


@pytest.mark.parametrize("speed", [1.002, 0.998])
def test_a_drift_is_followed_in_small_steps(speed):
    layout, written = lay(lambda k: k * speed)
    assert layout.length == pytest.approx(20 * SAMPLE_RATE * speed, abs=16 * MS)
    assert (layout.silent, layout.dropped) == (0, 0), "nothing is missing, and nothing told"
    steps = np.diff(written[written != 0].astype(int))
    assert (~np.isin(steps, (1, -29999))).sum() < 20
    assert (written == 0).sum() < 50 * MS


def test_what_is_there_twice_is_dropped():
    back = 2 * SAMPLE_RATE
    layout, written = lay(lambda k: k - (back if k >= 200 * PACKET else 0))
    assert layout.dropped == back
    assert len(written) == 18 * SAMPLE_RATE
    first = 200 * PACKET
    assert written[first] == (first + back) % 30000 + 1


def test_a_long_gap_is_not_written():
    at, gap = 300 * PACKET, 20 * 3600 * SAMPLE_RATE
    layout, written = lay(lambda k: k + (gap if k >= at else 0))
    assert len(written) == 20 * SAMPLE_RATE
    assert layout.length == 20 * SAMPLE_RATE + gap
    assert layout.pieces == [(0, 0, at), (at + gap, at, 20 * SAMPLE_RATE - at)]
    assert layout.gaps == [(at, at + gap)]


def test_many_gaps_are_not_written_either():
    gap = STORED_GAP - 1
    layout, written = lay(lambda k: k + k // (10 * PACKET) * gap, seconds=30)
    assert (written == 0).sum() <= 30 * SAMPLE_RATE + 60 * SAMPLE_RATE
    assert layout.length > 130 * gap
    assert len(layout.pieces) > 100


def test_a_clip_begins_where_it_was_asked_to():
    for early in (0, 5000, -5000):
        layout, written = lay(lambda k, early=early: k + early, skip=SAMPLE_RATE)
        assert written[0] == SAMPLE_RATE - early + 1
        assert layout.length == 19 * SAMPLE_RATE + early


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(-(10**6), 10**7)), max_size=8),
    st.integers(0, 40),
    st.integers(0, 2**30),
)
def test_nothing_breaks_and_everything_is_counted(jumps, wavers, seed):
    dice = random.Random(seed)

    def stamp(k):
        far = sum(jump for at, jump in jumps if k >= at * 3000)
        return max(0, k + far + dice.randint(-wavers, wavers) * MS)

    layout, written = lay(stamp, seconds=10)
    assert layout.sound <= 10 * SAMPLE_RATE
    assert sum(piece.length for piece in layout.pieces) == len(written)
    ends = 0
    stored = 0
    for piece in layout.pieces:
        assert piece.at >= ends
        assert piece.first == stored
        ends, stored = piece.at + piece.length, stored + piece.length
    assert ends == layout.length or not len(written)
