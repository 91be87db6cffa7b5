"""ASS files: read by pysubs2, by ffmpeg, and drawn by libass."""

from __future__ import annotations

import re
import shutil
import subprocess

import pysubs2
import pytest
from hypothesis import given, settings

from chalchitra.languages import all_languages
from chalchitra.media.fonts import find_font
from chalchitra.media.tools import find_ffmpeg
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.ass import to_ass
from chalchitra.subtitles.formats.ass_style import with_font
from chalchitra.subtitles.formats.fonts import LATIN, Font, font_for
from chalchitra.subtitles.formats.srt import to_srt
from chalchitra.subtitles.formats.vtt import to_vtt

from ..samples import AWKWARD, SPOKEN, WORD_JOINER, converted, texts, timed, track

MARKS = "\u202b\u202c"


def hindi(cues):
    return to_ass(cues, language="hi", script="Deva")


def urdu(cues):
    return to_ass(cues, language="ur", script="Arab", right_to_left=True)


def as_libass_reads(text):
    """Lines, by the rules of libass: a tag block, an escape, or a character as it stands."""
    token = re.compile(r"\\(?P<escape>[Nnh{}])|\{[^}]*\}|(?P<other>.)", re.DOTALL)
    shown = {"N": "\n", "n": " ", "h": "\u00a0"}
    return "".join(
        shown.get(found["escape"], found["escape"]) if found["escape"] else found["other"] or ""
        for found in token.finditer(text)
    )


def without_joiners(text):
    return text.replace(WORD_JOINER, "")


@settings(max_examples=200, deadline=None)
@given(timed())
def test_pysubs2_reads_times_and_every_character(cues):
    read = pysubs2.SSAFile.from_string(hindi(cues), format_="ass")
    assert len(read) == len(cues)
    for event, cue in zip(read, cues, strict=True):
        assert 0 <= cue.start - event.start < 10
        assert 0 <= cue.end - event.end < 10
        assert without_joiners(as_libass_reads(event.text)) == without_joiners(cue.text)


@settings(max_examples=100, deadline=None)
@given(timed())
def test_rounding_makes_no_overlap(cues):
    read = pysubs2.SSAFile.from_string(hindi(cues), format_="ass")
    ends = [0, *(event.end for event in read)]
    assert all(event.start >= end for event, end in zip(read, ends, strict=False))


@settings(max_examples=100, deadline=None)
@given(texts)
def test_urdu_is_the_same_text_with_marks(lines):
    read = pysubs2.SSAFile.from_string(urdu(track(lines)), format_="ass")
    for event, shown in zip(read, lines, strict=True):
        text = without_joiners(as_libass_reads(event.text))
        bare = {ord(mark): None for mark in MARKS}
        assert text.translate(bare) == without_joiners("\n".join(shown)).translate(bare)


def test_only_right_to_left_lines_get_marks():
    [event] = pysubs2.SSAFile.from_string(
        urdu([Cue(1, 0, 1000, ("جی، 12 بجے۔", "OK 12"))]), format_="ass"
    )
    first, second = as_libass_reads(event.text).split("\n")
    assert first == "\u202bجی، 12 بجے۔\u202c"
    assert second == "OK 12"
    assert not set(MARKS) & set(hindi(track(SPOKEN)))


@pytest.mark.parametrize("source", ["ass", "srt", "webvtt"])
def test_ffmpeg_turns_every_format_into_the_same_cues(source):
    cues = track(SPOKEN, start=3_600_000)
    write = {"ass": hindi, "srt": to_srt, "webvtt": to_vtt}[source]
    read = pysubs2.SSAFile.from_string(converted(write(cues), source, "srt"), format_="srt")
    assert [event.plaintext for event in read] == [cue.text for cue in cues]
    assert [event.start for event in read] == [cue.start for cue in cues]
    assert all(0 <= c.end - e.end < 10 for e, c in zip(read, cues, strict=True))


def test_ffmpeg_copies_a_file_whole():
    cues = track(AWKWARD)
    read = pysubs2.SSAFile.from_string(converted(hindi(cues), "ass", "ass"), format_="ass")
    assert [without_joiners(as_libass_reads(event.text)) for event in read] == [
        cue.text for cue in cues
    ]
    assert read.styles["Default"].fontname == "Noto Sans Devanagari"


def test_ffmpeg_hides_nothing_that_stands_in_braces():
    text = converted(hindi([Cue(1, 0, 1000, ("{\\i1}तुम{x}", "\\N"))]), "ass", "srt")
    assert without_joiners(text).split("\n")[2].endswith(r"\{\i1\}तुम\{x\}")


