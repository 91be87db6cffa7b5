"""The diarization error rate: by hand, against every mapping, and against pyannote.metrics."""

from __future__ import annotations

import json
import random
import subprocess
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measures.diarization import (
    DiarizationErrors,
    Turn,
    _best_mapping,
    diarization_errors,
    turns_of_words,
)
from measures.spans import Span

from chalchitra.environments.table import environment_for, python_path

REFERENCE = [Turn(0, 10, "a"), Turn(8, 20, "b"), Turn(30, 40, "a")]


def test_by_hand():
    found = [Turn(1, 9, "x"), Turn(9, 20, "y"), Turn(30, 35, "x"), Turn(35, 42, "z")]
    # Missed: 0-1, one of two speakers in 8-10. False: 40-42. Confused: z instead of a, 35-40.
    errors = diarization_errors(REFERENCE, found)
    assert errors == DiarizationErrors(pytest.approx(3), 2, 5, pytest.approx(32))
    assert errors.rate == pytest.approx(10 / 32)


def test_overlaps_collar_and_stretch_can_be_left_out():
    found = [Turn(0, 10, "x"), Turn(10, 20, "y"), Turn(30, 41, "x")]
    assert diarization_errors(REFERENCE, found).missed == pytest.approx(2)
    without = diarization_errors(REFERENCE, found, overlaps=False)
    assert (without.missed, without.total) == (0, pytest.approx(28))
    assert diarization_errors(REFERENCE, found, collar=1.0).rate == pytest.approx(0.0)
    within = diarization_errors(REFERENCE, found, within=[Span(35, 50)])
    assert (within.false, within.total) == (pytest.approx(1), pytest.approx(5))


def test_names_do_not_matter_and_nothing_is_all_missed():
    renamed = [Turn(turn.start, turn.end, {"a": "b", "b": "a"}[turn.speaker]) for turn in REFERENCE]
    assert diarization_errors(REFERENCE, renamed).rate == 0
    assert diarization_errors(REFERENCE, []).rate == 1
    assert diarization_errors([], renamed).rate is None
    one_speaker = [Turn(turn.start, turn.end, "x") for turn in REFERENCE]
    assert diarization_errors(REFERENCE, one_speaker).confused == pytest.approx(10)


def test_words_become_turns():
    words = [
        (Span(0.0, 0.4), "x"),
        (Span(0.6, 1.0), "x"),
        (Span(1.0, 1.3), "y"),
        (Span(1.4, 1.8), "x"),
        (Span(2.0, 2.2), None),
        (Span(2.4, 2.8), "x"),
    ]
    assert turns_of_words(words) == [Turn(0.0, 1.8, "x"), Turn(1.0, 1.3, "y"), Turn(2.4, 2.8, "x")]
    assert turns_of_words(words, pause=0.1)[0] == Turn(0.0, 0.4, "x")


@settings(deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("vwxyz")),
        st.floats(0.1, 50),
        max_size=14,
    )
)
def test_no_mapping_is_better(together):
    left, right = sorted({one for one, _ in together}), sorted({other for _, other in together})
    mapping = _best_mapping(together)
    assert len({one for one, _ in mapping}) == len({other for _, other in mapping}) == len(mapping)
    best = max(
        (
            sum(together.get(pair, 0) for pair in zip(left, order, strict=False))
            for order in permutations([*right, *range(len(left))], len(left))
        ),
        default=0,
    )
    assert sum(together.get(pair, 0) for pair in mapping) == pytest.approx(best)


PYANNOTE = """
import json, sys, warnings
warnings.filterwarnings("ignore")
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

def annotation(turns):
    made = Annotation()
    for number, (start, end, speaker) in enumerate(turns):
        made[Segment(start, end), number] = speaker
    return made

rates = []
for case in json.load(sys.stdin):
    metric = DiarizationErrorRate(collar=2 * case["collar"], skip_overlap=not case["overlaps"])
    uem = Timeline([Segment(0, 100)])
    parts = metric(
        annotation(case["reference"]), annotation(case["hypothesis"]), uem=uem, detailed=True
    )
    rates.append([parts[k] for k in ("missed detection", "false alarm", "confusion", "total")])
json.dump(rates, sys.stdout)
"""


def some_turns(random_, speakers):
    turns = []
    for speaker in speakers:
        at = random_.uniform(0, 10)
        while at < 90:
            length = random_.uniform(0.5, 12)
            turns.append(Turn(round(at, 2), round(min(at + length, 99), 2), speaker))
            at += length + random_.uniform(0.1, 20)
    return turns


@pytest.mark.smoke
def test_rates_are_pyannotes():
    """Two independent computations on 60 made-up conversations of up to 4 and 5 speakers."""
    random_ = random.Random(4)
    cases = [
        {
            "reference": some_turns(random_, "abcd"[: random_.randint(1, 4)]),
            "hypothesis": some_turns(random_, "vwxyz"[: random_.randint(0, 5)]),
            "overlaps": number % 2 == 0,
            "collar": (0.0, 0.25)[number // 2 % 2],
        }
        for number in range(60)
    ]
    rows = [
        {
            **case,
            "reference": [[t.start, t.end, t.speaker] for t in case["reference"]],
            "hypothesis": [[t.start, t.end, t.speaker] for t in case["hypothesis"]],
        }
        for case in cases
    ]
    python = python_path(environment_for("asr", "whisperx").name)
    done = subprocess.run(
        [python, "-c", PYANNOTE], input=json.dumps(rows), capture_output=True, text=True, check=True
    )
    for case, theirs in zip(cases, json.loads(done.stdout), strict=True):
        ours = diarization_errors(
            case["reference"],
            case["hypothesis"],
            overlaps=case["overlaps"],
            collar=case["collar"],
            within=[Span(0, 100)],
        )
        found = [ours.missed, ours.false, ours.confused, ours.total]
        assert found == pytest.approx(theirs, abs=1e-6), case


TURNS = st.lists(
    st.tuples(st.floats(0, 50), st.floats(0.1, 20), st.sampled_from("abc")).map(
        lambda one: Turn(one[0], one[0] + one[1], one[2])
    ),
    max_size=10,
)


@settings(max_examples=50, deadline=None)
@given(TURNS, TURNS)
def test_errors_add_up(reference, hypothesis):
    errors = diarization_errors(reference, hypothesis)
    assert min(errors.missed, errors.false, errors.confused) >= 0
    assert errors.missed + errors.confused <= errors.total + 1e-6
    assert diarization_errors(reference, reference).rate in (None, pytest.approx(0))
    halves = [Span(0, 20), Span(20, 100)]
    assert diarization_errors(reference, hypothesis, within=halves) == DiarizationErrors(
        *(pytest.approx(value, abs=1e-6) for value in vars(errors).values())
    )
