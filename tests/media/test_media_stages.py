"""The stage scripts demux and mux, run as the runner runs them: with a request, as a process."""

import json
import sys

import pytest

from chalchitra.media.probe import probe
from chalchitra.media.wav import wav_duration
from chalchitra.paths import venv_dir
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.ass import to_ass
from chalchitra.subtitles.formats.srt import to_srt

LANGUAGES = {
    "hi": {"id": "hi", "name": "Hindi", "native": "हिन्दी", "container": "hin", "script": "Deva"},
    "en": {
        "id": "en",
        "name": "English",
        "native": "English",
        "container": "eng",
        "script": "Latn",
    },
}
CUES = {"hi": "नमस्ते", "en": "Hello", "sat": "ᱡᱚᱦᱟᱨ", "ur": "سلام"}
H264 = "-c:v libx264 -c:a aac"


def demux_params(clip=None):
    return {"clip": clip, "audio_stream": {"index": 2, "position": 1, "reason": "it is Hindi"}}


def mux_params(**settings):
    return {
        "title": "फ़िल्म",
        "languages": LANGUAGES,
        "source_language": "hi",
        "target_languages": ["en"],
        "container": "auto",
        "default_track": "auto",
        "forced_track": "none",
        "styled": "auto",
        "burn_in": "none",
        **settings,
    }


def test_demux_writes_the_chosen_track_and_what_it_is(rich_film, run_stage):
    result, folder = run_stage("demux", {"film": rich_film}, demux_params())
    assert result.status == "done"
    assert result.degraded == []
    info = json.loads((folder / result.outputs["audio_info"].path).read_text())
    assert (info["stream"], info["offset"], info["sample_rate"]) == (2, 0.0, 16000)
    assert info["duration"] == wav_duration(folder / result.outputs["audio"].path)
    assert result.metrics["duration"] == round(info["duration"], 3)


def test_demux_of_a_clip_has_its_offset(rich_film, run_stage):
    result, folder = run_stage("demux", {"film": rich_film}, demux_params({"start": 2, "end": 5}))
    info = json.loads((folder / result.outputs["audio_info"].path).read_text())
    assert info["offset"] == 2
    assert info["duration"] == pytest.approx(3, abs=0.001)


