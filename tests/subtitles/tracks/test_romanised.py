"""The romanised track: the same cues in Latin letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.qc.metrics import lines_too_long
from chalchitra.subtitles.tracks.romanised import romanised_cues
from chalchitra.text.romanise.romanise import NotRomanisedError, romanise

from ..limits import limits

SETTINGS = limits()
WORDS = "नमस्ते विश्वास मैं आप हूँ। धन्यवाद समझना ♪ OK! व्यवस्था २४ प्रधानमंत्री".split()


def shown(*cues: tuple[str, ...], language: str = "hi", script: str = "Deva", limit: int = 42):
    made = [Cue(n + 1, 2000 * n, 2000 * n + 1500, lines) for n, lines in enumerate(cues)]
    settings = SETTINGS.model_copy(update={"max_chars_per_line": limit})
    told = romanised_cues(made, settings, language, script, name="The language")
    assert [(c.index, c.start, c.end) for c in told] == [(c.index, c.start, c.end) for c in made]
    return [cue.lines for cue in told]


def test_lines_that_fit_stay_where_they_are():
    assert shown(("आप कैसे हैं?", "मैं ठीक हूँ।")) == [("Aap kaise hain?", "Main theek hoon.")]


def test_a_sentence_that_goes_on_in_the_next_cue_has_one_capital():
    assert shown(("मैं घर",), ("जा रहा हूँ।",), ("अच्छा!",)) == [
        ("Main ghar",),
        ("ja raha hoon.",),
        ("Accha!",),
    ]


def test_a_line_that_became_too_long_is_broken_anew():
    assert shown(("मैं तुम्हारे साथ चलूँगा",), limit=18) == [("Main tumhare", "saath chalunga")]
    assert shown(("மகிழ்ச்சி நான் வருகிறேன்",), language="ta", script="Taml", limit=22) == [
        ("Magizhchi", "naan varugiren"),
    ]


def test_what_fits_in_no_way_stays_whole_and_within_the_lines_allowed():
    (lines,) = shown(("प्रधानमंत्री व्यवस्था", "विश्वास धन्यवाद"), limit=10)
    assert lines == ("Pradhanmantri vyavastha", "vishwas dhanyavad")


def test_two_speakers_keep_a_line_each():
    assert shown(("-तुम्हारा विश्वास", "-हाँ"), limit=10) == [("-Tumhara vishwas", "-haan")]


def test_a_songs_notes_stay_beside_their_words():
    (lines,) = shown(("♪ प्रधानमंत्री व्यवस्था ♪",), limit=18)
    assert lines == ("♪ Pradhanmantri", "vyavastha ♪")


def test_a_language_without_rules_is_refused():
    with pytest.raises(NotRomanisedError, match="The language"):
        shown(("میں",), language="ur", script="Arab")


@given(
    st.lists(
        st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), min_size=1, max_size=2),
        min_size=1,
        max_size=4,
    ),
    st.integers(8, 60),
)
def test_no_text_is_lost_and_lines_are_kept_to_wherever_they_can_be(cues, limit):
    given_lines = [tuple(" ".join(line) for line in cue) for cue in cues]
    told = shown(*given_lines, limit=limit)
    text = " ".join(" ".join(lines) for lines in given_lines)
    assert " ".join(" ".join(lines) for lines in told).casefold() == (
        romanise(text, "hi", "Deva").casefold()
    )
    for lines in told:
        assert len(lines) <= 2
        words = " ".join(lines).split()
        apart = [
            (" ".join(words[:at]), " ".join(words[at:]))
            for at in range(1, len(words))
            if "♪" not in (words[at], words[at - 1])
        ]
        if any(max(map(len, way)) <= limit for way in apart):
            assert max(map(len, lines)) <= limit


def test_too_long_lines_are_counted():
    cue = Cue(1, 0, 1000, ("प्रधानमंत्री",))
    narrow = SETTINGS.model_copy(update={"max_chars_per_line": 12})
    told = romanised_cues([cue], narrow, "hi", "Deva", name="Hindi")
    assert lines_too_long(told, narrow) == 1
