"""A film that changed after its job was prepared, and models that moved."""

from __future__ import annotations

import os
import shutil

import pytest

from chalchitra.errors import ExitCode
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Clip, ModelChoice
from chalchitra.jobs.store import read_job
from chalchitra.media.film import Stream
from chalchitra.models import catalogue
from chalchitra.runner.film_again import place_now
from chalchitra.runner.model_places import with_models_here

from .quick import Quick


@pytest.fixture
def quick(project):
    return Quick(project)


SOUND = Stream(index=0, position=0, kind="audio", codec="aac")


@pytest.fixture
def found(monkeypatch):
    """Say what probing finds from now on: changes of the film that stands there."""

    def change(job, **fields):
        def probe(path):
            status = path.stat()
            times = {"size": status.st_size, "mtime_ns": status.st_mtime_ns}
            return job.film.model_copy(update={**times, **fields})

        monkeypatch.setattr("chalchitra.media.probe.probe", probe)
        job.film.path.write_text("another film")

    return change


def test_a_film_that_grew_runs_with_its_new_length_and_says_so(quick, found):
    job, layout = quick.job()
    found(job, duration=29.0)
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.DONE
    assert read_job(layout.root).film.duration == 29.0
    assert any("5.0 s long then, 29.0 s now" in note for note in ran.outcome.summary["notes"])
    assert quick.run(layout).served == [], "it is looked at once"
    assert len(read_job(layout.root).notes) == len(job.notes) + 1


@pytest.mark.parametrize(
    ("streams", "said"),
    [
        ([], "missing"),
        ([SOUND.model_copy(update={"kind": "video"})], "video"),
        ([SOUND.model_copy(update={"language": "ta"})], "ta"),
        ([SOUND.model_copy(update={"channels": 6})], "audio"),
    ],
)
def test_another_track_in_the_place_of_the_chosen_one_is_refused(quick, found, streams, said):
    job, layout = quick.job()
    before = layout.job_file.read_bytes()
    found(job, streams=streams)
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.USAGE
    assert ran.served == []
    assert said in ran.outcome.error.what
    assert "prepare-job" in ran.outcome.error.fix
    assert layout.job_file.read_bytes() == before


SURROUND = SOUND.model_copy(update={"channels": 4, "channel_layout": "quad"})


@pytest.fixture
def left_of_surround(quick):
    """A job that hears the third of four channels only: the one that is at the back, left."""
    job, layout = quick.job()
    film = job.film.model_copy(update={"streams": [SURROUND]})
    one = job.audio_stream.model_copy(update={"channel": 2})
    return quick.changed(job, layout, film=film, audio_stream=one), layout


def test_a_chosen_channel_that_is_another_now_is_refused(quick, left_of_surround, found):
    job, layout = left_of_surround
    found(job, streams=[SURROUND.model_copy(update={"channel_layout": "4.0"})])
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.USAGE
    assert "channel 2 was BL, and is now FC" in ran.outcome.error.what
    assert ran.served == []


def test_a_chosen_channel_that_is_still_there_is_heard(quick, left_of_surround, found):
    job, layout = left_of_surround
    found(job, duration=29.0)
    assert quick.run(layout).outcome.exit_code == ExitCode.DONE


def test_another_channel_is_another_sound(quick):
    """What was made of all channels, or of one, serves no job that asked for another."""
    job, layout = quick.job()
    assert "demux" in quick.run(layout).served
    for channel in (0, 1):
        one = job.audio_stream.model_copy(update={"channel": channel})
        quick.changed(job, layout, audio_stream=one)
        assert "demux" in quick.run(layout).served
        assert quick.run(layout).served == []


def test_a_clip_must_lie_in_the_film_that_is_there(quick, found):
    job, layout = quick.job()
    quick.changed(job, layout, clip=Clip(start=3, end=4))
    found(job, duration=2.0)
    assert "2.000 s long" in quick.run(layout).outcome.error.what


def test_a_film_whose_picture_is_gone_is_not_muxed(quick, found):
    picture = Stream(index=1, position=0, kind="video", codec="h264")
    job, layout = quick.job(None, ("en",))
    assert "mux" in job.stages
    quick.changed(job, layout, film=job.film.model_copy(update={"streams": [SOUND, picture]}))
    found(job, duration=6.0)
    assert "picture" in quick.run(layout).outcome.error.what


