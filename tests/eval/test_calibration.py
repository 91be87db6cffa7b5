"""Fitting the curves that tell how right a transcript is: what goes in, what is left out."""

from __future__ import annotations

import tomllib
from math import exp, log
from xml.etree import ElementTree

import pytest
from calibration import (
    Recording,
    calibration_toml,
    characters_of,
    fit,
    judge,
    judge_by,
    without,
)
from damage import DAMAGES, NOISE, damaged
from figure import Point, svg
from hypothesis import given, settings
from hypothesis import strategies as st
from measures.edits import Errors
from parts import expected as part

from chalchitra.accuracy import Calibrated, Measured
from chalchitra.media.probe import probe
from chalchitra.paths import project_root
from chalchitra.transcript.expected import Curve
from chalchitra.transcript.model import Segment, Transcript, Word

DEMO = project_root() / "docs" / "demo" / "demo.mp4"
NAMES = {"en": "English", "hi": "Hindi"}


def recording(name, probability, rate, *, words=100, language="en", damage="undamaged", clips=()):
    said = [Word(text="w", start=at, end=at + 1, probability=probability) for at in range(words)]
    segment = Segment(id=0, start=0, end=words, text="w", words=said)
    edits = round(rate * words)
    return Recording(
        name,
        language,
        damage,
        frozenset(clips or {name}),
        float(words),
        Errors(edits, words, words),
        Errors(edits, words, words),
        Transcript(language=language, segments=[segment], duration=float(words)),
    )


def truth(probability, intercept=1.4, slope=-1.6):
    return 1 / (1 + exp(-(intercept + slope * log(probability / (1 - probability)))))


def made(*probabilities, off=0.0):
    return [
        recording(f"r{n}", p, min(1.0, max(0.0, truth(p) + off * (-1) ** n)))
        for n, p in enumerate(probabilities)
    ]


SPREAD_OUT = [0.4, 0.5, 0.55, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]


def test_the_curve_that_the_recordings_lie_on_is_found():
    curve = fit(made(*SPREAD_OUT))
    for probability in (0.45, 0.65, 0.88):
        assert curve.rate(probability) == pytest.approx(truth(probability), abs=0.02)
    assert -0.3 < curve.low <= 0 <= curve.high < 0.3


def test_what_is_scattered_has_a_wider_spread():
    near, far = fit(made(*SPREAD_OUT)), fit(made(*SPREAD_OUT, off=0.1))
    assert far.high - far.low > near.high - near.low


def test_a_curve_never_rises_whatever_it_is_fitted_to():
    curve = fit([recording("a", 0.9, 0.8), recording("b", 0.5, 0.2), recording("c", 0.7, 0.5)])
    assert curve.slope == 0
    assert curve.rate(0.1) == curve.rate(0.9) == pytest.approx(0.5, abs=0.05)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(1, 60)), min_size=1, max_size=8
    )
)
def test_any_recordings_give_a_curve_of_numbers(rows):
    some = [recording(f"r{n}", p, rate, words=words) for n, (p, rate, words) in enumerate(rows)]
    curve = fit(some)
    assert 0 <= curve.rate(0.5) <= 1
    for one in judge(some, model="base", name_of=NAMES.get, limit=0.4):
        assert 0 <= one.words.words.low <= one.words.words.expected <= one.words.words.high <= 1


def test_without_words_there_is_nothing_to_fit_to():
    with pytest.raises(ValueError, match="no recording"):
        fit([recording("a", None, 0.5)])


def test_nothing_is_judged_by_what_shares_a_clip_with_it():
    clip, copy = recording("a", 0.9, 0.1), recording("a, noise", 0.5, 0.8, clips={"a"})
    film = recording("film", 0.8, 0.2, clips={"a", "b"})
    other = recording("b", 0.7, 0.3)
    every = [clip, copy, film, other]
    assert without(clip, every) == [other]
    assert without(film, every) == []
    judged = judge(every, model="base", name_of=NAMES.get, limit=0.4)
    assert [one.recording.name for one in judged] == ["a", "a, noise", "b"]


def test_a_recording_has_no_part_in_its_own_estimate():
    some = made(*SPREAD_OUT)
    stranger = recording("stranger", 0.6, 1.0)
    by_itself, with_it = (
        judge([*some, one], model="base", name_of=NAMES.get, limit=0.4)[-1].words.words.expected
        for one in (recording("stranger", 0.6, 0.0), stranger)
    )
    assert by_itself == with_it


