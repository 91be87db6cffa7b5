"""The stage script, run as the runner runs it: a process with a request file."""

from __future__ import annotations

import os
import subprocess
import sys

import pysrt
import pytest

from chalchitra import paths
from chalchitra.settings import load_table
from chalchitra.stagekit import Request, Result
from chalchitra.subtitles import CueSettings
from chalchitra.transcript import Segment, Transcript, Word
from chalchitra.translation.model import Translation, TranslationUnit

SCRIPT = paths.source_dir().parent / "scripts" / "stages" / "subtitle_gen.py"
LANGUAGES = {
    "hi": {"name": "Hindi", "script": "Deva"},
    "en": {"name": "English", "script": "Latn"},
}
SETTINGS = {
    "max_lines": 2,
    "max_chars_per_line": 42,
    "characters": "code points",
    "min_duration": 0.833,
    "max_duration": 7.0,
    "linger": 0.5,
    "min_gap": 0.084,
    "close_gap": 0.5,
    "max_pause": 1.0,
    "reading_speed": 0.0,
    "romanised": False,
}


@pytest.fixture
def run(tmp_path):
    """Runs the stage on a document; gives its exit code and its result."""

    def run(language, document, **params):
        source = tmp_path / "input.json"
        document.write(source)
        attempt = tmp_path / "attempt"
        attempt.mkdir()
        request = Request(
            job_id="job_20250101_001",
            stage="subtitle_gen",
            language=language,
            environment="common",
            inputs={"transcript" if isinstance(document, Transcript) else "translation": source},
            params={
                "title": "मेरी फ़िल्म",
                "source_language": "hi",
                "languages": LANGUAGES,
                "film_duration": 60.0,
                "song_text": "mark",
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
    assert set(table["subtitle_gen"]) == set(CueSettings.model_fields)
    assert CueSettings.model_validate(table["subtitle_gen"]).max_chars_per_line == 42


def test_the_source_language(run):
    code, result, attempt = run("hi", hindi())
    assert code == 0
    assert result.degraded == []
    assert {key: out.deliver_as for key, out in result.outputs.items()} == {
        "srt": "मेरी फ़िल्म.hi.srt",
        "vtt": "मेरी फ़िल्म.hi.vtt",
    }
    srt = (attempt / result.outputs["srt"].path).read_bytes()
    assert not srt.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in srt
    items = pysrt.from_string(srt.decode())
    assert " ".join(item.text.replace("\n", " ") for item in items) == ("नमस्ते दोस्तो । आप कैसे हैं?")
    assert result.metrics["cues"] == len(items)
    assert result.metrics["max_cps"] > result.metrics["max_cps_graphemes"] > 0
    assert result.libraries["pysrt"]


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


def test_a_setting_that_cannot_be_used(run):
    code, result, _ = run("hi", hindi(), max_lines=0)
    assert code == 2
    assert "subtitle_gen.max_lines" in result.error.what


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
        "Namaste dosto . Aap kaise hain?"
    )
    vtt = (attempt / result.outputs["romanised_vtt"].path).read_text(encoding="utf-8")
    assert vtt.startswith("WEBVTT\n\n1\n")


def test_a_romanised_track_only_where_it_is_asked_for_and_the_letters_are_others(run):
    english = Transcript(language="en", segments=[Segment(id=0, start=1, end=2, text="Hello.")])
    _, result, _ = run("en", english, source_language="en", romanised=True)
    assert result.degraded == []
    assert set(result.outputs) == {"srt", "vtt"}


def test_urdu_is_not_romanised_and_the_summary_says_so(run):
    urdu = Transcript(language="ur", segments=[Segment(id=0, start=1, end=2, text="آپ کیسے ہیں؟")])
    languages = {"ur": {"name": "Urdu", "script": "Arab"}}
    code, result, _ = run("ur", urdu, source_language="ur", languages=languages, romanised=True)
    assert code == 0
    assert set(result.outputs) == {"srt", "vtt"}
    assert result.degraded[0].what == "Urdu cannot be romanised."
    assert "subtitle_gen.romanised=false" in result.degraded[0].fix


def test_romanised_lines_that_are_too_long_are_said(run):
    said = Segment(id=0, start=1, end=2, text="प्रधानमंत्री")
    given = Transcript(language="hi", segments=[said])
    _, result, _ = run("hi", given, romanised=True, max_chars_per_line=12, max_lines=1)
    assert result.metrics["romanised_lines_too_long"] == 1
    assert "romanised" in result.degraded[-1].what
