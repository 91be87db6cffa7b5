"""--from, --only and --force: which stages a run may touch, and which it runs in any case."""

from __future__ import annotations

import pytest

from chalchitra.errors import UsageError
from chalchitra.jobs.record import read_record
from chalchitra.runner.select import select

from .quick import Quick


@pytest.fixture
def quick(project):
    return Quick(project)


@pytest.fixture
def job(quick):
    return quick.job(None, ("en", "ta"))[0]


def test_without_options_everything_may_run_and_nothing_must(job):
    selection = select(job)
    assert selection.wanted == frozenset(job.stages)
    assert selection.forced == {}


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("demux", "demux"),
        ("asr", "asr"),
        ("translation", "translation@en"),
        ("translation@ta", "translation@ta"),
        ("subtitle_gen", "subtitle_gen@hi"),
        ("mux", "mux"),
    ],
)
def test_from_runs_a_stage_and_all_after_it(job, name, first):
    selection = select(job, from_stage=name)
    assert selection.wanted == frozenset(job.stages)
    assert list(selection.forced) == job.stages[job.stages.index(first) :]
    assert set(selection.forced.values()) == {f"--from {name} was given"}


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["vad"], {"vad"}),
        (["translation"], {"translation@en", "translation@ta"}),
        (["translation@ta", "mux"], {"translation@ta", "mux"}),
        (["subtitle_gen", "subtitle_gen@hi"], {f"subtitle_gen@{x}" for x in ("hi", "en", "ta")}),
    ],
)
def test_only_leaves_all_others_alone(job, names, keys):
    selection = select(job, only=names)
    assert selection.wanted == keys
    assert selection.forced == {}
    assert set(select(job, only=names, force=True).forced) == keys


def test_from_within_only(job):
    selection = select(job, only=["vad", "export", "mux"], from_stage="asr")
    assert selection.wanted == {"vad", "export", "mux"}
    assert set(selection.forced) == {"export", "mux"}


@pytest.mark.parametrize(
    "options",
    [
        {"only": ["dub"]},
        {"only": ["vad", "translation@fr"]},
        {"from_stage": "translation@hi"},
        {"from_stage": "vad@en"},
        {"from_stage": ""},
        {"only": ["@en"]},
    ],
)
def test_a_stage_that_the_job_does_not_have_is_named(job, options):
    with pytest.raises(UsageError, match="has no stage") as caught:
        select(job, **options)
    assert "translation@ta" in caught.value.cause
    assert caught.value.fix


def test_an_unknown_stage_stops_before_anything_is_written(quick):
    job, layout = quick.job()
    before = sorted(layout.root.rglob("*"))
    with pytest.raises(UsageError):
        quick.run(layout, from_stage="mux")
    assert sorted(layout.root.rglob("*")) == before


def test_a_run_from_a_stage_runs_again_what_did_not_change(quick):
    job, layout = quick.job(None, ("en", "ta"))
    quick.run(layout)
    ran = quick.run(layout, from_stage="translation@ta")
    assert ran.served == [
        "translation@ta",
        *(k for k in job.stages if "subtitle_gen" in k),
        "qc",
        "mux",
    ]
    assert ran.reasons("mux") == ["--from translation@ta was given"]
    assert ran.names("stage_reused") == []


def test_forced_stages_do_not_come_out_of_the_store(quick):
    job, layout = quick.job()
    quick.run(layout)
    ran = quick.run(layout, force=True)
    assert ran.served == job.stages
    assert quick.run(layout).served == []


def test_the_others_are_left_alone_and_the_job_is_not_said_to_be_done(quick):
    job, layout = quick.job()
    ran = quick.run(layout, only=("demux",))
    assert ran.served == ["demux"]
    states = [row["state"] for row in ran.outcome.summary["stages"]]
    assert states == ["done", "left alone", "left alone"]
    assert ran.outcome.summary["state"] == "ready"
    quick.run(layout)
    quick.changed(job, layout, settings={"demux": {"word": "x"}, "asr": {"word": "y"}})
    ran = quick.run(layout, only=("asr",))
    assert ran.served == ["asr"]
    assert read_record(layout, "demux").fingerprint_parts["params"].get("word") is None


def test_only_a_stage_whose_input_was_never_made_says_what_is_missing(quick):
    job, layout = quick.job()
    ran = quick.run(layout, only=("asr",))
    assert ran.served == []
    assert "asr needs the output of demux" in ran.outcome.error.what
    assert quick.run(layout).outcome.error is None
