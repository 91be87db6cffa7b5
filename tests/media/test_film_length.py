"""How long a film is, where its header says something else."""

import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.errors import UsageError
from chalchitra.media import length
from chalchitra.media.demux import extract_audio
from chalchitra.media.film import Film
from chalchitra.media.length import TimeLine
from chalchitra.media.packets import packets
from chalchitra.media.probe import look, probe
from chalchitra.media.times import validate_clip

MATROSKA_LENGTH = b"\x44\x89\x88"
"""The element Duration with its eight bytes, a float in milliseconds."""


@pytest.fixture
def saying(make_film, tmp_path):
    """A Matroska of ten seconds whose header says another length (ms)."""

    def make(milliseconds, name="says.mkv"):
        data = bytearray(make_film("whole.mkv", "-c:v libx264 -c:a aac").read_bytes())
        at = data.find(MATROSKA_LENGTH) + len(MATROSKA_LENGTH)
        data[at : at + 8] = struct.pack(">d", milliseconds)
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return make


@pytest.mark.parametrize("said", [0.0, 1.0, 3000.0, -5000.0, math.nan, math.inf, 1e15, 1e300])
def test_a_header_that_the_film_contradicts_is_not_believed(saying, said):
    assert probe(saying(said)).duration == pytest.approx(10, abs=0.1)


def test_a_partial_copy_keeps_the_length_that_it_promises(make_film, tmp_path):
    whole = make_film("whole.mkv", "-c:v libx264 -c:a aac")
    (tmp_path / "part.mkv").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert probe(tmp_path / "part.mkv").duration == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("joined.ts", "-c:v mpeg2video -c:a mp2"),
        ("joined.vob", "-c:v mpeg2video -c:a ac3"),
        ("joined.mpg", "-c:v mpeg1video -c:a mp2"),
        ("joined.ogg", "-vn -c:a libvorbis"),
        ("joined.mp3", "-vn -c:a libmp3lame"),
        ("joined.aac", "-vn -c:a aac"),
        ("joined.ac3", "-vn -c:a ac3"),
    ],
)
def test_films_that_were_joined_are_as_long_as_their_parts(make_film, tmp_path, name, codecs):
    data = make_film(name, codecs).read_bytes()
    (tmp_path / name).write_bytes(3 * data)
    film = probe(tmp_path / name)
    assert film.duration == pytest.approx(30, abs=0.6)
    assert validate_clip(film, 25, None) == (25, None)


def test_a_large_film_is_looked_at_from_its_end(saying, monkeypatch):
    monkeypatch.setattr(length, "READ_WHOLE", 0)
    film = look(saying(3000.0))
    assert film["duration"] == pytest.approx(10, abs=0.1)
    assert film["measured"]


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("many.mp3", "-vn -c:a libmp3lame"),
        ("many.ac3", "-vn -c:a ac3"),
        ("many.ts", "-c:v mpeg2video -c:a mp2"),
        ("many.mkv", "-c:v libx264 -c:a aac"),
    ],
)
def test_nobody_counts_packets_for_ever(make_film, monkeypatch, name, codecs):
    path = make_film(name, codecs)
    seen = []

    def counted(container, *streams):
        for packet in packets(container, *streams):
            seen.append(packet)
            yield packet

    monkeypatch.setattr(length, "packets", counted)
    monkeypatch.setattr(length, "READ_PACKETS", 100)
    monkeypatch.setattr(length, "_LAST_PACKETS", 100)
    film = look(path)
    assert len(seen) <= 202
    assert film["duration"] == pytest.approx(10, abs=0.5)
    assert film["measured"] == (name == "many.mkv")


def test_a_length_that_nobody_measured_refuses_no_clip(make_film, monkeypatch):
    monkeypatch.setattr(length, "READ_WHOLE", 0)
    path = make_film("joined.ts", "-c:v mpeg2video -c:a mp2")
    film = Film.model_validate(look(path))  # in this process, whose limit was changed
    assert not film.measured
    assert validate_clip(film, 5000, 6000) == (5000, 6000)
    film.measured = True
    with pytest.raises(UsageError, match="starts at 5000 s, but the film is only 10"):
        validate_clip(film, 5000, 6000)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 200), st.integers(0, 10**6)), min_size=1, max_size=6),
    st.integers(0, 10**5),
)
def test_parts_with_clocks_of_their_own_are_as_long_as_all_of_them(parts, start):
    """Two streams of 25 packets a second; every part's clock starts anywhere."""
    line = TimeLine(float(start), stitched=True)
    clock = float(start)
    for count, other in parts:
        for packet in range(count):
            for stream in (0, 1):
                line.add(stream, clock + packet / 25, 1 / 25)
        clock = float(other)
    total = sum(count for count, _ in parts) / 25
    # A clock that leaps by less than ten seconds, or back by less than a tenth, goes on.
    assert total - 0.1 * (len(parts) - 1) - 1e-6 <= line.end <= total + 10 * (len(parts) - 1) + 1e-6


