"""Sound as it comes: late, cut, with a clock that runs over or jumps, in odd channels and files."""

import math
import struct
import wave

import pytest

from chalchitra.errors import PassingError, StageError, UsageError
from chalchitra.media import evidence, inputs, tools
from chalchitra.media.channels import find_channel
from chalchitra.media.demux import extract_audio
from chalchitra.media.evidence import open_again, require_disk
from chalchitra.media.probe import open_container, probe
from chalchitra.media.tools import Ffmpeg, find_ffmpeg
from chalchitra.media.wav import wav_duration

CLICKS = (1.0, 2.5, 6.25, 9.0)
H264 = "-c:v libx264 -bf 2 -c:a aac"


@pytest.fixture
def hear(onsets, tmp_path):
    """The clicks of a film's sound, and what demux says of it."""

    def run(path, clip=None, **more):
        film = probe(path)
        info = extract_audio(film, film.audio[0].index, clip, tmp_path / "audio.wav", **more)
        return onsets(tmp_path / "audio.wav"), info

    return run


def whats(info):
    return [shortfall.what for shortfall in info.shortfalls]


@pytest.mark.parametrize("name", ["late.mkv", "late.mp4", "late.ts"])
def test_sound_that_starts_late_is_whole(make_film, hear, name):
    found, info = hear(make_film(f"3 s {name}", H264, sound_at=3))
    assert found == pytest.approx([click + 3 for click in CLICKS], abs=0.03)
    assert info.shortfalls == []


def test_late_sound_that_was_cut_is_told(make_film, hear, tmp_path):
    whole = make_film("3 s late.mkv", H264, sound_at=3).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: int(len(whole) * 0.7)])
    found, info = hear(tmp_path / "cut.mkv")
    assert found == pytest.approx([4.0, 5.5], abs=0.03)
    assert ["The audio ends at" in what for what in whats(info)] == [True]


@pytest.mark.parametrize("before", [0.5, 6])
def test_a_clock_that_runs_over_soon_loses_nothing(make_film, ffmpeg, hear, tmp_path, before):
    """A TS counts 33 bits of 90 kHz: 95443.7 s."""
    film = make_film("sync.mp4", H264)
    ffmpeg(f"-i {film} -c copy -output_ts_offset {95443.7177 - before - 1.4}", tmp_path / "wrap.ts")
    found, info = hear(tmp_path / "wrap.ts")
    first = probe(tmp_path / "wrap.ts").streams[0].start
    assert found == pytest.approx([click + first for click in CLICKS], abs=0.03)
    assert info.shortfalls == []


@pytest.mark.parametrize("jump", [-5, 3600, 95440])
def test_joined_broadcasts_are_heard_as_they_are_muxed(
    make_film, ffmpeg, hear, onsets, tmp_path, jump
):
    """Our cues belong into our film, whatever the clock does where two recordings meet."""
    film = make_film("sync.mp4", H264)
    ffmpeg(f"-i {film} -c copy", tmp_path / "a.ts")
    ffmpeg(f"-ss 5 -i {film} -c copy -output_ts_offset {max(0, 10 + jump)}", tmp_path / "b.ts")
    joined = tmp_path / "joined.ts"
    joined.write_bytes((tmp_path / "a.ts").read_bytes() + (tmp_path / "b.ts").read_bytes())
    found, info = hear(joined)
    assert len(found) == 6

    about = probe(joined)
    muxed = tmp_path / "muxed.mkv"
    tools.run_ffmpeg([*inputs.film_input(about), "-map", "0", "-c", "copy", str(muxed)])
    ffmpeg("-i", muxed, "-af aresample=async=1:first_pts=0 -ac 1 -ar 16000", tmp_path / "muxed.wav")
    # Up to 0.1 s, ffmpeg takes what jumps back for an overlap, by the last bit.
    assert found == pytest.approx(onsets(tmp_path / "muxed.wav"), abs=0.11)
    assert not any("less audio than" in f"{told}" for told in info.shortfalls)


def test_a_clip_of_joined_broadcasts_is_where_the_whole_is(make_film, ffmpeg, hear, tmp_path):
    film = make_film("sync.mp4", H264)
    ffmpeg(f"-i {film} -c copy", tmp_path / "a.ts")
    (tmp_path / "twice.ts").write_bytes((tmp_path / "a.ts").read_bytes() * 2)
    whole, _ = hear(tmp_path / "twice.ts")
    part, info = hear(tmp_path / "twice.ts", (12.0, 17.5))
    assert [at + info.offset for at in part] == pytest.approx(whole[5:7], abs=0.001)


