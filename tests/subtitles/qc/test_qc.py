"""Judging finds what is planted in good cues, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.subtitles.cues.cue import Cue, reading_speed
from chalchitra.subtitles.cues.style import read_style
from chalchitra.subtitles.qc.figures import coverage, low_confidence
from chalchitra.subtitles.qc.judge import judge
from chalchitra.subtitles.qc.report import counted, make_report, sentence, worst
from chalchitra.transcript.model import Region, Word
from chalchitra.transcript.translation import TranslationUnit

NETFLIX, BBC = read_style("netflix"), read_style("bbc")
RATES = [Fraction(24000, 1001), *map(Fraction, (24, 25)), Fraction(30000, 1001), Fraction(50)]
WORDS = {
    "en": "we never go there again because nobody waits".split(),
    "hi": "नमस्ते स्त्री हम वहाँ कभी नहीं जाते क्योंकि".split(),
    "ta": "வணக்கம் நாங்கள் அங்கே போவதில்லை க்ஷ ஸ்ரீ".split(),
    "te": "నమస్కారం మేము అక్కడికి వెళ్ళము".split(),
    "ml": "നമസ്കാരം ഞങ്ങൾ അവിടെ പോകാറില്ല".split(),
    "ur": "چلو گھر چلتے ہیں کیونکہ کوئی نہیں ہے".split(),
}
LANGUAGES = sorted(WORDS)


@dataclass
class Item:
    """A cue by what lies before it and how long it is shown (ms)."""

    gap: int
    shown: int
    lines: tuple[str, ...]


def laid_out(items: list[Item]) -> list[Cue]:
    cues, now = [], 1000
    for index, item in enumerate(items, 1):
        start = now + item.gap
        now = start + item.shown
        cues.append(Cue(index, start, now, item.lines))
    return cues


@st.composite
def good_items(draw, language: str) -> list[Item]:
    def line() -> str:
        text = " ".join(draw(st.lists(st.sampled_from(WORDS[language]), min_size=1, max_size=9)))
        return text[:42].strip()

    items = []
    for _ in range(draw(st.integers(2, 8))):
        lines = tuple(line() for _ in range(draw(st.integers(1, 2))))
        least = -(-1000 * sum(map(len, lines)) // int(reading_speed(NETFLIX, language)))
        shown = max(833, least)
        items.append(
            Item(
                draw(st.one_of(st.just(84), st.integers(500, 5000))),
                draw(st.integers(shown, 7000)),
                lines,
            )
        )
    return items


def planted(kind: str, item: Item, language: str) -> Item:
    word = WORDS[language][0]
    speed = int(reading_speed(NETFLIX, language))
    return {
        "lines": Item(1000, 5000, (word[:3], word[:2], word[:1])),
        "characters": Item(1000, 6500, ((word * 43)[:43],)),
        "reading_speed": Item(1000, 1000, ((word * 43)[: speed + 1],)),
        "too_short": Item(1000, 831, (word[:2],)),
        "too_long": Item(1000, 7002, (word,)),
        "no_duration": Item(1000, 0, (word,)),
        "overlap": replace(item, gap=-100),
        "gap_too_short": replace(item, gap=40),
        "gap_not_closed": replace(item, gap=300),
        "empty": Item(1000, 2000, ()),
    }[kind]


PLANTED = (
    "lines characters reading_speed too_short too_long no_duration overlap gap_too_short "
    "gap_not_closed empty"
).split()


@given(st.data(), st.sampled_from(LANGUAGES))
def test_nothing_is_found_in_good_cues(data, language):
    cues = laid_out(data.draw(good_items(language)))
    assert judge(cues, NETFLIX, language, film=cues[-1].end / 1000) == []


@pytest.mark.parametrize("kind", PLANTED)
@given(data=st.data(), language=st.sampled_from(LANGUAGES))
def test_what_is_planted_is_found_and_nothing_else(kind, data, language):
    items = data.draw(good_items(language))
    at = data.draw(st.integers(1, len(items) - 1))
    items[at] = planted(kind, items[at], language)
    found = judge(laid_out(items), NETFLIX, language)
    assert [(one.kind, one.cue) for one in found] == [(kind, at + 1)]
    (one,) = found
    if kind not in ("empty", "no_duration"):
        assert one.value != one.limit
        assert None not in (one.value, one.limit)
    assert one.start == laid_out(items)[at].start / 1000


@given(st.data(), st.sampled_from(LANGUAGES))
def test_two_cues_in_the_wrong_order_are_found_and_nothing_else(data, language):
    cues = laid_out(data.draw(good_items(language)))
    at = data.draw(st.integers(1, len(cues) - 1))
    cues[at - 1], cues[at] = cues[at], cues[at - 1]
    assert [(one.kind, one.cue) for one in judge(cues, NETFLIX, language)] == [
        ("out_of_order", cues[at].index)
    ]


@given(st.data(), st.sampled_from(LANGUAGES))
def test_what_leaves_the_film_is_found_and_nothing_else(data, language):
    cues = laid_out(data.draw(good_items(language)))
    found = judge(cues, NETFLIX, language, film=cues[-1].end / 1000 - 0.1)
    assert [(one.kind, one.cue) for one in found] == [("outside_film", len(cues))]
    assert found[0].value == cues[-1].end / 1000
    early = [replace(cues[0], start=-500, end=1000), *cues[1:]]
    assert ("outside_film", 1) in [(one.kind, one.cue) for one in judge(early, NETFLIX, language)]


@given(st.data(), st.sampled_from(RATES))
def test_cues_on_the_frames_of_their_film_are_good_in_frames(data, rate):
    """Two frames apart, and as short and as long as frames allow, rounded to milliseconds."""
    frame, cues = 100, []
    for index in range(1, data.draw(st.integers(2, 8)) + 1):
        shown = data.draw(st.sampled_from([round(0.833 * rate), round(7 * rate)]))
        start, end = (round(1000 * n / rate) for n in (frame, frame + shown))
        cues.append(Cue(index, start, end, ("हाँ।",)))
        frame += shown + 2
    assert judge(cues, NETFLIX, "hi", frame_rate=rate, film=float(frame / rate)) == []
    nearer = [
        cues[0],
        *(replace(cue, start=round(cue.start - 1000 / rate)) for cue in cues[1:]),
    ]
    kinds = {one.kind for one in judge(nearer, NETFLIX, "hi", frame_rate=rate)}
    assert "gap_too_short" in kinds


def test_an_overlap_is_with_the_cue_that_stays_longest():
    cues = [
        Cue(1, 0, 6000, ("வணக்கம்",)),
        Cue(2, 1000, 2000, ("ஆம்",)),
        Cue(3, 3000, 4000, ("இல்லை",)),
    ]
    found = judge(cues, NETFLIX, "ta")
    assert [(one.kind, one.cue, one.other, one.value) for one in found] == [
        ("overlap", 2, 1, 5.0),
        ("overlap", 3, 1, 3.0),
    ]


def test_graphemes_are_counted_where_the_style_says_so():
    cue = Cue(1, 0, 1000, ("स्त्री " * 5,))
    assert {one.kind for one in judge([cue], NETFLIX, "hi")} == {"reading_speed"}
    graphemes = NETFLIX.model_copy(update={"characters": "graphemes"})
    assert judge([cue], graphemes, "hi") == []


def test_the_bbc_counts_words_and_wants_no_short_gaps():
    cues = [Cue(1, 0, 1000, ("one two three four",)), Cue(2, 1900, 4000, ("five",))]
    found = {one.kind: one for one in judge(cues, BBC, "en", script="Latn")}
    assert set(found) == {"words_per_minute", "gap_not_closed"}
    assert (found["words_per_minute"].value, found["words_per_minute"].limit) == (240, 180)
    touching = [cues[1], Cue(3, 4000, 6000, ("six",)), Cue(4, 7000, 8000, ("seven",))]
    assert judge(touching, BBC, "en", script="Latn") == []
    thai = [Cue(1, 0, 1000, ("ก" * 18,))]
    assert [one.kind for one in judge(thai, BBC, "th", script="Thai")] == ["reading_speed"]


def test_reading_speeds_in_both_ways_of_counting():
    cues = [Cue(n, n * 10_000, n * 10_000 + 2000, ("स्त्री" * n,)) for n in range(1, 21)]
    speed = make_report(cues, NETFLIX, "netflix", "hi").reading_speed
    assert speed.limit == 22
    points, clusters = speed.code_points, speed.graphemes
    assert (points.median, points.percentile_95, points.maximum) == (31.5, 57.0, 60.0)
    assert (clusters.median, clusters.percentile_95, clusters.maximum) == (5.25, 9.5, 10.0)


def test_speech_without_a_subtitle():
    cues = [Cue(1, 1000, 3000, ("a",)), Cue(2, 2000, 4000, ("b",)), Cue(3, 8000, 9000, ("c",))]
    speech = [Region(start=0.5, end=6.0), Region(start=8.0, end=9.5), Region(start=20, end=22)]
    found = coverage(cues, speech)
    assert (found.speech_seconds, found.covered_seconds) == (9.0, 4.0)
    assert [(hole.start, hole.end) for hole in found.without_subtitle] == [(4.0, 6.0), (20, 22)]
    assert coverage([], speech).covered_seconds == 0


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 50)), max_size=12),
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), max_size=8),
)
def test_coverage_is_what_counting_tenths_of_seconds_finds(shown, spoken):
    cues = [Cue(n, a * 100, (a + b) * 100, ("x",)) for n, (a, b) in enumerate(shown, 1)]
    speech, now = [], 0
    for pause, length in spoken:
        speech.append((now + pause, now + pause + length))
        now += pause + length
    on_screen = {tick for a, b in shown for tick in range(a, a + b)}
    covered = sum(tick in on_screen for a, b in speech for tick in range(a, b))
    found = coverage(cues, [Region(start=a / 10, end=b / 10) for a, b in speech])
    assert found.covered_seconds == pytest.approx(covered / 10, abs=1e-6)


def test_unsure_cues_are_ranked():
    cues = [Cue(n, n * 1000, n * 1000 + 1000, (str(n),)) for n in range(1, 5)]
    heard = [(1.1, 0.9), (2.1, 0.5), (2.5, 0.3), (3.1, 0.2), (3.5, 0.3), (4.2, None)]
    words = [Word(text="w", start=at, end=at + 0.2, probability=p) for at, p in heard]
    found = low_confidence(cues, words)
    assert [(one.cue, one.probability, one.least) for one in found] == [
        (3, 0.25, 0.2),
        (2, 0.4, 0.3),
    ]
    assert low_confidence([], words) == []


def test_the_report_says_it_briefly_and_as_json():
    cues = [
        Cue(1, 0, 1000, ("x" * 40,)),
        Cue(2, 2000, 3000, ("x" * 21,)),
        Cue(3, 3723250, 3723500, ("",)),
    ]
    unit = TranslationUnit(
        id=7, start=1, end=2, source="क", text="क", segment_ids=[0], status="untranslated"
    )
    report = make_report(cues, NETFLIX, "netflix", "en", untranslated=[unit])
    assert counted(report) == "reading speed 2, no text 1, too short 1"
    said = [sentence(one) for one in worst(report)]
    assert said[0] == "cue 3 at 1:02:03.250, no text"
    assert said[1] == "cue 1 at 0:00:00.000, reading speed: 40 characters/s, not 20"
    data = json.loads(report.to_json())
    assert data["violations"][0]["kind"] == "reading_speed"
    assert data["untranslated"] == [{"id": 7, "start": 1.0, "end": 2.0, "source": "क"}]
    assert "coverage" not in data
