"""Cues of songs: between notes, within the limits, and never mixed with speech."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalchitra.settings import load_table
from chalchitra.subtitles.cues.cue import CueSettings
from chalchitra.subtitles.cues.graphemes import chunks
from chalchitra.subtitles.cues.words import transcript_words
from chalchitra.transcript.model import Segment, Transcript, Word

from ..cutting import build_cues

STANDARD = CueSettings.model_validate(load_table()[0]["subtitle_gen"])


def transcript(*parts: tuple[str, bool], language: str = "en", text: str = " ") -> Transcript:
    """Segments of (words, song) that follow one another without a pause; `text` joins the words."""
    segments = []
    now = 1.0
    for number, (said, song) in enumerate(parts):
        words = []
        for each in said.split():
            words.append(Word(text=each, start=now, end=now + 0.3))
            now += 0.3
        segments.append(
            Segment(
                id=number,
                start=words[0].start,
                end=words[-1].end,
                text=text.join(said.split()),
                words=words,
                song=song,
            )
        )
    return Transcript(language=language, segments=segments)


def lines_of(talk: Transcript, script: str = "Latn", *, limits=STANDARD, notes: bool = True):
    words = transcript_words(talk, script, notes=notes)
    cues = build_cues(words, limits, language=talk.language, script=script)
    return [cue.lines for cue in cues]


def test_a_song_stands_between_notes_and_apart_from_speech():
    talk = transcript(("hello", False), ("la la", True), ("bye", False))
    assert lines_of(talk) == [("hello",), ("♪ la la ♪",), ("bye",)]
    assert lines_of(talk, notes=False) == [("hello la la bye",)]


def test_two_lines_have_one_note_at_either_end():
    [(first, second), *_] = lines_of(transcript(("la lala lalala " * 4, True)))
    assert first.startswith("♪ ")
    assert not first.endswith("♪")
    assert second.endswith(" ♪")
    assert not second.startswith("♪")


def test_what_fills_a_line_has_room_for_its_notes():
    longest = "x" * 38
    assert lines_of(transcript((longest, True))) == [(f"♪ {longest} ♪",)]
    cut = lines_of(transcript((longest + "y", True)))
    assert "".join("".join(lines) for lines in cut).replace("♪", "").replace(" ", "") == (
        longest + "y"
    )
    assert all(len(line) <= 42 for lines in cut for line in lines)


def test_notes_of_the_recogniser_are_not_doubled():
    assert lines_of(transcript(("♪ la ♪", True))) == [("♪ la ♪",)]
    assert lines_of(transcript(("♪ ♪", True), ("hm", False))) == [("hm",)]
    chinese = transcript(("你", False), ("♪ 好", True), language="zh", text="")
    assert lines_of(chinese, "Hans") == [("你",), ("♪ 好 ♪",)]


sung_or_said = st.tuples(
    st.lists(st.text("abcdefgh,.", min_size=1, max_size=60), min_size=1, max_size=15).map(" ".join),
    st.booleans(),
)


@given(
    st.lists(sung_or_said, max_size=6),
    st.sampled_from([12, 37, 42]),
    st.integers(1, 3),
)
def test_what_holds_for_every_track_with_songs(parts, width, count):
    limits = STANDARD.model_copy(update={"max_chars_per_line": width, "max_lines": count})
    talk = transcript(*parts)
    cues = lines_of(talk, limits=limits)
    text = "".join(line for lines in cues for line in lines)
    said = "".join(words for words, _ in parts)
    assert text.replace("♪", "").replace(" ", "") == said.replace(" ", "")
    kinds = []
    for lines in cues:
        assert len(lines) <= count
        for line in lines:
            assert len(line) <= width or chunks(line, 1) == [line]
        song = "♪" in "".join(lines)
        if song:
            assert lines[0].startswith("♪ ")
            assert lines[-1].endswith(" ♪")
            assert "".join(lines).count("♪") == 2
        kinds.append((song, "".join(lines).replace("♪", "").replace(" ", "")))
    for song in (True, False):
        wanted = "".join(words for words, sung in parts if sung == song).replace(" ", "")
        assert "".join(shown for is_song, shown in kinds if is_song == song) == wanted