@pytest.mark.parametrize(("suffix", "sound"), [("ts", "ac3"), ("ts", "aac"), ("vob", "ac3")])
def test_short_films_that_were_joined_follow_each_other(
    make_film, ffmpeg, hear, tmp_path, suffix, sound
):
    """Shorter than what ffmpeg takes for a hole, 10 s."""
    film = make_film("sync.mp4", H264)
    part, joined = tmp_path / f"part.{suffix}", tmp_path / f"joined.{suffix}"
    ffmpeg(f"-i {film} -t 7 -c:v mpeg2video -bf 2 -c:a {sound}", part)
    joined.write_bytes(part.read_bytes() * 3)
    found, info = hear(joined)
    clicks = [click + 7 * number for number in range(3) for click in CLICKS[:3]]
    assert found == pytest.approx(clicks, abs=0.2)
    assert not any("missing" in what for what in whats(info))


def test_a_broadcast_that_becomes_mono_is_heard_on(ffmpeg, clicks, hear, tmp_path):
    parts = []
    for name, how, at in (("a", "-ac 2 -ar 48000", 0), ("b", "-ac 1 -ar 32000", 10)):
        ffmpeg("-i", clicks, f"{how} -c:a mp2 -output_ts_offset {at}", tmp_path / f"{name}.ts")
        parts.append((tmp_path / f"{name}.ts").read_bytes())
    (tmp_path / "both.ts").write_bytes(b"".join(parts))
    found, info = hear(tmp_path / "both.ts")
    assert found == pytest.approx([*CLICKS, *(click + 10 for click in CLICKS)], abs=0.05)
    left, _ = hear(tmp_path / "both.ts", channel=0)
    assert left == pytest.approx(found, abs=0.001), "the only channel is on every side"
    assert info.shortfalls == []


def test_stamps_that_waver_cut_nothing(ffmpeg, clicks, hear, tmp_path):
    ffmpeg("-i", clicks, "-c:a aac", tmp_path / "even.mka")
    ffmpeg(f"-i {tmp_path / 'even.mka'} -c copy -bsf:a",
           ["setts=ts=TS+round(20*(random(1)*2-1))"], tmp_path / "wavers.mka")  # fmt: skip
    found, info = hear(tmp_path / "wavers.mka")
    assert found == pytest.approx(CLICKS, abs=0.05)
    assert info.shortfalls == []
    assert len(info.pieces) == 1


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        ("rm", "-c:v rv10 -s 176x144 -c:a real_144 -ar 8000 -ac 1"),  # every stamp is 0
        ("avi", "-c:v mpeg4 -c:a dca -strict -2"),  # each stamp is minutes after the last
    ],
)
def test_stamps_that_mean_nothing_are_not_followed(make_film, hear, suffix, codec):
    found, info = hear(make_film(f"no stamps.{suffix}", codec))
    assert found == pytest.approx(CLICKS, abs=0.05)
    assert info.shortfalls == []


def test_hours_of_nothing_are_not_written(ffmpeg, clicks, hear, tmp_path):
    ffmpeg("-i", clicks, "-c:a flac", tmp_path / "part.mka")
    (tmp_path / "list.txt").write_text(
        f"file {tmp_path / 'part.mka'}\nduration 72000\nfile {tmp_path / 'part.mka'}\n"
    )
    ffmpeg("-f concat -safe 0 -i", tmp_path / "list.txt", "-c copy", tmp_path / "film.mka")
    found, info = hear(tmp_path / "film.mka")
    assert info.duration == pytest.approx(72010, abs=0.1)
    assert wav_duration(tmp_path / "audio.wav") == pytest.approx(20, abs=0.1)
    assert found == pytest.approx([*CLICKS, *(click + 10 for click in CLICKS)], abs=0.002)
    assert [piece.at / 16000 for piece in info.pieces] == pytest.approx([0, 72000], abs=0.002)
    assert any("no sound from 0:00:10 to 20:00:00" in what for what in whats(info))


def test_a_side_that_is_turned_over_is_heard_and_told(ffmpeg, clicks, hear, tmp_path):
    ffmpeg("-stream_loop 3 -i", clicks, "-af pan=stereo|c0=c0|c1=-1*c0 -c:a flac",
           tmp_path / "film.mka")  # fmt: skip
    found, info = hear(tmp_path / "film.mka")
    assert len(found) == 16
    assert "cancel each other out" in whats(info)[0]


