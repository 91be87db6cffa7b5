"""Which language is spoken: the choice of windows, the decision, and where a film changes it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.errors import StageError
from chalchitra.speech.language_id.detect import (
    ENOUGH,
    LanguageSettings,
    average,
    choose_windows,
    detect_language,
    next_between,
    other_stretches,
    sure_language,
)
from chalchitra.speech.language_id.model import DetectedLanguage, Window, same_spoken
from chalchitra.speech.language_id.report import clock, other_languages
from chalchitra.speech.regions import SpeechRegions
from chalchitra.transcript.model import Region

CODES = ("hi", "ur", "en", "mr", "pa", "ta")
NAMES = {"hi": "Hindi", "ur": "Urdu", "en": "English", "ta": "Tamil"}

lengths = st.lists(st.floats(0.1, 30), max_size=60)


# --- which windows -----------------------------------------------------------------------------


@given(lengths, st.integers(1, 20))
def test_windows_are_spread_over_all_the_speech(seconds, count):
    chosen = choose_windows(seconds, count)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == min(count, len(seconds))
    # Between two of them lie at most two groups of neighbours, less one block on either side.
    group = max(1, math.ceil(len(seconds) / count))
    edges = [-1, *chosen, len(seconds)]
    assert all(after - before <= 2 * group for before, after in pairwise(edges))


@given(lengths, st.integers(1, 20))
def test_a_window_with_little_speech_is_taken_only_among_its_like(seconds, count):
    chosen = choose_windows(seconds, count)
    longest = max((min(length, ENOUGH) for length in seconds), default=0.0)
    assert not seconds or max(min(seconds[at], ENOUGH) for at in chosen) == longest


def test_of_windows_with_speech_enough_the_middlemost_is_taken():
    assert choose_windows([30, 22, 21, 25, 29], 1) == [2]
    assert choose_windows([1, 22, 2, 3, 1], 1) == [1]
    assert choose_windows([25] * 10, 2) == [2, 7]


@given(st.lists(st.sampled_from(["en", "hi", "ur", None]), min_size=1, max_size=80), st.data())
def test_a_change_is_followed_until_it_is_found(truth, data):
    indexes = st.integers(0, len(truth) - 1)
    detected = {at: truth[at] for at in data.draw(st.sets(indexes, min_size=1))}
    for _ in range(len(truth) + 1):
        at = next_between(detected)
        if at is None:
            break
        assert at not in detected
        detected[at] = truth[at]
    else:
        raise AssertionError("it never ends")
    sure = sorted(at for at, language in detected.items() if language is not None)
    for before, after in pairwise(sure):
        if not same_spoken(detected[before], detected[after]):
            assert all(at in detected for at in range(before, after + 1))


def test_a_change_is_found_by_halving():
    truth = ["en"] * 70 + ["hi"] * 30
    detected = {0: "en", 99: "hi"}
    while (at := next_between(detected)) is not None:
        detected[at] = truth[at]
    assert {69, 70} <= detected.keys()
    assert len(detected) <= 2 + math.ceil(math.log2(100))


# --- what they say -----------------------------------------------------------------------------


@st.composite
def distributions(draw):
    weights = draw(st.lists(st.floats(0.001, 1), min_size=len(CODES), max_size=len(CODES)))
    return {code: value / sum(weights) for code, value in zip(CODES, weights, strict=True)}


@given(st.lists(st.tuples(distributions(), st.floats(1, 30)), min_size=1, max_size=10))
def test_the_mean_lies_among_the_windows_and_is_sorted(windows):
    means = average(*zip(*windows, strict=True))
    assert sum(means.values()) == pytest.approx(1)
    assert list(means.values()) == sorted(means.values(), reverse=True)
    for code, mean in means.items():
        values = [window[code] for window, _ in windows]
        assert min(values) - 1e-9 <= mean <= max(values) + 1e-9


def test_a_window_weighs_what_is_said_in_it():
    assert average([{"hi": 1.0}, {"en": 1.0}], [30, 10]) == {"hi": 0.75, "en": 0.25}


def test_hindi_and_urdu_are_sure_together():
    assert sure_language({"hi": 0.45, "ur": 0.4, "en": 0.15}, 0.8) == "hi"
    assert sure_language({"hi": 0.45, "mr": 0.4, "en": 0.15}, 0.8) is None


SPEECH = SpeechRegions(regions=[Region(start=-5, end=-1), Region(start=5000, end=5500)])


def window(start, language, probability=0.95, speech=25.0):
    return Window(
        start=start,
        end=start + 30,
        speech=speech,
        spread=True,
        probabilities={language: probability, "la": round(1 - probability, 4)},
    )


def test_consecutive_windows_in_another_language_are_one_stretch():
    windows = [
        window(0, "hi"),
        window(40, "en", 0.9, speech=10),
        window(80, "en", 0.99, speech=20),
        window(120, "ur"),
        window(160, "ta"),
        window(200, "en", 0.6),
        window(240, "ta"),
    ]
    stretches = other_stretches(windows, "hi", 0.8, SPEECH)
    assert [(s.start, s.end, s.language, s.windows) for s in stretches] == [
        (40, 110, "en", 2),
        (160, 190, "ta", 1),
        (240, 5500, "ta", 1),
    ]
    assert stretches[0].probability == pytest.approx(0.96)


def test_a_word_alone_changes_no_language():
    windows = [window(0, "hi"), window(40, "en", 0.99, speech=1.5), window(80, "hi")]
    assert other_stretches(windows, "hi", 0.8, SPEECH) == []
    parted = [window(0, "hi"), window(40, "en"), window(80, "hi", speech=1), window(120, "en")]
    assert [stretch.windows for stretch in other_stretches(parted, "hi", 0.8, SPEECH)] == [2]


@given(
    st.lists(
        st.builds(
            window,
            st.just(0),
            st.sampled_from(CODES),
            st.floats(0.5, 1),
            st.floats(0.5, 30),
        ),
        max_size=30,
    ),
    st.sampled_from(CODES),
    st.floats(0.5, 1),
)
def test_a_stretch_holds_only_sure_windows_of_its_language(windows, language, surely):
    windows = [
        each.model_copy(update={"start": 40 * at, "end": 40 * at + 30})
        for at, each in enumerate(windows)
    ]
    stretches = other_stretches(windows, language, surely, SPEECH)
    assert all(before.end < after.start for before, after in pairwise(stretches))
    inside = 0
    for stretch in stretches:
        assert not same_spoken(stretch.language, language)
        held = [w for w in windows if stretch.start <= w.start <= stretch.end and w.speech >= 3]
        assert {w.language for w in held} == {stretch.language}
        assert len(held) == stretch.windows
        assert stretch.probability >= surely - 1e-4
        inside += len(held)
    others = [
        w
        for w in windows
        if w.speech >= 3
        and not same_spoken(w.language, language)
        and sure_language(w.probabilities, surely)
    ]
    assert inside == len(others)


# --- a whole film ------------------------------------------------------------------------------


@dataclass
class Film:
    """A sound whose samples are the film's own times; it remembers what was read at once."""

    start: float
    end: float
    longest: float = 0.0
    read_from: list[float] = field(default_factory=list)

    def read(self, start, end):
        self.longest = max(self.longest, end - start)
        self.read_from.append(start)
        return [start, end]


