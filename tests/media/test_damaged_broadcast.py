"""Broadcasts with holes, empty tracks and late streams: nothing fails for what nobody asked for."""

import pytest

from chalchitra.errors import StageError
from chalchitra.media import mux_plan
from chalchitra.media.demux import extract_audio
from chalchitra.media.mux import mux
from chalchitra.media.mux_plan import Track, plan
from chalchitra.media.probe import probe
from chalchitra.media.tracks import choose_audio_stream
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.srt import to_srt

EN = {"id": "en", "native": "English", "container": "eng"}
MPEG2 = "-c:v mpeg2video -c:a mp2"


@pytest.fixture
def track(tmp_path):
    path = tmp_path / "en.srt"
    path.write_text(to_srt([Cue(1, 8500, 9500, ("Hello",))]))
    return Track.of(path, EN)


def without(data, pid):
    """A transport stream without the packets of one stream."""
    cut = [data[at : at + 188] for at in range(0, len(data), 188)]
    return b"".join(one for one in cut if (one[1] & 31) << 8 | one[2] != pid)


@pytest.mark.parametrize("place", [0.4, 1.0])
def test_a_hole_or_a_tail_of_zeros_does_not_end_the_film(make_film, track, onsets, tmp_path, place):
    data = bytearray(make_film("sound.ts", MPEG2).read_bytes())
    at = int(len(data) * place) // 188 * 188
    data[at : at + 100_000] = bytes(100_000)
    (tmp_path / "film.ts").write_bytes(data)
    film = probe(tmp_path / "film.ts")
    assert film.duration == pytest.approx(10, abs=0.2)
    mux(plan(film, [track]), tmp_path / "out.mkv")
    assert [stream.kind for stream in probe(tmp_path / "out.mkv").streams] == [
        "video",
        "audio",
        "subtitle",
    ]
    extract_audio(film, 1, None, tmp_path / "out.wav")
    assert onsets(tmp_path / "out.wav")[-1] == pytest.approx(9.0, abs=0.05)


def test_a_track_without_packets_is_not_chosen_and_left_out_by_name(
    make_film, ffmpeg, track, onsets, tmp_path
):
    sync = make_film("sound.ts", MPEG2)
    ffmpeg(
        "-i", sync, "-map 0:v -map 0:a -map 0:a -c copy -metadata:s:a:0 language=hin",
        "-metadata:s:a:1 language=eng", tmp_path / "two.ts",
    )  # fmt: skip
    (tmp_path / "film.ts").write_bytes(without((tmp_path / "two.ts").read_bytes(), 0x101))
    film = probe(tmp_path / "film.ts")
    assert [stream.readable for stream in film.streams] == [True, False, True]
    chosen, _ = choose_audio_stream(film, None, None)
    assert chosen.index == 2
    extract_audio(film, chosen.index, None, tmp_path / "out.wav")
    assert onsets(tmp_path / "out.wav")[-1] == pytest.approx(9.0, abs=0.05)
    planned = plan(film, [track])
    assert ["stream 1" in one.what for one in planned.shortfalls] == [True]
    mux(planned, tmp_path / "out.mkv")
    assert probe(tmp_path / "out.mkv").audio[0].language == "eng"


def test_sound_that_starts_late_in_a_broadcast_is_found(make_film, track, onsets, tmp_path):
    path = make_film("late.ts", f"{MPEG2} -b:v 200k", sound_at=15)
    film = probe(path)
    assert film.audio[0].start == pytest.approx(15, abs=0.05)
    info = extract_audio(film, film.audio[0].index, None, tmp_path / "out.wav")
    (piece,) = info.pieces  # the long silence before it is told, and not in the file
    heard = piece.at / info.sample_rate + onsets(tmp_path / "out.wav")[0]
    assert heard == pytest.approx(16.0, abs=0.05)
    mux(plan(film, [track]), tmp_path / "out.mkv")


def test_a_broadcast_that_begins_in_the_middle_of_a_picture(make_film, track, onsets, tmp_path):
    data = make_film("sound.ts", MPEG2).read_bytes()
    (tmp_path / "film.ts").write_bytes(data[188 * 150 + 77 :])
    film = probe(tmp_path / "film.ts")
    extract_audio(film, film.audio[0].index, None, tmp_path / "out.wav")
    heard = onsets(tmp_path / "out.wav")
    assert heard[-1] - heard[-2] == pytest.approx(2.75, abs=0.01)
    mux(plan(film, [track]), tmp_path / "out.mkv")


@pytest.fixture
def unlisted(monkeypatch):
    """No list says which codecs Matroska has no name for: such are met for the first time."""
    monkeypatch.setattr(mux_plan, "NOT_IN_MATROSKA", frozenset())


@pytest.mark.usefixtures("unlisted")
def test_a_stream_that_the_container_has_no_name_for_is_left_out_and_told(
    make_film, ffmpeg, track, tmp_path
):
    """ffmpeg refuses it, and the others are copied."""
    sync = make_film("sync.mov", "-c:v libx264 -c:a aac")
    ffmpeg(
        "-i", sync, "-map 0:v -map 0:a -map 0:a -c:v copy -c:a:0 copy -c:a:1 adpcm_ima_qt",
        tmp_path / "odd.mov",
    )  # fmt: skip
    told = mux(plan(probe(tmp_path / "odd.mov"), [track]), tmp_path / "out.mkv")
    assert ["Audio stream 2" in one.what for one in told] == [True]
    kept = [stream.codec for stream in probe(tmp_path / "out.mkv").streams]
    assert kept == ["h264", "aac", "subrip"]


@pytest.mark.usefixtures("unlisted")
def test_a_film_whose_only_sound_cannot_be_copied_is_no_film_without_sound(
    make_film, track, tmp_path
):
    film = probe(make_film("only.mov", "-c:v libx264 -c:a adpcm_ima_qt"))
    with pytest.raises(StageError, match="cannot be copied into Matroska") as refused:
        mux(plan(film, [track]), tmp_path / "out.mkv")
    assert "Audio stream 1" in refused.value.cause
    assert not (tmp_path / "out.mkv").exists()
