"""Subtitles compared by a style: the same words for all, and what the section says of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from dialogue import RATES, lines_of, spoken
from heard import Heard, HeardSegment, HeardWord
from hypothesis import given
from hypothesis import strategies as st
from parts.cues import OURS, PLAIN, Judged, Scene, in_segments, part

from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.cues.shot_changes import ShotChanges
from chalchitra.subtitles.qc.model import Violation
from chalchitra.transcript.model import Transcript, Word

TIMES = st.lists(st.floats(0, 100), min_size=1, max_size=30).map(sorted)


def heard(*spans):
    return Heard(tuple(HeardSegment("x", (HeardWord("x", start, end),)) for start, end in spans))


@given(TIMES, TIMES)
def test_each_word_is_in_one_segment_of_the_others_and_in_order(starts, theirs):
    words = [Word(text=f"शब्द{n}", start=at, end=at + 0.2) for n, at in enumerate(starts)]
    segments = in_segments(words, heard(*pairwise([*theirs, 101.0])))
    assert [word for segment in segments for word in segment.words] == words
    assert len(segments) <= len(theirs)
    assert [segment.text.split() for segment in segments] == [
        [word.text for word in segment.words] for segment in segments
    ]


def test_words_go_to_the_nearest_segment():
    words = [Word(text=text, start=at, end=at + 0.4) for text, at in (("a", 1), ("b", 4), ("c", 5))]
    segments = in_segments(words, heard((0.5, 2), (4.6, 6)))
    assert [(one.text, one.start, one.end) for one in segments] == [("a", 1, 1.4), ("b c", 4, 5.4)]


@pytest.mark.parametrize("language", RATES)
def test_a_dialogue_is_twenty_sentences_whose_words_follow_each_other(language):
    transcript = spoken(lines_of(language), language)
    assert len(transcript.segments) == 20
    for segment in transcript.segments:
        assert " ".join(word.text for word in segment.words) == segment.text
    assert all(a.end <= b.start and a.start < a.end for a, b in pairwise(transcript.words))


def found(ours, theirs, forced):
    scene = Scene("film.mkv", "hi", 9.0, Transcript(language="hi", segments=[]),
                  ShotChanges(frame_rate=24.0), (), ())  # fmt: skip
    cues = [Cue(1, 1000, 2000, ("नमस्ते दोस्तो",)), Cue(2, 3000, 4000, ("हाँ", "नहीं"))]
    return [(scene, [Judged(OURS, cues, ours, forced), Judged(PLAIN, cues, theirs)])]


FAST = Violation(kind="reading_speed", cue=2, start=3.0, value=25.0, limit=22)
LONG = Violation(kind="characters", cue=1, start=1.0, value=50, limit=42, line=1)


def test_the_section_tells_what_is_left_and_what_forces_it():
    made = part(found([FAST], [FAST, LONG], {2: "seven characters are spoken in 0.3 s"}))
    assert [check.met for check in made.checks] == [True, True, True]
    assert "| reading speed | 1 | 1 |" in made.text
    assert "| line too long | 0 | 1 |" in made.text
    assert "| words in such cues | 50 % | 100 % |" in made.text
    assert "reading speed: 25 characters/s, not 22: seven characters are spoken" in made.text


def test_what_is_not_forced_or_not_less_is_not_met():
    made = part(found([FAST], [FAST], {}))
    assert [check.met for check in made.checks] == [False, False, False]
    assert "**not known**" in made.text
