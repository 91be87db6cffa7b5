from dataclasses import replace
from pathlib import Path

import pytest

from chalchitra.errors import StageError, UsageError
from chalchitra.media.fonts import FontFile
from chalchitra.media.mux_plan import Track, plan, read_cues
from chalchitra.subtitles.formats.fonts import Font


@pytest.fixture
def video(a_stream):
    return a_stream("video", "h264", dispositions=["default"])


@pytest.fixture
def audio(a_stream):
    return a_stream("audio", "aac", dispositions=["default"])


HINDI = Track("hi", Path("hi.srt"), "हिन्दी", "hin", "hin", (1.0, 2.0))
GERMAN = Track("de", Path("de.srt"), "Deutsch", "ger", "deu", (1.0,))
FONT = FontFile(Font("Noto Sans Devanagari", 1.3), Path("NotoSansDevanagari-Regular.ttf"), True)
STYLED = replace(HINDI, path=Path("hi.ass"), title="हिन्दी (styled)", format="ass", font=FONT)
ROMANISED = replace(HINDI, path=Path("latin.srt"), title="हिन्दी (Latin)", extra=True)
EMPTY = Track("ta", Path("ta.srt"), "தமிழ்", "tam", "tam", ())


def encoders(made):
    return [(item.kind, item.encoder, item.codec) for item in made.streams]


def test_an_mp4_stays_an_mp4(a_film, a_stream, video, audio):
    old = a_stream("subtitle", "mov_text", language="eng", dispositions=["default"])
    made = plan(a_film(video, audio, old, container="mp4"), [HINDI, GERMAN], default="hi")
    assert (made.container, made.suffix) == ("mp4", ".mp4")
    assert encoders(made) == [
        ("video", "copy", "h264"),
        ("audio", "copy", "aac"),
        ("subtitle", "copy", "mov_text"),
        ("subtitle", "mov_text", "mov_text"),
        ("subtitle", "mov_text", "mov_text"),
    ]
    assert made.shortfalls == ()


@pytest.mark.parametrize("container", ["matroska", "avi", "mpegts", "mpeg", "flv", "asf", "ogg"])
def test_everything_else_becomes_matroska(a_film, video, audio, container):
    made = plan(a_film(video, audio, container=container), [HINDI])
    assert (made.container, made.suffix) == ("matroska", ".mkv")
    assert encoders(made)[-1] == ("subtitle", "copy", "subrip")


@pytest.mark.parametrize(
    ("kind", "codec"),
    [
        ("video", "prores"),
        ("audio", "pcm_s16le"),
        ("audio", "amr_nb"),
        ("subtitle", "dvd_subtitle"),
        ("attachment", "unknown"),
    ],
)
def test_an_mp4_that_holds_what_mp4_players_do_not_becomes_matroska(
    a_film, a_stream, video, audio, kind, codec
):
    made = plan(a_film(video, audio, a_stream(kind, codec), container="mov"), [HINDI])
    assert made.container == "matroska"
    assert len(made.streams) == 4
    assert made.shortfalls == ()


def test_a_mov_that_fits_becomes_an_mp4(a_film, video, audio):
    assert plan(a_film(video, audio, container="mov"), [HINDI]).suffix == ".mp4"


def test_text_subtitles_are_converted_where_the_container_needs_it(a_film, a_stream, video, audio):
    old = a_stream("subtitle", "mov_text", language="eng")
    pcm = a_stream("audio", "pcm_s16le")
    made = plan(a_film(video, audio, pcm, old, container="mov"), [HINDI])
    assert encoders(made)[3] == ("subtitle", "srt", "subrip")
    assert made.notes == ("Subtitle stream 3 (mov_text, eng) is converted to subrip.",)

    styled = a_stream("subtitle", "ass", title="Signs")
    made = plan(a_film(video, audio, styled), [HINDI], "mp4")
    assert encoders(made)[2] == ("subtitle", "mov_text", "mov_text")
    assert "loses its fonts" in made.shortfalls[0].what


@pytest.mark.parametrize(
    "codec", ["ass", "subrip", "webvtt", "dvd_subtitle", "hdmv_pgs_subtitle", "dvb_subtitle"]
)
def test_matroska_keeps_subtitles_as_they_are(a_film, a_stream, video, audio, codec):
    made = plan(a_film(video, audio, a_stream("subtitle", codec)), [HINDI])
    assert encoders(made)[2] == ("subtitle", "copy", codec)


