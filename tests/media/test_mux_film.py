import re

import pytest

import chalchitra.media.mux as mux_module
from chalchitra.errors import StageError
from chalchitra.media import mux_check
from chalchitra.media.demux import extract_audio
from chalchitra.media.mux import mux
from chalchitra.media.mux_plan import Track, plan
from chalchitra.media.packets import packets
from chalchitra.media.probe import open_container, probe

CLICKS = (1.0, 2.5, 6.25, 9.0)
PRIMING_S = 0.025
"""By so much ffmpegs before 8.1 may move everything that they copy, all of it together."""
ROWS = {
    "hi": {"id": "hi", "native": "हिन्दी", "container": "hin"},
    "de": {"id": "de", "native": "Deutsch", "container": "ger", "container_mp4": "deu"},
    "brx": {"id": "brx", "native": "बर’", "container": None},
}
H264 = "-c:v libx264 -bf 2 -c:a aac"


def write_srt(path, starts, text="पंक्ति"):
    def clock(s):
        return (
            f"{int(s // 3600):02}:{int(s // 60) % 60:02}:{int(s) % 60:02},{round(s % 1 * 1000):03}"
        )

    cues = [f"{n}\n{clock(s)} --> {clock(s + 0.8)}\n{text} {n}\n" for n, s in enumerate(starts, 1)]
    path.write_text("\n".join(cues), encoding="utf-8")


@pytest.fixture
def tracks(tmp_path):
    """Three tracks with cues; Hindi's start where the clicks are."""
    made = []
    for language, starts in (("hi", CLICKS), ("de", (0.25, 5.0)), ("brx", (3.0,))):
        path = tmp_path / f"{language}.srt"
        write_srt(path, starts)
        made.append(Track.of(path, ROWS[language]))
    return made


def cues(path):
    """The cues of every subtitle stream: stream index -> [(start, text)], starts approximate."""
    found = {}
    with open_container(path) as container:
        zero = (container.start_time or 0) / 1e6
        for packet in container.demux():
            data = bytes(packet)
            if packet.stream.type != "subtitle" or packet.pts is None or data == b"\0\0":
                continue
            if packet.stream.codec_context.codec.canonical_name == "mov_text":
                data = data[2 : 2 + int.from_bytes(data[:2], "big")]
            start = pytest.approx(float(packet.pts * packet.time_base) - zero, abs=PRIMING_S)
            found.setdefault(packet.stream.index, []).append((start, data.decode()))
    return found


def lateness(path):
    """How far into picture and sound a cue comes at most, beyond its own time (s)."""
    seen, worst = 0.0, -1e9
    with open_container(path) as container:
        for packet in container.demux():
            if packet.pts is None:
                continue
            at = float(packet.pts * packet.time_base)
            if packet.stream.type == "subtitle":
                worst = max(worst, seen - at)
            else:
                seen = max(seen, at)
    return worst


FILMS = {
    # name: (codecs, picture starts, sound starts, suffix of the result)
    "plain.mp4": (H264, 0, 0, ".mp4"),
    "late sound.mp4": (H264, 0, 0.5, ".mp4"),
    "late picture.mp4": (H264, 0.75, 0, ".mp4"),
    "plain.mkv": (H264, 0, 0, ".mkv"),
    "late sound.mkv": (H264, 0, 0.5, ".mkv"),
    "plain.webm": ("-c:v libvpx -c:a libopus", 0, 0, ".mkv"),
    "plain.mov": (H264, 0, 0, ".mp4"),
    "camera.mov": ("-c:v mjpeg -c:a pcm_s16be", 0, 0, ".mkv"),
    "plain.avi": ("-c:v mpeg4 -bf 2 -c:a pcm_s16le", 0, 0, ".mkv"),
    "packed.avi": ("-c:v libxvid -bf 2 -c:a libmp3lame", 0, 0, ".mkv"),
    "h264.avi": ("-c:v libx264 -bf 2 -c:a libmp3lame", 0, 0, ".mkv"),
    "plain.ts": (H264, 0, 0, ".mkv"),
    "late sound.ts": ("-c:v libx264 -c:a ac3", 0, 0.5, ".mkv"),
    "far.ts": ("-c:v mpeg2video -c:a mp2 -output_ts_offset 40000", 0, 0, ".mkv"),
    "plain.mpg": ("-c:v mpeg2video -c:a mp2", 0, 0, ".mkv"),
    "plain.flv": ("-c:v flv -c:a libmp3lame -ar 44100", 0, 0, ".mkv"),
    "plain.wmv": ("-c:v wmv2 -c:a wmav2", 0, 0, ".mkv"),
    "plain.gxf": (
        *("-s 720x576 -r 25 -c:v mpeg2video -b:v 4M -c:a pcm_s16le -ar 48000 -ac 1", 0, 0),
        ".mkv",
    ),
    "late sound.ogv": ("-c:v libtheora -c:a libvorbis", 0, 0.5, ".mkv"),
}


