import array
import math
import wave

import pytest

from chalchitra.errors import StageError
from chalchitra.media.channels import Channels
from chalchitra.media.demux import extract_audio
from chalchitra.media.layout import SAMPLE_RATE
from chalchitra.media.probe import probe
from chalchitra.media.wav import wav_duration

CLICKS = (1.0, 2.5, 6.25, 9.0)
TOLERANCE_S = 0.002

FILMS = {
    # name: (codecs, when the picture starts, when the sound starts)
    "aac.mp4": ("-c:v libx264 -bf 2 -c:a aac", 0, 0),
    "aac.mkv": ("-c:v libx264 -bf 2 -c:a aac", 0, 0),
    "opus.webm": ("-c:v libvpx -c:a libopus", 0, 0),
    "opus.mp4": ("-c:v libx264 -c:a libopus", 0, 0),
    "mp3.mkv": ("-c:v libx264 -c:a libmp3lame", 0, 0),
    "vorbis.mkv": ("-c:v libx264 -c:a libvorbis", 0, 0),
    "vorbis.ogv": ("-c:v libtheora -c:a libvorbis", 0, 0),
    "flac.mkv": ("-c:v libx264 -c:a flac", 0, 0),
    "pcm.mov": ("-c:v libx264 -c:a pcm_s24le", 0, 0),
    "pcm.avi": ("-c:v mpeg4 -c:a pcm_s16le", 0, 0),
    "aac.ts": ("-c:v libx264 -bf 2 -c:a aac", 0, 0),
    "ac3.ts": ("-c:v mpeg2video -c:a ac3", 0, 0),
    "far.ts": ("-c:v libx264 -c:a ac3 -output_ts_offset 40000", 0, 0),
    "late sound.mkv": ("-c:v libx264 -c:a aac", 0, 0.5),
    "late sound.mp4": ("-c:v libx264 -c:a aac", 0, 0.5),
    "late sound.ts": ("-c:v libx264 -c:a ac3", 0, 0.5),
    "late picture.mkv": ("-c:v libx264 -c:a libopus", 0.75, 0),
    "late picture.mp4": ("-c:v libx264 -c:a aac", 0.75, 0),
}


def expected_clicks(path, name):
    """Where the clicks are: against the picture's own start, which in a .ts is not quite 0."""
    _, picture_at, sound_at = FILMS[name]
    film = probe(path)
    drift = film.streams[0].start - picture_at if name.endswith(".ts") else 0.0
    return [click + sound_at + drift for click in CLICKS]


@pytest.mark.parametrize("name", FILMS)
def test_every_click_is_where_it_is_in_the_film(make_film, onsets, tmp_path, name):
    codecs, picture_at, sound_at = FILMS[name]
    path = make_film(name, codecs, picture_at=picture_at, sound_at=sound_at)
    film = probe(path)
    info = extract_audio(film, film.audio[0].index, None, tmp_path / "audio.wav")
    assert onsets(tmp_path / "audio.wav") == pytest.approx(
        expected_clicks(path, name), abs=TOLERANCE_S
    )
    assert info.offset == 0
    assert info.shortfalls == []
    assert info.duration == wav_duration(tmp_path / "audio.wav")
    assert info.duration == pytest.approx(10 + sound_at, abs=0.05)


@pytest.mark.parametrize("name", FILMS)
def test_a_clip_starts_at_its_start(make_film, onsets, tmp_path, name):
    codecs, picture_at, sound_at = FILMS[name]
    path = make_film(name, codecs, picture_at=picture_at, sound_at=sound_at)
    film = probe(path)
    info = extract_audio(film, film.audio[0].index, (2.25, 7.0), tmp_path / "audio.wav")
    found = [onset + info.offset for onset in onsets(tmp_path / "audio.wav")]
    assert found == pytest.approx(expected_clicks(path, name)[1:3], abs=TOLERANCE_S)
    assert info.offset == 2.25
    assert info.duration == pytest.approx(4.75, abs=TOLERANCE_S)


