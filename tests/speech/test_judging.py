"""What speaks against a reading, and which of two is better."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.speech.judging import Judgement, Loop, Reading, holes, judge, loops
from chalchitra.speech.script_guard import characters_of
from chalchitra.speech.words import RawWord
from chalchitra.transcript import Region, Segment, Word

DEVA = characters_of("Deva", latin=False)


def words(text: str, start: float = 0.0, each: float = 0.4) -> list[Word]:
    return [
        Word(text=one, start=start + each * n, end=start + each * (n + 1))
        for n, one in enumerate(text.split())
    ]


def reading(text: str, start: float = 0.0, each: float = 0.4, log: float = -0.3) -> Reading:
    said = words(text, start, each)
    if not said:
        return Reading([])
    segment = Segment(
        id=0, start=said[0].start, end=said[-1].end, text=text, words=said, avg_logprob=log
    )
    return Reading([segment])


def region(start: float, end: float) -> Region:
    return Region(start=start, end=end)


@pytest.mark.parametrize(
    "text",
    [
        "जल्दी जल्दी चलो",
        "no no no",
        "हाँ हाँ हाँ, ठीक है",
        "कभी कभी मेरे दिल में",
        "very very good very very good",
    ],
)
def test_how_people_repeat_themselves_is_no_loop(text):
    assert loops(words(text)) == []


@pytest.mark.parametrize(
    ("text", "loop"),
    [
        ("a है है है है b", Loop(1, 1, 4)),
        ("so look out, look out. Look out!", Loop(1, 2, 3)),
        ("x y z x y z x y z", Loop(0, 3, 3)),
        ("hm ता है नहीं ता है नहीं ता है नहीं", Loop(1, 3, 3)),
    ],
)
def test_loops_are_found_whatever_the_case_and_the_marks(text, loop):
    assert loops(words(text)) == [loop]


@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_loops_are_runs_of_equal_words_and_do_not_overlap(letters):
    end = 0
    for loop in loops(words(" ".join(letters))):
        unit = letters[loop.first : loop.first + loop.length]
        run = letters[loop.first : loop.first + loop.length * loop.count]
        assert run == unit * loop.count
        assert loop.first >= end
        end = loop.first + loop.length * loop.count


@given(st.lists(st.integers(0, 10_000), unique=True, max_size=30))
def test_words_that_are_all_different_are_no_loop(numbers):
    assert loops(words(" ".join(map(str, numbers)))) == []


def test_speech_without_words_is_seen():
    said = words("hello there")  # 0 to 0.8 s
    assert holes(said, [region(0, 1), region(3, 5)]) == [region(3, 5)]
    verdict = judge(reading("hello there"), [region(0, 1), region(3, 5)])
    assert verdict.unheard == pytest.approx(2 / 3)
    assert "speech without words" in verdict.reasons


def test_a_click_need_not_say_anything():
    assert judge(reading("hello there"), [region(0, 1), region(3, 3.3)]).reasons == ()


def test_more_than_anyone_says_in_that_time():
    text = "extraordinarily complicated circumstances notwithstanding " * 3
    assert "faster than anyone speaks" in judge(reading(text), [region(0, 4)]).reasons
    assert judge(reading(text), [region(0, 12)]).rushed == 0


def test_letters_of_another_script_and_words_in_silence():
    verdict = judge(reading("मैं phone पर हूँ"), [region(0, 2)], DEVA)
    assert verdict.foreign == pytest.approx(5 / 13)
    assert "another script" in verdict.reasons
    assert judge(reading("मैं 5:30 पर हूँ।"), [region(0, 2)], DEVA).reasons == ()
    half = reading("hello there")
    half.dropped = [RawWord(" thanks", 9, 9.5), RawWord(" bye", 9.5, 9.9)]
    assert judge(half, [region(0, 1)]).dropped == pytest.approx(0.5)


def test_a_guess_is_unsure():
    assert judge(reading("hello there", log=-1.2), [region(0, 1)]).reasons == ("unsure",)


BETTER = [
    (reading("one two three"), reading("")),
    (reading("one two three"), reading("one two three", log=-0.9)),
    (reading("one two three"), reading("one one one one one one")),
    (reading("one two three", log=-0.9), reading("one one one one one one", log=-0.2)),
    (reading("एक दो तीन", log=-0.9), reading("ek do teen", log=-0.2)),
    (reading("guess", log=-1.5), reading("")),
]


@pytest.mark.parametrize(("better", "worse"), BETTER)
def test_the_score_prefers(better, worse):
    regions = [region(0, 1.3)]
    assert judge(better, regions, DEVA if "एक" in better.text else ()).score > (
        judge(worse, regions, DEVA if "एक" in better.text else ()).score
    )


SHARES = st.floats(0, 1)


@given(SHARES, SHARES, SHARES, SHARES, SHARES, st.floats(-2, 0))
def test_every_fault_costs(unheard, looping, dropped, rushed, foreign, log):
    faulty = Judgement(log, unheard, looping, dropped, rushed, foreign)
    assert faulty.score <= Judgement(log).score <= 0
