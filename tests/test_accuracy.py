"""What is known of how right the models are: the tables, and what a person is told of them."""

from __future__ import annotations

import shutil
import tomllib

import pytest

from chalchitra import accuracy, paths
from chalchitra.accuracy import better, forecast, known, larger, models, of_job
from chalchitra.errors import MissingError, UsageError
from chalchitra.languages import all_languages, find
from chalchitra.transcript.expected import Calibration

HINDI, ENGLISH, TAMIL = find("hi"), find("en"), find("ta")


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """Copies of the tables, and a function that changes one."""
    folder = tmp_path / "config"
    folder.mkdir()
    monkeypatch.setattr(accuracy, "config_file", lambda name: folder / name)
    for name in ("accuracy.toml", "calibration.toml"):
        shutil.copy(paths.config_dir() / name, folder / name)

    def change(name, old=None, new=""):
        text = (folder / name).read_text(encoding="utf-8")
        assert old is None or old in text
        (folder / name).write_text(new if old is None else text.replace(old, new), "utf-8")
        accuracy._accuracy.cache_clear()
        accuracy._calibrated.cache_clear()

    yield change
    accuracy._accuracy.cache_clear()
    accuracy._calibrated.cache_clear()


def test_the_tables_name_models_and_languages_that_are_there():
    languages = {row.id for row in all_languages()}
    table = tomllib.loads((paths.config_dir() / "accuracy.toml").read_text("utf-8"))
    for row in table["published"]:
        assert row["model"] in models()
        assert row["source"]
        rates = {**row.get("words", {}), **row.get("characters", {})}
        assert rates
        assert set(rates) <= languages
        assert all(0 < rate < 300 for rate in rates.values())
    assert set(table["advised"].values()) <= set(models())
    measured = tomllib.loads((paths.config_dir() / "calibration.toml").read_text("utf-8"))
    assert set(measured) <= set(models())
    for row in measured.values():
        assert set(row["measured"]) <= languages
        assert row["words"]["slope"] < 0
        assert row["words"]["low"] < 0 < row["words"]["high"]


def test_base_was_measured_for_hindi_and_english_and_nothing_else_was():
    assert known("base", HINDI).measured.words > 0.7
    assert known("base", ENGLISH).measured.words < 0.2
    for model in models():
        for language in all_languages():
            if (model, language.id) not in (("base", "hi"), ("base", "en")):
                assert known(model, language).measured is None


def test_base_is_not_usable_for_hindi_and_is_for_english():
    assert known("base", HINDI).unusable
    assert not known("base", ENGLISH).unusable
    said = forecast("base", HINDI)
    assert said.startswith("base is not usable for Hindi: expect most words to be wrong (")
    assert "measured" in said
    assert said.endswith("; medium or larger is recommended.")
    assert forecast("base", ENGLISH) is None
    assert better("base", HINDI) == "medium"
    assert better("base", ENGLISH) is None


def test_what_others_published_serves_where_we_measured_nothing():
    said = forecast("large-v3", HINDI)
    assert said == (
        "How well large-v3 recognises Hindi was not measured here; published: 17 % of words wrong "
        "on FLEURS."
    )
    assert better("large-v3", HINDI) is None
    assert known("tiny", HINDI).unusable
    assert "published: 102.3 %" in forecast("tiny", HINDI)


def test_what_nobody_knows_is_said_and_nothing_invented():
    said = forecast("base", TAMIL)
    assert said == (
        "How well base recognises Tamil was not measured here; nothing is published; it is not "
        "usable for Hindi, so medium or larger is recommended."
    )
    assert better("base", TAMIL) == "medium"
    assert forecast("medium", TAMIL) == (
        "How well medium recognises Tamil was not measured here; nothing is published."
    )
    assert "FOLDER" in forecast("FOLDER", HINDI)
    assert better("FOLDER", HINDI) is None


def test_the_models_to_try_instead_are_larger_and_at_least_the_advised():
    assert larger("base", HINDI) == ["medium", "large-v3-turbo", "large-v3"]
    assert larger("medium", HINDI) == ["large-v3-turbo", "large-v3"]
    assert larger("base", ENGLISH)[0] == "small"
    assert larger("large-v3", HINDI) == []
    assert larger("a folder", HINDI) == []


def test_a_job_is_told_on_what_its_estimate_rests():
    for model, language, basis in (
        ("base", HINDI, "measured"),
        ("base", ENGLISH, "measured"),
        ("base", TAMIL, "another language"),
        ("large-v3", HINDI, "another model"),
        ("a folder", HINDI, "another model"),
    ):
        found = Calibration.of(of_job(model, language))
        assert found.basis == basis
        assert found.language == language.name
        assert (found.characters is not None) == language.is_indian
        assert found.unusable == ((model, language) == ("base", HINDI))


def test_without_any_curve_nothing_is_estimated(tables):
    tables("calibration.toml", None, "")
    assert of_job("base", HINDI) is None
    assert known("base", HINDI).measured is None
    assert known("base", HINDI).unusable  # published


def test_a_note_is_no_part_of_what_a_job_is_told(tables):
    before = of_job("base", HINDI)
    tables("accuracy.toml", "# How right", "# Another remark. How right")
    assert of_job("base", HINDI) == before


def test_broken_tables_are_told(tables):
    tables("accuracy.toml", "poor = 0.4", "poor = 4")
    with pytest.raises(UsageError, match=r"accuracy\.toml cannot be used: poor"):
        forecast("base", HINDI)
    tables("accuracy.toml", None, "poor = [")
    with pytest.raises(UsageError, match=r"accuracy\.toml cannot be read"):
        forecast("base", HINDI)


def test_a_missing_table_is_told(tables, tmp_path):
    (tmp_path / "config" / "calibration.toml").unlink()
    accuracy._calibrated.cache_clear()
    with pytest.raises(MissingError, match=r"calibration\.toml"):
        known("base", HINDI)


def test_characters_are_not_taken_for_words():
    japanese = known("large-v3", find("ja")).published[0]
    assert japanese.unit == "characters"
    assert str(japanese) == "4.9 % of characters wrong on FLEURS"
    assert not known("large-v3", find("ja")).unusable
