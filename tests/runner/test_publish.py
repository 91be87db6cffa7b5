"""What was renamed and never recorded is published by the next run, if it is whole."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from chalchitra.errors import ExitCode
from chalchitra.jobs.record import StageRecord, read_record
from chalchitra.pipeline import STAGES
from chalchitra.runner import attempt, publish
from chalchitra.runner.history import read_history

from .quick import MUXING, PowerCutError, Quick, leftovers, output_of

FILM = "film.all.mkv"


@pytest.fixture
def quick(project):
    return Quick(project)


@pytest.fixture
def patch():
    """A monkeypatch of our own, to be undone in the middle of a test."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture
def cut_at(patch):
    """Make the next run end by a power cut at a stage: once it is renamed, or once it is placed."""

    def arrange(key, *, placed=False):
        real, write = publish.publish, StageRecord.write

        def renamed(job, layout, stage, *arguments, **options):
            if stage == key:
                raise PowerCutError
            return real(job, layout, stage, *arguments, **options)

        def written(record, layout):
            if record.stage == key:
                raise PowerCutError
            write(record, layout)

        if placed:
            patch.setattr(StageRecord, "write", written)
        else:
            patch.setattr(attempt, "publish", renamed)
        return patch.undo

    return arrange


@pytest.mark.parametrize("key", ["demux", "vad", "asr"])
def test_what_a_crash_left_unrecorded_is_published_and_not_made_again(quick, cut_at, key):
    job, layout = quick.job()
    restore = cut_at(key)
    assert quick.cut(layout)[-1] == key
    restore()
    assert read_record(layout, key) is None
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.DONE
    assert ran.served == job.stages[job.stages.index(key) + 1 :]
    assert ran.warnings == ["published what an earlier run had finished"]
    assert quick.run(layout).names("stage_skipped") == job.stages
    assert leftovers(layout) == []


def test_a_lost_record_is_made_again_without_running(quick):
    job, layout = quick.job()
    quick.run(layout)
    whole = read_record(layout, "vad")
    layout.record("vad").unlink()
    assert quick.run(layout).served == []
    again = read_record(layout, "vad")
    assert again.seconds == 0.25, "the stage's own time: the attempt's is not known any more"
    assert again.model_copy(update={"seconds": whole.seconds}) == whole


def test_the_adopted_attempt_counts_as_done(quick, cut_at):
    job, layout = quick.job()
    restore = cut_at("vad")
    quick.cut(layout)
    restore()
    quick.run(layout)
    assert [one.ending for one in read_history(layout, "vad").attempts] == ["done"]


@pytest.mark.parametrize("placed", [False, True])
def test_a_film_that_was_moved_is_adopted(quick, cut_at, placed):
    job, layout = quick.job(MUXING)
    restore = cut_at("mux", placed=placed)
    quick.cut(layout)
    restore()
    film = layout.output / FILM
    assert film.exists() == placed
    ran = quick.run(layout)
    assert ran.served == []
    assert ran.outcome.summary["deliverables"][-1] == str(film)
    assert output_of(layout, "mux") == film
    assert not (layout.done("mux", 1) / FILM).exists(), "a film is not kept twice"


def test_a_film_that_was_moved_beside_anothers_is_adopted_there(quick, cut_at):
    job, layout = quick.job(MUXING)
    layout.output.mkdir()
    (layout.output / FILM).write_text("somebody's own cut")
    restore = cut_at("mux", placed=True)
    quick.cut(layout)
    restore()
    assert quick.run(layout).served == []
    assert (layout.output / FILM).read_text() == "somebody's own cut"
    assert output_of(layout, "mux").name == "film.all.new.mkv"
    films = sorted(path.name for path in layout.output.glob("*.mkv"))
    assert films == [FILM, "film.all.new.mkv"]


@pytest.mark.parametrize("edited", [False, True])
def test_deliverables_that_were_half_placed_are_placed_once(quick, patch, edited):
    job, layout = quick.job(MUXING[:-1])
    if edited:
        layout.output.mkdir()
        (layout.output / "srt.hi.txt").write_text("my own words")
    real = publish.place

    def place(layout, source, name, *arguments, **options):
        if name == "vtt.hi.txt":
            (layout.output / ".tmp-0123abcd.txt").write_text("ha")
            raise PowerCutError
        return real(layout, source, name, *arguments, **options)

    patch.setattr(publish, "place", place)
    quick.cut(layout)
    patch.undo()
    ran = quick.run(layout)
    assert ran.served == []
    srt = ["srt.hi.new.txt", "srt.hi.txt"] if edited else ["srt.hi.txt"]
    others = [f"{key}.hi.txt" for key in STAGES["subtitle_gen"].outputs if key != "srt"]
    assert sorted(path.name for path in layout.output.iterdir()) == sorted([*srt, *others])
    if edited:
        assert (layout.output / "srt.hi.txt").read_text() == "my own words"
    made = output_of(layout, "subtitle_gen@hi", "srt").read_text()
    assert (layout.output / srt[0]).read_text() == made


