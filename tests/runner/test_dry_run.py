"""--dry-run says what would run, be reused or be skipped, and why; and it does nothing."""

from __future__ import annotations

import os

import pytest

from chalchitra.errors import ExitCode, UsageError
from chalchitra.jobs.model import ModelChoice
from chalchitra.models.catalogue import load
from chalchitra.runner.lock import held

from .quick import PowerCutError, Quick, tree


@pytest.fixture
def quick(project):
    return Quick(project)


def plan(quick, layout, **options):
    """A dry run: {stage: (action, reasons)}; everything below the project stays as it was."""
    before = tree(quick.project.root)
    ran = quick.run(layout, dry_run=True, **options)
    assert tree(quick.project.root) == before
    assert ran.served == []
    assert ran.outcome.exit_code == ExitCode.DONE
    assert {name for name, _ in ran.events} <= {"stage_planned", "fetch_planned"}
    assert all(fields["environment"] in ("one", "two") for fields in ran.of("stage_planned"))
    return {f["stage"]: (f["action"], f["reasons"]) for f in ran.of("stage_planned")}


def actions(quick, layout, **options):
    return {key: action for key, (action, _) in plan(quick, layout, **options).items()}


def test_of_a_new_job_everything_would_run(quick):
    job, layout = quick.job(None, ("en",))
    found = plan(quick, layout)
    assert list(found) == job.stages
    assert found["demux"] == ("run", ["it has not run yet"])
    assert set(actions(quick, layout).values()) == {"run"}


def test_of_a_finished_job_nothing(quick):
    job, layout = quick.job(None, ("en",))
    quick.run(layout)
    found = plan(quick, layout)
    assert set(actions(quick, layout).values()) == {"skip"}
    assert all(reasons[0].startswith("nothing changed since") for _, reasons in found.values())
    os.utime(job.film.path, ns=(1, 1))
    assert set(actions(quick, layout).values()) == {"skip"}


def test_what_comes_after_a_changed_stage_would_run_too(quick):
    job, layout = quick.job(None, ("en",))
    quick.run(layout)
    quick.changed(job, layout, settings={"alignment": {"word": "x"}})
    found = plan(quick, layout)
    after = ["export", "translation@en", "subtitle_gen@hi", "subtitle_gen@en", "qc", "mux"]
    assert [key for key, (action, _) in found.items() if action == "run"] == ["alignment", *after]
    assert found["alignment"][1] == ["settings word is new"]
    assert found["translation@en"][1] == ["alignment runs, and its output may change"]
    assert found["subtitle_gen@en"][1] == ["translation@en runs, and its output may change"]
    assert all(len(reasons) == len(set(reasons)) for _, reasons in found.values())


def test_it_says_what_the_run_then_does(quick):
    job, layout = quick.job(None, ("en",))
    quick.run(layout)
    quick.project.stage("asr", "given['better'] = True")
    quick.instead["asr"] = lambda stage: stage.output("transcript", "t.txt").write_text("better")
    planned = [key for key, action in actions(quick, layout).items() if action == "run"]
    assert quick.run(layout).served == planned


def test_a_second_job_on_the_film_would_reuse(quick):
    first, layout = quick.job()
    quick.run(layout)
    _, second = quick.job()
    assert plan(quick, second)["demux"] == (
        "reuse",
        ["it has not run yet", f"{first.job_id} made the same result"],
    )
    assert actions(quick, second, force=True)["demux"] == "run"


def test_with_from_and_only(quick):
    job, layout = quick.job()
    quick.run(layout)
    found = plan(quick, layout, from_stage="vad")
    assert {key: action for key, (action, _) in found.items()} == {
        "demux": "skip",
        "vad": "run",
        "asr": "run",
    }
    assert found["asr"][1] == ["--from vad was given"]
    assert list(plan(quick, layout, only=("vad",))) == ["vad"]
    with pytest.raises(UsageError):
        quick.run(layout, dry_run=True, only=("mux",))


def test_what_a_crash_left_stays_for_the_run(quick):
    job, layout = quick.job()

    def cut(stage):
        raise PowerCutError

    quick.instead["vad"] = cut
    quick.cut(layout)
    assert layout.attempt("vad", 1).is_dir()
    assert actions(quick, layout) == {"demux": "skip", "vad": "run", "asr": "run"}


def test_damage_is_seen_and_hidden_damage_with_verify(quick):
    job, layout = quick.job()
    quick.run(layout)
    path = layout.done("vad", 1) / "regions.all.txt"
    stat = path.stat()
    path.chmod(0o644)
    path.write_bytes(b"x" * stat.st_size)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert actions(quick, layout)["vad"] == "skip"
    found = plan(quick, layout, verify=True)
    assert found["vad"][1][0] == "its output regions was changed"


def test_a_job_that_runs_can_be_asked(quick):
    job, layout = quick.job()
    with held(layout, job.job_id):
        assert actions(quick, layout)["demux"] == "run"


def test_models_that_would_be_fetched_are_named(quick):
    entry = load().find("base", "whisper", "ctranslate2")
    choice = ModelChoice(
        name="base", kind="whisper", format="ctranslate2", path=entry.path(), reason="small"
    )
    job, layout = quick.job(models={"asr": choice})
    before = tree(quick.project.root)
    ran = quick.run(layout, dry_run=True)
    assert tree(quick.project.root) == before
    assert ran.of("fetch_planned") == [
        {"job_id": job.job_id, "time": ran.events[0][1]["time"], "model": "base"}
    ]
    assert ran.names("stage_planned") == job.stages


def test_a_film_that_is_gone_is_an_error_now(quick):
    job, layout = quick.job()
    job.film.path.unlink()
    with pytest.raises(UsageError, match="film is missing"):
        quick.run(layout, dry_run=True)
