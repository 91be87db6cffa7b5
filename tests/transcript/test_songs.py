"""Which segments are songs, and what becomes of their text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.transcript.export import plain_text, whisperx_json
from chalchitra.transcript.model import Region, Segment, Transcript, Word
from chalchitra.transcript.songs import (
    mark_songs,
    noted,
    share_inside,
    without_songs,
    word_count,
)


def segment(number: int, *words: tuple[float, float], text: str = "") -> Segment:
    said = [Word(text=f"w{n}", start=start, end=end) for n, (start, end) in enumerate(words)]
    return Segment(
        id=number,
        start=words[0][0],
        end=words[-1][1],
        text=text or " ".join(word.text for word in said),
        words=said,
    )


def marks(stretches: list[tuple[float, float]], *segments: Segment) -> list[bool]:
    transcript = Transcript(language="hi", segments=list(segments))
    regions = [Region(start=start, end=end) for start, end in stretches]
    return [each.song for each in mark_songs(transcript, regions).segments]


def test_what_lies_in_a_song_for_the_most_part_is_one():
    inside = segment(0, (11, 12), (13, 14))
    outside = segment(1, (1, 2), (3, 4))
    mostly = segment(2, (9, 9.9), (10.5, 12))
    hardly = segment(3, (7, 9.9), (10.5, 12))
    assert marks([(10, 20)], inside, outside, mostly, hardly) == [True, False, True, False]


def test_the_time_of_the_words_counts_and_not_the_pause_between_them():
    # Two thirds of the segment lie in the song, but most of its words were said before.
    assert marks([(4, 10)], segment(0, (1, 4), (9, 10))) == [False]


def test_a_segment_may_lie_in_two_verses():
    assert marks([(0, 4), (6, 10)], segment(0, (1, 4), (6, 9))) == [True]


def test_without_words_or_length_the_segments_own_time_counts():
    text = Segment(id=0, start=10, end=14, text="la la")
    moment = Segment(id=1, start=12, end=12, text="la", words=[Word(text="la", start=12, end=12)])
    assert marks([(9, 13)], text, moment) == [True, True]
    assert marks([(13, 20)], text, moment) == [False, False]
    assert marks([], text, moment) == [False, False]


def test_marking_again_forgets_what_was_marked_before():
    once = mark_songs(
        Transcript(language="hi", segments=[segment(0, (1, 2))]), [Region(start=0, end=9)]
    )
    assert once.segments[0].song
    assert not mark_songs(once, []).segments[0].song


def test_what_is_left_out_is_counted():
    song = segment(0, (11, 12), (12, 13), (13, 14)).model_copy(update={"song": True})
    wordless = Segment(id=1, start=15, end=16, text="la la", song=True)
    spoken = segment(2, (20, 21))
    kept, left_out = without_songs(Transcript(language="hi", segments=[song, wordless, spoken]))
    assert (kept.segments, left_out) == ([spoken], 5)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("la la", "♪ la la ♪"),
        ("♪ la la ♪", "♪ la la ♪"),
        ("♫la la", "♪ la la ♪"),
        (" ♪♪ ", ""),
        ("", ""),
        ("a ♪ b", "♪ a ♪ b ♪"),
    ],
)
def test_notes_stand_once_at_either_end(text, shown):
    assert noted(text) == shown
    assert noted(shown) == shown


def test_text_shows_notes_where_they_are_wished():
    talk = Transcript(
        language="hi",
        segments=[
            Segment(id=0, start=0, end=1, text="hello"),
            Segment(id=1, start=1, end=2, text="la la", speaker="S1", song=True),
        ],
    )
    assert plain_text(talk) == "hello\nS1: la la\n"
    assert plain_text(talk, notes=True) == "hello\nS1: ♪ la la ♪\n"
    assert [each["text"] for each in whisperx_json(talk)["segments"]] == ["hello", "la la"]


times = st.lists(st.floats(0, 100), min_size=2, max_size=12, unique=True).map(sorted)


@given(times, times)
def test_what_is_left_out_and_what_is_kept_is_everything(edges, marked):
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    stretches = [
        Region(start=start, end=end) for start, end in zip(marked[::2], marked[1::2], strict=False)
    ]
    said = [segment(n, pair) for n, pair in enumerate(pairs)]
    whole = mark_songs(Transcript(language="hi", segments=said), stretches)
    kept, left_out = without_songs(whole)
    assert left_out + sum(map(word_count, kept.segments)) == len(pairs)
    for each in whole.segments:
        share = share_inside(each.start, each.end, stretches)
        assert 0 <= share <= 1 + 1e-9
        assert each.song == (share > 0.5)


def test_what_a_given_text_marks_as_sung_stays_so():
    talk = Transcript(language="hi", segments=[segment(0, (1, 2)), segment(1, (3, 4))])
    assert [one.song for one in mark_songs(talk, [], sung={1}).segments] == [False, True]