def test_demux_of_half_a_film_is_degraded(rich_film, run_stage, tmp_path):
    whole = rich_film.read_bytes()
    (tmp_path / "half.mkv").write_bytes(whole[: len(whole) // 2])
    result, _ = run_stage("demux", {"film": tmp_path / "half.mkv"}, demux_params())
    assert result.status == "done"
    assert "The audio ends at" in result.degraded[0].what


def test_demux_of_no_film_fails_with_the_reason(run_stage, tmp_path):
    (tmp_path / "film.mkv").write_text("#EXTM3U\n")
    result, _ = run_stage("demux", {"film": tmp_path / "film.mkv"}, demux_params())
    assert result.status == "failed"
    assert "is a playlist" in result.error.what
    assert result.error.kind == "usage"


@pytest.mark.smoke
def test_demux_hears_the_same_in_its_own_environment(rich_film, run_stage, tmp_path):
    result, folder = run_stage("demux", {"film": rich_film}, demux_params())
    here = (folder / "audio.wav").read_bytes()
    folder.rename(tmp_path / "here")
    python = venv_dir() / "whisperx" / "bin" / "python"
    again, folder = run_stage("demux", {"film": rich_film}, demux_params(), python)
    assert again.status == result.status == "done"
    assert (folder / "audio.wav").read_bytes() == here


@pytest.fixture
def track_files(tmp_path):
    """What subtitle_gen makes of one cue a language, as inputs of mux."""

    def write(film, rows=LANGUAGES, *, without=(), romanised=()):
        inputs = {"film": film}
        for language, row in rows.items():
            cues = [] if language in without else [Cue(1, 1000, 2000, (CUES[language],))]
            rtl = language == "ur"
            written = {
                "srt": to_srt(cues, right_to_left=rtl),
                "ass": to_ass(cues, language=language, script=row["script"], right_to_left=rtl),
            }
            if language in romanised:
                written["romanised"] = to_srt([Cue(1, 1000, 2000, ("Namaste",))])
            for kind, text in written.items():
                path = tmp_path / f"{language}.{kind}"
                path.write_text(text, encoding="utf-8")
                inputs[f"{kind}@{language}"] = path
        return inputs

    return write


def test_mux_delivers_the_film_with_the_tracks_of_every_language(rich_film, run_stage, track_files):
    result, folder = run_stage("mux", track_files(rich_film), mux_params())
    assert result.status == "done"
    assert result.degraded == []
    assert set(result.outputs) == {"film"}
    assert result.outputs["film"].deliver_as == "फ़िल्म.subtitled.mkv"
    made = probe(folder / result.outputs["film"].path)
    assert [
        (track.language, track.title, track.codec, track.is_default)
        for track in made.of_kind("subtitle")
    ] == [
        ("eng", "Signs", "ass", False),  # the film's own
        ("eng", "English", "subrip", True),
        ("hin", "हिन्दी (styled)", "ass", False),
        ("hin", "हिन्दी", "subrip", False),
    ]
    assert [font.filename for font in made.of_kind("attachment")] == [
        "font.ttf",  # the film's own
        "NotoSansDevanagari.ttf",
    ]
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == []


def titles(result, folder):
    subtitles = probe(folder / result.outputs["film"].path).of_kind("subtitle")
    return [track.title for track in subtitles]


def test_styled_tracks_are_a_setting(make_film, run_stage, track_files):
    film = make_film("plain.mkv", H264)
    result, folder = run_stage("mux", track_files(film), mux_params(styled="never"))
    assert titles(result, folder) == ["English", "हिन्दी"]
    assert probe(folder / result.outputs["film"].path).of_kind("attachment") == []


def test_with_styled_always_every_script_brings_its_font(make_film, run_stage, track_files):
    film = make_film("plain.mkv", H264)
    result, folder = run_stage("mux", track_files(film), mux_params(styled="always"))
    expected = ["English (styled)", "English", "हिन्दी (styled)", "हिन्दी"]
    assert titles(result, folder) == expected
    fonts = probe(folder / result.outputs["film"].path).of_kind("attachment")
    assert [font.filename for font in fonts] == ["NotoSans.ttf", "NotoSansDevanagari.ttf"]


@pytest.mark.parametrize(("name", "styled"), [("plain.mkv", True), ("plain.mp4", False)])
def test_a_romanised_track_is_the_last_one_and_never_the_default(
    make_film, run_stage, track_files, name, styled
):
    inputs = track_files(make_film(name, H264), romanised=["hi"])
    result, folder = run_stage("mux", inputs, mux_params(default_track="hi"))
    subtitles = probe(folder / result.outputs["film"].path).of_kind("subtitle")
    hindi = ["हिन्दी (styled)", "हिन्दी"] if styled else ["हिन्दी"]
    assert [track.title for track in subtitles] == ["English", *hindi, "हिन्दी (Latin)"]
    assert [track.language for track in subtitles] == ["eng", *["hin"] * (len(hindi) + 1)]
    assert [track.title for track in subtitles if track.is_default] == hindi[:1]


@pytest.mark.parametrize("name", ["plain.mkv", "plain.mp4"])
def test_a_forced_track_is_a_setting(make_film, run_stage, track_files, name):
    inputs = track_files(make_film(name, H264))
    result, folder = run_stage("mux", inputs, mux_params(forced_track="en"))
    subtitles = probe(folder / result.outputs["film"].path).of_kind("subtitle")
    assert [track.title for track in subtitles if "forced" in track.dispositions] == ["English"]


FONTLESS = f"""#!{sys.executable}
import runpy, sys
from chalchitra.media import fonts
fonts._HOME_FOLDERS = fonts._MACHINE_FOLDERS = ()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""A Python to which the machine has no fonts: those of the environment are left."""


def test_a_script_without_a_font_keeps_its_plain_track_and_is_told(
    make_film, run_stage, track_files, tmp_path
):
    """Santali's letters are in no package."""
    python = tmp_path / "python"
    python.write_text(FONTLESS)
    python.chmod(0o755)
    row = {
        "id": "sat",
        "name": "Santali",
        "native": "ᱥᱟᱱᱛᱟᱲᱤ",
        "container": "sat",
        "script": "Olck",
    }
    rows = {"hi": LANGUAGES["hi"], "sat": row}
    inputs = track_files(make_film("plain.mkv", H264), rows)
    params = mux_params(languages=rows, target_languages=["sat"])
    result, folder = run_stage("mux", inputs, params, python)
    assert titles(result, folder) == ["ᱥᱟᱱᱛᱟᱲᱤ", "हिन्दी (styled)", "हिन्दी"]
    assert [one.what for one in result.degraded] == [
        "The film has no styled Santali track; it has only the plain one."
    ]
    assert "Noto Sans Ol Chiki" in result.degraded[0].why


def test_a_film_with_a_track_burned_in_is_a_second_output(make_film, run_stage, track_files):
    film = make_film("plain.mkv", H264)
    result, folder = run_stage("mux", track_files(film), mux_params(burn_in="hi"))
    assert result.degraded == []
    assert result.outputs["burned"].deliver_as == "फ़िल्म.hi.burned.mp4"
    burned = probe(folder / result.outputs["burned"].path)
    assert [(s.kind, s.codec) for s in burned.streams] == [("video", "h264"), ("audio", "aac")]
    assert "हिन्दी (styled)" in titles(result, folder)


@pytest.mark.parametrize(("setting", "default"), [("hi", "hin"), ("none", None)])
def test_which_track_is_shown_unasked_is_a_setting(
    make_film, run_stage, track_files, setting, default
):
    inputs = track_files(make_film("plain.mkv", H264))
    result, folder = run_stage("mux", inputs, mux_params(default_track=setting))
    subtitles = probe(folder / result.outputs["film"].path).of_kind("subtitle")
    shown = [track.language for track in subtitles if track.is_default]
    assert shown == ([default] if default else [])


def test_mux_tells_of_an_empty_track_and_shows_the_other(make_film, run_stage, track_files):
    film = make_film("plain.mp4", "-c:v libx264 -bf 2 -c:a aac")
    result, folder = run_stage("mux", track_files(film, without=["en"]), mux_params())
    assert [one.what for one in result.degraded] == ["The film has no English track."]
    assert result.outputs["film"].deliver_as == "फ़िल्म.subtitled.mp4"
    subtitles = probe(folder / result.outputs["film"].path).of_kind("subtitle")
    assert [(track.language, track.is_default) for track in subtitles] == [("hin", True)]


@pytest.mark.parametrize("key", ["default_track", "forced_track", "burn_in"])
def test_mux_refuses_a_language_that_is_no_track(make_film, run_stage, track_files, key):
    inputs = track_files(make_film("plain.mkv", H264))
    result, _ = run_stage("mux", inputs, mux_params(**{key: "ta"}))
    assert result.status == "failed"
    assert "'ta'" in result.error.what
    assert f"mux.{key}" in result.error.fix
