"""Subtitles as they are seen: frames of a muxed film, and of one with a track burned in."""

from __future__ import annotations

import subprocess

import pytest

from chalchitra.errors import StageError
from chalchitra.media import burn as burning
from chalchitra.media import fonts
from chalchitra.media.burn import CANNOT_DRAW, burn
from chalchitra.media.mux import mux
from chalchitra.media.mux_plan import Track, plan
from chalchitra.media.probe import probe
from chalchitra.media.styled import styled_track
from chalchitra.media.tools import find_drawing_ffmpeg
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.ass import to_ass
from chalchitra.subtitles.formats.srt import to_srt

WIDTH, HEIGHT = 480, 270
CUE = (1000, 3000)
ROWS = {
    "hi": {"id": "hi", "native": "हिन्दी", "container": "hin", "script": "Deva"},
    "ta": {"id": "ta", "native": "தமிழ்", "container": "tam", "script": "Taml"},
    "ur": {"id": "ur", "native": "اردو", "container": "urd", "script": "Arab"},
    "bn": {"id": "bn", "native": "বাংলা", "container": "ben", "script": "Beng"},
    "en": {"id": "en", "native": "English", "container": "eng", "script": "Latn"},
}
TEXTS = {
    "hi": ("क्या तुम स्त्री हो?", "क्या हम मित्रो हो?"),
    "ta": ("நீங்கள் எப்படி?", "நாங்கள் இப்படி?"),
    "ur": ("آپ کیسے ہیں؟", "ہم اچھے ہیں۔"),
    "bn": ("আপনি কেমন আছেন?", "আমরা ভালো আছি।"),
    "en": ("How are you?", "Why are we?"),
}

pytestmark = pytest.mark.skipif(
    find_drawing_ffmpeg() is None, reason="no ffmpeg here draws subtitles"
)


@pytest.fixture(autouse=True)
def wheels_only(monkeypatch):
    """The fonts of the environment: what else a machine has changes nothing here."""
    monkeypatch.setattr(fonts, "_HOME_FOLDERS", ())
    monkeypatch.setattr(fonts, "_MACHINE_FOLDERS", ())


@pytest.fixture(scope="module")
def grey_film(ffmpeg, tmp_path_factory):
    """Four seconds of a grey moving picture with sound."""
    path = tmp_path_factory.mktemp("grey") / "it's [grey], a;film.mkv"
    ffmpeg(
        f"-f lavfi -i testsrc2=size={WIDTH}x{HEIGHT}:rate=24:duration=4 -f lavfi "
        "-i sine=duration=4 -vf hue=s=0,eq=contrast=0.2 -c:v libx264 -c:a aac",
        path,
    )
    return path


@pytest.fixture
def styled(tmp_path):
    """The styled track of a language with one cue."""

    def make(language, text):
        folder = tmp_path / "made"
        folder.mkdir(exist_ok=True)
        row = ROWS[language]
        file = tmp_path / f"{language}.ass"
        cue = Cue(1, *CUE, (text,))
        rtl = language == "ur"
        written = to_ass([cue], language=language, script=row["script"], right_to_left=rtl)
        file.write_text(written, encoding="utf-8")
        track = styled_track(file, row, folder)
        assert track is not None
        return track

    return make