@pytest.mark.parametrize("codecs", ["-c:a aac", "-c:a libopus", "-c:a libmp3lame", "-c:a flac"])
def test_a_clip_far_into_the_film_is_as_exact(ffmpeg, clicks, onsets, tmp_path, codecs):
    ffmpeg("-stream_loop 5 -i", clicks, f"{codecs}", tmp_path / "long.mkv")
    film = probe(tmp_path / "long.mkv")
    info = extract_audio(film, 0, (42.2, None), tmp_path / "audio.wav")
    found = [onset + 42.2 for onset in onsets(tmp_path / "audio.wav")]
    assert found == pytest.approx([42.5, 46.25, 49.0, 51, 52.5, 56.25, 59], abs=TOLERANCE_S)
    assert info.duration == pytest.approx(17.8, abs=0.05)


@pytest.mark.parametrize("suffix", ["aac", "mp3"])
def test_a_clip_of_a_bare_stream_is_not_placed_by_guess(ffmpeg, clicks, onsets, tmp_path, suffix):
    ffmpeg("-f lavfi -i anoisesrc=duration=20:amplitude=0.01 -i", clicks,
           "-filter_complex concat=n=2:v=0:a=1", tmp_path / f"bare.{suffix}")  # fmt: skip
    film = probe(tmp_path / f"bare.{suffix}")
    info = extract_audio(film, 0, (22.0, 27), tmp_path / "audio.wav")
    found = [onset + info.offset for onset in onsets(tmp_path / "audio.wav")]
    # Raw AAC does not say how long its priming is.
    assert found == pytest.approx([22.5, 26.25], abs=0.025)


def test_an_edit_list_hides_what_it_hides(make_film, ffmpeg, onsets, tmp_path):
    ffmpeg("-ss 0.7 -i", make_film("aac.mp4", FILMS["aac.mp4"][0]), "-c copy", tmp_path / "cut.mp4")
    film = probe(tmp_path / "cut.mp4")
    extract_audio(film, 1, None, tmp_path / "audio.wav")
    found = onsets(tmp_path / "audio.wav")
    assert found == pytest.approx([click - 0.7 for click in CLICKS], abs=TOLERANCE_S)


def test_gaps_become_silence_and_are_told(ffmpeg, clicks, onsets, tmp_path):
    ffmpeg("-i", clicks, "-af aselect='not(between(t,3,4.4))*not(between(t,7,7.03))' -c:a flac",
           tmp_path / "gaps.mkv")  # fmt: skip
    film = probe(tmp_path / "gaps.mkv")
    info = extract_audio(film, 0, None, tmp_path / "audio.wav")
    assert onsets(tmp_path / "audio.wav") == pytest.approx(CLICKS, abs=TOLERANCE_S)
    assert [shortfall.what[:5] for shortfall in info.shortfalls] == ["1.4 s"]


def test_a_change_from_stereo_to_surround_moves_nothing(ffmpeg, clicks, onsets, tmp_path):
    """ffmpeg rebuilds its filters there; with one ffmpeg, ten seconds of silence came in."""
    parts = []
    for name, layout, at in (("a", "stereo|c0=c0|c1=c0", 0), ("b", "5.1(side)|FC=c0", 10)):
        ffmpeg("-i", clicks, f"-af pan={layout} -c:a ac3 -output_ts_offset {at}",
               tmp_path / f"{name}.ts")  # fmt: skip
        parts.append((tmp_path / f"{name}.ts").read_bytes())
    (tmp_path / "both.ts").write_bytes(b"".join(parts))
    film = probe(tmp_path / "both.ts")
    info = extract_audio(film, 0, None, tmp_path / "audio.wav")
    found = onsets(tmp_path / "audio.wav")
    # AC-3's own delay (256 samples) is not declared in a .ts: 5 ms.
    assert found == pytest.approx([*CLICKS, *(click + 10 for click in CLICKS)], abs=0.006)
    assert info.duration == pytest.approx(20, abs=0.05)


def test_a_partial_copy_gives_what_it_has_and_says_so(make_film, onsets, tmp_path):
    whole = make_film("aac.mkv", FILMS["aac.mkv"][0]).read_bytes()
    (tmp_path / "half.mkv").write_bytes(whole[: int(len(whole) * 0.6)])
    film = probe(tmp_path / "half.mkv")
    info = extract_audio(film, 1, None, tmp_path / "audio.wav")
    assert onsets(tmp_path / "audio.wav") == pytest.approx(CLICKS[:2], abs=TOLERANCE_S)
    assert info.duration < 8
    assert "The audio ends at" in info.shortfalls[0].what


