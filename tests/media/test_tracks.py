from dataclasses import dataclass

import pytest

from chalchitra.errors import UsageError
from chalchitra.media.tracks import choose_audio_stream


@dataclass(frozen=True)
class Codes:
    id: str
    name: str
    bcp47: str
    whisper: str | None = None
    container: str | None = None
    aliases: tuple[str, ...] = ()


HINDI = Codes("hi", "Hindi", "hi", "hi", "hin", ("hindustani",))
GERMAN = Codes("de", "German", "de", "de", "ger")
BODO = Codes("brx", "Bodo", "brx")


@pytest.fixture
def film(a_film, a_stream):
    """The tracks of a film with these (language, dispositions, title)."""

    def make(*tracks):
        return a_film(
            a_stream("video", "h264"),
            *(
                a_stream("audio", "aac", language=language, dispositions=flags, title=title)
                for language, flags, title in tracks
            ),
        )

    return make


def test_the_source_language_comes_first(film):
    tracks = film(("eng", ["default"], None), ("hin", [], None), ("hin", [], "Stereo"))
    stream, reason = choose_audio_stream(tracks, None, HINDI)
    assert (stream.position, stream.index) == (1, 2)
    assert "hin" in reason


def test_where_nobody_knows_the_language_the_default_track_is_heard(film):
    tracks = film(
        ("eng", ["comment", "default"], None), ("tam", [], None), ("hin", ["default"], "")
    )
    stream, reason = choose_audio_stream(tracks, None, None)
    assert (stream.position, reason) == (2, "it is the default one")
    stream, reason = choose_audio_stream(film(("eng", [], None), ("tam", [], None)), None, None)
    assert (stream.position, reason) == (0, "it is the first one")


@pytest.mark.parametrize("tag", ["hi", "hin", "HIN", "hi-IN", "hi_IN"])
def test_every_spelling_of_a_tag_is_understood(film, tag):
    assert choose_audio_stream(film(("tam", [], None), (tag, [], None)), None, HINDI)[0].index == 2


@pytest.mark.parametrize("tag", ["ger", "deu", "de"])
def test_both_kinds_of_three_letter_codes_are_understood(film, tag):
    assert choose_audio_stream(film(("eng", [], None), (tag, [], None)), None, GERMAN)[0].index == 2


def test_a_commentary_is_passed_over(film):
    tracks = film(
        ("hin", ["comment"], None),
        ("hin", [], "Director's Commentary"),
        ("hin", ["visual_impaired"], None),
        ("hin", [], None),
    )
    assert choose_audio_stream(tracks, None, HINDI)[0].position == 3


def test_a_commentary_is_better_than_another_language(film):
    tracks = film(("eng", ["default"], None), ("hin", ["comment"], None))
    assert choose_audio_stream(tracks, None, HINDI)[0].position == 1


def test_untagged_films_give_the_default_track_then_the_first(film):
    tracks = film((None, ["comment", "default"], None), (None, [], None), (None, ["default"], None))
    assert choose_audio_stream(tracks, None, BODO)[0].position == 2
    assert (
        choose_audio_stream(film((None, [], None), (None, [], None)), None, BODO)[0].position == 0
    )


def test_a_track_is_wanted_by_number_or_language(film):
    tracks = film(("eng", ["default"], None), ("hin", [], None), ("fre", [], None))
    assert choose_audio_stream(tracks, "2", HINDI)[0].index == 3
    assert choose_audio_stream(tracks, "fra", HINDI)[0].position == 2
    assert (
        choose_audio_stream(tracks, "german", HINDI, Codes("en", "English", "en", "en", "eng"))[
            0
        ].language
        == "eng"
    )


@pytest.mark.parametrize("wanted", ["3", "-1", "jpn", ""])
def test_a_track_that_is_not_there_is_refused_with_the_list(film, wanted):
    tracks = film(("eng", ["default"], None), ("hin", ["comment"], "With the director"))
    with pytest.raises(UsageError) as refused:
        choose_audio_stream(tracks, wanted, HINDI)
    assert "0 (eng, aac)" in refused.value.cause
    assert "1 (hin, aac, With the director, commentary)" in refused.value.cause


def test_a_film_without_sound_is_refused(film):
    with pytest.raises(UsageError, match="no sound"):
        choose_audio_stream(film(), None, HINDI)


@pytest.mark.parametrize(
    ("tag", "said"),
    [("eng", "it is the only one, although it is tagged eng and not Hindi"),
     ("und", "it is the only one"), (None, "it is the only one")],
)  # fmt: skip
def test_a_film_that_says_another_language_than_the_person_is_told(film, tag, said):
    assert choose_audio_stream(film((tag, [], None)), None, HINDI)[1] == said
