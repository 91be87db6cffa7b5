"""What speaks against a reading, and which of two is better."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.speech.recognition.quality import ANYHOW, Judgement, Reading, Written, holes, judge
from chalchitra.speech.recognition.script_filter import characters_of
from chalchitra.speech.words import RawWord
from chalchitra.transcript.model import Region, Segment, Word

DEVA = Written(characters_of("Deva", latin=False), ("देखने के लिए धन्यवाद",))


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


def test_a_long_segment_counts_for_more_than_a_short_one():
    sure, guessed = reading("one two three", log=-0.2), reading("four", start=1.2, log=-1.0)
    both = Reading([*sure.segments, *guessed.segments])
    assert judge(both, [region(0, 2)]).log_probability == pytest.approx(-0.4)


BETTER = [
    (reading("one two three"), reading("")),
    (reading("one two three"), reading("one two three", log=-0.9)),
    (reading("one two three"), reading("one one one one one one", each=0.02)),
    (reading("one two three", log=-0.9), reading("one one one one one one", each=0.02, log=-0.2)),
    (reading("एक दो तीन", log=-0.9), reading("ek do teen", log=-0.2)),
    (reading("guess", log=-1.5), reading("")),
]


@pytest.mark.parametrize(("better", "worse"), BETTER)
def test_the_score_prefers(better, worse):
    regions = [region(0, 1.3)]
    assert judge(better, regions, DEVA if "एक" in better.text else ANYHOW).score > (
        judge(worse, regions, DEVA if "एक" in better.text else ANYHOW).score
    )


SHARES = st.floats(0, 1)


FAULTS = [field.name for field in fields(Judgement) if field.name != "log_probability"]


@given(st.fixed_dictionaries(dict.fromkeys(FAULTS, SHARES)), st.floats(-2, 0))
def test_every_fault_costs(faults, log):
    assert Judgement(log, **faults).score <= Judgement(log).score <= 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_whole_reading_with_a_fault_is_suspicious_and_worse(fault):
    faulty = Judgement(-0.3, **{fault: 1.0})
    assert len(faulty.reasons) == 1
    assert faulty.score <= Judgement(-0.3).score - 1.0


def test_a_window_that_ended_at_its_last_token_may_have_lost_words():
    cut = reading("one two three")
    cut.capped = 1.3
    assert judge(cut, [region(0, 1.3)]).reasons == ("more words than fit into a window",)


def test_a_loop_ends_at_the_last_token_too_and_is_called_a_loop():
    loop = reading("no " * 20, each=0.01)
    loop.capped = 1.3
    assert judge(loop, [region(0, 1.3)]).capped == 0
    assert "a loop" in judge(loop, [region(0, 1.3)]).reasons


def test_an_invented_phrase_is_suspicious_where_the_sound_does_not_support_it():
    said = reading("देखने के लिए धन्यवाद।")
    assert judge(said, [region(0, 1.6)], DEVA).reasons == ()
    said.segments[0] = said.segments[0].model_copy(update={"no_speech_prob": 0.7})
    assert judge(said, [region(0, 1.6)], DEVA).reasons == ("a common hallucination",)
