"""What "untouched" promises: how pictures are shown, attachments, streams' marks."""

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalchitra.media import mux as mux_module
from chalchitra.media.looks import Look, look, lost
from chalchitra.media.mux import mux
from chalchitra.media.mux_plan import Track, plan
from chalchitra.media.names import harmless_name
from chalchitra.media.probe import open_container, probe
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.srt import to_srt

H264 = "-c:v libx264 -c:a aac"


@pytest.fixture
def track(tmp_path):
    path = tmp_path / "en.srt"
    path.write_text(to_srt([Cue(1, 1000, 2000, ("Hello",))]))
    return Track.of(path, {"id": "en", "native": "English", "container": "eng"})


@pytest.fixture
def turned(make_film, ffmpeg, tmp_path):
    """A phone's film: turned, with sound that MP4 players do not play."""
    ffmpeg(
        "-display_rotation 90 -i", make_film("upright.mov", "-c:v mjpeg -c:a pcm_s16be"),
        "-c copy", tmp_path / "phone.mov",
    )  # fmt: skip
    return probe(tmp_path / "phone.mov")


def test_a_turned_film_stays_turned(turned, track, tmp_path):
    before = look(turned.path, turned.streams[0])
    assert before.is_turned
    planned = plan(turned, [track])
    assert planned.container == "matroska"
    assert mux(planned, tmp_path / "out.mkv") == []
    result = probe(tmp_path / "out.mkv")
    assert look(result.path, result.streams[0]) == before


def test_where_no_ffmpeg_can_write_the_turn_it_is_told(turned, track, tmp_path, monkeypatch):
    """The turn is taken away in the writing, as ffmpegs before 6.1 did."""
    arguments = mux_module.arguments
    monkeypatch.setattr(
        mux_module,
        "arguments",
        lambda *args: ["-display_rotation", "0", *arguments(*args)],
    )
    told = mux(plan(turned, [track]), tmp_path / "out.mkv")
    assert ["upright" in one.what and "90 degrees" in one.what for one in told] == [True]


UPRIGHT = Look()
SHOWN = Look(
    matrix=(0.0, -1.0, 1.0, 0.0),
    aspect=Fraction(64, 45),
    colours=(("color_primaries", 9), ("color_trc", 16)),
    beside=frozenset({"STEREO3D", "MASTERING_DISPLAY_METADATA"}),
)


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (SHOWN, []),
        (replace(SHOWN, matrix=UPRIGHT.matrix), ["turned by 90 degrees"]),
        (replace(SHOWN, matrix=(0.0, 1.0, 1.0, 0.0)), ["turned or mirrored"]),
        (replace(SHOWN, aspect=Fraction(1)), ["pixels"]),
        (replace(SHOWN, colours=(("color_trc", 16),)), ["primaries"]),
        (replace(SHOWN, colours=(("color_primaries", 9), ("color_trc", 1))), ["transfer"]),
        (replace(SHOWN, beside=frozenset()), ["HDR", "3D"]),
        (replace(SHOWN, beside=SHOWN.beside | {"ICC_PROFILE"}), []),
    ],
)
def test_what_a_copy_does_not_say_is_named(after, words):
    found = lost(SHOWN, after)
    assert len(found) == len(words)
    assert all(word in said for word, said in zip(words, found, strict=True))


def test_a_look_sees_the_shape_of_pixels_and_colours(ffmpeg, make_film, tmp_path):
    ffmpeg(
        "-i", make_film("plain.mkv", H264), "-c:v libx264 -c:a copy",
        "-vf setsar=64/45,setparams=color_primaries=bt2020:color_trc=smpte2084",
        tmp_path / "wide.mkv",
    )  # fmt: skip
    film = probe(tmp_path / "wide.mkv")
    found = look(film.path, film.streams[0])
    assert found.aspect == Fraction(64, 45)
    assert dict(found.colours)["color_trc"] == 16
    assert not found.is_turned


def test_a_streams_mark_that_is_lost_is_told(make_film, ffmpeg, track, tmp_path):
    """An MP4 has no place for a mark that a Matroska has."""
    ffmpeg(
        "-i", make_film("plain.mkv", H264), "-c copy -disposition:a:0 default+comment",
        tmp_path / "film.mkv",
    )  # fmt: skip
    film = probe(tmp_path / "film.mkv")
    assert mux(plan(film, [track]), tmp_path / "out.mkv") == []
    film.streams[1].dispositions.append("lyrics")
    told = mux(plan(film, [track]), tmp_path / "out.mkv")
    assert ["lyrics" in one.what for one in told] == [True]


ODD = ["../../etc/passwd", "/etc/cron.d/x", "C:\\Windows\\evil.exe", "two\nlines.ttf", "font.ttf"]


def test_attachments_are_carried_on_under_harmless_names(make_film, ffmpeg, track, tmp_path):
    font = tmp_path / "font.ttf"
    font.write_bytes(bytes(range(256)))
    words = []
    for number, name in enumerate([*ODD, "FONT.TTF"]):
        words += ["-attach", str(font), f"-metadata:s:t:{number}", "mimetype=font/ttf"]
        words += [f"-metadata:s:t:{number}", f"filename={name}"]
    ffmpeg("-i", make_film("plain.mkv", H264), "-c copy", words, tmp_path / "film.mkv")
    film = probe(tmp_path / "film.mkv")
    planned = plan(film, [track])
    assert sum("was renamed" in one.what for one in planned.shortfalls) == 5
    mux(planned, tmp_path / "out.mkv")
    names = [stream.filename for stream in probe(tmp_path / "out.mkv").of_kind("attachment")]
    assert names == ["passwd", "x", "evil.exe", "twolines.ttf", "font.ttf", "FONT (2).TTF"]
    with open_container(tmp_path / "out.mkv") as container:
        assert container.streams[0].type == "video"


@settings(deadline=None)
@given(st.text(), st.lists(st.text()))
@example("..", [])
@example("nul.txt", [])
@example("a/\u202egpj.exe", [])
@example("é" * 300 + ".ttf", ["x"])
def test_no_name_leads_anywhere(tmp_path_factory, name, taken):
    folder = tmp_path_factory.getbasetemp() / "names"
    folder.mkdir(exist_ok=True)
    found = harmless_name(name, taken, "attachment-1")
    assert found.isprintable() or "\u200d" in found or "\u200c" in found or not name.isascii()
    assert Path(os.path.normpath(folder / found)).parent == folder
    assert len(found.encode()) < 255
    assert found.casefold() not in {one.casefold() for one in taken}
    (folder / found).touch()
    (folder / found).unlink()


def test_a_name_that_harms_nobody_stays(tmp_path):
    for name in ("font.ttf", "क्‍ष फ़ॉन्ट.otf", "cover (1).jpg", "a.b.c"):
        assert harmless_name(name, [], "x") == name