def test_damage_in_the_middle_moves_nothing_and_is_told(make_film, onsets, tmp_path):
    content = bytearray(make_film("aac.mkv", FILMS["aac.mkv"][0]).read_bytes())
    start, end = int(len(content) * 0.4), int(len(content) * 0.5)
    content[start:end] = bytes((7 * i) % 251 for i in range(end - start))
    (tmp_path / "damaged.mkv").write_bytes(content)
    film = probe(tmp_path / "damaged.mkv")
    info = extract_audio(film, 1, None, tmp_path / "audio.wav")
    assert onsets(tmp_path / "audio.wav") == pytest.approx(CLICKS, abs=TOLERANCE_S)
    assert info.shortfalls


def test_the_tracks_own_index_is_taken(rich_film, tmp_path, onsets):
    film = probe(rich_film)
    info = extract_audio(film, film.audio[1].index, None, tmp_path / "audio.wav")
    assert info.stream == 2
    assert onsets(tmp_path / "audio.wav") == pytest.approx(
        [click + 0.5 for click in CLICKS], abs=TOLERANCE_S
    )


def test_a_stretch_without_sound_is_an_error(make_film, tmp_path):
    film = probe(make_film("late sound.mkv", FILMS["late sound.mkv"][0], sound_at=0.5))
    film.streams[1].index = 1
    with pytest.raises(StageError, match="produced no sound"):
        extract_audio(film, 1, (0.0, 0.2), tmp_path / "audio.wav")


def test_progress_is_reported_in_seconds(make_film, tmp_path):
    film = probe(make_film("aac.mkv", FILMS["aac.mkv"][0]))
    seen = []
    extract_audio(film, 1, None, tmp_path / "audio.wav", seen.append)
    assert seen[-1] == pytest.approx(10, abs=0.1)
    assert seen == sorted(seen)


def test_two_runs_write_the_same_bytes(make_film, tmp_path):
    film = probe(make_film("aac.mkv", FILMS["aac.mkv"][0]))
    for name in ("one.wav", "two.wav"):
        extract_audio(film, 1, None, tmp_path / name)
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()


# --- Mixing down. Each channel has a tone of its own, at full scale.


@pytest.fixture
def tones(ffmpeg, tmp_path):
    """A film whose channel n is a sine of 300 + 200n Hz at full scale."""

    def make(channels: int, layout: str | None):
        plain = tmp_path / "tones.wav"
        rate = 16000
        samples = array.array("h")
        for i in range(rate):
            for channel in range(channels):
                angle = 2 * math.pi * (300 + 200 * channel) * i / rate
                samples.append(int(32767 * math.sin(angle)))
        with wave.open(str(plain), "wb") as out:
            out.setnchannels(channels)
            out.setsampwidth(2)
            out.setframerate(rate)
            out.writeframes(samples.tobytes())
        path = tmp_path / "tones.mkv"
        # FLAC names its channels; PCM in Matroska does not.
        named, codec = (f"-channel_layout {layout}", "flac") if layout else ("", "pcm_s16le")
        ffmpeg(f"{named} -f wav -i", plain, f"-c:a {codec}", path)
        return path

    return make


def levels(path, channels):
    """How loud each channel's tone is in a mono WAV (1 is full scale), and the highest sample."""
    with wave.open(str(path), "rb") as sound:
        samples = array.array("h", sound.readframes(sound.getnframes()))
    middle = samples[2000:14000]  # a whole number of periods, and no edges
    found = []
    for channel in range(channels):
        step = 2 * math.pi * (300 + 200 * channel) / SAMPLE_RATE
        cosine = sum(value * math.cos(step * i) for i, value in enumerate(middle))
        sine = sum(value * math.sin(step * i) for i, value in enumerate(middle))
        found.append(math.hypot(cosine, sine) * 2 / len(middle) / 32768)
    return found, max(map(abs, samples))


