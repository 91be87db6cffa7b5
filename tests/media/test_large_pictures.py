"""What pictures take is known from the headers, before anything decodes them."""

import pytest

from chalchitra.errors import UsageError
from chalchitra.media import looks, pictures
from chalchitra.media.burn import burn
from chalchitra.media.looks import look
from chalchitra.media.mux_plan import Track
from chalchitra.media.pictures import (
    decoding_bytes,
    decoding_threads,
    drawing_bytes,
    require_decodable,
)
from chalchitra.media.probe import probe
from chalchitra.media.shots import find_shot_changes
from chalchitra.media.tools import find_drawing_ffmpeg
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.srt import to_srt

SIZES = {
    "DVD": (720, 576),
    "HD": (1920, 1080),
    "4K": (3840, 2160),
    "8K": (7680, 4320),
    "16K": (15360, 8640),
}


@pytest.fixture
def sized(a_film, a_stream):
    def make(width, height, codec="h264"):
        return a_film(a_stream("video", codec, width=width, height=height), duration=6.0)

    return make


@pytest.mark.parametrize("name", SIZES)
def test_no_film_of_a_camera_is_refused(sized, name):
    require_decodable(sized(*SIZES[name]))


def test_a_picture_that_no_camera_makes_is_refused_before_it_is_decoded(sized):
    film = sized(16000, 16000, "png")
    with pytest.raises(UsageError, match="16000 x 16000") as refused:
        find_shot_changes(film)  # there is no such file: nothing was opened
    assert "--shots" in refused.value.fix


def test_threads_are_fewer_where_pictures_are_large(sized):
    assert [decoding_threads(sized(*size), 16) for size in SIZES.values()] == [16, 16, 16, 7, 1]
    assert decoding_threads(sized(*SIZES["16K"]), 1) == 1


def test_what_decoding_takes_grows_with_pictures_and_threads(sized, a_film, a_stream):
    hd, big = sized(*SIZES["HD"]), sized(*SIZES["8K"])
    assert decoding_bytes(hd, 2) == 1920 * 1080 * 4 * 20
    assert decoding_bytes(hd, 4) > decoding_bytes(hd, 2) > decoding_bytes(hd, 0)
    assert decoding_bytes(big, 2) == 16 * decoding_bytes(hd, 2)
    # 8000 x 8000 PNG: 1 thread took 0.46 GB, 2 took 0.65, 4 took 1.02 (all of the process).
    png = sized(8000, 8000, "png")
    for threads, measured in ((1, 0.46e9), (2, 0.65e9), (4, 1.02e9)):
        assert measured * 0.9 < decoding_bytes(png, threads) < measured * 1.4
    assert drawing_bytes(hd, 2) > decoding_bytes(hd, 2)
    assert decoding_bytes(a_film(a_stream("audio", "aac")), 4) == 0


def test_a_header_that_says_less_lets_nothing_larger_in(make_film, monkeypatch):
    film = probe(make_film("plain.mkv", "-c:v libx264 -c:a aac"))
    assert look(film.path, film.streams[0]) is not None
    monkeypatch.setattr(looks, "LARGEST_PICTURE", 64 * 36 - 1)
    film.streams[0].width = film.streams[0].height = 2
    assert look(film.path, film.streams[0]) is None


@pytest.mark.skipif(find_drawing_ffmpeg() is None, reason="no ffmpeg here draws subtitles")
def test_what_h264_has_no_room_for_is_not_drawn_into_and_told(make_film, monkeypatch, tmp_path):
    film = probe(make_film("plain.mkv", "-c:v libx264 -c:a aac"))
    film.streams[0].width, film.streams[0].height = 15360, 8640
    (tmp_path / "en.srt").write_text(to_srt([Cue(1, 1000, 2000, ("Hello",))]))
    track = Track.of(tmp_path / "en.srt", {"id": "en", "native": "English", "container": "eng"})
    told = burn(film, track, tmp_path / "out.mp4")
    assert ["15360 x 8640" in one.why for one in told] == [True]
    assert not (tmp_path / "out.mp4").exists()
    assert pictures.LARGEST_DRAWN == 8192 * 4352
