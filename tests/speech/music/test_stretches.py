"""Songs and music out of the evidence: sung is not spoken, short is not long, gaps close."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.errors import StageError
from chalchitra.speech.music.detector import STEP, Evidence
from chalchitra.speech.music.model import Music, Stretch, seconds_of
from chalchitra.speech.music.stretches import find_stretches, judged

SILENCE = (0.0, 0.0, 0.0)
SPEECH = (0.9, 0.0, 0.0)
OVER_MUSIC = (0.6, 0.1, 1.0)
SUNG = (0.05, 0.5, 1.0)
ALONE = (0.1, 0.8, 0.05)
SING_SONG = (0.3, 0.6, 0.6)
MUSIC = (0.0, 0.05, 1.0)


def evidence_of(*parts: tuple[float, tuple[float, float, float]], start: float = 0.0) -> Evidence:
    """Evidence out of (seconds, (speech, singing, music))."""
    steps = [what for seconds, what in parts for _ in range(round(seconds / STEP))]
    return Evidence(start, *(list(column) for column in zip(*steps, strict=True)))


def found(*parts: tuple[float, tuple[float, float, float]], shortest: float = 10.0):
    stretches = find_stretches(evidence_of(*parts), shortest)
    return [(each.kind, each.start, each.end) for each in stretches]


def near(seconds: float) -> object:
    return pytest.approx(seconds, abs=2.5)


def test_a_song_and_the_music_before_it():
    assert found((20, SPEECH), (30, MUSIC), (40, SUNG), (20, SPEECH)) == [
        ("music", near(20), near(50)),
        ("song", near(50), near(90)),
    ]


def test_times_are_the_films():
    (song,) = find_stretches(evidence_of((5, SILENCE), (20, SUNG), (5, SILENCE), start=100.5), 10.0)
    assert (song.kind, song.start, song.end) == ("song", near(105.5), near(125.5))


def test_speech_over_music_is_neither():
    assert found((60, OVER_MUSIC)) == []
    assert found((300, SPEECH)) == []


def test_silence_is_nothing_and_so_is_no_sound():
    assert found((60, SILENCE)) == []
    assert find_stretches(Evidence(0.0, [], [], []), 10.0) == []


def test_what_is_shorter_is_none():
    assert found((20, SILENCE), (6, SUNG), (20, SILENCE)) == []
    assert found((20, SILENCE), (6, MUSIC), (20, SILENCE)) == []
    assert len(found((20, SILENCE), (6, MUSIC), (20, SILENCE), shortest=4.0)) == 1


def test_an_interlude_is_part_of_the_song_and_a_long_one_is_music():
    assert found((15, SUNG), (15, MUSIC), (15, SUNG)) == [("song", near(0), near(45))]
    kinds = [kind for kind, _, _ in found((15, SUNG), (60, MUSIC), (15, SUNG))]
    assert kinds == ["song", "music", "song"]


def test_silence_ends_a_song():
    assert len(found((15, SUNG), (10, SILENCE), (15, SUNG))) == 2


def test_what_is_spoken_between_two_verses_is_not_sung():
    first, second = found((15, SUNG), (4, OVER_MUSIC), (15, SUNG))
    assert first[2] == near(15)
    assert second[1] == near(19)
    assert second[1] - first[2] >= 3


def test_a_voice_alone_must_sing_longer():
    assert found((5, SILENCE), (15, ALONE), (5, SILENCE)) == []
    assert found((5, SILENCE), (25, ALONE), (5, SILENCE)) == [("song", near(5), near(30))]


def test_what_may_as_well_be_spoken_is_no_song():
    assert found((60, SING_SONG)) == []


def test_a_word_that_sounds_spoken_does_not_break_a_song():
    parts = [(4.5, SUNG), (0.5, OVER_MUSIC)] * 8
    (song,) = found(*parts)
    assert song == ("song", near(0), near(40))


def test_the_file_gives_back_what_was_written(tmp_path):
    music = Music(stretches=[Stretch(kind="song", start=1.0, end=20.0)], method="m")
    music.write(tmp_path / "music.json")
    assert Music.read(tmp_path / "music.json") == music
    assert (len(music.of("song")), music.of("music")) == (1, [])
    (tmp_path / "music.json").write_text('{"stretches": [{"start": 1}]}')
    with pytest.raises(StageError) as caught:
        Music.read(tmp_path / "music.json")
    assert "Run vad again" in caught.value.fix


probability = st.floats(0, 1)
evidence = st.lists(st.tuples(probability, probability, probability), min_size=1, max_size=300)
blocks = st.lists(
    st.tuples(
        st.floats(0.5, 60),
        st.sampled_from([SILENCE, SPEECH, OVER_MUSIC, SUNG, ALONE, SING_SONG, MUSIC]),
    ),
    min_size=1,
    max_size=12,
)


def check(what: Evidence, shortest: float) -> None:
    stretches = find_stretches(what, shortest)
    end = what.start + len(what) * STEP
    for each in stretches:
        assert what.start - 1e-3 <= each.start < each.end <= end + 1e-3
    for before, after in pairwise(stretches):
        assert before.end <= after.start
    steps = judged(what)
    assert len(steps) == len(what)
    for each in stretches:
        first, after = (round((at - what.start) / STEP) for at in (each.start, each.end))
        assert "spoken" not in steps[first:after]
        if each.kind == "music":
            assert "sung" not in steps[first:after]
            assert each.end - each.start >= shortest - 1e-3
    assert seconds_of(stretches) <= len(what) * STEP + 1e-6


@given(evidence, st.floats(2, 60), st.floats(0, 1e4))
def test_stretches_are_in_order_apart_and_hold_nothing_spoken(steps, shortest, start):
    check(Evidence(start, *map(list, zip(*steps, strict=True))), shortest)


@given(blocks, st.floats(2, 60))
def test_so_are_those_of_a_film(parts, shortest):
    check(evidence_of(*parts), shortest)


@given(blocks)
def test_longer_is_asked_for_less_is_found(parts):
    found_at = [
        seconds_of(find_stretches(evidence_of(*parts), length)) for length in (4.0, 12.0, 40.0)
    ]
    assert found_at == sorted(found_at, reverse=True)
