"""A translation over the time of its source, and every unit through to the cues by its id."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalchitra.errors import StageError
from chalchitra.subtitles.cues.spread import spread
from chalchitra.subtitles.cues.style import read_style
from chalchitra.subtitles.cues.words import translation_words
from chalchitra.subtitles.tracks.complete import require_every_unit
from chalchitra.transcript.model import Segment, Transcript, Word
from chalchitra.transcript.translation import SourceWord, Translation, TranslationUnit
from chalchitra.translation.units import UnitLimits, sentence_units, translated

from ..cutting import build_cues

NETFLIX = read_style("netflix")


def said(*words: tuple[str, float, float]) -> list[SourceWord]:
    return [SourceWord(start=a, end=b, characters=len(text)) for text, a, b in words]


def test_a_translation_runs_at_the_pace_of_its_source() -> None:
    slow_then_fast = said(("पहले", 0.0, 2.0), ("फिर!", 2.0, 2.5))
    assert spread(["one", "two"], slow_then_fast, 0.0, 2.5) == [(0.0, 2.0), (2.0, 2.5)]
    assert spread(["one", "two"], [], 1.0, 3.0) == [(1.0, 2.0), (2.0, 3.0)]


def test_it_pauses_where_the_source_pauses() -> None:
    source = said(("मैं", 0.0, 0.4), ("आया,", 0.4, 1.0), ("देखा,", 1.8, 2.2), ("जीता।", 2.2, 3.0))
    times = spread("I came here, and saw you.".split(), source, 0.0, 3.0)
    (_, here), (saw, _) = times[2], times[3]
    assert here == 1.0
    assert saw == 1.8


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.text("abक ம", min_size=1, max_size=9).map(lambda t: t.replace(" ", "x")), max_size=30
    ),
    st.lists(st.tuples(st.integers(1, 12), st.floats(-2, 9), st.floats(-2, 9)), max_size=20),
    st.floats(0, 5),
    st.floats(0, 20),
)
@example(  # the second source word's last place
    ["x" * n for n in (3, 5, 1, 8, 1, 2, 5, 8, 7)],
    [(3, 1.4, 7.8), (7, 5.8, 4.2), (5, 3.0, -0.2)],
    1.0,
    14.319923015454671,
)
def test_every_word_has_a_time_within_its_unit_in_order(
    words: list[str], source: list[tuple[int, float, float]], start: float, length: float
) -> None:
    given_words = [SourceWord(start=a, end=b, characters=n) for n, a, b in source]
    times = spread(words, given_words, start, start + length)
    assert len(times) == len(words)
    assert all(start - 1e-9 <= a <= b <= start + length + 1e-9 for a, b in times)
    assert all(b[0] >= a[1] - 1e-9 for a, b in pairwise(times))


WORDS = {
    "hi": "मैं तुम नहीं। घर, है। क्या? डॉ. राव जी ठीक है ज़रूर",
    "ta": "நான் நீ இல்லை. வீடு, உண்டு. என்ன? திரு. ராமன்",
    "ur": "میں تم نہیں۔ گھر، ہے۔ کیا؟ ڈاکٹر خان",
    "ml": "ഞാൻ നീ ഇല്ല. വീട്, ഉണ്ട്. എന്ത്? ഡോ. രാമൻ",
    "en": "I you not. house, is. what? Mr. Rao",
}


@st.composite
def films(draw: st.DrawFn) -> tuple[Transcript, UnitLimits]:
    """A film's words, cut into segments anywhere, by one or two speakers or nobody known."""
    language = draw(st.sampled_from(sorted(WORDS)))
    texts = draw(st.lists(st.sampled_from(WORDS[language].split()), min_size=1, max_size=60))
    now, words = 0.0, []
    for text in texts:
        now += draw(st.sampled_from([0, 0, 0.1, 0.5, 1.5]))
        words.append(
            Word(text=text, start=now, end=now + 0.3, speaker=draw(st.sampled_from("AB")))
            if draw(st.integers(0, 9)) == 0
            else Word(text=text, start=now, end=now + 0.3)
        )
        now += 0.3
    segments: list[Segment] = []
    while words:
        count = draw(st.integers(1, 20))
        some, words = words[:count], words[count:]
        segments.append(
            Segment(
                id=len(segments),
                start=some[0].start,
                end=some[-1].end,
                text=" ".join(word.text for word in some),
                words=some,
            )
        )
    limits = UnitLimits(
        max_pause=draw(st.sampled_from([0.4, 1.0])),
        max_chars=draw(st.sampled_from([40, 250])),
        max_seconds=draw(st.sampled_from([2.0, 20.0])),
    )
    return Transcript(language=language, segments=segments), limits


def check_ids(film: tuple[Transcript, UnitLimits], rng: st.DataObject) -> None:
    transcript, limits = film
    units = sentence_units(transcript, limits)
    # Every word of the film is in one unit, in order, and ids rise.
    words = [word.text for segment in transcript.segments for word in segment.words]
    assert " ".join(unit.text for unit in units).split() == words
    assert [word.text for unit in units for word in unit.words] == words
    assert [unit.id for unit in units] == list(range(len(units)))
    # Each unit's text names its id, and is found under that id in the cues, whole and in its place.
    lengths = [rng.draw(st.integers(1, 12)) for _ in units]
    done = [
        translated(unit, " ".join(f"u{unit.id}w{n}" for n in range(length)))
        for unit, length in zip(units, lengths, strict=True)
    ]
    translation = Translation(
        source_language=transcript.language,
        target_language="en",
        translator="t",
        model="m",
        units=done,
    )
    cues = build_cues(translation_words(translation), NETFLIX, language="en", script="Latn")
    require_every_unit(cues, translation)
    text = " ".join(line.removeprefix("-") for cue in cues for line in cue.lines)
    assert text.split() == [word for unit in done for word in unit.text.split()]
    for cue in cues:
        shown = {int(word.removeprefix("-")[1:].split("w")[0]) for word in cue.text.split()}
        assert shown == set(cue.units)


@settings(max_examples=200, deadline=None)
@given(films(), st.data())
def test_what_goes_in_comes_out_by_its_id(
    film: tuple[Transcript, UnitLimits], data: st.DataObject
) -> None:
    check_ids(film, data)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None)
@given(films(), st.data())
def test_what_goes_in_comes_out_by_its_id_for_thousands(
    film: tuple[Transcript, UnitLimits], data: st.DataObject
) -> None:
    check_ids(film, data)


def test_a_unit_that_no_cue_shows_is_an_error() -> None:
    units = [
        TranslationUnit(id=n, start=n, end=n + 1, source="x", text="text", segment_ids=[n])
        for n in range(3)
    ]
    translation = Translation(
        source_language="hi", target_language="en", translator="t", model="m", units=units
    )
    cues = build_cues(translation_words(translation), NETFLIX, language="en", script="Latn")
    require_every_unit(cues, translation)
    with pytest.raises(StageError, match="units"):
        require_every_unit([cue for cue in cues if 1 not in cue.units], translation)
    twice = translation.model_copy(update={"units": [*units, units[0]]})
    with pytest.raises(StageError, match="twice"):
        require_every_unit(cues, twice)
