"""SubRip and WebVTT files: other programs read back what was shown."""

from __future__ import annotations

import html
import io
from itertools import pairwise

import av
import pysrt
import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.subtitles.cues.cue import Cue, milliseconds
from chalchitra.subtitles.cues.words import clean
from chalchitra.subtitles.formats.foreign import read_subtitles
from chalchitra.subtitles.formats.srt import to_srt
from chalchitra.subtitles.formats.vtt import to_vtt

AWKWARD = [
    ("a --> b", "-->"),
    ("00:00:05,000 --> 00:00:09,000", "and on"),
    ("42",),
    ("7", "8"),
    ("<i>not a tag</i> <3", "x < y > z & &amp;"),
    ("WEBVTT", "NOTE this"),
    (r"no \N break", r"nor a \h space"),
    ("क्या तुम आओगे?", "हाँ।"),
    ("آپ کیسے ہیں؟",),
    ("我很好。",),
]


def tracks(texts):
    return [Cue(n + 1, n * 2000, n * 2000 + 1917, lines) for n, lines in enumerate(texts)]


def visible(text):
    return text.replace("\u2060", "")


lines = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).map(clean)
texts = st.lists(
    st.one_of(
        st.lists(lines.filter(bool), min_size=1, max_size=2).map(tuple),
        st.sampled_from(AWKWARD),
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(texts)
def test_pysrt_reads_back_times_and_text(texts):
    cues = tracks(texts)
    read = pysrt.from_string(to_srt(cues))
    assert len(read) == len(cues)
    for item, cue in zip(read, cues, strict=True):
        assert item.index == cue.index
        assert (item.start.ordinal, item.end.ordinal) == (cue.start, cue.end)
        assert visible(item.text) == visible(cue.text)


@settings(max_examples=200, deadline=None)
@given(texts)
def test_vtt_carries_the_same_text(texts):
    cues = tracks(texts)
    header, *blocks = to_vtt(cues).removesuffix("\n").split("\n\n")
    assert header.rstrip("\n") == "WEBVTT"
    assert len([block for block in blocks if block]) == len(cues)
    for block, cue in zip(blocks, cues, strict=False):
        index, timing, payload = block.split("\n", 2)
        assert index == str(cue.index)
        assert "-->" in timing
        assert "-->" not in payload
        assert html.unescape(payload) == cue.text


@pytest.mark.parametrize(("format_", "write"), [("srt", to_srt), ("vtt", to_vtt)])
def test_pysubs2_reads_every_cue(format_, write):
    """Not what it takes for a tag, or for the number or timing of a cue, wherever that stands."""
    cues = tracks([lines for lines in AWKWARD if lines[0][0] not in "<0147"])
    read = pysubs2.SSAFile.from_string(write(cues), format_=format_)
    unescape = html.unescape if format_ == "vtt" else str
    assert [(e.start, e.end, visible(unescape(e.text))) for e in read] == [
        (c.start, c.end, c.text.replace("\n", r"\N")) for c in cues
    ]


@pytest.mark.parametrize(("name", "write"), [("a.srt", to_srt), ("a.vtt", to_vtt)])
def test_we_read_back_what_we_write(tmp_path, name, write):
    cues = tracks(AWKWARD)
    (tmp_path / name).write_text(write(cues), encoding="utf-8")
    assert read_subtitles(tmp_path / name).cues == cues


@pytest.mark.parametrize(("format_", "write"), [("srt", to_srt), ("webvtt", to_vtt)])
def test_ffmpeg_demuxes_and_shows_every_cue(format_, write):
    cues = tracks(AWKWARD)
    with av.open(io.BytesIO(write(cues).encode()), format=format_) as container:
        packets = [packet for packet in container.demux() if packet.size]
        seen = [(packet.pts, packet.duration, packet.decode()[0].dialogue) for packet in packets]
    assert [(start, length) for start, length, _ in seen] == [
        (cue.start, cue.end - cue.start) for cue in cues
    ]
    assert [visible(text.decode()) for _, _, text in seen] == [cue.text for cue in cues]


def test_timestamps():
    cue = Cue(1, 3661001, 36000000, ("late",))
    assert "01:01:01,001 --> 10:00:00,000\n" in to_srt([cue])
    assert "01:01:01.001 --> 10:00:00.000\n" in to_vtt([cue])


def test_the_bytes_of_the_files():
    srt = to_srt(tracks([("एक",), ("दो", "तीन")]))
    assert srt == (
        "1\n00:00:00,000 --> 00:00:01,917\nएक\n\n2\n00:00:02,000 --> 00:00:03,917\nदो\nतीन\n\n"
    )
    assert to_vtt(tracks([("एक & दो",)])) == (
        "WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.917\nएक &amp; दो\n"
    )


def test_without_cues():
    assert to_srt([]) == ""
    assert to_vtt([]) == "WEBVTT\n"


@given(st.lists(st.floats(0, 90), min_size=2, max_size=20).map(sorted))
def test_rounding_makes_no_overlap(times):
    cues = [
        Cue(n + 1, milliseconds(a), milliseconds(b), ("x",))
        for n, (a, b) in enumerate(pairwise(times))
    ]
    read = pysrt.from_string(to_srt(cues))
    assert all(a.end <= b.start for a, b in pairwise(read))
