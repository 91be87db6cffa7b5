"""Deliverables next to the film, or in a named folder; what is there already is a person's."""

from __future__ import annotations

import json

import pytest

from chalchitra.errors import ExitCode
from chalchitra.files import sha256_file
from chalchitra.runner.events import Silent
from chalchitra.runner.hand_over import Target
from chalchitra.runner.run import RunOptions, run_job


@pytest.fixture
def subtitled(project):
    """A job whose tracks are named after the film."""
    script = project.root / "scripts" / "stages" / "subtitle_gen.py"
    name = 'name if NAME == "subtitle_gen" else None'
    named = 'f"film.{stage.language}.srt" if output == "srt" else None'
    text = script.read_text()
    assert name in text
    script.write_text(text.replace(name, named))
    return project.job()


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