def test_one_channel_alone_is_heard_where_it_was_asked_for(ffmpeg, clicks, hear, tmp_path):
    ffmpeg("-i", clicks, "-af pan=stereo|c0=c0|c1=0*c0 -c:a flac", tmp_path / "film.mka")
    stream = probe(tmp_path / "film.mka").audio[0]
    found, info = hear(tmp_path / "film.mka", channel=find_channel(stream, "left"))
    assert found == pytest.approx(CLICKS, abs=0.002)
    assert info.channel == 0
    found, _ = hear(tmp_path / "film.mka", channel=find_channel(stream, "right"))
    assert found == []
    with pytest.raises(UsageError, match="no channel"):
        hear(tmp_path / "film.mka", channel=2)


@pytest.mark.parametrize(
    ("layout", "channel"), [("7.1", "FC"), ("5.1", "BL"), ("stereo", "FR"), ("quad", "BR")]
)
def test_a_voice_in_one_channel_only_is_heard(ffmpeg, clicks, onsets, tmp_path, layout, channel):
    ffmpeg("-i", clicks, f"-af volume=4dB,pan={layout}|{channel}=c0 -c:a flac",
           tmp_path / "film.mka")  # fmt: skip
    info = extract_audio(probe(tmp_path / "film.mka"), 0, None, tmp_path / "audio.wav")
    ffmpeg("-i", tmp_path / "audio.wav", "-af volume=20dB", tmp_path / "loud.wav")
    assert onsets(tmp_path / "loud.wav") == pytest.approx(CLICKS, abs=0.003)
    assert info.shortfalls == []


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_wav_that_does_not_know_its_length(clicks, hear, tmp_path, size):
    content = bytearray(clicks.read_bytes())
    at = content.index(b"data")
    content[at + 4 : at + 8] = struct.pack("<I", size)
    (tmp_path / "live.wav").write_bytes(content)
    found, info = hear(tmp_path / "live.wav")
    assert found == pytest.approx(CLICKS, abs=0.002)
    assert info.duration == pytest.approx(10, abs=0.01)


def test_floats_that_are_no_numbers_are_no_sound(hear, tmp_path):
    values = [0.0] * 48000 + [math.nan, math.inf, -math.inf] * 10 + [0.0] * 48000
    data = struct.pack(f"<{len(values)}f", *values)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, 1,
                       48000, 192000, 4, 32, b"data", len(data))  # fmt: skip
    (tmp_path / "odd.wav").write_bytes(head + data)
    _, info = hear(tmp_path / "odd.wav")
    assert info.duration == pytest.approx(2.0, abs=0.01)


def test_a_syllable_that_is_missing_is_told(ffmpeg, clicks, hear, tmp_path):
    ffmpeg("-i", clicks, "-c:a pcm_s16le -bsf:a noise=drop=between(pts*tb\\,3\\,3.2)",
           tmp_path / "hole.mkv")  # fmt: skip
    found, info = hear(tmp_path / "hole.mkv")
    assert found == pytest.approx(CLICKS, abs=0.002)
    assert ["0.2 s of audio are missing" in what for what in whats(info)] == [True]


def test_check_sums_are_looked_at(ffmpeg, hear, tmp_path):
    ffmpeg("-f lavfi -i sine=d=5 -c:a tta", tmp_path / "whole.tta")
    data = bytearray((tmp_path / "whole.tta").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 600] = bytes(600)
    (tmp_path / "cut.tta").write_bytes(data)
    _, info = hear(tmp_path / "cut.tta")
    assert whats(info) == ["Some of the audio is damaged."]


def test_what_an_edit_list_hides_takes_nothing_else_along(ffmpeg, clicks, hear, tmp_path):
    """Decoding on several threads, ffmpeg 9 leaves out packets that come later."""
    ffmpeg("-i", clicks, "-c:a alac -output_ts_offset -0.5 -avoid_negative_ts disabled",
           tmp_path / "edited.m4a")  # fmt: skip
    found, info = hear(tmp_path / "edited.m4a")
    assert found == pytest.approx([click - 0.5 for click in CLICKS], abs=0.002)
    assert info.shortfalls == []


# --- Half a film never counts as done.


