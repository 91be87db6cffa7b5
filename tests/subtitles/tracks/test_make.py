"""What is made of a track's words, without a stage: plain values in, plain values out."""

from __future__ import annotations

import json

import pytest

from chalchitra.errors import StageError
from chalchitra.subtitles.formats.model import TrackLanguage
from chalchitra.subtitles.tracks.edited import EditedTrack
from chalchitra.subtitles.tracks.make import make_track
from chalchitra.subtitles.tracks.settings import TrackSettings
from chalchitra.subtitles.tracks.template_track import TemplateTrack
from chalchitra.subtitles.tracks.wanted import Film, Others, Wanted
from chalchitra.transcript.model import Region, Segment, Transcript, Word
from chalchitra.transcript.translation import Translation, TranslationUnit

from ..limits import USUAL

HINDI = TrackLanguage("hi", "Hindi", "Deva", "hi")
ENGLISH = TrackLanguage("en", "English", "Latn", "en")
SPEECH = [Region(start=1.0, end=9.0)]


def transcript(*songs):
    said = "नमस्ते दोस्तो।", "आप कैसे हैं?"
    segments = [
        Segment(
            id=n,
            start=1 + 4 * n,
            end=3 + 4 * n,
            text=text,
            words=[
                Word(text=word, start=1 + 4 * n + k / 2, end=1.4 + 4 * n + k / 2)
                for k, word in enumerate(text.split())
            ],
            song=n in songs,
        )
        for n, text in enumerate(said)
    ]
    return Transcript(language="hi", segments=segments)


def translation(*units):
    return Translation(
        source_language="hi", target_language="en", translator="t", model="m", units=list(units)
    )


HELLO = TranslationUnit(id=0, start=1, end=3, source="नमस्ते", text="Hello.", segment_ids=[0])


def make(said, others=None, film=None, **wanted):
    settings = {**USUAL, **wanted.pop("settings", {})}
    return make_track(
        said,
        Wanted("film", source=HINDI, settings=TrackSettings.of(settings), **wanted),
        film or Film(seconds=60.0),
        others or Others(),
        lambda *_: None,
    )


def texts(made):
    return {file.output: file.text for file in made.files}


def test_only_what_was_asked_for_is_for_a_person():
    made = make(translation(HELLO), language=ENGLISH, settings={"formats": ("vtt",)})
    assert {file.output: (file.name, file.deliver_as) for file in made.files} == {
        "txt": ("subtitles.txt", "film.en.txt"),
        "srt": ("subtitles.srt", None),
        "ass": ("subtitles.ass", None),
        "vtt": ("subtitles.vtt", "film.en.vtt"),
        "cues": ("cues.json", None),
        "qc": ("qc.json", None),
    }
    assert made.degraded == []


@pytest.mark.parametrize("songs", ["mark", "leave out"])
def test_speech_without_subtitle_is_no_fault_where_songs_are_left_out(songs):
    film = Film(seconds=60.0, speech=SPEECH)
    made = make(transcript(1), film=film, language=HINDI, songs=songs)
    left_out = songs == "leave out"
    assert ("coverage" in json.loads(texts(made)["qc"])) != left_out
    assert made.metrics.get("song_words_left_out") == (3 if left_out else None)
    assert ("♪ आप कैसे हैं? ♪" in texts(made)["srt"]) != left_out


def test_a_template_without_cues_locks_nothing():
    nothing = TemplateTrack.of_source("en", [])
    free = make(transcript(), language=HINDI)
    assert texts(make(transcript(), Others(template=nothing), language=HINDI)) == texts(free)


def test_a_person_may_leave_out_a_unit_and_the_cutter_may_not():
    both = translation(HELLO, HELLO.model_copy(update={"id": 1, "start": 4, "end": 6}))
    edited = EditedTrack(cues=[{"start": 1.0, "end": 2.0, "lines": ["Hello."]}])
    assert "Hello." in texts(make(both, Others(edited=edited), language=ENGLISH))["srt"]
    twice = translation(HELLO, HELLO)
    with pytest.raises(StageError, match="complete translation"):
        make(twice, language=ENGLISH)