@pytest.mark.parametrize(
    "damage", ["changed", "a hole", "gone", "no result", "no request", "a failure"]
)
def test_what_is_not_whole_is_made_again(quick, cut_at, damage):
    job, layout = quick.job()
    restore = cut_at("vad")
    quick.cut(layout)
    restore()
    done = layout.done("vad", 1)
    if damage == "changed":
        (done / "regions.all.txt").write_text("{}")
    elif damage == "a hole":  # hashing it would take hours
        os.truncate(done / "regions.all.txt", 1 << 40)
    elif damage == "a failure":
        result = json.loads((done / "result.json").read_text())
        (done / "result.json").write_text(json.dumps(result | {"status": "failed"}))
    else:
        name = {"gone": "regions.all.txt", "no result": "result.json", "no request": "request.json"}
        (done / name[damage]).unlink()
    ran = quick.run(layout)
    assert ran.served == ["vad", "asr"]
    assert ran.warnings == []
    assert json.loads(output_of(layout, "vad").read_text())["by"] == "vad"
    assert [path.name for path in layout.stage("vad").glob("done-*")] == ["done-002"]


def test_a_newer_attempt_beats_the_recorded_one_and_the_older_is_removed(quick, cut_at):
    job, layout = quick.job()
    quick.run(layout)
    quick.changed(job, layout, settings={"vad": {"word": "louder"}})
    restore = cut_at("vad")
    assert quick.cut(layout) == ["vad"]
    restore()
    ran = quick.run(layout)
    assert ran.served == ["asr"]
    assert read_record(layout, "vad").attempt == 2
    assert json.loads(output_of(layout, "vad").read_text())["word"] == "louder"
    assert [path.name for path in layout.stage("vad").glob("done-*")] == ["done-002"]


def test_what_cannot_be_published_now_waits_for_the_next_run(quick, cut_at):
    job, layout = quick.job(MUXING[:-1])
    restore = cut_at("subtitle_gen@hi")
    quick.cut(layout)
    restore()
    layout.output.write_text("a file where the folder should be")
    ran = quick.run(layout)
    assert (ran.outcome.exit_code, ran.served) == (ExitCode.STAGE_FAILED, [])
    assert str(layout.output) in ran.outcome.error.what
    layout.output.unlink()
    ran = quick.run(layout)
    assert (ran.outcome.exit_code, ran.served) == (ExitCode.DONE, [])


def test_an_adopted_attempt_still_depends_on_its_inputs(quick, cut_at):
    job, layout = quick.job()
    restore = cut_at("asr")
    quick.cut(layout)
    restore()
    quick.changed(job, layout, settings={"asr": {"word": "other"}})
    ran = quick.run(layout)
    assert ran.served == ["asr"]
    assert ran.reasons("asr") == ["settings word is new"]


def test_a_done_folder_of_another_name_is_left_alone(quick):
    job, layout = quick.job()
    quick.run(layout)
    shutil.copytree(layout.done("vad", 1), layout.stage("vad") / "done-mine")
    assert quick.run(layout).served == []
    assert (layout.stage("vad") / "done-mine").is_dir()


@pytest.mark.parametrize("edited", [False, True])
def test_what_is_made_no_more_does_not_lie_beside_the_new(quick, edited):
    """A format that is no longer asked for goes; what a person made of it stays."""

    def cut(stage):
        for kind in stage.params["word"].split(","):
            path = stage.output(kind, f"film.{kind}", deliver_as=f"film.hi.{kind}")
            path.write_text(stage.params["word"])

    quick.instead["subtitle_gen"] = cut
    stages = ("demux", "vad", "asr", "alignment", "subtitle_gen@hi")
    job, layout = quick.job(stages, settings={"subtitle_gen": {"word": "srt,ass"}})
    quick.run(layout)
    if edited:
        (layout.output / "film.hi.ass").write_text("mine")
    quick.changed(job, layout, settings={"subtitle_gen": {"word": "srt"}})
    quick.run(layout)
    names = {path.name for path in layout.output.iterdir()}
    assert names == {"film.hi.srt", *(["film.hi.ass"] if edited else [])}
    quick.changed(job, layout, settings={"subtitle_gen": {"word": "srt,ass"}})
    quick.run(layout)
    ours = layout.output / ("film.hi.new.ass" if edited else "film.hi.ass")
    assert ours.read_text() == "srt,ass"