@pytest.fixture
def decoder(tmp_path, monkeypatch):
    """Put a program in ffmpeg's place where sound is decoded: a shell's lines; $REAL is ffmpeg."""
    real = find_ffmpeg()

    def use(lines):
        program = tmp_path / "decoder"
        program.write_text(
            f'#!/bin/sh\nREAL={real.path}\ncase "$*" in *pipe:1*) ;; *) exec $REAL "$@";; esac\n'
            f"{lines}\n"
        )
        program.chmod(0o755)
        monkeypatch.setattr(tools, "find_ffmpeg", lambda: Ffmpeg(str(program), real.version))

    return use


HALF = '$REAL "$@" 2>/dev/null | head -c 150000'


def test_a_decoder_that_is_killed_is_no_end_of_the_film(make_film, hear, decoder):
    decoder(f"{HALF}\nkill -9 $$")
    with pytest.raises(PassingError, match="killed"):
        hear(make_film("aac.mkv", H264))


def test_a_disk_that_fails_is_no_end_of_the_film(make_film, hear, decoder):
    decoder(f"{HALF}\necho '[error] film.mkv: Input/output error' >&2")
    with pytest.raises(PassingError, match="could not be read to its end"):
        hear(make_film("aac.mkv", H264))


def test_damage_that_looks_like_a_failing_disk_is_told(make_film, monkeypatch, tmp_path):
    """Some demuxers say so whenever a film is cut; reading it anew says the same."""
    film = make_film("aac.mkv", H264)
    said = ["film: Input/output error"]
    with pytest.raises(PassingError):
        require_disk(film, said)
    require_disk(film, ["Invalid data found when processing input"])

    def fails(container):
        yield
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(evidence, "packets", fails)
    require_disk(film, said)
    monkeypatch.setattr(evidence, "is_readable", lambda path: False)
    with pytest.raises(PassingError):
        require_disk(film, said)


def test_a_disk_that_fails_while_a_film_is_opened_is_no_fault_of_the_film(make_film, monkeypatch):
    path = make_film("aac.mkv", H264)
    answers = [UsageError("is not a film"), probe(path)]

    def answer(_):
        now = answers.pop(0)
        if isinstance(now, UsageError):
            raise now
        return now

    monkeypatch.setattr(evidence, "probe", answer)
    assert open_again(path) == probe(path)
    answers += [UsageError("is not a film"), UsageError("is not a film")]
    with pytest.raises(UsageError, match="is not a film"):
        open_again(path)
    answers.append(UsageError("is not a film"))
    monkeypatch.setattr(evidence, "is_readable", lambda path: False)
    with pytest.raises(PassingError, match="could not be read"):
        open_again(path)


def test_a_decoder_that_ends_early_without_a_word_is_run_again(make_film, hear, decoder, tmp_path):
    once = tmp_path / "once"
    decoder(f'if mkdir {once} 2>/dev/null; then {HALF}; else exec $REAL "$@"; fi')
    found, info = hear(make_film("aac.mkv", H264))
    assert found == pytest.approx(CLICKS, abs=0.002)
    assert info.shortfalls == []


def test_what_is_never_decoded_is_told(make_film, hear, decoder):
    decoder(HALF)
    _, info = hear(make_film("aac.mkv", H264))
    assert ["could not be decoded" in told.why for told in info.shortfalls] == [True]


def test_what_one_ffmpeg_cannot_decode_another_may(make_film, hear, decoder):
    decoder("echo '[error] Decoder not found' >&2; exit 1")
    found, info = hear(make_film("aac.mkv", H264))
    assert found == pytest.approx(CLICKS, abs=0.002)
    assert info.shortfalls == []


def test_a_disk_that_gets_full_is_foreseen(make_film, hear, monkeypatch):
    from chalchitra.media import demux

    monkeypatch.setattr(demux, "_LOOK_BYTES", 100_000)
    monkeypatch.setattr(demux, "_SPARE_BYTES", 1 << 62)
    with pytest.raises(StageError, match="nearly full") as full:
        hear(make_film("aac.mkv", H264))
    assert full.value.kind == "disk"


def test_more_than_a_wav_holds_is_an_error(make_film, hear, monkeypatch):
    from chalchitra.media import demux

    monkeypatch.setattr(demux, "_MOST_BYTES", 100_000)
    with pytest.raises(StageError, match="longer than"):
        hear(make_film("aac.mkv", H264))


def test_the_wav_is_one_that_players_open(make_film, hear, tmp_path):
    hear(make_film("aac.mkv", H264))
    with wave.open(str(tmp_path / "audio.wav"), "rb") as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16000, 1, 2)
    with open_container(tmp_path / "audio.wav") as container:
        assert container.duration / 1e6 == pytest.approx(10, abs=0.05)
