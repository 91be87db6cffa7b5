"""Files that others made, broken ones among them: exactly their faults and violations."""

from __future__ import annotations

import codecs
import contextlib
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalchitra.errors import UsageError
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.cues.style import read_style
from chalchitra.subtitles.formats.foreign import read_subtitles
from chalchitra.subtitles.formats.srt import to_srt
from chalchitra.subtitles.formats.vtt import to_vtt
from chalchitra.subtitles.qc.model import QualityReport
from chalchitra.subtitles.qc.report import make_report

NETFLIX = read_style("netflix")

GOOD = """1
00:00:01,000 --> 00:00:03,000
नमस्ते दोस्तो।

2
00:00:03,084 --> 00:00:05,000
आप कैसे हैं?
मैं ठीक हूँ।

3
00:00:07,000 --> 00:00:09,000
<i>چلو گھر چلتے ہیں۔</i>
"""

FILES = {
    "good": (GOOD, []),
    "a mark of byte order": (codecs.BOM_UTF8 + GOOD.encode(), []),
    "carriage returns": (GOOD.replace("\n", "\r\n"), []),
    "old Macintosh line ends": (GOOD.replace("\n", "\r"), []),
    "doubled carriage returns": (GOOD.replace("\n", "\r\r\n"), []),
    "no line end at the end": (GOOD.rstrip("\n"), []),
    "UTF-16 with a mark": (GOOD.encode("utf-16"), [("encoding", None)]),
    "UTF-16 without a mark": (GOOD.encode("utf-16-be"), [("encoding", None)]),
    "Windows-1252": (
        "1\n00:00:01,000 --> 00:00:03,000\nIl est tombé… à côté.\n".encode("cp1252"),
        [("encoding", None)],
    ),
    "overlapping": (GOOD.replace("05,000", "08,000"), [("overlap", 3)]),
    "unsorted": (
        """1
00:00:07,000 --> 00:00:09,000
எப்படி இருக்கிறீர்கள்?

2
00:00:01,000 --> 00:00:03,000
வணக்கம்
""",
        [("out_of_order", 2)],
    ),
    "wrong numbers": (
        GOOD.replace("\n2\n", "\n7\n"),
        [("numbering", 2), ("numbering", 3)],
    ),
    "numbers from 0": (
        GOOD.replace("1\n", "0\n", 1).replace("\n2\n", "\n1\n").replace("\n3\n", "\n2\n"),
        [("numbering", 1)],
    ),
    "no numbers": (
        GOOD.replace("1\n", "", 1).replace("\n2\n", "\n").replace("\n3\n", "\n"),
        [("no_number", 1)],
    ),
    "no blank lines": (GOOD.replace("\n\n", "\n"), [("no_blank_line", 2)]),
    "neither numbers nor blank lines": (
        """00:00:01,000 --> 00:00:03,000
வணக்கம்
00:00:04,000 --> 00:00:06,000
எப்படி இருக்கிறீர்கள்?
""",
        [("no_number", 1), ("no_blank_line", 2)],
    ),
    "a blank line inside a cue": (
        GOOD.replace("हैं?\nमैं", "हैं?\n\nमैं"),
        [("stray_text", 2)],
    ),
    "text before the first cue": ("Subtitles by nobody\n\n" + GOOD, [("stray_text", None)]),
    "dots for commas": (GOOD.replace(",", "."), [("time_form", 1)]),
    "missing hours": (GOOD.replace("00:00:", "00:"), [("time_form", 1)]),
    "times without a fraction": (
        "1\n00:00:01 --> 00:00:03\nHello there.\n",
        [("time_form", 1)],
    ),
    "hours over 99": (GOOD.replace("00:00:", "123:00:"), []),
    "times of no use": (
        GOOD.replace("00:00:03,084 --> 00:00:05,000", "00:00:03,084 --> soon"),
        [("time_unreadable", None)],
    ),
    "an end before its beginning": (GOOD.replace("05,000", "02,000"), [("no_duration", 2)]),
    "an empty cue": (GOOD.replace("<i>چلو گھر چلتے ہیں۔</i>", "<i> </i>"), [("empty", 3)]),
    "tags and colours": (
        GOOD.replace("नमस्ते", '{\\an8}<font color="#ffffff"><b>नमस्ते</b></font>'),
        [],
    ),
    "too much at once": (
        """1
00:00:01,000 --> 00:00:01,500
This line is a little longer than it may be.
Two
Three
""",
        [("characters", 1), ("lines", 1), ("reading_speed", 1), ("too_short", 1)],
    ),
    "gaps": (
        """1
00:00:01,000 --> 00:00:02,000
One.

2
00:00:02,040 --> 00:00:03,000
Two.

3
00:00:03,250 --> 00:00:11,000
Three.
""",
        [("gap_too_short", 2), ("gap_not_closed", 3), ("too_long", 3)],
    ),
    "WebVTT under the name of SubRip": (
        "WEBVTT\n\n00:01.000 --> 00:03.000\nHello there.\n",
        [("format", None)],
    ),
}