@pytest.mark.parametrize("name", FILMS)
def test_tracks_are_added_and_nothing_else_changes(make_film, tracks, onsets, tmp_path, name):
    codecs, picture_at, sound_at, suffix = FILMS[name]
    film = probe(make_film(name, codecs, picture_at=picture_at, sound_at=sound_at))
    made = plan(film, tracks, default="hi")
    assert made.suffix == suffix
    out = tmp_path / f"out{suffix}"
    assert mux(made, out) == []

    result = probe(out)
    kept = [(s.kind, s.codec) for s in film.streams if s.kind != "data"]
    assert [(s.kind, s.codec) for s in result.streams[:2]] == kept
    text = "mov_text" if suffix == ".mp4" else "subrip"
    german = "deu" if suffix == ".mp4" else "ger"
    assert [(s.codec, s.language, s.title, s.is_default) for s in result.of_kind("subtitle")] == [
        (text, "hin", "हिन्दी", True),
        (text, german, "Deutsch", False),
        (text, None, "बर’", False),
    ]
    assert cues(out)[2] == [(s, f"पंक्ति {n}") for n, s in enumerate(CLICKS, 1)]
    assert result.duration == pytest.approx(film.duration, abs=0.2)

    # The sound is where it was on the time line: what was said is still under its cue.
    for path, wav in ((film.path, "before.wav"), (out, "after.wav")):
        seen = probe(path)
        extract_audio(seen, seen.audio[0].index, None, tmp_path / wav)
    before, after = onsets(tmp_path / "before.wav"), onsets(tmp_path / "after.wav")
    assert len(before) == len(CLICKS)
    assert after == pytest.approx(before, abs=PRIMING_S)


def test_an_mp4_has_a_tracks_title_twice(make_film, tracks, tmp_path):
    """As the name of the track, which some ffmpegs lose, and as that of its handler."""
    made = plan(probe(make_film("plain.mp4", H264)), tracks)
    assert mux(made, tmp_path / "out.mp4") == []
    with open_container(tmp_path / "out.mp4") as container:
        tags = [stream.metadata for stream in container.streams.subtitles]
    assert [tag["handler_name"] for tag in tags] == ["हिन्दी", "Deutsch", "बर’"]
    assert all(tag.get("name", tag["handler_name"]) == tag["handler_name"] for tag in tags)


def test_everything_of_a_rich_film_is_kept(rich_film, tracks, tmp_path):
    before = rich_film.read_bytes()
    film = probe(rich_film)
    made = plan(film, tracks, default="de")
    assert mux(made, tmp_path / "out.mkv") == []
    assert made.shortfalls == ()
    result = probe(tmp_path / "out.mkv")
    assert result.chapters == 2
    with open_container(tmp_path / "out.mkv") as container:
        assert container.metadata["title"] == "My film"
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["One", "Two"]
    video, commentary, sound, signs, hindi, german, bodo, font, cover = result.streams
    assert (commentary.title, commentary.dispositions) == ("Commentary", ["comment"])
    assert (sound.language, sound.dispositions) == ("hin", ["default"])
    assert (signs.codec, signs.title, signs.dispositions) == ("ass", "Signs", ["forced"])
    assert [track.is_default for track in (hindi, german, bodo)] == [False, True, False]
    assert (font.kind, font.filename) == ("attachment", "font.ttf")
    assert (cover.is_cover, cover.filename) == (True, "cover.jpg")
    assert cues(tmp_path / "out.mkv")[3][0][0] == 4.0
    assert rich_film.read_bytes() == before