def test_the_style():
    read = pysubs2.SSAFile.from_string(urdu(track(SPOKEN)), format_="ass")
    assert (read.info["PlayResX"], read.info["PlayResY"]) == ("1920", "1080")
    assert read.info["Language"] == "ur"
    style = read.styles["Default"]
    assert style.fontname == "Noto Nastaliq Urdu"
    assert style.alignment == pysubs2.Alignment.BOTTOM_CENTER
    assert style.outline > 0
    assert (style.marginl, style.marginr, style.marginv) == (96, 96, 54)
    other = pysubs2.SSAFile.from_string(hindi([]), format_="ass").styles["Default"]
    assert style.fontsize > 1.5 * other.fontsize


def test_latin_words_between_nastaliq_are_no_larger_than_in_hindi():
    text = urdu([Cue(1, 0, 1000, ("آپ iPhone لائے؟",))])
    assert r"{\fs73}iPhone{\fs135}" in text
    assert "fs" not in hindi([Cue(1, 0, 1000, ("यह iPhone है",))])


def test_every_script_of_the_table_has_a_font():
    common = {"Latn", "Cyrl", "Grek"}
    lacking = {
        each.script for each in all_languages() if font_for(each.script, each.id) == LATIN
    } - common
    assert not lacking


def test_only_urdu_and_kashmiri_are_in_nastaliq():
    families = {each.id: font_for(each.script, each.id).family for each in all_languages()}
    nastaliq = {id_ for id_, family in families.items() if "Nastaliq" in family}
    assert nastaliq == {"ur", "ks-Arab"}


def drawn(text, folder):
    """The grey values of the frame that libass draws on black, 480 by 270."""
    (folder / "cue.ass").write_text(text, encoding="utf-8")
    (folder / "fonts").mkdir(exist_ok=True)
    font = find_font([font_for("Deva", "hi")])
    shutil.copy(font.path, folder / "fonts")
    command = [
        find_ffmpeg().path, "-v", "error", "-f", "lavfi", "-i", "color=c=black:s=480x270:d=0.1",
        "-vf", "ass=cue.ass:fontsdir=fonts",
        "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="session")
def libass():
    filters = subprocess.run(
        [find_ffmpeg().path, "-hide_banner", "-filters"], capture_output=True, text=True, check=True
    ).stdout
    if not re.search(r"\bass\s+V->V", filters):
        pytest.skip("this ffmpeg was built without libass")


@pytest.mark.usefixtures("libass")
def test_a_hindi_cue_is_drawn_at_the_bottom(tmp_path):
    frame = drawn(hindi([Cue(1, 0, 1000, ("क्या तुम आओगे?",))]), tmp_path)
    rows = [n for n in range(270) if max(frame[n * 480 : (n + 1) * 480]) > 200]
    assert rows
    assert 200 < rows[0] < rows[-1] < 270 * 0.95


@pytest.mark.usefixtures("libass")
def test_devanagari_is_drawn_in_its_own_font_and_joined(tmp_path):
    """Boxes of a missing font are all alike, and letters that are not joined are wider."""
    texts = ["क", "ख", "स्त्री", "स\u200cत\u200cरी"]
    frames = [drawn(hindi([Cue(1, 0, 1000, (text,))]), tmp_path) for text in texts]
    assert len(set(frames)) == len(frames)


@pytest.mark.usefixtures("libass")
def test_braces_and_backslashes_are_drawn(tmp_path):
    ink = {
        text: sum(drawn(hindi([Cue(1, 0, 1000, (text,))]), tmp_path))
        for text in ("क", "क{", "क{a", "क{a}", "क{\\a", "क{\\a}", "क\\N")
    }
    assert ink["क"] < ink["क{"] < ink["क{a"] < ink["क{a}"]
    assert ink["क{a"] < ink["क{\\a"] < ink["क{\\a}"]
    assert ink["क"] < ink["क\\N"]


def test_another_font_is_drawn_at_the_same_size():
    """Type of a twentieth of the picture's 1080 lines, whatever the font's own height."""
    nastaliq, arabic = font_for("Arab", "ur"), Font("Noto Sans Arabic", 2.169)
    text = urdu([Cue(1, 0, 1000, ("آپ iPhone لائے؟",))])
    read = pysubs2.SSAFile.from_string(with_font(text, nastaliq, arabic, latin=True))
    style = read.styles["Default"]
    assert (style.fontname, style.fontsize) == ("Noto Sans Arabic", round(54 * 2.169))
    assert read[0].text == "\u202bآپ iPhone لائے؟\u202c"
    without = pysubs2.SSAFile.from_string(with_font(text, nastaliq, arabic, latin=False))
    assert without[0].text == r"‫آپ {\fs73}iPhone{\fs117} لائے؟‬"


@pytest.mark.parametrize("language", ["hi", "ur"])
def test_a_font_is_changed_and_nothing_else(language):
    write, script = (hindi, "Deva") if language == "hi" else (urdu, "Arab")
    named = font_for(script, language)
    before = write(track(AWKWARD))
    there = with_font(before, named, Font("Another", named.height), latin=False)
    assert there.count("Another") == 1
    assert there.replace("Another", named.family) == before
