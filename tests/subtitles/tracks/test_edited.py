"""Edited tracks, read back from every file that a person may have edited."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.errors import SeveralErrors, UsageError
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.srt import to_srt
from chalchitra.subtitles.formats.table import to_review
from chalchitra.subtitles.formats.vtt import to_vtt
from chalchitra.subtitles.tracks.edited import EditedTrack, read_edited, still_shown
from chalchitra.transcript.translation import TranslationUnit

WRITERS = {"csv": to_review, "srt": to_srt, "vtt": to_vtt}
WORDS = st.sampled_from(
    "Hello, नमस्ते दोस्तो। क्षत्रिय வணக்கம் آپ کیسے؟ 12:30 <3 -Yes. ♪ = 1/2 & a--b …".split()
)
LINES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


@st.composite
def tracks(draw):
    """Cues in order, none overlapping, on whole milliseconds."""
    at, cues = 0, []
    for index in range(1, draw(st.integers(1, 8)) + 1):
        start = at + draw(st.integers(0, 5000))
        at = start + draw(st.integers(1, 8000))
        lines = tuple(draw(st.lists(LINES, min_size=1, max_size=2)))
        cues.append(Cue(index, start, at, lines))
    return cues


@pytest.mark.parametrize("kind", WRITERS)
@settings(deadline=None)
@given(cues=tracks())
def test_what_was_written_and_not_edited_is_read_as_it_was(tmp_path_factory, kind, cues):
    path = tmp_path_factory.getbasetemp() / f"film.hi.{kind}"
    path.write_text(WRITERS[kind](cues), encoding="utf-8", newline="")
    edited = read_edited(path)
    assert edited.track.to_cues() == cues
    assert not edited.styled
    kept = path.with_suffix(".json")
    kept.write_text(edited.track.to_json(), encoding="utf-8")
    assert EditedTrack.read(kept).to_cues() == cues


def cue(number, times, *lines):
    return "\n".join([str(number), times, *lines, "", ""])


GOOD = cue(1, "00:00:01,000 --> 00:00:02,000", "नमस्ते") + cue(
    2, "00:00:02,000 --> 00:00:03,000", "آپ کیسے ہیں؟", "ٹھیک؟"
)


def test_what_does_no_harm_is_read(tmp_path):
    """Numbers that no longer count, another order, dots for commas, Windows' line ends."""
    second, first = GOOD.split("\n\n")[:2][::-1]
    path = tmp_path / "film.srt"
    text = f"{second}\n\n{first}\n".replace(",", ".").replace("\n", "\r\n")
    path.write_text(text, encoding="utf-16", newline="")
    cues = read_edited(path).track.to_cues()
    assert [(c.index, c.start, c.lines) for c in cues] == [
        (1, 1000, ("नमस्ते",)),
        (2, 2000, ("آپ کیسے ہیں؟", "ٹھیک؟")),
    ]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("00:00:02,000 --> 00:00:03", "00:00:xx --> 00:00:03"), "Line 6 has times"),
        (("00:00:01,000 --> 00:00:02,000", "00:00:01,000 --> 00:00:01,000"), "line 2 does not end"),
        (("--> 00:00:02,000", "--> 00:00:02,400"), "line 6 starts before"),
        (("नमस्ते", ""), "line 2 has no text"),
        (("ہیں؟\n", "ہیں؟\n\n"), "Line 9 does not belong to a cue"),
    ],
)  # fmt: skip
def test_what_would_lose_something_is_refused_with_its_line(tmp_path, edit, said):
    assert edit[0] in GOOD
    path = tmp_path / "film.srt"
    path.write_text(GOOD.replace(*edit), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_edited(path)
    assert said in caught.value.what
    assert caught.value.cause
    assert caught.value.fix


def test_other_files(tmp_path):
    for name, data, said in [
        ("film.ass", b"[Script Info]", "does not end in one of .csv, .srt, .vtt"),
        ("film.srt", b"no cues", "with the times of a cue"),
        ("gone.csv", None, "No such file"),
        ("gone.srt", None, "No such file"),
        ("empty.vtt", b"WEBVTT\n", "has no cues"),
        ("empty.csv", b"index,start,end,text\n", "has no cues"),
        ("letter.csv", b"Dear all,\n", "has no column"),
        ("sub.srt", b"{1}{1}25\n{25}{50}Hello\n", "it is MicroDVD"),
    ]:
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(UsageError) as caught:
            read_edited(path)
        assert said in str(caught.value)
        assert path.name in caught.value.what
        assert caught.value.fix
    path = tmp_path / "old.srt"
    path.write_bytes(cue(1, "00:00:01,000 --> 00:00:02,000", "café").encode("cp1252"))
    with pytest.raises(UsageError, match="Unicode"):
        read_edited(path)


def test_many_faults_are_counted(tmp_path):
    path = tmp_path / "film.srt"
    times = "00:00:01,000 --> 00:00:01,000"
    path.write_text("".join(cue(n, times, "a") for n in range(1, 15)), encoding="utf-8")
    with pytest.raises(SeveralErrors) as caught:
        read_edited(path)
    assert len(caught.value.errors) == 11
    assert caught.value.errors[-1].what.startswith("4 more")


def test_tags_are_told(tmp_path):
    path = tmp_path / "film.srt"
    path.write_text(GOOD.replace("नमस्ते", "<i>नमस्ते</i>"), encoding="utf-8")
    edited = read_edited(path)
    assert edited.styled
    assert edited.track.cues[0].lines == ("नमस्ते",)


def test_what_the_person_translated_is_no_longer_untranslated():
    units = [
        TranslationUnit(
            id=n, start=n, end=n + 1, source=text, text=text, segment_ids=[n], status="untranslated"
        )
        for n, text in enumerate(["नमस्ते  दोस्तो", "कहाँ हो?"])
    ]
    cues = [Cue(1, 0, 1000, ("Hello,", "friends.")), Cue(2, 1000, 2000, ("कहाँ", "हो?"))]
    assert still_shown(units, cues) == [units[1]]