def test_a_stream_that_appears_in_mid_film_ends_no_film():
    """Damage in an FLV can look like a third stream, for which PyAV has no place at the end."""

    class Grown:
        def demux(self, *streams):
            yield "a packet"
            raise IndexError("list index out of range")

    assert list(packets(Grown())) == ["a packet"]


def test_what_a_demuxer_calls_not_permitted_is_damage(make_film, tmp_path):
    """It says -1, which is EPERM: "change the permissions" was said of a damaged file."""
    av = pytest.importorskip("av")

    class Damaged:
        def demux(self, *streams):
            yield "a packet"
            raise av.error.PermissionError(1, "Operation not permitted", "film.gxf")

    class Lost:
        def demux(self, *streams):
            raise av.error.OSError(5, "Input/output error", "film.gxf")
            yield

    assert list(packets(Damaged())) == ["a packet"]
    with pytest.raises(OSError, match="Input/output"):
        list(packets(Lost()))


def test_a_film_that_was_cut_is_not_the_disks_fault(ffmpeg, tmp_path):
    """WavPack's demuxer calls a short block an error of input."""
    ffmpeg("-f lavfi -i sine=d=4 -c:a wavpack", tmp_path / "whole.wv")
    data = (tmp_path / "whole.wv").read_bytes()
    (tmp_path / "cut.wv").write_bytes(data[: int(len(data) * 0.6)])
    assert probe(tmp_path / "cut.wv").audio[0].codec == "wavpack"


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("late clock.webm", "-c:v libvpx -c:a libvorbis"),
        ("late clock.nut", "-c:v mpeg4 -c:a mp2"),
        ("late clock.wmv", "-c:v wmv2 -c:a wmav2"),
    ],
)
def test_a_clock_that_starts_late_makes_no_film_longer(make_film, tmp_path, name, codecs):
    film = probe(make_film(name, f"{codecs} -output_ts_offset 5000"))
    assert film.duration == pytest.approx(10, abs=0.5)
    assert max(stream.duration or 0 for stream in film.streams) <= film.duration
    info = extract_audio(film, film.audio[0].index, None, tmp_path / "audio.wav")
    assert info.shortfalls == []


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("sound.wav", "-vn -c:a pcm_s16le"),
        ("blocks.wav", "-vn -c:a adpcm_ms"),
        ("sound.w64", "-vn -c:a pcm_s24le"),
        ("sound.caf", "-vn -c:a pcm_s16be"),
        ("sound.avi", "-c:v mpeg4 -c:a pcm_u8"),
        ("frames.avi", "-c:v mpeg4 -c:a mp2"),
    ],
)
def test_a_cut_file_without_an_index_is_as_long_as_its_header_says(
    make_film, tmp_path, name, codecs
):
    whole = make_film(name, codecs)
    assert probe(whole).duration == pytest.approx(10, abs=0.1)
    data = whole.read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) * 6 // 10 // 4096 * 4096])
    film = probe(tmp_path / name)
    assert film.duration == pytest.approx(10, abs=0.1)
    info = extract_audio(film, film.audio[0].index, None, tmp_path / "audio")
    assert any("The audio ends at" in shortfall.what for shortfall in info.shortfalls)


@pytest.mark.parametrize("codec", ["libopus", "libvorbis"])
def test_late_sound_makes_no_ogg_longer(make_film, tmp_path, codec):
    film = probe(make_film(f"late {codec}.ogv", f"-c:v libtheora -c:a {codec} -t 13", sound_at=3))
    assert film.duration == pytest.approx(13, abs=0.2)
    info = extract_audio(film, film.audio[0].index, None, tmp_path / "audio.wav")
    assert info.shortfalls == []


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_size_that_nobody_could_write_promises_nothing(clicks, tmp_path, size):
    data = bytearray(clicks.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = struct.pack("<I", size)
    (tmp_path / "piped.wav").write_bytes(data)
    assert probe(tmp_path / "piped.wav").duration == pytest.approx(10, abs=0.1)