def judged(path, **known):
    file = read_subtitles(path)
    return make_report(file.cues, NETFLIX, "netflix", "hi", file=file, **known)


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_these_violations_and_no_others(tmp_path, name):
    content, expected = FILES[name]
    path = tmp_path / "film.srt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    report = judged(path)
    assert sorted((one.kind, one.cue or 0) for one in report.violations) == sorted(
        (kind, cue or 0) for kind, cue in expected
    )
    assert all(one.file_line for one in report.violations)
    assert sum(report.counts.values()) == len(expected)


def test_a_violation_says_where_what_and_how_much(tmp_path):
    path = tmp_path / "film.srt"
    path.write_text(FILES["too much at once"][0])
    found = {one.kind: one for one in judged(path).violations}
    line = found["characters"]
    assert (line.value, line.limit, line.line, line.start, line.file_line) == (44, 42, 1, 1.0, 2)
    assert line.text == "This line is a little longer than it may be."
    assert (found["lines"].value, found["lines"].limit) == (3, 2)
    assert (found["too_short"].value, found["too_short"].limit) == (0.5, 0.833)
    assert (found["reading_speed"].value, found["reading_speed"].limit) == (104.0, 22)


def test_a_habit_of_the_whole_file_is_told_once_and_counted(tmp_path):
    path = tmp_path / "film.srt"
    path.write_text(FILES["dots for commas"][0])
    (one,) = judged(path).violations
    assert (one.kind, one.value, one.limit, one.file_line) == ("time_form", 3, 0, 2)


def test_webvtt_is_read_with_its_comments_styles_and_names(tmp_path):
    path = tmp_path / "film.vtt"
    path.write_text(
        """WEBVTT - a film

NOTE this is
a comment --

STYLE
::cue { color: red }

first
00:01.000 --> 00:03.000 align:start
<v Asha>नमस्ते &amp; स्वागत</v>

01:00:04.000 --> 01:00:06.000
<c.loud>2 &lt; 3</c> <00:00:05.000>है
"""
    )
    file = read_subtitles(path)
    assert [(cue.start, cue.end, cue.lines) for cue in file.cues] == [
        (1000, 3000, ("नमस्ते & स्वागत",)),
        (3_604_000, 3_606_000, ("2 < 3 है",)),
    ]
    assert (file.format, file.faults, file.lines) == ("vtt", [], [10, 13])
    assert judged(path).violations == []


def test_subrip_under_the_name_of_webvtt(tmp_path):
    path = tmp_path / "film.vtt"
    path.write_text(GOOD, encoding="utf-8")
    (one,) = judged(path).violations
    assert (one.kind, one.value, one.limit) == ("format", "1", "a first line WEBVTT")


