"""Two languages in one cue: every word of both, in the times of one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.model import TrackLanguage, TrackText
from chalchitra.subtitles.formats.registry import WRITTEN, lines_of, read
from chalchitra.subtitles.tracks.bilingual import (
    Half,
    bilingual_report,
    halves_in_cues,
    together,
)
from chalchitra.subtitles.tracks.edited_csv import from_review

from .test_template import STYLE, fill, films, letters, own_track, script


def pair_of(film, *, timed):
    """The halves of what is spoken and its translation, in the times of the one or the other."""
    transcript, (translation, _) = film
    documents = {"source": transcript, "target": translation}
    other = "target" if timed == "source" else "source"
    words, _, template, cues = own_track(documents[timed])
    _, filled = fill(documents[other], template, transcript.language)
    own, theirs = halves_in_cues(cues, filled)
    languages = {"source": transcript.language, "target": translation.target_language}
    halves = {
        timed: Half(languages[timed], script(languages[timed]), own),
        other: Half(languages[other], script(languages[other]), theirs),
    }
    return words, own_track(documents[other])[0], halves[timed], halves[other]


@settings(deadline=None, max_examples=60)
@given(film=films(), timed=st.sampled_from(["source", "target"]), first_above=st.booleans())
def test_every_word_of_both_languages_in_order(film, timed, first_above):
    words, others, own, theirs = pair_of(film, timed=timed)
    upper, lower = (own, theirs) if first_above else (theirs, own)
    cues = together(upper, lower)
    assert [(cue.index, cue.start, cue.end) for cue in cues] == [
        (cue.index, cue.start, cue.end) for cue in own.cues
    ]
    lines = {half.language: {cue.index: cue.lines for cue in half.cues} for half in (upper, lower)}
    for cue in cues:
        both = (lines[half.language].get(cue.index, ()) for half in (upper, lower))
        assert cue.lines == tuple(line for part in both for line in part)
    assert letters(cue.text for cue in own.cues) == letters(word.text for word in words)
    assert letters(cue.text for cue in theirs.cues) == letters(word.text for word in others)


def halves(*texts):
    return [
        Half(language, own_script, [Cue(1, 0, 1000, lines)])
        for language, own_script, lines in texts
    ]


def report(pair):
    return bilingual_report(together(*pair), pair, STYLE, "netflix", unavoidable="of the times")


def test_two_lines_of_each_are_allowed_and_each_is_read_by_itself():
    hindi = ("मैं कल आया", "था।")  # 14 characters in a second, and English's 20: 34 of both
    pair = halves(("hi", "Deva", hindi), ("en", "Latn", ("I came here", "yesterday")))
    assert report(pair).violations == []
    assert report(pair).language == "hi+en"
    fast = halves(("hi", "Deva", hindi), ("en", "Latn", ("I came here only yesterday",)))
    (one,) = report(fast).violations
    assert (one.kind, one.value, one.limit, one.forced_by) == (
        "reading_speed",
        26,
        20,
        "of the times",
    )
    assert report(fast).reading_speed.limit == 20
    many = halves(("hi", "Deva", hindi), ("en", "Latn", ("I", "came", "then")))
    assert [(one.kind, one.value, one.limit) for one in report(many).violations] == [
        ("lines", 5, 4)
    ]


PAIR = halves(("ur", "Arab", ("آپ کیسے ہیں؟",)), ("en", "Latn", ("How are you?",)))


LANGUAGES = (
    TrackLanguage("ur", "Urdu", "Arab", "ur", right_to_left=True),
    TrackLanguage("en", "English", "Latn", "en"),
)


@pytest.mark.parametrize("format_", WRITTEN)
def test_every_format_carries_two_languages(format_):
    cues = together(*PAIR)
    whole = WRITTEN[format_].write(TrackText(cues, LANGUAGES))
    if format_ == "csv":
        assert from_review(whole.encode()) == cues
        return
    (cue,) = read(WRITTEN[format_], lines_of(whole)).cues
    assert tuple(row.text for row in WRITTEN[format_].rows(cue)) == cues[0].lines
    assert "\u202bآپ کیسے ہیں؟\u202c" in whole
    assert "\u202bHow" not in whole
