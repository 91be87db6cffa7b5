"""Turns and their names, speakers on words, segments split where the speaker changes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.cli.prepare import ANY_NUMBER, with_value
from chalchitra.speech.diarization.assign import with_speakers
from chalchitra.speech.diarization.turns import Turn, Turns, named, rttm
from chalchitra.transcript.model import Segment, Transcript, Word

TIMES = st.integers(0, 60_000).map(lambda milliseconds: milliseconds / 1000)
TURNS = st.lists(
    st.tuples(TIMES, TIMES, st.sampled_from("abcd")).map(
        lambda turn: (min(turn[:2]), max(turn[:2]), turn[2])
    ),
    max_size=30,
)


def turns(*rows: tuple[float, float, str]) -> Turns:
    return Turns(turns=[Turn(start=a, end=b, speaker=name) for a, b, name in rows])


def segment(number: int, text: str, start: float, step: float = 0.5, **fields: object) -> Segment:
    """A segment of the text's words, one every `step` seconds."""
    words = [
        Word(text=word, start=start + step * at, end=start + step * (at + 1))
        for at, word in enumerate(text.split())
    ]
    end = words[-1].end if words else start + step
    return Segment.model_validate(
        {"id": number, "start": start, "end": end, "text": text, "words": words, **fields}
    )


def transcript(*segments: Segment) -> Transcript:
    return Transcript(language="en", segments=list(segments))


@given(TURNS, st.randoms(), st.permutations("wxyz"))
def test_names_depend_on_the_turns_alone(rows, random, labels):
    again = [(a, b, labels["abcd".index(name)]) for a, b, name in rows]
    random.shuffle(again)
    first, second = named(rows, "m"), named(again, "m")
    spans = [[(turn.start, turn.end) for turn in found.turns] for found in (first, second)]
    assert spans[0] == spans[1]
    distinct = [(a, b) for a, b, _ in rows]
    if len(set(distinct)) == len(distinct):  # else who of two equals comes first is open
        assert first == second
    assert first.speakers == [f"S{number + 1}" for number in range(len(first.speakers))]


def test_the_first_to_speak_is_the_first_speaker():
    found = named([(5.0, 6.0, 0), (1.0, 2.0, 7), (3.0, 3.0002, 9), (2.0, 3.0, 0)], "m")
    assert found == Turns(
        turns=[
            Turn(start=1.0, end=2.0, speaker="S1"),
            Turn(start=2.0, end=3.0, speaker="S2"),
            Turn(start=5.0, end=6.0, speaker="S2"),
        ],
        method="m",
    )


def test_rttm_has_a_line_a_turn():
    assert rttm(turns((1.5, 2.25, "S1"), (2.0, 4.0, "S2")), " A film\tof ours ") == (
        "SPEAKER A_film_of_ours 1 1.500 0.750 <NA> <NA> S1 <NA> <NA>\n"
        "SPEAKER A_film_of_ours 1 2.000 2.000 <NA> <NA> S2 <NA> <NA>\n"
    )


def test_a_segment_of_two_speakers_is_split_and_ids_stay_unique():
    before = transcript(
        segment(0, "Who is there? It is me.", 0.0, avg_logprob=-0.2), segment(1, "Come in.", 4.0)
    )
    after = with_speakers(before, turns((0.0, 1.4, "S1"), (1.5, 3.1, "S2"), (3.9, 5.2, "S1")))
    assert [(s.id, s.speaker, s.text, s.start, s.end) for s in after.segments] == [
        (0, "S1", "Who is there?", 0.0, 1.5),
        (2, "S2", "It is me.", 1.5, 3.0),
        (1, "S1", "Come in.", 4.0, 5.0),
    ]
    assert [w.speaker for w in after.words] == ["S1"] * 3 + ["S2"] * 3 + ["S1"] * 2
    assert after.segments[1].avg_logprob == -0.2


def test_text_without_spaces_is_cut_where_its_words_are():
    words = [Word(text=t, start=i, end=i + 1) for i, t in enumerate(["你好", "。", "再见", "。"])]
    before = transcript(Segment(id=5, start=0, end=4, text="你好。再见。", words=words))
    after = with_speakers(before, turns((0, 2, "S1"), (2, 4, "S2")))
    assert [(s.id, s.text) for s in after.segments] == [(5, "你好。"), (6, "再见。")]