def test_what_cannot_be_carried_is_named(a_film, a_stream, video, audio):
    timecode = a_stream("data", "unknown", timecode="01:00:00:00")
    teletext = a_stream("subtitle", "dvb_teletext", language="ger")
    klv = a_stream("data", "klv")
    made = plan(a_film(video, audio, timecode, teletext, klv, container="mpegts"), [HINDI])
    assert [shortfall.what for shortfall in made.shortfalls] == [
        "Data stream 2 is left out of the film with tracks.",
        "Subtitle stream 3 (dvb_teletext, ger) is left out of the film with tracks.",
        "Data stream 4 (klv) is left out of the film with tracks.",
    ]


def test_chapter_and_timecode_tracks_of_an_mp4_are_written_anew(a_film, a_stream, video, audio):
    timecode = a_stream("data", "unknown", timecode="01:00:00:00")
    film = a_film(video, audio, a_stream("data", "chapters"), timecode, container="mp4")
    made = plan(film, [HINDI])
    assert made.container == "mp4"
    assert len(made.streams) == 3
    assert made.shortfalls == ()


def test_covers_are_kept_either_way(a_film, a_stream, video, audio):
    cover = a_stream("video", "mjpeg", dispositions=["attached_pic"])
    made = plan(a_film(video, audio, cover, container="mp4"), [HINDI])
    assert made.container == "mp4"
    assert made.streams[-1].origin == cover
    made = plan(a_film(video, cover, audio), [HINDI])
    assert made.covers == (cover,)
    assert [item.kind for item in made.streams] == ["video", "audio", "subtitle"]


def test_exactly_one_track_is_the_default_and_it_is_ours(a_film, a_stream, video, audio):
    forced = a_stream("subtitle", "subrip", dispositions=["default", "forced"])
    other = a_stream("subtitle", "subrip", dispositions=["default"])
    made = plan(a_film(video, audio, forced, other), [HINDI, GERMAN], default="de")
    flags = [item.dispositions for item in made.streams if item.kind == "subtitle"]
    assert flags == [("forced",), (), (), ("default",)]
    assert made.streams[1].dispositions == ("default",), "sound keeps its own"


@pytest.mark.parametrize("default", [None, "ta"])
def test_without_a_default_of_ours_the_films_stays(a_film, a_stream, video, audio, default):
    other = a_stream("subtitle", "subrip", dispositions=["default"])
    made = plan(a_film(video, audio, other), [HINDI, EMPTY], default=default)
    assert [item.dispositions for item in made.streams[2:]] == [("default",), ()]


def test_an_mp4_shows_its_first_track_when_no_other_is_named(a_film, video, audio):
    made = plan(a_film(video, audio, container="mp4"), [HINDI, GERMAN])
    assert [item.dispositions for item in made.streams[2:]] == [("default",), ()]
    assert made.notes


def test_an_empty_track_is_left_out_and_told(a_film, video, audio):
    made = plan(a_film(video, audio), [EMPTY, HINDI])
    assert [track.language for track in made.tracks] == ["hi"]
    assert [shortfall.what for shortfall in made.shortfalls] == ["The film has no தமிழ் track."]


def test_a_styled_track_and_its_font_are_for_matroska(a_film, video, audio):
    tracks = [STYLED, HINDI, GERMAN, ROMANISED]
    made = plan(a_film(video, audio), tracks, default="hi", forced="hi")
    assert [(item.title, item.codec, item.dispositions) for item in made.streams[2:]] == [
        ("हिन्दी (styled)", "ass", ("default", "forced")),
        ("हिन्दी", "subrip", ()),
        ("Deutsch", "subrip", ()),
        ("हिन्दी (Latin)", "subrip", ()),
    ]
    assert made.fonts == [FONT]
    made = plan(a_film(video, audio, container="mp4"), tracks, default="hi", forced="de")
    assert [(item.title, item.codec, item.dispositions) for item in made.streams[2:]] == [
        ("हिन्दी", "mov_text", ("default",)),
        ("Deutsch", "mov_text", ("forced",)),
        ("हिन्दी (Latin)", "mov_text", ()),
    ]
    assert made.fonts == []


