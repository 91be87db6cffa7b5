import os
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from chalchitra.errors import UsageError
from chalchitra.media.film import Film
from chalchitra.media.probe import _start, open_container, probe
from chalchitra.paths import venv_dir

ODD_NAMES = [
    "with spaces and 'quotes' \".mp4",
    "two\nlines.mp4",
    "-leading.mp4",
    "frame%03d.mp4",
    "http:..example.com.mp4",
    "concat:a|b.mp4",
    "चलचित्र.mp4",
    "[a]{b}*?;$x&.mp4",
]


def test_a_rich_film_is_described_whole(rich_film):
    film = probe(rich_film)
    assert (film.container, film.start_time, film.chapters) == ("matroska", 0.0, 2)
    assert film.duration == pytest.approx(10.5, abs=0.05)
    assert film.path == rich_film
    assert film.size == rich_film.stat().st_size
    assert [(stream.kind, stream.codec) for stream in film.streams] == [
        ("video", "h264"),
        ("audio", "aac"),
        ("audio", "aac"),
        ("subtitle", "ass"),
        ("attachment", "unknown"),
        ("video", "mjpeg"),
    ]
    video, commentary, sound, signs, font, cover = film.streams
    assert (video.width, video.height, video.frame_rate) == (64, 36, "24/1")
    assert video.duration == pytest.approx(10.0, abs=0.01)
    assert (commentary.title, commentary.is_commentary) == ("Commentary", True)
    assert (sound.language, sound.position, sound.is_default) == ("hin", 1, True)
    assert (sound.channels, sound.channel_layout, sound.sample_rate) == (1, "mono", 48000)
    assert sound.start == pytest.approx(0.5, abs=0.03), "its priming may or may not count"
    assert (signs.language, signs.dispositions) == ("eng", ["default", "forced"])
    assert (font.filename, font.mimetype) == ("font.ttf", "application/x-truetype-font")
    assert cover.is_cover
    assert not cover.is_picture
    assert film.has_picture


@pytest.mark.parametrize(
    ("name", "first", "start"),
    [
        ("matroska", -0.466, 0.0),
        ("mp4", -0.02, 0.0),
        ("mpegts", -1.9, -1.9),
        ("matroska", 5.0, 5.0),
    ],
)
def test_a_codecs_delay_is_no_part_of_the_film(name, first, start):
    """ffmpeg 8.1 leaves out what is before 0 in a Matroska, older ones (PyAV 15) count it in."""
    assert _start(name, first) == start


def test_a_film_survives_json(rich_film):
    film = probe(rich_film)
    assert Film.model_validate_json(film.model_dump_json()) == film


def test_cover_art_is_no_picture(ffmpeg, clicks, tmp_path):
    ffmpeg("-f lavfi -i color=red:size=32x32 -frames:v 1 -update 1", tmp_path / "cover.png")
    ffmpeg(
        "-i", clicks, "-i", tmp_path / "cover.png",
        "-map 0 -map 1 -c:v copy -c:a aac -disposition:v attached_pic", tmp_path / "song.m4a",
    )  # fmt: skip
    film = probe(tmp_path / "song.m4a")
    assert film.container == "mp4"
    assert not film.has_picture
    assert len(film.audio) == 1


def test_the_containers_start_is_zero_on_the_time_line(make_film):
    film = probe(make_film("sync.ts", "-c:v mpeg2video -c:a mp2 -output_ts_offset 40000"))
    assert film.start_time > 40000
    video, audio = film.streams
    assert min(video.start, audio.start) == 0
    assert max(video.start, audio.start) < 0.1
    assert film.duration == pytest.approx(10, abs=0.1)


def test_a_recording_without_a_length_is_read_to_its_end(clicks, tmp_path):
    live = tmp_path / "live.mkv"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(clicks), "-c:a", "libopus"]
    with live.open("wb") as out:  # what is piped cannot be completed afterwards
        subprocess.run([*command, "-f", "matroska", "-"], stdout=out, check=True)
    with open_container(live) as container:
        assert container.duration is None
    assert probe(live).duration == pytest.approx(10, abs=0.05)


@pytest.mark.parametrize(("name", "codec"), [("bare.aac", "aac"), ("bare.mp3", "libmp3lame")])
def test_a_bare_stream_is_measured_not_guessed(ffmpeg, clicks, tmp_path, name, codec):
    # Silence is small, then noise: a length guessed by the bit rate of the start is far off.
    ffmpeg(
        "-i", clicks, "-f lavfi -i anoisesrc=duration=10",
        f"-filter_complex concat=n=2:v=0:a=1 -c:a {codec} -q:a 2 -write_xing 0"
        if codec == "libmp3lame"
        else f"-filter_complex concat=n=2:v=0:a=1 -c:a {codec}",
        tmp_path / name,
    )  # fmt: skip
    film = probe(tmp_path / name)
    assert film.duration == pytest.approx(20, abs=0.1)
    assert film.audio[0].duration == film.duration


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_only_names(make_film, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(make_film("plain.mp4", "-c:v libx264 -c:a aac").read_bytes())
    film = probe(path)
    assert film.path == path
    assert len(film.streams) == 2


def test_relative_names_with_a_leading_dash_work(make_film, tmp_path, monkeypatch):
    (tmp_path / "-i.mp4").write_bytes(make_film("plain.mp4", "-c:v libx264 -c:a aac").read_bytes())
    monkeypatch.chdir(tmp_path)
    assert probe(Path("-i.mp4")).path == tmp_path / "-i.mp4"


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{film}\n",
    "hls after a byte order mark": "\ufeff#EXTM3U\n#EXTINF:10,\n{film}\n",
    "ffconcat": "ffconcat version 1.0\nfile '{film}'\n",
    "concat list": "file '{film}'\n",
    "dash": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>\n',
    "pls": "[playlist]\nFile1={film}\n",
    "asx": '<asx version="3.0"><entry><ref href="{film}"/></entry></asx>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
}


