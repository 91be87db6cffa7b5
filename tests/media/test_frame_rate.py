"""The exact rate behind what containers say, and films whose frames are no measure."""

from __future__ import annotations

from fractions import Fraction

import pytest

from chalchitra.media.film import Film, Stream
from chalchitra.media.frame_rate import exact, film_rate
from chalchitra.media.probe import probe

NTSC = Fraction(24000, 1001)


@pytest.mark.parametrize(
    ("average", "base", "rate"),
    [
        ("24000/1001", None, NTSC),
        ("2997/125", None, NTSC),  # AVI writes 23.976
        ("983/41", "24000/1001", NTSC),  # FLV
        ("24", "24", Fraction(24)),
        ("19001/317", "19001/317", Fraction(60000, 1001)),  # Matroska's milliseconds
        ("25/2", None, Fraction(25, 2)),
        ("4991/200", "25", Fraction(25)),  # a few pictures are missing
        ("1493/50", "90000", None),  # a phone's, uneven
        ("22", "22", Fraction(22)),
        ("221/10", "60", None),
        ("5", "5", None),
        ("1000", "1000", None),
        (None, "25", None),
    ],
)
def test_the_rate_that_is_meant(average, base, rate):
    of = {name: Fraction(said) if said else None for name, said in [("a", average), ("b", base)]}
    assert exact(of["a"], of["b"]) == rate


@pytest.mark.parametrize(
    ("said", "rate"),
    [("25/1", 25), ("120/1", 60), ("120000/1001", Fraction(60000, 1001)), ("1493/50", None),
     (None, None), ("0/0", None), ("x", None)],
)  # fmt: skip
def test_of_fast_pictures_every_second_counts(said, rate, tmp_path):
    assert film_rate(film(tmp_path, said)) == rate


def film(tmp_path, said):
    cover = Stream(
        index=0, position=0, kind="video", codec="mjpeg", dispositions=["attached_pic"],
        frame_rate="90000/1",
    )  # fmt: skip
    picture = Stream(index=1, position=1, kind="video", codec="h264", frame_rate=said)
    return Film(
        path=tmp_path / "film.mkv", size=1, mtime_ns=1, container="matroska", start_time=0,
        duration=9, streams=[cover, picture],
    )  # fmt: skip


def test_without_a_picture_there_is_none(tmp_path):
    only_sound = film(tmp_path, "25/1").model_copy(update={"streams": []})
    assert film_rate(only_sound) is None


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "avi", "flv", "mpg", "ts"])
def test_every_container_says_the_same_rate(ffmpeg, tmp_path, suffix):
    made = tmp_path / f"film.{suffix}"
    codec = {"flv": "flv1", "mpg": "mpeg2video"}.get(suffix, "mpeg4")
    ffmpeg(f"-f lavfi -i color=size=64x48:rate=24000/1001:duration=2.3 -c:v {codec}", made)
    assert film_rate(probe(made)) == NTSC


def test_a_film_of_uneven_pictures_has_none(ffmpeg, tmp_path):
    made = tmp_path / "film.mp4"
    uneven = r"select=not(mod(n\,3))+lt(n\,40)"
    ffmpeg(
        f"-f lavfi -i color=size=64x48:rate=30:duration=4 -vf {uneven} -fps_mode vfr -c:v mpeg4",
        made,
    )
    found = probe(made)
    assert film_rate(found) is None
    assert found.frame_rate == pytest.approx(18, abs=3)