def test_a_font_comes_once_and_only_with_a_track(a_film, video, audio):
    again = replace(STYLED, language="mr")
    assert plan(a_film(video, audio), [STYLED, again]).fonts == [FONT]
    assert plan(a_film(video, audio), [replace(STYLED, cues=()), HINDI]).fonts == []


def test_an_extra_track_is_never_the_one_shown_unasked(a_film, video, audio):
    made = plan(a_film(video, audio), [GERMAN, ROMANISED], default="hi", forced="hi")
    assert [item.dispositions for item in made.streams[2:]] == [(), ()]


def test_each_container_gets_its_own_language_code(a_film, video, audio):
    assert plan(a_film(video, audio), [GERMAN]).streams[-1].language == "ger"
    assert plan(a_film(video, audio, container="mp4"), [GERMAN]).streams[-1].language == "deu"


def test_attachments_come_last(a_film, a_stream, video, audio):
    made = plan(a_film(video, a_stream("attachment", "ttf"), audio), [HINDI])
    assert [item.kind for item in made.streams] == ["video", "audio", "subtitle", "attachment"]
    made = plan(a_film(video, a_stream("attachment", "ttf"), audio), [HINDI], "mp4")
    assert "MP4 has no attachments" in made.shortfalls[0].why


def test_a_film_without_a_picture_is_refused(a_film, a_stream, audio):
    cover = a_stream("video", "mjpeg", dispositions=["attached_pic"])
    with pytest.raises(StageError, match="no picture"):
        plan(a_film(audio, cover), [HINDI])


def test_a_film_is_not_copied_without_its_only_sound_or_picture(a_film, a_stream, video, audio):
    with pytest.raises(StageError, match="pcm_bluray"):
        plan(a_film(video, a_stream("audio", "pcm_bluray"), container="mpegts"), [HINDI])
    made = plan(a_film(video, audio, a_stream("audio", "pcm_bluray")), [HINDI])
    assert "pcm_bluray" in made.shortfalls[0].what
    with pytest.raises(StageError, match="vp8"):
        plan(a_film(a_stream("video", "vp8"), audio), [HINDI], "mp4")


def test_an_unknown_container_is_refused(a_film, video, audio):
    with pytest.raises(UsageError, match="'avi'"):
        plan(a_film(video, audio), [HINDI], "avi")


def test_cue_times_are_read_from_srt(tmp_path):
    path = tmp_path / "a.srt"
    path.write_text(
        "\ufeff1\n00:00:01,500 --> 00:00:02,000\nat 10:00:00,000 --> nothing\n\n"
        "2\r\n01:02:03,004 --> 01:02:04,000\r\nText\r\n\r\n"
    )
    assert read_cues(path) == (1.5, 3723.004)
    path.write_text("")
    assert read_cues(path) == ()


def test_cue_times_are_read_from_ass(tmp_path):
    path = tmp_path / "a.ass"
    path.write_text(
        "[Events]\nFormat: Layer, Start, End, Text\n"
        "Dialogue: 0,0:00:01.50,0:00:02.00,Default,,0,0,0,,Dialogue: 0,0:00:09.00,\n"
        "Comment: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,x\n"
        "Dialogue: 0,10:02:03.04,10:02:04.00,Default,,0,0,0,,Text\n"
    )
    assert read_cues(path, "ass") == (1.5, 36123.04)


@pytest.mark.parametrize(
    "codec",
    ["adpcm_ima_qt", "nellymoser", "pcm_f32be", "pcm_s8", "pcm_s16be", "pcm_mulaw", "adpcm_ms"],
)
def test_a_codec_is_left_out_where_ffmpeg_has_no_name_for_it(
    a_film, a_stream, video, ffmpeg, tmp_path, codec
):
    """Asked of ffmpeg itself: films of QuickTime and Flash have some that Matroska cannot hold."""
    made = plan(a_film(video, a_stream("audio", "aac"), a_stream("audio", codec)), [HINDI])
    planned = any(item.codec == codec for item in made.streams)
    try:
        ffmpeg(
            f"-f lavfi -i sine=d=0.1 -ar 44100 -ac 1 -c:a {codec} -f matroska", tmp_path / "a.mkv"
        )
        possible = True
    except AssertionError:
        possible = False
    assert planned == possible