@pytest.mark.parametrize("kind", PLAYLISTS)
def test_a_playlist_is_refused_whatever_its_name(make_film, tmp_path, kind):
    film = make_film("plain.mp4", "-c:v libx264 -c:a aac")
    path = tmp_path / "film.mp4"
    path.write_text(PLAYLISTS[kind].format(film=film))
    with pytest.raises(UsageError, match="is a playlist"):
        probe(path)


@pytest.mark.parametrize("kind", ["hls", "ffconcat", "dash", "sdp"])
def test_ffmpeg_itself_opens_no_playlist(make_film, tmp_path, kind):
    """The whitelist holds by itself, were a playlist not known by its first bytes."""
    path = tmp_path / "film.m3u8"
    path.write_text(PLAYLISTS[kind].format(film=make_film("plain.mp4", "-c:v libx264 -c:a aac")))
    with pytest.raises(UsageError):
        open_container(path)


REFUSED = {
    "text": (b"Just some words.\n" * 20, "a text file"),
    "utf-16 text": ("नमस्ते दुनिया\n".encode("utf-16"), "a text file"),
    "srt": (b"1\n00:00:01,000 --> 00:00:02,000\nHi\n", "a subtitle file"),
    "srt in cp1252": ("1\r\n00:00:01,000 --> 00:00:02,000\r\nÉté\r\n".encode("cp1252"), "a sub"),
    "vtt": (b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n", "a subtitle file"),
    "ass": (b"[Script Info]\nScriptType: v4.00+\n", "a subtitle file"),
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(50), "an image"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(50), "an image"),
    "heic": (b"\x00\x00\x00\x18ftypheic" + bytes(50), "an image"),
    "noise": (bytes(range(256)) * 40, "cannot be opened as a film"),
    "zip": (b"PK\x03\x04" + bytes(3000), "cannot be opened as a film"),
    "empty": (b"", "is empty"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_film_is_refused_in_one_sentence(tmp_path, kind):
    content, expected = REFUSED[kind]
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=expected) as refused:
        probe(path)
    assert "'film.mp4'" in refused.value.what
    assert refused.value.what.count(". ") == 0


def test_a_film_cut_off_before_its_index_is_refused(make_film, tmp_path):
    whole = make_film("plain.mp4", "-c:v libx264 -c:a aac").read_bytes()
    (tmp_path / "half.mp4").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UsageError, match="cannot be opened") as refused:
        probe(tmp_path / "half.mp4")
    assert "incomplete" in refused.value.cause


def test_missing_files_folders_and_pipes_are_refused(tmp_path):
    with pytest.raises(UsageError, match="There is no file"):
        probe(tmp_path / "nothing.mkv")
    with pytest.raises(UsageError, match="is a folder"):
        probe(tmp_path)
    os.mkfifo(tmp_path / "pipe.mkv")
    with pytest.raises(UsageError, match="not a regular file"):
        probe(tmp_path / "pipe.mkv")
    with pytest.raises(UsageError, match="UTF-8"):
        probe(tmp_path / "caf\udce9.mkv")


def test_an_unreadable_file_is_refused(tmp_path):
    path = tmp_path / "film.mkv"
    path.write_bytes(b"\x1aE\xdf\xa3" + bytes(100))
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(UsageError, match="cannot be read"):
        probe(path)


def test_subtitles_alone_are_no_film(ffmpeg, tmp_path):
    (tmp_path / "a.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHi\n")
    ffmpeg("-i", tmp_path / "a.srt", "-c copy -f matroska", tmp_path / "film.mkv")
    with pytest.raises(UsageError, match="neither picture nor sound"):
        probe(tmp_path / "film.mkv")


PROGRAM_STREAMS = {
    "dvd.vob": "-c:v mpeg2video -c:a ac3 -f dvd",
    "film.mpg": "-c:v mpeg1video -c:a mp2",
    "vcd.dat": "-c:v mpeg1video -s 352x288 -r 25 -c:a mp2 -ar 44100 -ac 2 -f vcd",
    "svcd.mpg": "-c:v mpeg2video -c:a mp2 -f svcd",
    "film.flv": "-c:v flv -c:a libmp3lame -ar 44100",
}
"""Containers whose streams appear only while they are probed."""


@pytest.mark.parametrize("name", PROGRAM_STREAMS)
def test_streams_that_appear_while_probing_are_found(make_film, name):
    film = probe(make_film(name, PROGRAM_STREAMS[name]))
    kinds = [stream.kind for stream in film.streams]
    assert (kinds.count("audio"), kinds.count("video")) == (1, 1)
    assert film.duration == pytest.approx(10, abs=0.2)


@pytest.mark.smoke
@pytest.mark.parametrize("name", PROGRAM_STREAMS)
def test_streams_that_appear_while_probing_crash_no_pyav(make_film, name):
    """PyAV 15, which the stages have, ended with a signal there."""
    path = make_film(name, PROGRAM_STREAMS[name])
    script = "import sys; from pathlib import Path; from chalchitra.media.probe import probe; "
    script += "print(len(probe(Path(sys.argv[1])).audio))"
    python = venv_dir() / "whisperx" / "bin" / "python"
    done = subprocess.run([python, "-c", script, path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