def test_a_rich_film_in_an_mp4_says_what_it_loses(rich_film, tracks, tmp_path):
    made = plan(probe(rich_film), tracks, "mp4", default="hi")
    mux(made, tmp_path / "out.mp4")
    result = probe(tmp_path / "out.mp4")
    assert result.container == "mp4"
    assert result.chapters == 2
    assert cues(tmp_path / "out.mp4")[3] == [(4.0, "An old line")]
    assert result.of_kind("subtitle")[0].title == "Signs"
    assert sum(s.is_cover for s in result.streams) == 1
    lost = " ".join(shortfall.what for shortfall in made.shortfalls)
    assert "font.ttf" in lost
    assert "Signs" in lost


def test_an_mp4s_text_becomes_srt_in_matroska(make_film, tracks, ffmpeg, tmp_path):
    source = make_film("plain.mp4", H264)
    ffmpeg("-i", source, "-i", tracks[1].path, "-map 0 -map 1 -c copy -c:s mov_text",
           "-metadata:s:s:0 language=eng", tmp_path / "texted.mp4")  # fmt: skip
    made = plan(probe(tmp_path / "texted.mp4"), tracks[:1], "mkv")
    assert mux(made, tmp_path / "out.mkv") == []
    old = probe(tmp_path / "out.mkv").of_kind("subtitle")[0]
    assert (old.codec, old.language) == ("subrip", "eng")
    assert cues(tmp_path / "out.mkv")[2] == [(0.25, "पंक्ति 1"), (5.0, "पंक्ति 2")]


def pgs(start, end):
    """A Blu-ray subtitle (.sup) with one white square, as bytes."""

    def segment(kind, at, data):
        time = int(at * 90000)
        return (
            b"PG"
            + time.to_bytes(4, "big")
            + bytes(4)
            + bytes([kind])
            + len(data).to_bytes(2, "big")
            + data
        )

    def composition(number, state, objects):
        return (
            (64).to_bytes(2, "big") + (36).to_bytes(2, "big") + b"\x10"
            + number.to_bytes(2, "big") + bytes([state, 0, 0, objects])
            + (bytes([0, 0, 0, 0]) + (8).to_bytes(2, "big") * 2) * objects
        )  # fmt: skip

    window = b"\x01\x00" + b"".join(n.to_bytes(2, "big") for n in (8, 8, 8, 8))
    palette = bytes([0, 0, 1, 235, 128, 128, 255])
    lines = (bytes([0, 0x88, 1]) + b"\0\0") * 8
    picture = bytes([0, 0, 0, 0xC0]) + (len(lines) + 4).to_bytes(3, "big") + b"\0\x08\0\x08" + lines
    return b"".join(
        [
            segment(0x16, start, composition(0, 0x80, 1)),
            segment(0x17, start, window),
            segment(0x14, start, palette),
            segment(0x15, start, picture),
            segment(0x80, start, b""),
            segment(0x16, end, composition(1, 0, 0)),
            segment(0x17, end, window),
            segment(0x80, end, b""),
        ]
    )


def test_picture_subtitles_stay_pictures(make_film, ffmpeg, tracks, tmp_path):
    (tmp_path / "a.sup").write_bytes(pgs(6.0, 7.0))
    ffmpeg("-i", make_film("plain.mkv", H264), "-itsoffset 6 -i", tmp_path / "a.sup",
           "-map 0 -map 1 -c copy", tmp_path / "disc.mkv")  # fmt: skip
    made = plan(probe(tmp_path / "disc.mkv"), tracks, default="hi")
    assert mux(made, tmp_path / "out.mkv") == []
    kept = probe(tmp_path / "out.mkv").of_kind("subtitle")[0]
    assert kept.codec == "hdmv_pgs_subtitle"
    with open_container(tmp_path / "out.mkv") as container:
        packets = [p for p in container.demux(container.streams[kept.index]) if p.size]
        assert float(packets[0].pts * packets[0].time_base) == pytest.approx(6, abs=PRIMING_S)


def test_picture_subtitles_make_an_mp4_matroska(make_film, ffmpeg, tracks, tmp_path):
    (tmp_path / "a.sup").write_bytes(pgs(6.0, 7.0))
    ffmpeg("-i", make_film("plain.mp4", H264), "-fix_sub_duration -itsoffset 6 -i",
           tmp_path / "a.sup",
           "-map 0 -map 1 -c copy -c:s dvdsub -s 64x36", tmp_path / "disc.mp4")  # fmt: skip
    made = plan(probe(tmp_path / "disc.mp4"), tracks)
    assert made.suffix == ".mkv"
    assert mux(made, tmp_path / "out.mkv") == []
    assert probe(tmp_path / "out.mkv").of_kind("subtitle")[0].codec == "dvd_subtitle"