@dataclass
class Ear:
    """Tells the language by the film's time: `changes` are where each begins."""

    changes: list[tuple[float, str]]
    detected: int = 0

    def language(self, time):
        return [code for at, code in self.changes if at <= time][-1]

    def detect(self, windows):
        for samples in windows:
            self.detected += 1
            spoken = [self.language(time) for time in samples]
            yield {code: spoken.count(code) / len(spoken) for code in dict.fromkeys(spoken)}


def speech_of(minutes):
    """Nine and a half of every ten seconds: pauses so short that no block leaves them out."""
    regions = [Region(start=at, end=at + 9.5) for at in range(0, int(minutes * 60), 10)]
    return SpeechRegions(regions=regions, pad=0.2)


def test_a_long_film_is_detected_in_few_windows_and_little_memory():
    film, ear = Film(0, 180 * 60), Ear([(0, "hi")])
    told = []
    detected = detect_language(
        film, speech_of(180), ear, LanguageSettings(), on_progress=lambda *step: told.append(step)
    )
    assert (detected.language, detected.confidence, detected.spread, ear.detected) == (
        "hi",
        1.0,
        8,
        8,
    )
    assert film.longest <= 30
    assert film.read_from[0] < 0.1 * film.end
    assert film.read_from[-1] > 0.9 * film.end
    assert told == [(done, 8) for done in range(9)]


def test_where_a_film_changes_its_language_is_found():
    changes = [(0.0, "en"), (1000.0, "hi"), (5300.0, "en")]
    film, ear = Film(0, 6000), Ear(changes)
    detected = detect_language(film, speech_of(100), ear, LanguageSettings())
    assert detected.language == "hi"
    assert [stretch.language for stretch in detected.others] == ["en", "en"]
    first, last = detected.others
    assert (first.start, last.end) == (0, 5999.5)
    # A block holds three regions, 30 s: the change is in the next one at the latest.
    assert 1000 - 30 <= first.end <= 1000
    assert 5300 <= last.start <= 5300 + 30
    assert ear.detected <= 16
    assert detected.confidence == 0.75


def test_what_is_expected_is_what_others_are_measured_by():
    detected = detect_language(
        Film(0, 600), speech_of(10), Ear([(0, "en")]), LanguageSettings(), "hi"
    )
    assert (detected.language, detected.expected) == ("en", "hi")
    (stretch,) = detected.others
    assert (stretch.start, stretch.end, stretch.language) == (0, 599.5, "en")
    what, why, fix = other_languages(detected, NAMES)
    assert what == "It sounds like English, not like Hindi: English from 0:00:00 to 0:10:00 (1.00)."
    assert why == "The job recognises everything as Hindi."
    assert fix == "If it is, prepare the job again with -s en."


def test_a_part_in_another_language_is_told_with_what_to_type():
    film, ear = Film(0, 600), Ear([(0, "hi"), (400, "en"), (500, "ta")])
    detected = detect_language(film, speech_of(10), ear, LanguageSettings())
    what, _, fix = other_languages(detected, NAMES)
    assert what == (
        "Not only Hindi is spoken: English from 0:07:00 to 0:08:00 (1.00), "
        "Tamil from 0:08:30 to 0:10:00 (1.00)."
    )
    assert fix == (
        "Make a separate job for such a part: --start-time 0:07:00 --end-time 0:08:00 -s en."
    )


def test_without_speech_nothing_is_detected(tmp_path):
    nobody = detect_language(Film(0, 60), SpeechRegions(regions=[]), Ear([]), LanguageSettings())
    assert nobody == DetectedLanguage()
    nobody.write(tmp_path / "language.json")
    assert DetectedLanguage.read(tmp_path / "language.json") == nobody
    (tmp_path / "language.json").write_text("[]")
    with pytest.raises(StageError, match="does not name a language"):
        DetectedLanguage.read(tmp_path / "language.json")


@given(st.floats(0, 50_000))
def test_a_time_reads_back_as_typed(seconds):
    from chalchitra.media.times import parse_time

    assert abs(parse_time(clock(seconds)) - seconds) <= 0.5
