"""Parts joined into one film: what is heard in each comes where it begins, in every container."""

from __future__ import annotations

import subprocess
import wave

import imageio_ffmpeg
import numpy as np
import pytest

from chalchitra.media.demux import extract_audio
from chalchitra.media.join import difference, join
from chalchitra.media.looks import look
from chalchitra.media.probe import open_container, probe

SECONDS, BEEP = 3.5, 1.0
PICTURE = ["-f", "lavfi", "-i", f"testsrc2=s=64x48:r=25:d={SECONDS}"]
SOUND = [
    "-f", "lavfi", "-i",
    f"aevalsrc=sin(2*PI*800*t)*between(t\\,{BEEP}\\,{BEEP}+0.3):s=48000:d={SECONDS}",
]  # fmt: skip
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
FORMS = {
    "mp4": [*PICTURE, *SOUND, *H264],
    "mkv": [*PICTURE, *SOUND, *H264],
    "ts": [*PICTURE, *SOUND, *H264],
    "vob": [*PICTURE, *SOUND, "-c:v", "mpeg2video", "-c:a", "ac3"],
    "avi": [*PICTURE, *SOUND, "-c:v", "mpeg4", "-bf", "2", "-c:a", "mp3"],
    "mp3": [*SOUND, "-c:a", "mp3"],
    "m4a": [*SOUND, "-c:a", "aac"],
    "wav": [*SOUND],
}


def ffmpeg(*arguments):
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


@pytest.fixture(scope="session")
def part(tmp_path_factory):
    """A part of a form, made once."""
    folder = tmp_path_factory.mktemp("parts")

    def make(form, name="part", *more):
        path = folder / f"{name}.{form}"
        if not path.exists():
            ffmpeg(*FORMS[form], *more, path)
        return path

    return make


def beeps(path, tmp_path):
    """When the sound begins after silence (s)."""
    film = probe(path)
    wav = tmp_path / "audio.wav"
    info = extract_audio(film, film.audio[0].index, None, wav)
    with wave.open(str(wav)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    assert len(info.pieces) == 1
    loud = np.abs(sound[: len(sound) // 160 * 160].reshape(-1, 160)).max(axis=1) > 2000
    starts = np.flatnonzero(loud[1:] & ~loud[:-1]) + 1
    return [round(float(start) / 100, 2) for start in starts]


def pictures(path):
    with open_container(path) as container:
        return sum(packet.size > 0 for packet in container.demux(video=0))


def joined(tmp_path, *paths):
    out = tmp_path / "joined.mkv"
    starts, notes = join([probe(path) for path in paths], out, lambda: None)
    return out, starts, notes


@pytest.mark.parametrize("form", FORMS)
def test_each_part_begins_where_the_one_before_it_ends(form, part, tmp_path):
    path = part(form)
    before = path.read_bytes()
    out, starts, notes = joined(tmp_path, path, path, path)
    assert starts == pytest.approx([0, SECONDS, 2 * SECONDS], abs=0.1)
    assert beeps(out, tmp_path) == pytest.approx([start + BEEP for start in starts], abs=0.06)
    assert notes == []
    film = probe(out)
    assert film.duration == pytest.approx(3 * SECONDS, abs=0.15)
    assert film.has_picture == probe(path).has_picture
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"joined.mkv", "audio.wav"}


def test_the_true_length_counts_and_not_the_headers(part, tmp_path):
    whole = part("mkv")
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 7 // 10])
    film = probe(cut)
    out, starts, _ = joined(tmp_path, cut, whole)
    assert film.duration == pytest.approx(SECONDS, abs=0.1), "its header says more than it holds"
    assert 1.2 < starts[1] < 3
    assert beeps(out, tmp_path) == pytest.approx([BEEP, starts[1] + BEEP], abs=0.06)


def test_a_clock_that_goes_on_says_when_a_recording_goes_on(part, tmp_path):
    whole = tmp_path / "whole.ts"
    out, _, _ = joined(tmp_path, *[part("mkv")] * 3)
    ffmpeg("-i", out, "-c", "copy", whole)
    data = whole.read_bytes()
    at = len(data) // 2 // 188 * 188
    pieces = [tmp_path / "1.ts", tmp_path / "2.ts"]
    for piece, content in zip(pieces, (data[:at], data[at:]), strict=True):
        piece.write_bytes(content)
    out, starts, _ = joined(tmp_path, *pieces)
    clocks = [probe(piece).start_time for piece in pieces]
    assert starts[1] == pytest.approx(clocks[1] - clocks[0], abs=0.002)
    assert pictures(out) >= pictures(whole) - 2, "those before the first whole one are kept"
    wanted = beeps(whole, tmp_path)
    assert len(wanted) == 3
    found = beeps(out, tmp_path)
    assert found[0] == pytest.approx(wanted[0], abs=0.06)
    assert found[-1] == pytest.approx(wanted[-1], abs=0.06)


def test_chapters_languages_and_subtitles_come_along(part, tmp_path):
    marks = tmp_path / "marks.txt"
    marks.write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=500\nEND=2000\ntitle=गाना\n")
    words = tmp_path / "words.srt"
    words.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n")
    path = tmp_path / "part.mkv"
    ffmpeg(
        *["-i", part("mkv"), "-i", words, "-i", marks, "-map", "0", "-map", "1", "-c", "copy"],
        *["-map_chapters", "2", "-metadata:s:a:0", "language=hin", path],
    )
    out, starts, _ = joined(tmp_path, path, path)
    film = probe(out)
    assert film.audio[0].language == "hin"
    assert [stream.codec for stream in film.of_kind("subtitle")] == ["subrip"]
    assert film.chapters == 2
    ffmpeg("-i", out, "-f", "ffmetadata", tmp_path / "found.txt")
    found = (tmp_path / "found.txt").read_text()
    assert found.count("title=गाना") == 2
    ffmpeg("-i", out, tmp_path / "found.srt")
    assert (tmp_path / "found.srt").read_text().count("Hello.") == 2

    out, _, notes = joined(tmp_path, path, part("mkv"))
    assert "left out" in notes[0]
    assert not probe(out).of_kind("subtitle")


def test_a_phones_picture_stays_turned(part, tmp_path):
    turned = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", "90", "-i", part("mp4"), "-c", "copy", turned)
    out, _, _ = joined(tmp_path, turned, turned)
    looks = [look(path, probe(path).streams[0]) for path in (turned, out)]
    assert looks[0].is_turned
    assert looks[0] == looks[1]


@pytest.mark.parametrize(
    ("form", "more", "said"),
    [
        ("mkv", ["-vf", "scale=96:48"], "its picture 0 has the size 96 x 48, and not 64 x 48"),
        ("mkv", ["-r", "30"], "the frame rate 30.000, and not 25.000"),
        ("mkv", ["-ac", "2"], "its audio track 0 has the number of channels 2, and not 1"),
        ("mkv", ["-ar", "44100"], "the sample rate 44100, and not 48000"),
        ("mkv", ["-c:a", "ac3"], "the codec ac3, and not aac"),
        ("mkv", ["-vn"], "it has no picture, and the first part has 1 picture"),
        ("mkv", ["-map", "0", "-map", "1", "-map", "1"], "it has 2 audio tracks"),
        ("mp4", [], None),
    ],
)
def test_what_does_not_fit_is_named(form, more, said, part):
    found = difference(probe(part("mkv")), probe(part(form, "-".join(map(str, more)), *more)))
    assert found is None if said is None else said in found