def test_text_that_is_not_its_words_is_made_of_them():
    words = [Word(text=t, start=i, end=i + 1) for i, t in enumerate(["one", "two", "three"])]
    before = transcript(Segment(id=0, start=0, end=3, text="1 2 3", words=words))
    after = with_speakers(before, turns((0, 2, "S1"), (2, 3, "S2")))
    assert [s.text for s in after.segments] == ["one two", "three"]


@pytest.mark.parametrize(
    ("rows", "speakers"),
    [
        ([], [None, None, None]),
        ([(0.0, 1.5, "S1")], ["S1"] * 3),
        ([(0.4, 0.6, "S1")], ["S1"] * 3),  # the others are near
        ([(9.0, 10.0, "S1")], [None] * 3),
        ([(0.0, 0.9, "S1"), (0.7, 1.5, "S2")], ["S1", "S1", "S2"]),  # 0.4 s of 0.5 against 0.3
        ([(0.0, 0.5, "S1"), (0.9, 1.1, "S2")], ["S1", "S2", "S2"]),
    ],
)
def test_a_word_is_its_nearest_speakers(rows, speakers):
    after = with_speakers(transcript(segment(0, "one two three", 0.0)), turns(*rows))
    assert [word.speaker for word in after.words] == speakers


def test_one_short_stray_word_is_its_neighbours():
    said = segment(0, "I said so yesterday", 0.0, step=0.2)
    rows = ((0.0, 0.2, "S1"), (0.2, 0.4, "S2"), (0.4, 0.8, "S1"))
    assert [s.speaker for s in with_speakers(transcript(said), turns(*rows)).segments] == ["S1"]
    slow = segment(0, "I said so yesterday", 0.0, step=0.4)
    rows = ((0.0, 0.4, "S1"), (0.4, 0.8, "S2"), (0.8, 1.6, "S1"))
    after = with_speakers(transcript(slow), turns(*rows))
    assert [s.speaker for s in after.segments] == ["S1", "S2", "S1"]


def test_a_segment_without_words_is_who_speaks_most():
    bare = Segment(id=3, start=0.0, end=4.0, text="la la la")
    after = with_speakers(transcript(bare), turns((0, 1, "S1"), (1, 3, "S2"), (3, 3.5, "S1")))
    assert after.segments == [bare.model_copy(update={"speaker": "S2"})]


@given(
    st.lists(st.tuples(st.integers(1, 8), st.floats(0, 3)), max_size=12),
    TURNS,
)
def test_no_word_is_lost_and_every_segment_has_one_speaker(shapes, rows):
    at, segments = 0.0, []
    for number, (count, gap) in enumerate(shapes):
        text = " ".join(f"w{number}.{word}" for word in range(count))
        segments.append(segment(number * 3, text, at + gap))
        at = segments[-1].end
    before = transcript(*segments)
    after = with_speakers(before, named(rows, "m"))

    def bare(words: list[Word]) -> list[Word]:
        return [word.model_copy(update={"speaker": None}) for word in words]

    assert bare(after.words) == bare(before.words)
    assert " ".join(s.text for s in after.segments) == " ".join(s.text for s in before.segments)
    ids = [s.id for s in after.segments]
    assert len(set(ids)) == len(ids)
    assert set(ids) >= {s.id for s in before.segments}
    fresh = [number for number in ids if number not in {s.id for s in before.segments}]
    assert all(a + 1 == b for a, b in pairwise(fresh))
    for found in after.segments:
        assert {word.speaker for word in found.words} == {found.speaker}
    assert with_speakers(after, named(rows, "m")) == after  # nothing changes twice


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["a.mp4", "--speakers", "4", "-s", "hi"], ["a.mp4", "--speakers", "4", "-s", "hi"]),
        (["--speakers", "-s", "hi"], ["--speakers", ANY_NUMBER, "-s", "hi"]),
        (["--speakers", "a.mp4"], ["--speakers", ANY_NUMBER, "a.mp4"]),
        (["a.mp4", "--speakers"], ["a.mp4", "--speakers", ANY_NUMBER]),
        (["--speakers=3", "a.mp4"], ["--speakers=3", "a.mp4"]),
        (["--", "--speakers"], ["--", "--speakers"]),
    ],
)
def test_speakers_takes_a_number_or_none(typed, meant):
    assert with_value(typed) == meant
