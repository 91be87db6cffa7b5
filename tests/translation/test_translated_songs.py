"""Songs in a translation: never one sentence with speech, found by time, left out where wished."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.transcript.model import Region, Segment, Transcript, Word
from chalchitra.transcript.translation import Translation, TranslationUnit
from chalchitra.translation.songs import leave_songs_out, mark_units, song_times
from chalchitra.translation.units import sentence_units


def said(number: int, start: float, text: str, *, song: bool = False) -> Segment:
    words = [
        Word(text=word, start=start + n * 0.5, end=start + n * 0.5 + 0.4)
        for n, word in enumerate(text.split())
    ]
    return Segment(id=number, start=start, end=words[-1].end, text=text, words=words, song=song)


def translated(*times: tuple[float, float]) -> Translation:
    units = [
        TranslationUnit(id=n, start=start, end=end, source="x", text=f"t{n}", segment_ids=[])
        for n, (start, end) in enumerate(times)
    ]
    return Translation(
        source_language="hi", target_language="en", translator="t", model="m", units=units
    )


FILM = Transcript(
    language="hi",
    segments=[
        said(0, 0.0, "a b"),
        said(1, 1.0, "la la", song=True),
        said(2, 2.0, "la la.", song=True),
        said(3, 3.0, "c d."),
    ],
)


def test_a_sentence_ends_where_a_song_begins_and_where_it_ends():
    assert [unit.text for unit in sentence_units(FILM)] == ["a b", "la la la la.", "c d."]
    plain = Transcript(
        language="hi", segments=[each.model_copy(update={"song": False}) for each in FILM.segments]
    )
    assert [unit.text for unit in sentence_units(plain)] == ["a b la la la la.", "c d."]


def test_units_are_songs_by_time_and_are_left_out_with_new_numbers():
    # The second reaches from speech into the song, the fourth from the song into speech.
    given_units = translated((0, 0.9), (0.5, 1.2), (1.0, 1.8), (2.0, 3.1), (3.0, 3.9))
    marked = mark_units(given_units, FILM)
    assert [unit.song for unit in marked.units] == [False, False, True, True, False]
    kept = leave_songs_out(marked)
    assert [unit.text for unit in kept.units] == ["t0", "t1", "t4"]
    assert [unit.id for unit in kept.units] == [0, 1, 2]


def test_song_times_do_not_overlap():
    overlapping = Transcript(
        language="hi",
        segments=[
            Segment(id=0, start=0, end=10, text="a", song=True),
            Segment(id=1, start=5, end=8, text="b", song=True),
            Segment(id=2, start=9, end=12, text="c", song=True),
            Segment(id=3, start=20, end=21, text="d", song=True),
        ],
    )
    assert song_times(overlapping) == [Region(start=0, end=12), Region(start=20, end=21)]


@settings(deadline=None)
@given(st.lists(st.booleans(), max_size=12))
def test_every_word_is_in_one_unit_and_no_unit_is_both(songs):
    film = Transcript(
        language="hi",
        segments=[said(n, 1.0 * n, f"a{n} b{n}", song=song) for n, song in enumerate(songs)],
    )
    units = sentence_units(film)
    assert " ".join(unit.text for unit in units) == " ".join(each.text for each in film.segments)
    for unit in units:
        assert len({songs[number] for number in unit.segment_ids}) == 1
