"""The stage script, run as the runner runs it: a process with a request file."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pysrt
import pysubs2
import pytest

from chalchitra import paths
from chalchitra.settings import load_table
from chalchitra.speech.regions import SpeechRegions
from chalchitra.stagekit.protocol import Request, Result
from chalchitra.subtitles.cues.cue import Cue, CueSettings
from chalchitra.subtitles.cues.shot_changes import ShotChanges
from chalchitra.subtitles.tracks.edited import EditedTrack
from chalchitra.subtitles.tracks.edited_csv import from_review
from chalchitra.subtitles.tracks.settings import TrackSettings
from chalchitra.subtitles.tracks.template_track import TemplateTrack
from chalchitra.transcript.model import Region, Segment, Transcript, Word
from chalchitra.transcript.translation import Translation, TranslationUnit

from .limits import USUAL

SCRIPT = paths.source_dir().parent / "scripts" / "stages" / "subtitle_gen.py"
LANGUAGES = {
    "hi": {"name": "Hindi", "script": "Deva", "bcp47": "hi", "direction": "ltr"},
    "en": {"name": "English", "script": "Latn", "bcp47": "en", "direction": "ltr"},
    "ur": {"name": "Urdu", "script": "Arab", "bcp47": "ur", "direction": "rtl"},
}
SETTINGS = {
    **USUAL,
    "reading_speeds": {"default": 17.0, "hi": 22.0},
    "style": "netflix",
    "romanised": False,
    "template": "",
    "bilingual": "",
}


@pytest.fixture
def run(tmp_path):
    """Runs the stage on a document; gives its exit code and its result."""

    def run(language, document, inputs=None, film_duration=60.0, heard=60.0, **params):
        source = tmp_path / "input.json"
        document.write(source)
        info = tmp_path / "audio.json"
        times = {"offset": 0.0, "duration": heard, "film_duration": film_duration}
        info.write_text(json.dumps(times))
        attempt = tmp_path / "attempt"
        attempt.mkdir()
        request = Request(
            job_id="job_20250101_001",
            stage="subtitle_gen",
            language=language,
            environment="common",
            inputs={
                "transcript" if isinstance(document, Transcript) else "translation": source,
                "audio_info": info,
                **(inputs or {}),
            },
            params={
                "title": "मेरी फ़िल्म",
                "source_language": "hi",
                "languages": LANGUAGES,
                "frame_rate": None,
                "song_text": "mark",
                "pair": [],
                **SETTINGS,
                **params,
            },
            packages=["pysrt"],
            output_dir=attempt,
            device="cpu",
            compute_type="int8",
            threads=1,
        )
        request.write(tmp_path / "request.json")
        command = [sys.executable, SCRIPT, "--job-dir", tmp_path, "--language", language]
        done = subprocess.run(
            command,
            env={**os.environ, "CHALCHITRA_REQUEST": str(tmp_path / "request.json")},
            capture_output=True,
            check=False,
        )
        result = Result.model_validate_json((attempt / "result.json").read_bytes())
        return done.returncode, result, attempt

    return run


def hindi():
    words = [
        Word(text=text, start=1 + n, end=1.8 + n)
        for n, text in enumerate("नमस्ते दोस्तो । आप कैसे हैं?".split())
    ]
    segment = Segment(id=0, start=1, end=7, text="नमस्ते दोस्तो । आप कैसे हैं?", words=words)
    return Transcript(language="hi", segments=[segment])


def test_the_settings_of_the_table_are_those_that_the_stage_reads():
    table, _ = load_table()
    assert set(table["subtitle_gen"]) == {*TrackSettings.model_fields, "style"}
    assert CueSettings.model_validate(table["subtitle_gen"]).max_chars_per_line == 42
    assert table["subtitle_gen"]["formats"] == ["srt", "vtt"]


def test_the_source_language(run):
    code, result, attempt = run("hi", hindi())
    assert code == 0
    assert result.degraded == []
    assert {key: out.deliver_as for key, out in result.outputs.items()} == {
        "srt": "मेरी फ़िल्म.hi.srt",
        "vtt": "मेरी फ़िल्म.hi.vtt",
        "qc": None,  # one report of all tracks is delivered
        "cues": None,
        "ass": None,  # for mux
    }
    srt = (attempt / result.outputs["srt"].path).read_bytes()
    assert not srt.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in srt
    items = pysrt.from_string(srt.decode())
    assert " ".join(item.text.replace("\n", " ") for item in items) == ("नमस्ते दोस्तो । आप कैसे हैं?")
    assert result.metrics["cues"] == len(items)
    assert result.metrics["max_cps"] > result.metrics["max_cps_graphemes"] > 0
    assert result.libraries["pysrt"]


def test_cues_come_with_the_shot_changes_that_were_found(run, tmp_path):
    ShotChanges(frame_rate=25.0, cuts=[0.72]).write(tmp_path / "shots.json")
    shown = run("hi", hindi(), {"shots": tmp_path / "shots.json"}, shot_reach=0.5)[2]
    assert pysrt.open(str(shown / "subtitles.srt"))[0].start.ordinal == 720


def test_without_shot_changes_cues_come_with_the_sound(run):
    shown = run("hi", hindi(), shot_reach=0.5)[2]
    assert pysrt.open(str(shown / "subtitles.srt"))[0].start.ordinal == 1000


@pytest.mark.parametrize(
    ("rate", "said", "first"),
    [("24000/1001", 23.976024, 959), ("25", 25.0, 960), (None, None, 965)],
)
def test_cues_are_cut_and_judged_by_the_films_frames_without_shots_too(run, rate, said, first):
    document = hindi()
    document.segments[0].words[0].start = 0.965
    shown = run("hi", document, frame_rate=rate)[2]
    assert pysrt.open(str(shown / "subtitles.srt"))[0].start.ordinal == first
    assert json.loads((shown / "qc.json").read_text()).get("frame_rate") == said


def test_other_formats_where_they_are_asked_for(run):
    code, result, attempt = run("hi", hindi(), formats=["ass", "ttml", "csv"])
    assert code == 0
    assert {key: out.deliver_as for key, out in result.outputs.items()} == {
        "srt": None,  # for mux
        "ass": "मेरी फ़िल्म.hi.ass",
        "ttml": "मेरी फ़िल्म.hi.ttml",
        "csv": "मेरी फ़िल्म.hi.csv",
        "qc": None,  # one report of all tracks is delivered
        "cues": None,
    }
    written = {key: (attempt / out.path).read_bytes() for key, out in result.outputs.items()}
    shown = pysubs2.SSAFile.from_string(written["srt"].decode(), format_="srt")
    for format_ in ("ass", "ttml"):
        read = pysubs2.SSAFile.from_string(written[format_].decode(), format_=format_)
        assert [event.plaintext for event in read] == [event.plaintext for event in shown]
    assert "Noto Sans Devanagari" in written["ass"].decode()
    cues = from_review(written["csv"])
    assert [cue.text for cue in cues] == [event.plaintext for event in shown]


def test_the_spreadsheet_says_who_speaks_and_how_sure_it_is(run):
    words = [Word(text="नमस्ते", start=1, end=2, probability=0.875, speaker="S2")]
    transcript = Transcript(
        language="hi", segments=[Segment(id=0, start=1, end=2, text="नमस्ते", words=words)]
    )
    _, result, attempt = run("hi", transcript, formats=["csv"])
    row = (attempt / result.outputs["csv"].path).read_text(encoding="utf-8").split("\n")[1]
    assert row.split(",")[5:] == ["नमस्ते", "S2", "0.88"]


def test_urdu_is_written_from_right_to_left(run):
    unit = TranslationUnit(id=0, start=1, end=3, source="a", text="آپ کیسے ہیں؟", segment_ids=[0])
    translation = Translation(
        source_language="hi", target_language="ur", translator="t", model="m", units=[unit]
    )
    code, result, attempt = run("ur", translation, formats=["srt", "vtt", "ass", "ttml", "csv"])
    assert code == 0
    texts = {key: (attempt / out.path).read_text() for key, out in result.outputs.items()}
    for format_ in ("srt", "vtt", "ass"):
        assert "\u202bآپ کیسے ہیں؟\u202c" in texts[format_]
    assert 'tts:direction="rtl"' in texts["ttml"]
    assert from_review((attempt / result.outputs["csv"].path).read_bytes())[0].text == unit.text


def test_a_format_that_there_is_not(run):
    code, result, _ = run("hi", hindi(), formats=["stl"])
    assert code == 2
    assert "subtitle_gen.formats" in result.error.what


def test_a_translation_has_a_text_too(run):
    units = [
        TranslationUnit(id=0, start=1, end=3, source="a", text="Hello friends.", segment_ids=[0]),
        TranslationUnit(id=1, start=4, end=6, source="b", text="How\nare you?", segment_ids=[0]),
    ]
    translation = Translation(
        source_language="hi", target_language="en", translator="t", model="m", units=units
    )
    code, result, attempt = run("en", translation)
    assert code == 0
    assert result.outputs["txt"].deliver_as == "मेरी फ़िल्म.en.txt"
    text = (attempt / result.outputs["txt"].path).read_text(encoding="utf-8")
    assert text == "Hello friends.\nHow are you?\n"
    vtt = (attempt / result.outputs["vtt"].path).read_text(encoding="utf-8")
    assert vtt.startswith("WEBVTT\n\n1\n00:00:01.000 --> ")


def test_no_speech_is_said(run):
    code, result, attempt = run("hi", Transcript(language="hi", segments=[]))
    assert code == 0
    assert result.metrics["cues"] == 0
    assert "Hindi" in result.degraded[0].what
    assert (attempt / result.outputs["srt"].path).read_bytes() == b""
    assert (attempt / result.outputs["vtt"].path).read_text() == "WEBVTT\n"


def test_a_line_that_cannot_be_cut_is_said(run):
    monster = "e" + "\u0301" * 50
    segment = Segment(id=0, start=1, end=2, text=monster)
    code, result, _ = run("hi", Transcript(language="hi", segments=[segment]))
    assert code == 0
    assert "longer than 42" in result.degraded[0].what


def fast_speech() -> Transcript:
    """More than anyone can read in its time, of which the recogniser was not sure."""
    text = "यह वाक्य इतना लंबा है कि आधे सेकंड में कोई नहीं पढ़ सकता"
    words = [
        Word(text=each, start=1 + n * 0.04, end=1.04 + n * 0.04, probability=0.3)
        for n, each in enumerate(text.split())
    ]
    said = Segment(id=0, start=1, end=1.6, text=text, words=words)
    return Transcript(language="hi", segments=[said, Segment(id=1, start=2, end=3, text="हाँ।")])


def test_there_is_a_quality_report_and_its_worst_is_said(run, tmp_path):
    regions = tmp_path / "regions.json"
    speech = [Region(start=1, end=3), Region(start=10, end=12.5)]
    SpeechRegions(regions=speech, pad=0.4, method="m").write(regions)
    code, result, attempt = run("hi", fast_speech(), inputs={"regions": regions})
    assert code == 0
    report = json.loads((attempt / result.outputs["qc"].path).read_bytes())
    assert (report["style"], report["language"], report["film_duration"]) == ("netflix", "hi", 60)
    assert report["counts"]["reading_speed"] >= 1
    assert result.metrics["violations"] == len(report["violations"]) > 0
    assert report["coverage"]["without_subtitle"] == [{"start": 10.0, "end": 12.5}]
    assert result.metrics["speech_without_subtitle_seconds"] >= 2.5
    assert report["low_confidence"][0]["probability"] == 0.3
    (told,) = result.degraded
    assert f"{len(report['violations'])} violation" in told.what
    assert "netflix" in told.what
    assert "characters/s, not 22" in told.why
    assert "output/qc.json" in told.fix


def test_where_songs_are_left_out_their_voice_is_not_called_uncovered(run, tmp_path):
    regions = tmp_path / "regions.json"
    SpeechRegions(regions=[Region(start=1, end=5)]).write(regions)
    _, _, attempt = run("hi", sung(), inputs={"regions": regions}, song_text="leave out")
    assert "coverage" not in json.loads((attempt / "qc.json").read_bytes())


def test_the_style_decides(run):
    _, result, attempt = run("hi", hindi(), style="mine", reading_speeds={"default": 3})
    report = json.loads((attempt / "qc.json").read_bytes())
    assert (report["style"], report["reading_speed"]["limit"]) == ("mine", 3)
    assert report["counts"]["reading_speed"] == result.metrics["over_reading_speed"] > 0


def test_what_was_not_translated_is_in_the_report(run):
    unit = TranslationUnit(
        id=3,
        start=1,
        end=3,
        source="नमस्ते",
        text="नमस्ते",
        segment_ids=[0],
        status="untranslated",
        reason="the model looped",
    )
    translation = Translation(
        source_language="hi", target_language="en", translator="t", model="m", units=[unit]
    )
    _, _, attempt = run("en", translation)
    (one,) = json.loads((attempt / "qc.json").read_bytes())["untranslated"]
    assert (one["id"], one["reason"]) == (3, "the model looped")


def test_a_setting_that_cannot_be_used(run):
    code, result, _ = run("hi", hindi(), max_lines=0)
    assert code == 2
    assert "subtitle_gen.max_lines" in result.error.what


def test_a_film_is_as_long_as_its_sound_whatever_its_header_says(run):
    words = [Word(text=text, start=at, end=at + 0.8) for text, at in (("एक", 1), ("दो", 40))]
    document = Transcript(
        language="hi",
        segments=[
            Segment(id=n, start=word.start, end=word.end, text=word.text, words=[word])
            for n, word in enumerate(words)
        ],
    )
    code, result, attempt = run("hi", document, film_duration=10.0, heard=50.0)
    assert code == 0
    items = pysrt.from_string((attempt / result.outputs["srt"].path).read_text())
    assert [item.start.ordinal for item in items] == [1000, 40000]
    report = json.loads((attempt / result.outputs["qc"].path).read_text())
    assert report["film_duration"] == 50


def test_a_film_whose_length_is_not_known(run):
    code, result, _ = run("hi", hindi(), film_duration=None)
    assert code == 0
    assert result.metrics["cues"] > 0


def sung() -> Transcript:
    return Transcript(
        language="hi",
        segments=[
            Segment(id=0, start=1, end=2, text="नमस्ते"),
            Segment(id=1, start=2, end=5, text="♪ ला ला ♪", song=True),
        ],
    )


@pytest.mark.parametrize(
    ("song_text", "shown", "metrics"),
    [
        ("mark", ["नमस्ते", "♪ ला ला ♪"], {"song_cues": 1}),
        ("keep", ["नमस्ते", "♪ ला ला ♪"], {}),
        ("leave out", ["नमस्ते"], {"song_cues": 0, "song_words_left_out": 4}),
    ],
)
def test_songs(run, song_text, shown, metrics):
    code, result, attempt = run("hi", sung(), song_text=song_text)
    assert code == 0
    items = pysrt.open(str(attempt / result.outputs["srt"].path))
    assert " ".join(" ".join(item.text.split()) for item in items) == " ".join(shown)
    assert metrics.items() <= result.metrics.items()


def test_a_track_without_its_songs_may_be_empty_and_says_why(run):
    only = sung().model_copy(update={"segments": sung().segments[1:]})
    code, result, _ = run("hi", only, song_text="leave out")
    assert (code, result.metrics["cues"]) == (0, 0)
    assert "songs" in result.degraded[0].why


@pytest.mark.parametrize(("song_text", "shown"), [("mark", "♪ la la ♪"), ("keep", "la la")])
def test_songs_of_a_translation(run, song_text, shown):
    unit = TranslationUnit(
        id=0, start=1, end=3, source="a", text="la la", segment_ids=[0], song=True
    )
    translation = Translation(
        source_language="hi", target_language="en", translator="t", model="m", units=[unit]
    )
    _, result, attempt = run("en", translation, song_text=song_text)
    assert pysrt.open(str(attempt / result.outputs["srt"].path))[0].text == shown
    assert (attempt / result.outputs["txt"].path).read_text(encoding="utf-8") == f"{shown}\n"


def test_a_romanised_track(run):
    code, result, attempt = run("hi", hindi(), romanised=True)
    assert (code, result.degraded) == (0, [])
    delivered = {out.deliver_as for out in result.outputs.values()}
    assert {"मेरी फ़िल्म.hi.srt", "मेरी फ़िल्म.hi-Latn.srt", "मेरी फ़िल्म.hi-Latn.vtt"} <= delivered
    native = pysrt.open(str(attempt / result.outputs["srt"].path))
    latin = pysrt.open(str(attempt / result.outputs["romanised_srt"].path))
    assert [(item.start, item.end) for item in latin] == [(item.start, item.end) for item in native]
    assert " ".join(item.text.replace("\n", " ") for item in latin) == (
        "Namaste dosto. Aap kaise hain?"
    )
    vtt = (attempt / result.outputs["romanised_vtt"].path).read_text(encoding="utf-8")
    assert vtt.startswith("WEBVTT\n\n1\n")


def test_a_romanised_track_only_where_it_is_asked_for_and_the_letters_are_others(run):
    english = Transcript(language="en", segments=[Segment(id=0, start=1, end=2, text="Hello.")])
    _, result, _ = run("en", english, source_language="en", romanised=True)
    assert result.degraded == []
    assert set(result.outputs) == {"srt", "vtt", "ass", "qc", "cues"}


def test_urdu_is_not_romanised_and_the_summary_says_so(run):
    urdu = Transcript(language="ur", segments=[Segment(id=0, start=1, end=2, text="آپ کیسے ہیں؟")])
    languages = {"ur": {"name": "Urdu", "script": "Arab", "direction": "rtl"}}
    code, result, _ = run("ur", urdu, source_language="ur", languages=languages, romanised=True)
    assert code == 0
    assert set(result.outputs) == {"srt", "vtt", "ass", "qc", "cues"}
    assert result.degraded[0].what == "Urdu cannot be romanised."
    assert "subtitle_gen.romanised=false" in result.degraded[0].fix


def test_romanised_lines_that_are_too_long_are_said(run):
    said = Segment(id=0, start=1, end=2, text="प्रधानमंत्री")
    given = Transcript(language="hi", segments=[said])
    _, result, _ = run("hi", given, romanised=True, max_chars_per_line=12, max_lines=1)
    assert result.metrics["romanised_lines_too_long"] == 1
    assert "romanised" in result.degraded[-1].what


def test_an_edited_track_is_what_the_person_made_of_it(run, tmp_path):
    """In every format; its report judges it, and what was translated by hand is translated."""
    cues = [
        Cue(1, 500, 600, ("नमस्ते दोस्तो, आप सब कैसे हैं?",)),
        Cue(2, 5000, 7000, ("अच्छे हैं।", "और आप?")),
    ]
    edited = tmp_path / "edited.json"
    edited.write_text(EditedTrack.of(cues).to_json(), encoding="utf-8")
    formats = ["srt", "vtt", "ass", "ttml", "csv"]
    code, result, attempt = run(
        "hi", hindi(), inputs={"edited": edited}, formats=formats, romanised=True
    )
    assert code == 0
    written = {key: (attempt / out.path).read_bytes() for key, out in result.outputs.items()}
    for key in ("srt", "vtt", "ass", "ttml"):
        read = pysubs2.SSAFile.from_string(written[key].decode(), format_=key)
        assert [event.plaintext for event in read] == [cue.text for cue in cues]
    assert from_review(written["csv"]) == cues
    assert "Acche hain" in written["romanised_srt"].decode()
    report = json.loads(written["qc"])
    assert (report["cues"], report["counts"]["too_short"]) == (2, 1)


def test_an_edited_translation_has_its_text_too(run, tmp_path):
    unit = TranslationUnit(
        id=0, start=1, end=3, source="a", text="नमस्ते", segment_ids=[0], status="untranslated"
    )
    translation = Translation(
        source_language="hi", target_language="en", translator="t", model="m", units=[unit]
    )
    edited = tmp_path / "edited.json"
    track = EditedTrack.of([Cue(1, 1000, 3000, ("Hello,", "friends."))])
    edited.write_text(track.to_json(), encoding="utf-8")
    _, result, attempt = run("en", translation, inputs={"edited": edited})
    text = (attempt / result.outputs["txt"].path).read_text(encoding="utf-8")
    assert text == "Hello, friends.\n"
    assert json.loads((attempt / "qc.json").read_bytes())["untranslated"] == []


def english_of_hindi() -> Translation:
    unit = TranslationUnit(
        id=0,
        start=1,
        end=7,
        source="नमस्ते दोस्तो । आप कैसे हैं?",
        text="Hello friends. How are you?",
        segment_ids=[0],
    )
    return Translation(
        source_language="hi", target_language="en", translator="t", model="m", units=[unit]
    )


@pytest.fixture
def hindi_cues(tmp_path):
    """What the stage of the Hindi track hands to those that follow it."""
    cues = [Cue(1, 1000, 3000, ("नमस्ते दोस्तो ।",)), Cue(2, 4000, 8000, ("आप कैसे हैं?",))]
    path = tmp_path / "hindi.cues.json"
    path.write_text(TemplateTrack.of_source("hi", cues).to_json())
    return path


def test_a_track_that_follows_a_template(run, hindi_cues):
    code, result, attempt = run("en", english_of_hindi(), inputs={"template": hindi_cues})
    assert code == 0
    shown = pysrt.open(str(attempt / result.outputs["srt"].path))
    assert [(item.start.ordinal, item.end.ordinal, item.text) for item in shown] == [
        (1000, 3000, "Hello friends."),
        (4000, 8000, "How are you?"),
    ]
    assert result.metrics["template_cues_without_text"] == 0
    again = TemplateTrack.read(attempt / result.outputs["cues"].path)
    assert [(each.first, each.last) for each in again.spoken] == [(0, 1)]


def test_a_template_without_cues_is_none(run, tmp_path):
    path = tmp_path / "none.json"
    path.write_text(TemplateTrack.of_source("hi", []).to_json())
    code, result, _ = run("en", english_of_hindi(), inputs={"template": path})
    assert code == 0
    assert result.metrics["cues"] > 0


def test_a_bilingual_track(run, hindi_cues, tmp_path):
    regions = tmp_path / "regions.json"
    SpeechRegions(regions=[Region(start=1, end=9)]).write(regions)
    code, result, attempt = run(
        "en",
        english_of_hindi(),
        inputs={"beside": hindi_cues, "regions": regions},
        pair=["hi", "en"],
        formats=["srt", "ass", "ttml", "csv"],
    )
    assert code == 0
    delivered = {key: out.deliver_as for key, out in result.outputs.items()}
    assert delivered["bilingual_srt"] == "मेरी फ़िल्म.hi+en.srt"
    assert {f"bilingual_{kind}" for kind in ("srt", "ass", "ttml", "csv", "qc")} <= set(delivered)
    assert delivered["bilingual_qc"] is None
    shown = pysrt.open(str(attempt / result.outputs["bilingual_srt"].path))
    assert [item.text for item in shown] == [
        "नमस्ते दोस्तो ।\nHello friends.",
        "आप कैसे हैं?\nHow are you?",
    ]
    ttml = (attempt / result.outputs["bilingual_ttml"].path).read_text(encoding="utf-8")
    assert 'xml:lang="mul"' in ttml
    assert "Noto Sans Devanagari" in ttml
    report = json.loads((attempt / result.outputs["bilingual_qc"].path).read_bytes())
    assert (report["language"], report["cues"]) == ("hi+en", 2)
    assert report["coverage"]["covered_seconds"] == 6


def test_an_edited_text_is_what_stands_in_the_bilingual_track(run, hindi_cues, tmp_path):
    edited = tmp_path / "edited.json"
    track = EditedTrack.of(
        [Cue(1, 1500, 2500, ("Hi friends.",)), Cue(2, 5000, 6000, ("How are you?",))]
    )
    edited.write_text(track.to_json(), encoding="utf-8")
    inputs = {"beside": hindi_cues, "edited": edited}
    _, result, attempt = run("en", english_of_hindi(), inputs=inputs, pair=["en", "hi"])
    shown = pysrt.open(str(attempt / result.outputs["bilingual_srt"].path))
    assert [item.text.split("\n")[0] for item in shown] == ["Hi friends.", "How are you?"]
