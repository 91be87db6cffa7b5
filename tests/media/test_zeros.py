"""Zeros in the file, as of an unfinished download, are told; decoders take them for silence."""

import pytest

from chalchitra.media.demux import extract_audio
from chalchitra.media.probe import probe
from chalchitra.media.zeros import count_zeros


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("zeros.mp4", "-c:v libx264 -c:a libopus"),
        ("zeros.ts", "-c:v mpeg2video -c:a ac3"),
        ("zeros.mkv", "-c:v libx264 -c:a mp2"),
        ("zeros.vob", "-c:v mpeg2video -c:a pcm_dvd -ac 2"),  # samples, but in packets
    ],
)
@pytest.mark.parametrize("place", [0.5, 0.8])
def test_zeros_in_a_film_are_told(make_film, tmp_path, name, codecs, place):
    data = bytearray(make_film(name, codecs).read_bytes())
    if name.endswith("mp4") and place > 0.5:
        pytest.skip("the index lies there, and no player opens the film")
    first, last = int(len(data) * place), int(len(data) * min(1.0, place + 0.25))
    data[first:last] = bytes(last - first)
    (tmp_path / name).write_bytes(data)
    film = probe(tmp_path / name)
    info = extract_audio(film, 1, None, tmp_path / "audio.wav")
    assert any("zeros" in shortfall.what for shortfall in info.shortfalls)


def test_a_whole_film_has_none(make_film):
    for name, codecs in (
        ("aac.mp4", "-c:v libx264 -bf 2 -c:a aac"),
        ("aac.mkv", "-c:v libx264 -bf 2 -c:a aac"),
        ("ac3.ts", "-c:v mpeg2video -c:a ac3"),
        ("mp2.vob", "-c:v mpeg2video -c:a mp2"),
        ("flac.mkv", "-c:v libx264 -c:a flac"),
    ):
        assert count_zeros(make_film(name, codecs)) == 0, name


def test_stretches_are_counted_by_their_length(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100_000 + bytes(600) + b"x" * 100_000)
    assert count_zeros(path) == 0  # shorter than a hundredth
    path.write_bytes(b"x" * 100_352 + bytes(51_200) + b"x" * 100_000)
    assert count_zeros(path) == 51_200
    path.write_bytes(b"x" * 100_352 + bytes(51_210))
    assert 51_200 <= count_zeros(path) <= 51_712


@pytest.mark.parametrize(
    ("codec", "suffix"),
    [
        *((codec, "mkv") for codec in ("pcm_s16le", "tta", "flac", "adpcm_ms", "ac3")),
        *(("pcm_dvd -ar 48000", "vob"), ("pcm_bluray -ar 48000", "m2ts")),
    ],
)
def test_silence_is_no_loss(ffmpeg, tmp_path, codec, suffix):
    silence = (
        "-f lavfi -i sine=d=1 -af aformat=channel_layouts=stereo,adelay=2000|2000,apad=pad_dur=5"
    )
    path = tmp_path / f"a.{suffix}"
    ffmpeg(f"{silence} -c:a {codec}", path)
    info = extract_audio(probe(path), 0, None, tmp_path / "audio.wav")
    assert info.shortfalls == []


def test_pictures_that_go_on_after_the_sound_miss_nothing(ffmpeg, clicks, tmp_path):
    ffmpeg("-f lavfi -i testsrc2=size=64x36:rate=25:duration=14 -i", clicks,
           "-c:v flv -c:a libmp3lame -ar 44100", tmp_path / "film.flv")  # fmt: skip
    film = probe(tmp_path / "film.flv")
    info = extract_audio(film, film.audio[0].index, None, tmp_path / "audio.wav")
    assert info.shortfalls == []
    data = (tmp_path / "film.flv").read_bytes()
    (tmp_path / "cut.flv").write_bytes(data[: len(data) // 2])
    film = probe(tmp_path / "cut.flv")
    info = extract_audio(film, film.audio[0].index, None, tmp_path / "cut.wav")
    assert "The audio ends at" in info.shortfalls[0].what
