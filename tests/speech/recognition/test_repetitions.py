"""What a text says again and again: a loop where the sound does not support it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.speech.recognition.repetitions import (
    Loop,
    compresses,
    compression,
    compression_limit,
    echoes,
    loops,
    once,
    said_again,
    said_once,
    supported,
    surplus,
    without_stutter,
)
from chalchitra.transcript.model import Word

from .test_quality import words


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


def sung(text: str, each: float, probability: float | None = None) -> list[Word]:
    return [word.model_copy(update={"probability": probability}) for word in words(text, each=each)]


def test_a_refrain_that_takes_its_time_is_supported():
    refrain = sung("mere sapnon ki rani " * 4, 0.4, 0.8)
    assert [supported(refrain, loop) for loop in loops(refrain)] == [True]
    assert said_again(refrain) == 0
    assert surplus(refrain) == set()


def test_a_loop_has_no_time():
    loop = sung("hum tum " + "bhi " * 30, 0.01)
    assert said_again(loop) == 29
    left = [word for index, word in enumerate(loop) if index not in surplus(loop)]
    assert 3 <= len(left) <= 6


def test_one_repeat_without_time_is_enough():
    refrain = sung("mere sapnon ki rani " * 4, 0.4)
    crowded = [word.model_copy(update={"start": 5.0, "end": 5.0}) for word in refrain[8:12]]
    assert said_again([*refrain[:8], *crowded, *refrain[12:]]) == 12


def test_what_is_hardly_believed_is_no_refrain():
    assert said_again(sung("la la la la la", 0.4, 0.3)) == 4


def doubled(first: float, second: float, each: float = 0.3) -> list[Word]:
    pair = sung("jaldi jaldi", each)
    probabilities = (0.9, first, second, 0.9)
    said = [*sung("chalo", 0.3), *pair, *sung("chalo", 0.3)]
    return [
        word.model_copy(update={"probability": probability})
        for word, probability in zip(said, probabilities, strict=True)
    ]


@pytest.mark.parametrize(
    ("words_", "said_once"),
    [
        (doubled(0.7, 0.9), False),
        (doubled(0.3, 0.6), True),
        (doubled(0.7, 0.7, each=0.1), True),
        (doubled(0.95, 0.95, each=0.1), False),
        (doubled(0.95, 0.95, each=0.03), True),
    ],
    ids=["in its time", "guessed", "without time", "quick but sure", "in no time at all"],
)
def test_a_doubled_word_is_believed_where_it_was_said(words_, said_once):
    assert echoes(words_) == ({1} if said_once else set())


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1)), max_size=20))
def test_echoes_leave_every_word_at_least_once(said):
    text = [
        Word(text=letter, start=0.1 * n, end=0.1 * n + 0.02, probability=probability)
        for n, (letter, probability) in enumerate(said)
    ]
    kept = [word.text for n, word in enumerate(text) if n not in echoes(text)]
    assert set(kept) == {letter for letter, _ in said}
    assert kept[-1:] == [letter for letter, _ in said][-1:]


def test_some_words_nobody_doubles_however_sure_the_recogniser_is():
    text = sung("शिमला का का नमूना", 0.3)
    assert echoes(text) == set()
    assert echoes(text, {"का"}) == {1}
    assert echoes(sung("का, का", 0.3), {"का"}) == {0}
    assert echoes(sung("का नमूना का", 0.3), {"का"}) == set()


def test_a_doubled_phrase_with_a_word_that_took_no_time_is_said_once():
    text = [
        Word(text=text, start=start, end=end, probability=0.7)
        for text, start, end in (
            ("चिल", 2.61, 2.75), ("के", 2.75, 2.79), ("चिल", 2.79, 3.17), ("के", 3.17, 3.21)
        )
    ]  # fmt: skip
    assert echoes(text) == {0, 1}
    slow = [word.model_copy(update={"end": word.end + 0.02}) for word in text]
    assert echoes(slow) == set()


@pytest.mark.parametrize(
    ("text", "probability", "after"),
    [
        ("1-1", 0.39, "1"),
        ("धीरे-धीरे,", 0.3, "धीरे,"),
        ("धीरे-धीरे,", 0.8, "धीरे-धीरे,"),
        ("1-1", None, "1-1"),
        ("21-1", 0.1, "21-1"),
        ("-", 0.1, "-"),
    ],
)
def test_a_word_doubled_in_itself_is_believed_unless_it_was_guessed(text, probability, after):
    word = Word(text=text, start=0, end=0.5, probability=probability)
    assert said_once(word).text == after


def test_a_syllable_that_goes_on_within_a_word_is_a_loop():
    assert said_again(words("vo log" + "av" * 9)) == 1
    assert said_again(words("haha hahaha noooo")) == 0
    assert without_stutter("log" + "av" * 9) == "log" + "av" * 3
    assert without_stutter("hahaha") == "hahaha"


def test_a_text_that_repeats_itself_otherwise_compresses():
    parts = ["vo phir bazar gaya tha aur", "vo bhi bazar gaya tha aur"]
    again = " ".join(parts[n] for n in (0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1))
    assert loops(words(again)) == []
    assert compresses(again)
    assert said_again(words(again)) > 0


TRUE_TEXTS = [
    "पर यह कोरा अनुमान ही अनुमान है अनुभवसिद्ध बात नहीं। वहाँ से उचित जानकारी पाकर वे लोग वापस पहुँचे।",
    "And so, my fellow Americans, ask not what your country can do for you, ask what you can do"
    " for your country.",
    "जल्दी जल्दी चलो, देर हो रही है, जल्दी जल्दी चलो, गाड़ी छूट जाएगी।",
    "ഇന്ന് രാവിലെ ഞാൻ ചന്തയിൽ പോയി കുറെ പച്ചക്കറികൾ വാങ്ങി. പിന്നെ എന്റെ പഴയ സുഹൃത്തിനെ കണ്ടു.",
]


@pytest.mark.parametrize("text", TRUE_TEXTS)
def test_true_text_does_not_compress_whatever_its_script(text):
    assert not compresses(text)
    assert said_again(words(text)) == 0


@given(st.text(alphabet="कखगaeb ", min_size=60, max_size=120), st.integers(5, 8))
def test_what_is_said_five_times_compresses(text, times):
    assert compression(text * times) > compression(text)
    assert compression(text * times) > compression_limit(len(text) * times)


@given(st.lists(st.sampled_from("ab"), max_size=30))
def test_once_leaves_no_loop_and_loses_no_word_outside_one(letters):
    said = words(" ".join(letters))
    text = once(said).split()
    inside = sum(loop.length * (loop.count - 1) for loop in loops(said))
    assert len(text) == len(said) - inside
    assert set(text) == set(letters)
