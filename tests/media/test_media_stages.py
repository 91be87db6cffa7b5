"""The stage scripts demux and mux, run as the runner runs them: with a request, as a process."""

import json

import pytest

from chalchitra.media.probe import probe
from chalchitra.media.wav import wav_duration
from chalchitra.paths import venv_dir

LANGUAGES = {
    "hi": {"id": "hi", "name": "Hindi", "native": "हिन्दी", "container": "hin"},
    "en": {"id": "en", "name": "English", "native": "English", "container": "eng"},
}
CUE = "1\n00:00:01,000 --> 00:00:02,000\nHello\n"


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
    assert "The sound ends at" in result.degraded[0].what


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


def test_mux_delivers_the_film_with_a_track_a_language(rich_film, run_stage, tmp_path):
    for language in LANGUAGES:
        (tmp_path / f"{language}.srt").write_text(CUE)
    inputs = {"film": rich_film, **{f"srt@{key}": tmp_path / f"{key}.srt" for key in LANGUAGES}}
    result, folder = run_stage("mux", inputs, mux_params())
    assert result.status == "done"
    assert result.degraded == []
    assert result.outputs["film"].deliver_as == "फ़िल्म.subtitled.mkv"
    subtitles = probe(folder / result.outputs["film"].path).of_kind("subtitle")
    assert [(track.language, track.is_default) for track in subtitles] == [
        ("eng", False),  # the film's own
        ("eng", True),
        ("hin", False),
    ]


@pytest.mark.parametrize(("setting", "default"), [("hi", "hin"), ("none", None)])
def test_which_track_is_shown_unasked_is_a_setting(
    make_film, run_stage, tmp_path, setting, default
):
    for language in LANGUAGES:
        (tmp_path / f"{language}.srt").write_text(CUE)
    film = make_film("plain.mkv", "-c:v libx264 -c:a aac")
    inputs = {"film": film, **{f"srt@{key}": tmp_path / f"{key}.srt" for key in LANGUAGES}}
    result, folder = run_stage("mux", inputs, mux_params(default_track=setting))
    subtitles = probe(folder / result.outputs["film"].path).of_kind("subtitle")
    shown = [track.language for track in subtitles if track.is_default]
    assert shown == ([default] if default else [])


def test_mux_tells_of_an_empty_track_and_shows_the_other(make_film, run_stage, tmp_path):
    (tmp_path / "en.srt").write_text("")
    (tmp_path / "hi.srt").write_text(CUE)
    film = make_film("plain.mp4", "-c:v libx264 -bf 2 -c:a aac")
    inputs = {"film": film, **{f"srt@{key}": tmp_path / f"{key}.srt" for key in LANGUAGES}}
    result, folder = run_stage("mux", inputs, mux_params())
    assert [one.what for one in result.degraded] == ["The film has no English track."]
    assert result.outputs["film"].deliver_as == "फ़िल्म.subtitled.mp4"
    subtitles = probe(folder / result.outputs["film"].path).of_kind("subtitle")
    assert [(track.language, track.is_default) for track in subtitles] == [("hin", True)]


def test_mux_refuses_a_default_that_is_no_track(make_film, run_stage, tmp_path):
    for language in LANGUAGES:
        (tmp_path / f"{language}.srt").write_text(CUE)
    film = make_film("plain.mkv", "-c:v libx264 -c:a aac")
    inputs = {"film": film, **{f"srt@{key}": tmp_path / f"{key}.srt" for key in LANGUAGES}}
    result, _ = run_stage("mux", inputs, mux_params(default_track="ta"))
    assert result.status == "failed"
    assert "'ta'" in result.error.what