def test_an_empty_webvtt_track_is_one(tmp_path):
    path = tmp_path / "film.vtt"
    path.write_text("WEBVTT\n")
    report = judged(path)
    assert (report.cues, report.violations) == (0, [])
    assert report.reading_speed.code_points.median is None


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("00:00:01,5 --> 00:00:02,25", (1500, 2250)),
        ("1:02:03,004 --> 100:00:00,000", (3723004, 360000000)),
        ("00:00:01:500 --> 00:00:02:040", (1500, 2040)),
        ("00:00:01, 500-->00:00:02 ,000", (1500, 2000)),
        ("00:00:59,999 -> 00:01:75,000", (59999, 135000)),
        ("00:00:01,500 --> 00:00:02,000 X1:10 X2:20", (1500, 2000)),
    ],
)
def test_times_however_they_are_written(tmp_path, text, milliseconds):
    path = tmp_path / "film.srt"
    path.write_text(f"1\n{text}\nHello.\n")
    (cue,) = read_subtitles(path).cues
    assert (cue.start, cue.end) == milliseconds


def test_an_arrow_in_the_text_is_text(tmp_path):
    path = tmp_path / "film.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:03,000\nthis --> that\n")
    file = read_subtitles(path)
    assert [cue.lines for cue in file.cues] == [("this --> that",)]
    assert file.faults == []


_SAID = st.lists(
    st.sampled_from("नमस्ते स्त्री क्या? வணக்கம் శ్రీ ക്ഷ چلو ۔ we're 1947 -- & 100% {a} [x]".split()),
    min_size=1,
    max_size=6,
).map(" ".join)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9000), st.integers(0, 9000), st.lists(_SAID, min_size=1, max_size=3)
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_our_own_files_are_read_as_they_were_written(tmp_path, parts):
    """Whatever the cues: unsorted, overlapping, without a duration."""
    cues = [
        Cue(index, start, start + shown, tuple(lines))
        for index, (start, shown, lines) in enumerate(parts, 1)
    ]
    for name, text in (("film.srt", to_srt(cues)), ("film.vtt", to_vtt(cues))):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        file = read_subtitles(path)
        assert file.cues == cues
        assert file.faults == []


_ROWS = st.sampled_from(
    "1|2|00:00:01,000 --> 00:00:02,000|00:00:02.5 --> 1:0|0:5 ->-1:7|--> 3|WEBVTT|NOTE x|STYLE|"
    "X --> Y|00:00:03,000 -->|नमस्ते|வணக்கம்|<i>|</i>|{\\an8}چلو|&lt;|99999999999999999999|३|"
    "1:2:3:4 --> 2:3:4:5".split("|")
)


@given(
    st.lists(st.one_of(st.just(""), _ROWS, st.text(max_size=8)), max_size=14).map("\n".join),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
    st.sampled_from(["film.srt", "film.vtt"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_file_it_is_judged_or_refused(tmp_path, text, encoding, name):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding, errors="replace"))
    try:
        report = judged(path, film=2.0, frame_rate=Fraction(25))
    except UsageError:
        return
    assert report.cues == len(read_subtitles(path).cues)
    report.write(tmp_path / "qc.json")
    assert QualityReport.read(tmp_path / "qc.json") == report


@given(st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_bytes_they_are_judged_or_refused(tmp_path, data):
    path = tmp_path / "film.srt"
    path.write_bytes(b"1\n00:00:01,000 --> 00:00:02,000\n" + data)
    with contextlib.suppress(UsageError):
        assert judged(path).cues >= 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("blank.srt", b""),
        ("spaces.srt", b"\xef\xbb\xbf \r\n\r\n"),
        ("picture.srt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("prose.srt", "यह कोई उपशीर्षक नहीं है।\n".encode()),
        ("film.ass", b"[Script Info]\nTitle: x\n"),
        ("numbers.srt", b"1\n2\n3\n"),
    ],
)
def test_what_is_no_subtitle_file_is_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_subtitles(path)
    assert name in caught.value.what
    assert caught.value.cause
    assert caught.value.fix


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        read_subtitles(tmp_path / "gone.srt")
