"""Targets with translators of their own, one of them beyond another: each its own environment."""

from __future__ import annotations

import pytest

from chalchitra.errors import ExitCode
from chalchitra.jobs.model import Job, ModelChoice
from chalchitra.jobs.record import read_record
from chalchitra.models.catalogue import load
from chalchitra.runner.request import parameters

from .quick import Quick

STAGES = ["demux", "vad", "asr", "alignment", "translation@en", "translation@hi", "translation@ur"]


@pytest.fixture
def quick(project):
    return Quick(project)


@pytest.fixture
def job(quick):
    made, layout = quick.job(("demux",), targets=("hi", "ur"))
    environments = dict.fromkeys(STAGES, made.stage_environments["asr"])
    return (
        quick.changed(
            made,
            layout,
            source_language="fr",
            languages={name: {"id": name} for name in ("fr", "en", "hi", "ur")},
            stages=STAGES,
            stage_environments=environments | {"translation@hi": "two"},
            machines=dict.fromkeys(STAGES, made.machines["asr"]),
            translator=None,
            translators={
                "translation@en": "whisper",
                "translation@hi": "indictrans2",
                "translation@ur": "nllb",
            },
            pivots={"translation@hi": "en"},
        ),
        layout,
    )


def test_each_runs_with_its_own_and_the_pivot_is_read(quick, job):
    _, layout = job
    seen = {}

    def work(stage):
        seen[f"translation@{stage.language}"] = (
            set(stage.inputs),
            stage.params["translator"],
            stage.params["via"],
            set(stage.params["languages"]),
        )
        stage.output("translation", "translation.json").write_text(stage.language)

    quick.instead["translation"] = work
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.DONE, ran.events
    assert seen == {
        "translation@en": ({"transcript", "audio", "audio_info"}, "whisper", None, {"fr", "en"}),
        "translation@hi": ({"transcript", "pivot"}, "indictrans2", "en", {"fr", "en", "hi"}),
        "translation@ur": ({"transcript"}, "nllb", None, {"fr", "ur"}),
    }
    found = {key: read_record(layout, key).environment for key in STAGES[4:]}
    assert found == {"translation@en": "one", "translation@hi": "two", "translation@ur": "one"}
    assert quick.run(layout).served == []


def test_what_lies_beyond_the_pivot_runs_again_with_it_and_the_others_do_not(quick, job):
    _, layout = job
    quick.run(layout)
    quick.instead["translation"] = lambda stage: stage.output(
        "translation", "translation.json"
    ).write_text(f"another {stage.language}")
    again = quick.run(layout, only=("translation@en",), force=True)
    assert again.served == ["translation@en"]
    assert quick.run(layout).served == ["translation@hi"]


def test_a_run_too_refuses_a_licence_that_nobody_agreed_to(quick, job, tmp_path, monkeypatch):
    monkeypatch.setenv("CHALCHITRA_MODELS", str(tmp_path / "models"))
    made, layout = job
    entry = load().find("nllb-200-distilled-600M")
    choice = ModelChoice(
        name=entry.name, kind=entry.kind, format=entry.format, path=entry.path(), reason=""
    )
    quick.changed(made, layout, models={"translation@ur": choice})
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.USAGE
    assert "chalchitra models accept" in ran.outcome.error.fix
    assert ran.served == []


def test_a_job_of_before_has_one_translator_for_all(quick):
    made, _ = quick.job(None, targets=("en", "ta"))
    data = made.model_dump(mode="json")
    del data["translators"], data["pivots"]
    old = Job.model_validate(data)
    for key in ("translation@en", "translation@ta"):
        assert old.translator_of(key) == "indictrans2"
        assert old.environment_of(key) == "one"
        assert old.machine_of(key) == old.machines["translation"]
        assert parameters(old, key)["translator"] == "indictrans2"
        assert parameters(old, key)["via"] is None
