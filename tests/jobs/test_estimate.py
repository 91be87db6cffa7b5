"""The arithmetic of the remaining time."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.jobs.estimate import Estimate, Progress, Rates, Sample, Work, running_left, total

ASR = Work("asr", "whisperx", "base")
SECONDS = st.floats(0, 1e6)
MINUTES = st.floats(0.01, 1e4)
FRACTION = st.floats(0, 1)


def test_the_median_rate_times_the_minutes():
    rates = Rates([Sample(ASR, 10, 1), Sample(ASR, 40, 2), Sample(ASR, 900, 1)])
    assert rates.expected(ASR, 3) == 60


def test_the_same_model_counts_first_and_any_in_the_environment_next():
    large = Work("asr", "whisperx", "large")
    rates = Rates([Sample(ASR, 10, 1), Sample(large, 100, 1), Sample(large, 120, 1)])
    assert rates.expected(ASR, 1) == 10
    assert rates.expected(large, 1) == 110
    assert rates.expected(Work("asr", "whisperx", "medium"), 1) == 100
    assert rates.expected(Work("asr", "mlx", "base"), 1) is None
    assert rates.expected(Work("vad", "whisperx", "base"), 1) is None


def test_without_the_films_length_nothing_is_expected():
    assert Rates([Sample(ASR, 10, 1)]).expected(ASR, None) is None


def test_samples_that_say_nothing_do_not_count():
    assert Rates([Sample(ASR, 10, 0), Sample(ASR, -1, 1)]).expected(ASR, 1) is None


@pytest.mark.parametrize(
    ("expected", "elapsed", "progress", "left"),
    [
        (100, 0, None, 100),
        (100, 30, None, 70),
        (100, 130, None, 0),
        (None, 30, None, None),
        (None, 30, Progress(0.0, 10), None),
        (None, 30, Progress(0.5, 30), 30),  # half in 30 s
        (None, 40, Progress(0.5, 30), 20),  # and 10 s later
        (100, 50, Progress(0.5, 50), 50),  # both say 100 s in all
        (100, 100, Progress(0.5, 100), 50),  # 100 s against 200 s: half way they count alike
        (100, 400, Progress(1.0, 400), 0),
    ],
)
def test_a_running_stage(expected, elapsed, progress, left):
    assert running_left(expected, elapsed, progress) == left


def test_the_total_says_what_it_does_not_know():
    assert total({"asr": 3.0, "mux": 4.0}) == Estimate(7.0, ())
    assert total({"asr": 3.0, "translation@ta": None}) == Estimate(3.0, ("translation@ta",))
    assert total({"asr": None}) == Estimate(None, ("asr",))
    assert total({}) == Estimate(0, ())


@given(st.lists(st.tuples(SECONDS, MINUTES), min_size=1), MINUTES)
def test_an_expectation_lies_among_the_samples(samples, minutes):
    rates = Rates([Sample(ASR, seconds, length) for seconds, length in samples])
    found = rates.expected(ASR, minutes)
    each = [seconds / length * minutes for seconds, length in samples]
    assert min(each) * (1 - 1e-9) <= found <= max(each) * (1 + 1e-9)


@given(st.none() | SECONDS, SECONDS, st.none() | st.builds(Progress, FRACTION, SECONDS))
def test_what_is_left_is_known_where_something_is_and_never_negative(expected, elapsed, progress):
    left = running_left(expected, elapsed, progress)
    if left is None:
        assert expected is None
        assert progress is None or progress.fraction == 0
    else:
        assert left >= 0
        assert not math.isnan(left)


@given(SECONDS, SECONDS, SECONDS, st.none() | st.builds(Progress, st.floats(0.01, 1), SECONDS))
def test_what_is_left_never_grows_while_nothing_is_said(expected, elapsed, more, progress):
    later = running_left(expected, elapsed + more, progress)
    assert later <= running_left(expected, elapsed, progress)


@given(SECONDS, st.floats(0.01, 1), SECONDS)
def test_the_end_lies_between_what_both_say(expected, fraction, elapsed):
    end = elapsed + running_left(expected, elapsed, Progress(fraction, elapsed))
    both = (expected, elapsed / fraction)
    assert max(elapsed, min(both)) * (1 - 1e-9) <= end <= max(elapsed, *both) * (1 + 1e-9)


@given(st.dictionaries(st.text(), st.none() | SECONDS))
def test_a_total_counts_every_stage_once(left):
    found = total(left)
    known = [seconds for seconds in left.values() if seconds is not None]
    assert set(found.unknown) == {key for key, seconds in left.items() if seconds is None}
    assert (found.seconds is None) == (bool(left) and not known)
    if known:
        assert found.seconds == sum(known)
