"""What prepare-job says of a model that is known to be no good for the language."""

from __future__ import annotations

import json
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from chalchitra import accuracy
from chalchitra.accuracy import calibrated
from chalchitra.cli.prepare import with_model
from chalchitra.jobs.model import Detected
from chalchitra.jobs.store import read_job
from chalchitra.languages import find
from chalchitra.paths import project_root
from chalchitra.prepare.films import prepare_film
from chalchitra.prepare.options import PrepareOptions
from chalchitra.prepare.plan import make_plan
from chalchitra.transcript.expected import Calibration

DEMO = project_root() / "docs" / "demo" / "demo.mp4"
WARNING = "base is not usable for Hindi: expect most words to be wrong ("


@pytest.fixture
def prepared(tmp_path):
    """A function of options: the job, as it was written."""

    def prepare(source="hi", model="base", **more):
        options = PrepareOptions("transcribe", source, model=model, no_glossary=True, **more)
        _, folder = prepare_film(DEMO, make_plan(options), tmp_path / "out")
        return read_job(folder)

    return prepare


def warned(job):
    return [note for note in job.notes if note.startswith(WARNING)]


def test_base_on_hindi_is_warned_of_and_on_english_is_not(prepared):
    (said,) = warned(prepared())
    assert said.endswith("; medium or larger is recommended.")
    english = prepared("en")
    assert not warned(english)
    assert not any("measured" in note or "published" in note for note in english.notes)


def test_a_model_that_was_not_measured_says_so_and_what_is_published(prepared):
    notes = prepared(model="large-v3").notes
    assert any("not measured here; published: 17 % of words wrong" in note for note in notes)
    assert not any("not usable" in note for note in notes)


def test_a_model_that_was_chosen_for_the_machine_is_judged_too(prepared, monkeypatch):
    monkeypatch.setattr(
        "chalchitra.models.defaults.default_whisper",
        lambda *a, **k: ("base", "the largest"),
    )
    job = prepared(model=None)
    assert job.models["asr"].name == "base"
    assert warned(job)


def test_with_a_text_in_hand_the_recogniser_says_nothing_of_the_text(prepared, tmp_path):
    text = tmp_path / "said.txt"
    text.write_text("वह घर पर नहीं है।\n", "utf-8")
    job = prepared(transcript=text)
    assert not warned(job)
    assert job.calibration is None
    assert calibrated(job).calibration is None


def test_a_language_that_was_found_is_judged_like_one_that_was_named(tmp_path, monkeypatch):
    @contextmanager
    def listening(build, out, date, reporter, services):
        folder = out / "job"
        found = []

        def become(job, glossary=None, film=None):
            folder.mkdir(parents=True)
            (folder / "job.json").write_text(job.model_dump_json())
            found.append(job)
            return folder

        yield SimpleNamespace(heard=None, job=build("job_20260102_001"), become=become)

    detected = Detected(confidence=0.9, windows=3, candidates={"hi": 0.9})
    spoken = SimpleNamespace(language=find("hi"), detected=detected, notes=("Language: Hindi.",))
    monkeypatch.setattr("chalchitra.prepare.language.listening.listening", listening)
    monkeypatch.setattr("chalchitra.prepare.language.decide.decide_language", lambda *a: spoken)
    options = PrepareOptions("transcribe", "auto", model="base", no_glossary=True)
    job, folder = prepare_film(DEMO, make_plan(options), tmp_path / "out")
    assert warned(job)
    assert json.loads((folder / "job.json").read_text())["calibration"]["unusable"]


def test_a_job_records_what_its_recogniser_is_worth(prepared):
    found = Calibration.of(prepared().calibration)
    assert (found.model, found.language, found.basis) == ("base", "Hindi", "measured")
    assert found.unusable
    assert found.larger[0] == "medium"


def test_no_run_of_an_earlier_job_fails_for_want_of_the_tables(prepared, monkeypatch, tmp_path):
    old = prepared().model_copy(update={"calibration": None})
    monkeypatch.setattr(accuracy, "config_file", lambda name: tmp_path / name)
    assert calibrated(old).calibration is None


def test_a_job_of_an_earlier_version_gets_it_when_it_runs(prepared):
    job = prepared()
    old = job.model_copy(update={"calibration": None})
    assert calibrated(old).calibration == job.calibration
    unknown = old.model_copy(update={"source_language": "auto"})
    assert calibrated(unknown).calibration is None
    assert calibrated(old.model_copy(update={"models": {}})).calibration is None


@pytest.mark.parametrize(
    ("typed", "again"),
    [
        (["film.mp4", "-s", "hi"], ["film.mp4", "-s", "hi", "--model", "medium"]),
        (
            ["film.mp4", "--model", "base", "-s", "hi"],
            ["film.mp4", "-s", "hi", "--model", "medium"],
        ),
        (["--model=base", "film.mp4"], ["film.mp4", "--model", "medium"]),
        (["-s", "hi", "--", "--model"], ["-s", "hi", "--model", "medium", "--", "--model"]),
    ],
)
def test_the_command_to_type_instead(typed, again):
    assert with_model(typed, "medium") == again
