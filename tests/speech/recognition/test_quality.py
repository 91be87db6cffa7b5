"""What speaks against a hypothesis, and which of two is better."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.speech.recognition.hypothesis import Hypothesis
from chalchitra.speech.recognition.quality import NO_RULES, LanguageRules, Quality, assess, holes
from chalchitra.speech.recognition.script_filter import characters_of
from chalchitra.speech.words import RawWord
from chalchitra.transcript.model import Region, Segment, Word

DEVA = LanguageRules(characters_of("Deva", latin=False), ("देखने के लिए धन्यवाद",))


def words(text: str, start: float = 0.0, each: float = 0.4) -> list[Word]:
    return [
        Word(text=one, start=start + each * n, end=start + each * (n + 1))
        for n, one in enumerate(text.split())
    ]


def hypothesis(text: str, start: float = 0.0, each: float = 0.4, log: float = -0.3) -> Hypothesis:
    said = words(text, start, each)
    if not said:
        return Hypothesis([])
    segment = Segment(
        id=0, start=said[0].start, end=said[-1].end, text=text, words=said, avg_logprob=log
    )
    return Hypothesis([segment])


def region(start: float, end: float) -> Region:
    return Region(start=start, end=end)


def test_speech_without_words_is_seen():
    said = words("hello there")  # 0 to 0.8 s
    assert holes(said, [region(0, 1), region(3, 5)]) == [region(3, 5)]
    verdict = assess(hypothesis("hello there"), [region(0, 1), region(3, 5)])
    assert verdict.missed == pytest.approx(2 / 3)
    assert "speech without words" in verdict.reasons


def test_a_click_need_not_say_anything():
    assert assess(hypothesis("hello there"), [region(0, 1), region(3, 3.3)]).reasons == ()


def test_more_than_anyone_says_in_that_time():
    text = "extraordinarily complicated circumstances notwithstanding " * 3
    assert "faster than anyone speaks" in assess(hypothesis(text), [region(0, 4)]).reasons
    assert assess(hypothesis(text), [region(0, 12)]).rushed == 0


def test_letters_of_another_script_and_words_in_silence():
    verdict = assess(hypothesis("मैं phone पर हूँ"), [region(0, 2)], DEVA)
    assert verdict.foreign == pytest.approx(5 / 13)
    assert "another script" in verdict.reasons
    assert assess(hypothesis("मैं 5:30 पर हूँ।"), [region(0, 2)], DEVA).reasons == ()
    half = hypothesis("hello there")
    half.dropped = [RawWord(" thanks", 9, 9.5), RawWord(" bye", 9.5, 9.9)]
    assert assess(half, [region(0, 1)]).dropped == pytest.approx(0.5)


def test_a_guess_is_unsure():
    assert assess(hypothesis("hello there", log=-1.2), [region(0, 1)]).reasons == ("unsure",)


def test_a_long_segment_counts_for_more_than_a_short_one():
    sure, guessed = hypothesis("one two three", log=-0.2), hypothesis("four", start=1.2, log=-1.0)
    both = Hypothesis([*sure.segments, *guessed.segments])
    assert assess(both, [region(0, 2)]).log_probability == pytest.approx(-0.4)


BETTER = [
    (hypothesis("one two three"), hypothesis("")),
    (hypothesis("one two three"), hypothesis("one two three", log=-0.9)),
    (hypothesis("one two three"), hypothesis("one one one one one one", each=0.02)),
    (
        hypothesis("one two three", log=-0.9),
        hypothesis("one one one one one one", each=0.02, log=-0.2),
    ),
    (hypothesis("एक दो तीन", log=-0.9), hypothesis("ek do teen", log=-0.2)),
    (hypothesis("guess", log=-1.5), hypothesis("")),
]


@pytest.mark.parametrize(("better", "worse"), BETTER)
def test_the_score_prefers(better, worse):
    regions = [region(0, 1.3)]
    assert assess(better, regions, DEVA if "एक" in better.text else NO_RULES).score > (
        assess(worse, regions, DEVA if "एक" in better.text else NO_RULES).score
    )


SHARES = st.floats(0, 1)


FAULTS = [field.name for field in fields(Quality) if field.name != "log_probability"]


@given(st.fixed_dictionaries(dict.fromkeys(FAULTS, SHARES)), st.floats(-2, 0))
def test_every_fault_costs(faults, log):
    assert Quality(log, **faults).score <= Quality(log).score <= 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_whole_hypothesis_with_a_fault_is_suspicious_and_worse(fault):
    faulty = Quality(-0.3, **{fault: 1.0})
    assert len(faulty.reasons) == 1
    assert faulty.score <= Quality(-0.3).score - 1.0


def test_a_window_that_ended_at_its_last_token_may_have_lost_words():
    cut = hypothesis("one two three")
    cut.capped = 1.3
    assert assess(cut, [region(0, 1.3)]).reasons == ("more words than fit into a window",)


def test_a_loop_ends_at_the_last_token_too_and_is_called_a_loop():
    loop = hypothesis("no " * 20, each=0.01)
    loop.capped = 1.3
    assert assess(loop, [region(0, 1.3)]).capped == 0
    assert "a loop" in assess(loop, [region(0, 1.3)]).reasons


def test_an_invented_phrase_is_suspicious_where_the_sound_does_not_support_it():
    said = hypothesis("देखने के लिए धन्यवाद।")
    assert assess(said, [region(0, 1.6)], DEVA).reasons == ()
    said.segments[0] = said.segments[0].model_copy(update={"no_speech_prob": 0.7})
    assert assess(said, [region(0, 1.6)], DEVA).reasons == ("a common hallucination",)