@pytest.mark.parametrize("codec", ["copy", "mov_text"])
def test_cues_come_in_time_though_the_films_own_subtitles_start_late(ffmpeg, tmp_path, codec):
    """ffmpeg would hold our tracks back until then; players seek and read on from there."""
    write_srt(tmp_path / "own.srt", [118.0])
    write_srt(tmp_path / "hi.srt", [1.0 + 2 * n for n in range(50)])
    suffix = ".mkv" if codec == "copy" else ".mp4"
    ffmpeg(
        "-f lavfi -i testsrc2=size=64x36:rate=10:duration=120 -f lavfi -i sine=duration=120 -i",
        tmp_path / "own.srt",
        f"-map 0 -map 1 -map 2 -c:v mpeg4 -c:a aac -c:s {codec}",
        tmp_path / f"film{suffix}",
    )
    track = Track.of(tmp_path / "hi.srt", ROWS["hi"])
    made = plan(probe(tmp_path / f"film{suffix}"), [track], "mkv")
    for name in ("one.mkv", "two.mkv"):
        assert mux(made, tmp_path / name) == []
    assert lateness(tmp_path / "one.mkv") < 0.5
    assert cues(tmp_path / "one.mkv")[2] == [(118.0, "पंक्ति 1")]
    assert (tmp_path / "one.mkv").read_bytes() == (tmp_path / "two.mkv").read_bytes()


def test_an_empty_subtitle_stream_is_left_out_and_told(make_film, ffmpeg, tracks, tmp_path):
    (tmp_path / "none.srt").write_text("")
    ffmpeg("-i", make_film("plain.mkv", H264), "-f srt -i", tmp_path / "none.srt",
           "-map 0 -map 1 -c copy", tmp_path / "film.mkv")  # fmt: skip
    made = plan(probe(tmp_path / "film.mkv"), tracks)
    assert [s.what for s in mux(made, tmp_path / "out.mkv")] == ["Subtitle stream 2 is left out."]
    assert len(probe(tmp_path / "out.mkv").of_kind("subtitle")) == 3


@pytest.mark.parametrize("name", ["plain.mkv", "plain.mp4", "plain.ts"])
def test_two_runs_write_the_same_bytes(make_film, tracks, tmp_path, name):
    made = plan(probe(make_film(name, H264)), tracks, default="hi")
    contents = set()
    for number in range(3):
        mux(made, tmp_path / f"{number}{made.suffix}")
        contents.add((tmp_path / f"{number}{made.suffix}").read_bytes())
    assert len(contents) == 1


def test_an_edit_list_in_matroska_is_told_and_stays_in_step(
    make_film, ffmpeg, tracks, onsets, tmp_path
):
    ffmpeg("-ss 0.7 -i", make_film("plain.mp4", H264), "-c copy", tmp_path / "cut.mp4")
    made = plan(probe(tmp_path / "cut.mp4"), tracks[:1], "mkv")
    told = mux(made, tmp_path / "out.mkv")
    assert re.match(r"The film with tracks starts 0\.7\d\d s earlier", told[0].what)
    result = probe(tmp_path / "out.mkv")
    extract_audio(result, 1, None, tmp_path / "audio.wav")
    # The click that was at 1.0 in the whole film was at 0.3 in the cut one, the cue at 1.0.
    moved = onsets(tmp_path / "audio.wav")[0] - 0.3
    assert cues(tmp_path / "out.mkv")[2][0][0] == 1.0 + moved


def test_a_partial_film_is_muxed_and_told(make_film, tracks, tmp_path):
    whole = make_film("plain.mkv", H264).read_bytes()
    (tmp_path / "half.mkv").write_bytes(whole[: int(len(whole) * 0.6)])
    told = mux(plan(probe(tmp_path / "half.mkv"), tracks), tmp_path / "out.mkv")
    assert "The film with tracks ends at" in told[0].what


def test_tags_that_are_lost_are_named(make_film, ffmpeg, tracks, tmp_path):
    ffmpeg("-i", make_film("plain.mkv", H264), "-c copy -metadata title=Kept -metadata mood=blue",
           tmp_path / "tagged.mkv")  # fmt: skip
    told = mux(plan(probe(tmp_path / "tagged.mkv"), tracks, "mp4"), tmp_path / "out.mp4")
    assert [shortfall.what for shortfall in told] == [
        "Tags missing from the film with tracks: mood."
    ]