@pytest.fixture
def frame(tmp_path):
    """The grey values of a film's frame, its subtitle stream drawn with the film's fonts only."""
    nothing = tmp_path / "no fonts.conf"
    nothing.write_text("<fontconfig></fontconfig>")

    def take(film, at, subtitle=None):
        link = tmp_path / "film.mkv"
        link.unlink(missing_ok=True)
        link.symlink_to(film)
        drawing = f"subtitles=film.mkv:si={subtitle}" if subtitle is not None else "null"
        command = [
            find_drawing_ffmpeg().path, "-v", "error", "-copyts", "-ss", str(at), "-i", str(film),
            "-vf", drawing, "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-",
        ]  # fmt: skip
        environment = {"FONTCONFIG_FILE": str(nothing), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        assert len(done.stdout) == WIDTH * HEIGHT
        return done.stdout

    return take


def changed_rows(before, after):
    """The rows of the picture in which some pixel changed by much."""
    return [
        row
        for row in range(HEIGHT)
        if any(abs(before[n] - after[n]) > 50 for n in range(row * WIDTH, (row + 1) * WIDTH))
    ]


def muxed(film, tracks, out):
    made = plan(probe(film), tracks)
    assert mux(made, out) == []
    return out


@pytest.mark.parametrize("language", ["hi", "ta", "ur", "bn"])
def test_a_styled_track_is_drawn_with_the_font_that_is_in_the_film(
    grey_film, styled, frame, ffmpeg, tmp_path, language
):
    track = styled(language, TEXTS[language][0])
    film = muxed(grey_film, [track], tmp_path / "out.mkv")
    bare, drawn = frame(film, 2), frame(film, 2, 0)
    rows = changed_rows(bare, drawn)
    assert rows
    assert rows[0] > HEIGHT * 2 / 3
    assert rows[-1] < HEIGHT * 0.95
    assert frame(film, 3.5, 0) == frame(film, 3.5), "nothing is drawn where there is no cue"

    # Without the font it is boxes, or nothing; and boxes are alike whatever the text says.
    ffmpeg("-i", film, "-map 0 -map -0:t -c copy", tmp_path / "fontless.mkv")
    assert frame(tmp_path / "fontless.mkv", 2, 0) != drawn
    other = styled(language, TEXTS[language][1])
    assert frame(muxed(grey_film, [other], tmp_path / "other.mkv"), 2, 0) != drawn


def test_every_script_is_about_as_large(grey_film, styled, frame, tmp_path):
    """Fonts name their heights as they like: Devanagari's was 0.7 of its size by that."""
    heights = {}
    for language, texts in TEXTS.items():
        film = muxed(grey_film, [styled(language, texts[0])], tmp_path / f"{language}.mkv")
        rows = changed_rows(frame(film, 2), frame(film, 2, 0))
        heights[language] = len(rows) / HEIGHT
    assert all(0.03 < height < 0.09 for height in heights.values()), heights


def test_the_fonts_of_several_tracks_are_there_once(grey_film, styled, tmp_path):
    tracks = [styled(language, TEXTS[language][0]) for language in ("hi", "ta", "ur")]
    (tmp_path / "mr.ass").write_bytes((tmp_path / "hi.ass").read_bytes())
    row = {"id": "mr", "native": "मराठी", "container": "mar", "script": "Deva"}
    marathi = styled_track(tmp_path / "mr.ass", row, tmp_path / "made")
    made = probe(muxed(grey_film, [*tracks, marathi], tmp_path / "out.mkv"))
    assert [font.filename for font in made.of_kind("attachment")] == [
        "NotoSansDevanagari.ttf",
        "NotoSansTamil.ttf",
        "NotoSansArabic.ttf",
    ]
    assert [track.title for track in made.of_kind("subtitle")] == [
        "हिन्दी (styled)",
        "தமிழ் (styled)",
        "اردو (styled)",
        "मराठी (styled)",
    ]


def test_a_font_that_did_not_get_into_the_film_is_noticed(grey_film, styled, tmp_path, monkeypatch):
    from chalchitra.media import mux as muxing

    real = muxing.arguments

    def forgetful(*args):
        words = real(*args)
        at = words.index("-attach")
        return words[:at] + words[at + 6 :]

    monkeypatch.setattr(muxing, "arguments", forgetful)
    made = plan(probe(grey_film), [styled("hi", TEXTS["hi"][0])])
    with pytest.raises(StageError) as failed:
        mux(made, tmp_path / "out.mkv")
    assert "attachments" in failed.value.cause


@pytest.mark.parametrize("language", ["hi", "ur", "en"])
def test_a_burned_in_track_changes_the_picture_where_its_cue_is_only(
    grey_film, styled, frame, tmp_path, language
):
    before = grey_film.read_bytes()
    folder = tmp_path / "it's [odd], a;b:c"
    folder.mkdir()
    seen = []
    out = folder / "burned.mp4"
    assert burn(probe(grey_film), styled(language, TEXTS[language][0]), out, seen.append) == []
    rows = changed_rows(frame(grey_film, 2), frame(out, 2))
    assert rows
    assert rows[0] > HEIGHT * 2 / 3
    assert changed_rows(frame(grey_film, 3.5), frame(out, 3.5)) == []
    assert probe(out).duration == pytest.approx(4, abs=0.1)
    assert seen[-1] == pytest.approx(4, abs=0.2)
    assert grey_film.read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["burned.mp4"]


def test_a_burned_in_track_that_is_not_seen_is_refused(grey_film, styled, tmp_path):
    track = styled("hi", TEXTS["hi"][0])
    text = track.path.read_text(encoding="utf-8")
    track.path.write_text(text.replace("Dialogue:", "Comment:"), encoding="utf-8")
    out = tmp_path / "burned.mp4"
    with pytest.raises(StageError) as failed:
        burn(probe(grey_film), track, out)
    assert "not visible" in failed.value.cause
    assert not out.exists()


def test_odd_pictures_and_sound_that_mp4_lacks_are_made_to_fit(ffmpeg, styled, tmp_path):
    ffmpeg(
        "-f lavfi -i testsrc2=size=352x242:rate=24:duration=4 -f lavfi -i sine=duration=4 "
        "-vf scale=351:241,format=yuv444p -c:v ffv1 -c:a pcm_s16le",
        tmp_path / "odd.mkv",
    )
    out = tmp_path / "burned.mp4"
    assert burn(probe(tmp_path / "odd.mkv"), styled("hi", TEXTS["hi"][0]), out) == []
    picture, sound = probe(out).streams
    assert (picture.width, picture.height, sound.codec) == (352, 242, "aac")


def test_without_libass_no_film_is_burned_and_that_is_said(
    grey_film, styled, tmp_path, monkeypatch
):
    monkeypatch.setattr(burning, "find_drawing_ffmpeg", lambda: None)
    told = burn(probe(grey_film), styled("hi", TEXTS["hi"][0]), tmp_path / "burned.mp4")
    assert told == [CANNOT_DRAW]
    assert not (tmp_path / "burned.mp4").exists()


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_direction_marks_go_into_the_film(grey_film, tmp_path, container):
    path = tmp_path / "ur.srt"
    path.write_text(to_srt([Cue(1, *CUE, ("آپ کیسے ہیں؟",))], right_to_left=True), "utf-8")
    made = plan(probe(grey_film), [Track.of(path, ROWS["ur"])], container)
    out = tmp_path / f"out.{container}"
    assert mux(made, out) == []
    assert "\u202bآپ کیسے ہیں؟\u202c".encode() in out.read_bytes()
