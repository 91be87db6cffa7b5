"""Deliverables next to the film, or in a named folder; what is there already is a person's."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalchitra.errors import ExitCode
from chalchitra.files import sha256_file
from chalchitra.jobs.model import FilmPart
from chalchitra.jobs.record import Placed
from chalchitra.jobs.state import JobState
from chalchitra.jobs.store import rewrite_job
from chalchitra.runner.events import Silent
from chalchitra.runner.hand_over import Target, hand_over
from chalchitra.runner.run import RunOptions, run_job

from .conftest import Batch


@pytest.fixture
def subtitled(project, named):
    """A job whose tracks are named after the film."""
    return project.job()


@pytest.fixture
def named(project):
    """Tracks are named after the film."""
    script = project.root / "scripts" / "stages" / "subtitle_gen.py"
    name = 'name if NAME == "subtitle_gen" else None'
    named = 'f"film.{stage.language}.srt" if output == "srt" else None'
    text = script.read_text()
    assert name in text
    script.write_text(text.replace(name, named))


def run(layout, target, **options):
    return run_job(layout.root, Silent(), RunOptions(hand_over=target, **options))


def test_tracks_lie_next_to_the_film(project, subtitled):
    job, layout = subtitled
    done = run(layout, Target())
    copies = [project.root / "film.hi.srt", project.root / "film.en.srt"]
    assert done.summary["copies"] == list(map(str, copies))
    for copy in copies:
        assert copy.read_bytes() == (layout.output / copy.name).read_bytes()
    assert job.film.path.read_text() == "the film"


def test_a_folder_that_was_named_is_made(subtitled, tmp_path):
    _, layout = subtitled
    run(layout, Target(tmp_path / "new" / "folder"))
    assert {file.name for file in (tmp_path / "new" / "folder").iterdir()} == {
        "film.hi.srt",
        "film.en.srt",
    }


def test_what_is_not_ours_is_never_touched(project, subtitled):
    _, layout = subtitled
    (project.root / "film.hi.srt").write_text("mine")
    (project.root / "film.en.srt").symlink_to("nowhere")
    done = run(layout, Target())
    assert (project.root / "film.hi.srt").read_text() == "mine"
    assert (project.root / "film.en.srt").is_symlink()
    assert (project.root / "film.hi.new.srt").is_file()
    assert (project.root / "film.en.new.srt").is_file()
    assert len([note for note in done.summary["new_notes"] if "was kept" in note]) == 2


def test_ours_is_made_anew_until_a_person_changes_it(project, subtitled):
    _, layout = subtitled
    run(layout, Target())
    project.stage("asr", "given['settings'] = 'another'")
    run(layout, Target())
    ours = project.root / "film.hi.srt"
    assert ours.read_bytes() == (layout.output / "film.hi.srt").read_bytes()
    ours.write_text("mine")
    project.stage("asr", "given['settings'] = 'a third'")
    run(layout, Target())
    assert ours.read_text() == "mine"
    new = project.root / "film.hi.new.srt"
    assert new.read_bytes() == (layout.output / "film.hi.srt").read_bytes()


def test_what_a_person_edited_in_output_is_handed_over_as_it_is(project, subtitled):
    _, layout = subtitled
    run_job(layout.root, Silent(), RunOptions())
    (layout.output / "film.hi.srt").write_text("edited")
    run(layout, Target())
    handed = json.loads((layout.root / "handed.json").read_text())["folders"][str(project.root)]
    for name in ("film.hi.srt", "film.en.srt"):
        assert (project.root / name).read_bytes() == (layout.output / name).read_bytes()
        assert handed[name]["sha256"] == sha256_file(project.root / name)


def test_a_folder_that_cannot_be_written_is_said_and_costs_nothing(project, subtitled, tmp_path):
    _, layout = subtitled
    (tmp_path / "file").write_text("")
    done = run(layout, Target(tmp_path / "file"))
    assert done.exit_code == ExitCode.USAGE
    assert "--to" in done.error.fix
    assert (layout.output / "film.hi.srt").is_file()
    assert run(layout, None).exit_code == ExitCode.DONE


def test_a_job_that_is_not_done_hands_nothing_over(project, subtitled):
    _, layout = subtitled
    done = run(layout, Target(), only=("demux",))
    assert done.summary["copies"] == []
    assert not list(project.root.glob("film.*.srt"))


def test_a_record_that_says_nonsense_makes_nothing_ours(project, subtitled):
    _, layout = subtitled
    mine = project.root / "film.hi.srt"
    mine.write_text("mine")
    claim = {"path": "film.hi.srt", "bytes": 4, "mtime_ns": 1, "sha256": "0" * 64}
    told = {"folders": {str(project.root): {"film.hi.srt": claim}}}
    for text in ("{", json.dumps(told)):
        (layout.root / "handed.json").write_text(text)
        run(layout, Target())
        assert mine.read_text() == "mine"


def test_films_with_one_name_do_not_share_a_folder(project, named, batch, tmp_path):
    films = ["S01/film.mkv", "S02/film.mkv"]
    batch.layouts = [project.job(film=film)[1] for film in films]
    (project.root / films[1]).write_text("another film")
    tv = tmp_path / "tv"
    ran = batch.run(hand_over=Target(tv))
    assert ran.states == ["done", "done"]
    assert [film.label for film in ran.films] == ["S01/film", "S02/film"]
    assert {event["label"] for event in ran.of("job_started")} == {"S01/film", "S02/film"}
    assert not list(tv.glob("*.*"))
    for layout, season in zip(batch.layouts, ["S01", "S02"], strict=True):
        own = {file.name: file.read_bytes() for file in (tv / season).iterdir()}
        assert own == {file.name: file.read_bytes() for file in layout.output.glob("film.*")}
    notes = [note for event in ran.of("summary") for note in event["new_notes"]]
    assert sum("Another film is named 'film' too" in note for note in notes) == 2

    alone = run(batch.layouts[0], Target(tv), verify=True)
    assert alone.summary["copies"] == [
        str(tv / "S01" / f"film.{name}.srt") for name in ("hi", "en")
    ]
    assert not list(tv.glob("*.*")), "run by itself, it stays where it was"


def test_what_lies_in_the_folder_itself_stays_there(project, named, batch, tmp_path):
    tv = tmp_path / "tv"
    batch.layouts = [project.job(film=film)[1] for film in ("S01/film.mkv", "S02/film.mkv")]
    run(batch.layouts[0], Target(tv))
    batch.run(hand_over=Target(tv))
    assert {path.name for path in tv.iterdir()} == {"film.hi.srt", "film.en.srt", "S02"}


def test_two_jobs_that_place_one_name_at_once_lose_neither(project, named, tmp_path):
    """As two runs beside each other do, which know nothing of each other's films."""
    jobs = [project.job(film=f"S{n}/film.mkv") for n in range(3)]
    placed = []
    for job, layout in jobs:
        made = layout.output / "film.hi.srt"
        made.parent.mkdir()
        made.write_text(job.job_id * 300_000)
        placed.append(
            Placed(path="output/film.hi.srt", bytes=0, mtime_ns=0, sha256=sha256_file(made))
        )
    with ThreadPoolExecutor(len(jobs)) as threads:
        list(
            threads.map(
                lambda one: hand_over(*one[0], [one[1]], Target(tmp_path / "tv")),
                zip(jobs, placed, strict=True),
            )
        )
    there = sorted(file.read_text()[:16] for file in (tmp_path / "tv").iterdir())
    assert there == sorted(job.job_id for job, _ in jobs)


@pytest.fixture
def batch(project):
    return Batch(project)


def test_joined_films_with_one_name_are_told_apart_by_their_parts(project, named, batch, tmp_path):
    for disc in ("Deewar", "Sholay"):
        job, layout = project.job("transcribe", ())
        part = FilmPart(path=tmp_path / disc / "CD1.avi", start=0)
        job = job.model_copy(update={"parts": [part]})
        rewrite_job(job, layout)
        JobState.of(job).write(layout)
        batch.layouts.append(layout)
    ran = batch.run(hand_over=Target(tmp_path / "tv"), dry_run=True)
    assert [film.label for film in ran.films] == ["Deewar/film", "Sholay/film"]