def test_the_same_bytes_again_are_the_same_film(quick, monkeypatch):
    job, layout = quick.job()
    quick.run(layout)
    monkeypatch.setattr("chalchitra.media.probe.probe", None)  # nobody needs to look
    os.utime(job.film.path, ns=(1, 1))
    ran = quick.run(layout)
    assert ran.served == []
    assert ran.outcome.summary["notes"] == job.notes
    assert read_job(layout.root).film.mtime_ns == 1


def test_a_dry_run_looks_and_writes_nothing(quick, found):
    job, layout = quick.job()
    found(job, duration=29.0)
    before = {path: path.read_bytes() for path in layout.root.rglob("*") if path.is_file()}
    ran = quick.run(layout, dry_run=True)
    assert any("29.0 s now" in fields.get("text", "") for _, fields in ran.events)
    assert before == {path: path.read_bytes() for path in layout.root.rglob("*") if path.is_file()}


def test_models_are_found_where_they_are_now(quick, tmp_path, monkeypatch):
    job, _ = quick.job()
    entry = catalogue.load().find("base", "whisper", "ctranslate2")
    monkeypatch.setenv("CHALCHITRA_MODELS", str(tmp_path / "old"))
    old = entry.path()
    old.mkdir(parents=True)
    named = tmp_path / "mine" / "base"
    kind = {"kind": "whisper", "format": "ctranslate2", "reason": "asked for"}
    job.models = {
        "asr": ModelChoice(name="base", path=old, **kind),
        "language": ModelChoice(name="base", path=named, **kind),
    }
    assert with_models_here(job) is job
    shutil.move(tmp_path / "old", tmp_path / "new")
    monkeypatch.setenv("CHALCHITRA_MODELS", str(tmp_path / "new"))
    moved = with_models_here(job).models
    assert moved["asr"].path == tmp_path / "new" / old.name
    assert moved["language"].path == named


@pytest.fixture
def moved(quick, tmp_path, monkeypatch):
    """Move the whole checkout; the layout of a job in it."""

    def move(layout):
        there = tmp_path / "moved checkout"
        inside = layout.root.relative_to(quick.project.root)
        quick.project.root.rename(there)
        quick.project.root = there
        monkeypatch.setenv("CHALCHITRA_ROOT", str(there))
        return JobLayout(there / inside)

    return move


def test_a_film_that_moved_with_the_checkout_is_found(quick, moved):
    job, layout = quick.job()
    before = quick.run(layout)
    assert before.outcome.exit_code == ExitCode.DONE
    layout = moved(layout)
    ran = quick.run(layout, from_stage="demux")
    assert ran.outcome.exit_code == ExitCode.DONE
    assert ran.served == list(job.stages)
    film = read_job(layout.root).film
    assert film.path == quick.project.root / job.film.path.name
    assert film.model_copy(update={"path": job.film.path}) == job.film


def test_what_is_there_instead_is_not_taken_for_the_film(quick, moved):
    job, layout = quick.job()
    layout = moved(layout)
    (quick.project.root / job.film.path.name).write_text("another film of another size")
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.USAGE
    assert str(job.film.path) in ran.outcome.error.what
    job.film.path.parent.mkdir()
    job.film.path.write_text("the film")
    assert place_now(job) == job.film.path


def test_a_model_folder_that_was_named_is_found_among_the_models(project, tmp_path, monkeypatch):
    job, _ = project.job()
    models = tmp_path / "new" / "models"
    (models / "my-whisper").mkdir(parents=True)
    monkeypatch.setenv("CHALCHITRA_MODELS", str(models))
    for name, path in (("my-whisper", models / "my-whisper"), ("gone", tmp_path / "old" / "gone")):
        choice = ModelChoice(
            name=name, kind="whisper", format="ctranslate2", path=tmp_path / "old" / name, reason=""
        )
        there = with_models_here(job.model_copy(update={"models": {"asr": choice}}))
        assert there.models["asr"].path == path
