"""Direction marks: around what is written from the right, and never counted."""

from __future__ import annotations

import unicodedata

import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.languages import find
from chalchitra.prepare.given_text.read import read_script
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.foreign import read_subtitles
from chalchitra.subtitles.formats.srt import to_srt
from chalchitra.subtitles.formats.vtt import to_vtt
from chalchitra.text.direction import EMBED, POP, UNSEEN, marked

URDU = ("آپ iPhone لائے؟", "جی، 12 بجے۔", "یہ کتاب ہے۔")
OTHERS = ("OK 12", "क्या तुम आओगे?", "நீங்கள் எப்படி?", "")


@pytest.mark.parametrize("line", URDU)
def test_a_line_from_the_right_is_embedded_whole(line):
    assert marked(line) == f"{EMBED}{line}{POP}"


@pytest.mark.parametrize("line", OTHERS)
def test_other_lines_stay_as_they_are(line):
    assert marked(line) == line


def test_the_marks_are_those_of_unicode():
    """Every character that only says a direction, and no other."""
    explicit = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    every = {chr(point) for point in range(0x3000)}
    found = {char for char in every if unicodedata.bidirectional(char) in explicit}
    assert set(UNSEEN) == found | {"\u200e", "\u200f", "\u061c"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(URDU + OTHERS[:3]), min_size=1, max_size=2))
@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_our_own_file_reads_back_without_marks(tmp_path_factory, kind, lines):
    path = tmp_path_factory.mktemp("marks") / f"film.ur.{kind}"
    write = {"srt": to_srt, "vtt": to_vtt}[kind]
    path.write_text(write([Cue(1, 1000, 3000, tuple(lines))], right_to_left=True), encoding="utf-8")
    read = read_subtitles(path)
    assert [cue.lines for cue in read.cues] == [tuple(lines)]
    assert read.faults == []
    event = pysubs2.SSAFile.load(str(path))[0]
    assert event.plaintext.split("\n") == [marked(line) for line in lines]


def test_a_subtitle_file_given_as_the_text_of_a_film_has_none(tmp_path):
    path = tmp_path / "film.ur.srt"
    path.write_text(to_srt([Cue(1, 1000, 3000, URDU[:2])], right_to_left=True), encoding="utf-8")
    shown = "".join(line.text for line in read_script(path, find("ur")).script.lines)
    assert shown
    assert not set(UNSEEN) & set(shown)


def test_left_to_right_tracks_have_none():
    cues = [Cue(1, 1000, 3000, URDU[:1])]
    assert EMBED not in to_srt(cues) + to_vtt(cues)