@pytest.mark.parametrize(
    ("layout", "names"),
    [
        ("5.1", ["FL", "FR", "FC", "LFE", "BL", "BR"]),
        ("5.1(side)", ["FL", "FR", "FC", "LFE", "SL", "SR"]),
        ("7.1", ["FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"]),
        ("3.0", ["FL", "FR", "FC"]),
    ],
)
def test_the_centre_leads_and_nothing_clips(tones, tmp_path, layout, names):
    film = probe(tones(len(names), layout))
    extract_audio(film, 0, None, tmp_path / "audio.wav")
    found, peak = levels(tmp_path / "audio.wav", len(names))
    level = dict(zip(names, found, strict=True))
    assert peak < 32767, "all channels at full scale, and still room"
    assert sum(found) == pytest.approx(1, abs=0.03)
    assert level["FC"] > 2 * max(value for name, value in level.items() if name != "FC")
    assert level["FL"] == pytest.approx(level["FR"], rel=0.02)
    assert level.get("LFE", 0) < 0.005
    around = [value for name, value in level.items() if name[0] in "BS"]
    assert all(0.02 < value < level["FL"] / 2 for value in around)


@pytest.mark.parametrize(
    ("channels", "layout", "expected"),
    [
        (1, None, [1]),
        (2, "stereo", [0.5, 0.5]),
        (3, "2.1", [0.5, 0.5, 0]),
        (4, "quad", [0.4, 0.4, 0.1, 0.1]),
        (3, None, [1 / 3] * 3),
        (5, None, [1 / 5] * 5),
        (9, None, [1 / 9] * 9),
    ],
)
def test_other_layouts_are_mixed_evenly(tones, tmp_path, channels, layout, expected):
    film = probe(tones(channels, layout))
    extract_audio(film, 0, None, tmp_path / "audio.wav")
    found, peak = levels(tmp_path / "audio.wav", channels)
    assert found == pytest.approx(expected, abs=0.02)
    assert peak <= 32767


def test_six_unnamed_channels_are_taken_for_surround(a_stream):
    unnamed = a_stream("audio", "pcm_s16le", channels=6)
    assert Channels.of(unnamed).parts == ("centre", "left", "right")
    assert Channels.of(a_stream("audio", "pcm_s16le", channels=3)).parts == ("c0", "c1", "c2")
    ambisonic = a_stream("audio", "opus", channels=4, channel_layout="ambisonic 1")
    assert Channels.of(ambisonic).parts == ("c0", "c1", "c2", "c3")


@pytest.mark.parametrize(
    ("name", "codecs"), [("title.mkv", "-c:v libx264 -c:a aac"), ("title.flv", "-c:v flv -c:a aac")]
)
def test_titles_in_another_encoding_are_nobodys_business(make_film, tmp_path, name, codecs):
    """Latin-1 and Windows' encodings, in the container's tags and the track's."""
    data = make_film(name, f"{codecs} -metadata title=XXXX -metadata:s:a:0 title=XXXX").read_bytes()
    assert b"XXXX" in data
    (tmp_path / name).write_bytes(data.replace(b"XXXX", b"\xe9\xff\x80X"))
    film = probe(tmp_path / name)
    info = extract_audio(film, film.audio[0].index, None, tmp_path / "audio.wav")
    assert info.duration == pytest.approx(10, abs=0.2)


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("three seconds late.mkv", "-c:v libx264 -c:a aac"),
        ("three seconds late.mp4", "-c:v libx264 -c:a aac -movflags +faststart"),
    ],
)
def test_sound_that_starts_seconds_late_is_whole_and_what_it_lacks_is_told(
    make_film, tmp_path, name, codecs
):
    path = make_film(name, codecs, sound_at=3)
    film = probe(path)
    assert film.audio[0].start == pytest.approx(3, abs=0.1)
    whole = extract_audio(film, film.audio[0].index, None, tmp_path / "audio.wav")
    assert whole.shortfalls == []
    assert whole.expected == pytest.approx(13, abs=0.1)
    part = tmp_path / name
    part.write_bytes(path.read_bytes()[: path.stat().st_size * 4 // 5])
    film = probe(part)
    info = extract_audio(film, film.audio[0].index, None, tmp_path / "audio.wav")
    (told,) = info.shortfalls
    assert told.what.endswith("not at 13.0 s.")
    assert info.duration < 12