def test_what_was_never_fitted_to_is_judged_as_a_guess():
    curve = Curve(intercept=1.4, slope=-1.6, low=-0.5, high=0.5)
    (one,) = judge_by(curve, [recording("x", 0.7, 0.4)], model="base", name_of=NAMES.get, limit=0.4)
    assert one.words.basis == "another language"
    assert one.inside


def test_characters_have_a_curve_of_their_own():
    some = [
        Recording(**{**vars(one), "characters": Errors(one.words.edits // 2, 100, 100)})
        for one in made(*SPREAD_OUT)
    ]
    assert fit(some, characters_of).rate(0.5) < fit(some).rate(0.5)


def test_the_file_keeps_other_models_and_can_be_read(tmp_path):
    file = tmp_path / "calibration.toml"
    curve = Curve(intercept=1.0, slope=-1.0, low=-0.1, high=0.1)
    measured = Measured(words=0.8, least=0.7, most=0.9, characters=0.4, recordings=3, seconds=12.5)
    row = Calibrated(recordings=3, words=curve, measured={"hi": measured})
    data = row.model_dump(mode="json", exclude_none=True)
    file.write_text(calibration_toml(file, {"base": data}))
    file.write_text(calibration_toml(file, {"large-v3": data, "a model": data}))
    read = tomllib.loads(file.read_text())
    assert set(read) == {"base", "large-v3", "a model"}
    assert all(Calibrated.model_validate(one) == row for one in read.values())


def test_the_table_of_the_project_is_what_the_eval_writes():
    file = project_root() / "config" / "calibration.toml"
    assert calibration_toml(file, {}) == file.read_text()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_copy_lasts_as_its_damage_says(tmp_path, damage):
    out = tmp_path / "out.flac"
    damaged(DEMO, damage, out)
    whole = probe(DEMO).duration
    tempo = {"fast": 1.35, "slow": 0.7}.get(damage, 1.0)
    assert probe(out).duration == pytest.approx(whole / tempo, rel=0.05)
    assert damage in NOISE or damage not in ("noise",)


def test_the_figure_is_well_formed_and_always_the_same():
    points = [
        Point(0.5, 0.3, 0.7, 0.6, "Hindi <&>", "recording", 'a "name" & more'),
        Point(-1.0, 0.0, 2.0, 9.0, "English", "film", "beyond the edges"),
    ]
    drawn = svg(points, across="expected", up="true", title="a title")
    assert drawn == svg(points, across="expected", up="true", title="a title")
    root = ElementTree.fromstring(drawn)
    texts = [one.text for one in root.iter() if one.text and one.text.strip()]
    assert "Hindi <&>" in texts
    assert 'a "name" & more' in texts
    assert "nan" not in drawn


def test_the_part_says_what_was_measured_and_by_what():
    some = [
        *made(0.5, 0.7, 0.8, 0.85, 0.9, 0.95),
        recording("film_en", 0.88, 0.12),
        *(
            recording(f"hi-{n}", 0.48 + n / 100, 0.82, language="hi", damage=damage)
            for n, damage in enumerate(("undamaged", "undamaged", "telephone"))
        ),
    ]
    judged = judge(some, model="base", name_of=NAMES.get, limit=0.4)
    calibrated = Calibrated(recordings=len(some), words=fit(some), measured=part._measured(some))
    assert calibrated.measured["hi"].recordings == 2
    assert calibrated.measured["hi"].words == 0.82
    text = part._text(judged, [], calibrated, len(some), 1, 0.4)
    assert f"![Expected against true word error rate]({part.FIGURE})" in text
    assert "| Hindi | undamaged | 2 | 0.820 |" in text
    assert "1 of the 10 transcripts were heard by earlier code" in text
    assert "film_en" in text
    by_name = {one.corpus + one.wanted: one for one in part._checks(judged, calibrated, 0.4)}
    assert by_name["Hindi, undamagedevery transcript is called poor"].met
    assert not by_name["English, undamagedno transcript is called poor"].met, "two are"
    assert ElementTree.fromstring(part._figure(judged)) is not None


def test_what_earlier_code_heard_counts_only_where_it_was_asked_for(tmp_path):
    kept = tmp_path / "kept.json"
    assert not part._usable(kept, "now", keep=True), "nothing was heard yet"
    kept.write_text('{"code": "before"}')
    assert part._usable(kept, "now", keep=True)
    assert not part._usable(kept, "now", keep=False)
    assert part._usable(kept, "before", keep=False)
    kept.write_text("cut sho")
    assert not part._usable(kept, "before", keep=True)
