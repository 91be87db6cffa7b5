"""What error rate is to be expected of a transcript: the curve, the spread, the sentences."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.transcript.expected import (
    Calibration,
    Curve,
    Expected,
    Rate,
    Worst,
    expected_errors,
    in_words,
    percents,
    reason,
    remedy,
    sentence,
    worst_sentence,
)
from chalchitra.transcript.model import Segment, Transcript, Word

CURVE = Curve(intercept=1.4, slope=-1.6, low=-0.6, high=0.7)
MEASURED = Calibration(
    model="base",
    language="Hindi",
    basis="measured",
    words=CURVE,
    characters=Curve(intercept=-0.4, slope=-0.5, low=-0.3, high=0.3),
    limit=0.4,
    unusable=True,
    larger=["medium", "large-v3-turbo", "large-v3"],
)
shares = st.floats(0, 1)
curves = st.builds(
    Curve,
    intercept=st.floats(-20, 20),
    slope=st.floats(-20, 0),
    low=st.floats(-10, 0),
    high=st.floats(0, 10),
)


def said(*probabilities, each=1.0, start=0.0, song=False, number=0):
    """A segment of words with these probabilities, one after another."""
    words = [
        Word(text="w", start=start + at * each, end=start + (at + 1) * each, probability=p)
        for at, p in enumerate(probabilities)
    ]
    end = start + len(words) * each
    return Segment(id=number, start=start, end=end, text="w", words=words, song=song)


def heard(*segments, duration=None):
    return Transcript(language="hi", segments=list(segments), duration=duration)


def calibration(**changes):
    return MEASURED.model_copy(update=changes)


@settings(deadline=None)
@given(curves, shares, shares)
def test_a_rate_is_bounded_and_never_rises_with_the_probability(curve, one, other):
    low, high = sorted((one, other))
    assert 0 <= curve.rate(high) <= curve.rate(low) <= 1


@settings(deadline=None)
@given(
    curves,
    st.lists(st.tuples(st.floats(0, 7200), st.one_of(st.none(), shares)), max_size=60),
    st.sampled_from(["measured", "another language", "another model"]),
    st.one_of(st.none(), st.floats(0, 7200)),
)
def test_whatever_was_heard_the_rates_are_numbers_in_order(curve, words, basis, duration):
    segments = [said(p, start=start, number=n) for n, (start, p) in enumerate(words)]
    found = expected_errors(
        heard(*segments, duration=duration), calibration(words=curve, basis=basis)
    )
    known = [p for _, p in words if p is not None]
    assert found.judged == len(known)
    if not known:
        assert found.words is None
        return
    for rate in filter(None, (found.words, found.characters)):
        assert 0 <= rate.low <= rate.expected <= rate.high <= 1
        assert not math.isnan(rate.expected)
    assert Expected.of(found.to_dict()) == found
    assert sentence(found).endswith(".")
    assert sentence(found).count(".") == 1


def test_surer_words_promise_fewer_errors():
    doubtful, sure = (
        expected_errors(heard(said(*[p] * 30)), MEASURED).words.expected for p in (0.48, 0.9)
    )
    assert doubtful > 0.75
    assert sure < 0.15


def test_without_words_or_probabilities_nothing_is_claimed():
    for transcript in (heard(), heard(said(None, None))):
        found = expected_errors(transcript, MEASURED)
        assert (found.words, found.characters, found.probability) == (None, None, None)
        assert "cannot be estimated" in sentence(found)
        assert worst_sentence(found) == ""


def test_a_model_that_is_no_good_is_poor_even_where_it_knows_nothing_of_its_words():
    assert expected_errors(heard(said(None)), MEASURED).poor
    assert expected_errors(heard(said(0.99, 0.99)), MEASURED).poor
    good = calibration(unusable=False)
    assert not expected_errors(heard(said(None)), good).poor
    assert not expected_errors(heard(said(*[0.9] * 9)), good).poor
    assert expected_errors(heard(said(*[0.4] * 9)), good).poor


def test_songs_do_not_count():
    with_song = heard(said(*[0.9] * 30), said(*[0.1] * 30, start=100, song=True, number=1))
    without = heard(said(*[0.9] * 30))
    assert expected_errors(with_song, MEASURED).words == expected_errors(without, MEASURED).words
    assert expected_errors(heard(said(0.2, song=True)), MEASURED).words is None


def test_ten_bad_minutes_of_two_hours_count_as_ten_minutes_and_are_named():
    segments = [
        said(*[0.3 if 3600 <= start < 4200 else 0.93] * 60, start=start, number=number)
        for number, start in enumerate(range(0, 7200, 60))
    ]
    found = expected_errors(heard(*segments, duration=7200), MEASURED)
    good, bad = CURVE.rate(0.93), CURVE.rate(0.3)
    assert found.words.expected == pytest.approx((110 * good + 10 * bad) / 120, abs=1e-3)
    assert found.worst.start == pytest.approx(3600)
    assert found.worst.end == pytest.approx(4320)
    assert worst_sentence(found).startswith("The worst tenth is 1:00:00 to 1:12:00: about ")


def test_a_film_that_is_the_same_throughout_has_no_worst_part_to_tell():
    segments = [
        said(*[0.5] * 60, start=start, number=n) for n, start in enumerate(range(0, 7200, 60))
    ]
    assert worst_sentence(expected_errors(heard(*segments, duration=7200), MEASURED)) == ""


def test_what_was_not_measured_has_a_wider_spread_and_says_so():
    transcript = heard(said(*[0.7] * 40))
    known = expected_errors(transcript, calibration(unusable=False))
    for basis in ("another language", "another model"):
        guess = expected_errors(transcript, calibration(basis=basis, unusable=False))
        assert guess.words.low < known.words.low
        assert guess.words.high > known.words.high
        assert guess.words.expected == known.words.expected
        assert "not measured" in sentence(guess)
        assert "rough guess" in sentence(guess)
    assert "measured" not in sentence(known)


def made(words=0.82, low=0.7, high=0.95, **fields):
    return Expected(
        model="base",
        language="Hindi",
        basis="measured",
        judged=100,
        probability=0.48,
        words=Rate(expected=words, low=low, high=high),
        limit=0.4,
        larger=fields.pop("larger", ["medium", "large-v3"]),
        **fields,
    )


def test_the_sentences():
    poor = made(unusable=True)
    assert sentence(poor) == "Expect about 8 of 10 words wrong (70 to 95 %)."
    assert reason(poor) == "base is not usable for Hindi."
    assert remedy(poor) == "Prepare the job again with --model medium or larger."
    with_characters = made(characters=Rate(expected=0.41, low=0.3, high=0.5))
    assert sentence(with_characters) == (
        "Expect about 8 of 10 words wrong (70 to 95 %) and about 41 % of the characters."
    )
    assert reason(made()) == "base was unsure of what it recognised (mean probability 0.48)."
    assert remedy(made(larger=["large-v3"])).endswith("--model large-v3.")
    assert "No larger model" in remedy(made(larger=[]))


@pytest.mark.parametrize(
    ("rate", "told"),
    [
        (1.0, "nearly all words"),
        (0.95, "nearly all words"),
        (0.82, "about 8 of 10 words"),
        (0.5, "about 5 of 10 words"),
        (0.15, "about 2 of 10 words"),
        (0.149, "about 1 of 7 words"),
        (0.125, "about 1 of 8 words"),
        (0.05, "about 1 of 20 words"),
        (0.01, "about 1 of 100 words"),
        (0.002, "fewer than 1 of 100 words"),
    ],
)
def test_a_rate_in_words(rate, told):
    assert in_words(rate) == told


@settings(deadline=None)
@given(shares)
def test_every_rate_can_be_told(rate):
    assert in_words(rate)
    assert percents(rate, 1.0).endswith(" to 100 %")


def test_what_was_written_by_another_version_is_not_read_as_ours():
    for data in (None, {}, {"words": 3}, [], "text", {**made().to_dict(), "limit": float("nan")}):
        assert Expected.of(data) is None
        assert Calibration.of(data) is None


def test_a_curve_may_not_rise():
    with pytest.raises(ValueError, match="slope"):
        Curve(intercept=0, slope=0.1, low=0, high=0)


def test_a_worst_tenth_that_is_still_good_is_not_told():
    good = made(0.05, 0.02, 0.1, worst=Worst(start=0, end=60, words=0.2))
    assert worst_sentence(good) == ""
    assert worst_sentence(made(0.2, 0.1, 0.3, worst=Worst(start=0, end=60, words=0.6))) == (
        "The worst tenth is 0:00:00 to 0:01:00: about 6 of 10 words."
    )