ODD = 'it\'s "odd" %03d\n-x [a];$b:चलचित्र'


def test_odd_names_are_only_names(make_film, tracks, onsets, tmp_path):
    folder = tmp_path / ODD
    folder.mkdir()
    film = folder / f"{ODD}.mp4"
    film.write_bytes(make_film("plain.mp4", H264).read_bytes())
    write_srt(folder / f"{ODD}.srt", [1.0])
    out = folder / f"{ODD}.out.mp4"
    seen = probe(film)
    assert mux(plan(seen, [Track.of(folder / f"{ODD}.srt", ROWS["hi"])]), out) == []
    assert cues(out)[2] == [(1.0, "पंक्ति 1")]
    extract_audio(seen, 1, None, folder / f"{ODD}.wav")
    assert onsets(folder / f"{ODD}.wav") == pytest.approx(CLICKS, abs=0.002)
    assert {path.name for path in folder.iterdir()} == {
        f"{ODD}{end}" for end in (".mp4", ".srt", ".out.mp4", ".wav")
    }


def test_the_film_itself_is_never_written(make_film, tracks, tmp_path):
    path = tmp_path / "film.mkv"
    path.write_bytes(make_film("plain.mkv", H264).read_bytes())
    before = path.read_bytes()
    (tmp_path / "link.mkv").symlink_to(path)
    made = plan(probe(path), tracks)
    for out in (path, tmp_path / "link.mkv"):
        with pytest.raises(StageError, match="overwritten"):
            mux(made, out)
    assert path.read_bytes() == before


def test_a_result_that_is_not_what_was_planned_is_not_accepted(make_film, tracks, tmp_path):
    film = probe(make_film("plain.mkv", H264))
    made = plan(film, tracks)
    out = tmp_path / "out.mkv"
    # A cue that is in the plan, and not in the file any more.
    write_srt(tracks[1].path, [0.25])
    with pytest.raises(StageError, match="not come out as planned") as failed:
        mux(made, out)
    assert "de track has 1 cues, not 2" in failed.value.cause
    assert not out.exists()
    write_srt(tracks[1].path, [0.25, 5.5])
    with pytest.raises(StageError) as failed:
        mux(made, out)
    assert "have moved" in failed.value.cause


def test_a_cover_without_a_picture_is_left_out(rich_film, tracks, tmp_path, monkeypatch):
    monkeypatch.setattr(
        mux_module,
        "packets",
        lambda container, *streams: iter(()) if streams else packets(container),
    )
    told = mux(plan(probe(rich_film), tracks), tmp_path / "out.mkv")
    assert any("Cover picture 5 is left out" in one.what for one in told)
    assert not any(stream.is_cover for stream in probe(tmp_path / "out.mkv").streams)


def test_a_copy_that_no_player_plays_is_not_accepted(make_film, tracks, tmp_path, monkeypatch):
    """ffmpeg 5 writes of TTA with five channels that it has none."""
    made = plan(probe(make_film("plain.mkv", H264)), tracks)

    def silent(path):
        film = probe(path)
        streams = [one.model_copy(update={"readable": one.kind != "audio"}) for one in film.streams]
        return film.model_copy(update={"streams": streams})

    monkeypatch.setattr(mux_check, "probe", silent)
    with pytest.raises(StageError) as failed:
        mux(made, tmp_path / "out.mkv")
    assert "No player plays" in failed.value.cause
    assert not (tmp_path / "out.mkv").exists()


def test_a_film_that_vanished_leaves_nothing_half_made(make_film, tracks, tmp_path):
    path = tmp_path / "film.mkv"
    path.write_bytes(make_film("plain.mkv", H264).read_bytes())
    made = plan(probe(path), tracks)
    path.unlink()
    with pytest.raises(StageError, match="moved or removed"):
        mux(made, tmp_path / "out.mkv")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["brx.srt", "de.srt", "hi.srt"]


def test_progress_is_reported_in_seconds(make_film, tracks, tmp_path):
    seen = []
    made = plan(probe(make_film("plain.mkv", H264)), tracks)
    mux(made, tmp_path / "out.mkv", seen.append)
    assert seen[-1] == pytest.approx(10, abs=0.5)
