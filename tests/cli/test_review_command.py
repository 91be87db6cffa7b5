"""`chalchitra review`: a person's cues become the track, until they are taken back."""

from __future__ import annotations

import pytest

from chalchitra import paths
from chalchitra.jobs.record import read_record
from chalchitra.jobs.state import read_state
from chalchitra.jobs.store import read_job
from chalchitra.settings import resolve

from ..runner.quick import Quick
from .edited_tracks import with_edited_tracks

CONFIG = paths.config_dir()
SRT = """1
00:00:00,500 --> 00:00:02,000
{}
"""


@pytest.fixture
def quick(project, monkeypatch):
    """A Quick whose tracks are what was edited, or `made`."""
    for name in ("pipeline.toml", "styles.toml", "languages.toml"):
        (project.root / "config" / name).symlink_to(CONFIG / name)
    return with_edited_tracks(Quick(project), monkeypatch)


@pytest.fixture
def ran(quick):
    job, layout = quick.job(None, ("en",), settings=resolve())
    quick.run(layout)
    return job, layout


@pytest.fixture
def edited(tmp_path):
    def write(text, name="film.hi.srt"):
        path = tmp_path / name
        path.write_text(SRT.format(text), encoding="utf-8")
        return path

    return write


def track(layout, language="hi"):
    return (layout.output / f"film.{language}.srt").read_text()


def copies(layout):
    return sorted(path.name for path in layout.root.glob("edited.*"))


def test_the_track_is_what_was_edited_until_it_is_taken_back(chalchitra, quick, ran, edited):
    job, layout = ran
    shown = chalchitra("review", layout.root, edited("नमस्ते"))
    assert shown.code == 0, shown.err
    assert quick.served == ["subtitle_gen@hi", "qc", "mux"]
    assert (track(layout), track(layout, "en")) == ("नमस्ते", "made")
    assert read_job(layout.root).edits["hi"].cues == 1
    state = read_state(layout)
    assert (state.state, state.stages_done) == ("done", len(job.stages))
    again = quick.run(layout)
    assert again.served == []
    assert any("--undo -t hi" in note for note in again.outcome.summary["notes"])

    chalchitra("review", layout.root, edited("नमस्ते दोस्तो"))
    assert track(layout) == "नमस्ते दोस्तो"
    assert len(copies(layout)) == 1

    shown = chalchitra("review", layout.root, "--undo")
    assert (shown.code, track(layout), copies(layout)) == (0, "made", [])
    assert read_job(layout.root).edits == {}


def test_an_edit_stays_through_another_style(chalchitra, ran, edited):
    _, layout = ran
    chalchitra("review", layout.root, edited("नमस्ते"))
    chalchitra("restyle", layout.root, "--style", "bbc", "--no-mux")
    assert track(layout) == "नमस्ते"


def test_the_tracks_need_no_film(chalchitra, ran, edited):
    job, layout = ran
    job.film.path.unlink()
    assert chalchitra("review", layout.root, edited("नमस्ते")).code == 2
    assert track(layout) == "made"
    assert chalchitra("review", layout.root, edited("नमस्ते"), "--no-mux").code == 0
    assert track(layout) == "नमस्ते"
    assert chalchitra("review", layout.root, "--undo", "--no-mux").code == 0
    assert track(layout) == "made"


def test_the_language_is_named_or_stands_in_the_name(chalchitra, ran, edited):
    _, layout = ran
    chalchitra("review", layout.root, edited("Hello.", "a.film.2020.en.new.srt"))
    assert (track(layout), track(layout, "en")) == ("made", "Hello.")
    chalchitra("review", layout.root, edited("नमस्ते", "mine.srt"), "-t", "Hindi")
    assert track(layout) == "नमस्ते"
    chalchitra("review", layout.root, edited("Hi.", "No. 1+1 and.9-Latn.en.srt"))
    assert track(layout, "en") == "Hi."
    chalchitra("review", layout.root, edited("Hello.", "a.film.2020.en.new.srt"))
    wrong = chalchitra("review", layout.root, "--undo")
    assert (wrong.code, track(layout, "en")) == (2, "Hello."), "both are edited"
    assert "hi, en" in wrong.err or "en, hi" in wrong.err
    assert chalchitra("review", layout.root, "--undo", "-t", "en").code == 0
    assert track(layout, "en") == "made"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mine.srt", ()),
        ("film.hi-Latn.srt", ()),
        ("film.hi+en.srt", ()),
        ("film.hi.srt", ("-t", "ta")),
        ("film.hi.srt", ("--undo",)),
        ("film.hi.txt", ()),
    ],
)
def test_what_cannot_be_leaves_the_job_as_it_was(chalchitra, quick, ran, edited, name, options):
    _, layout = ran
    before = layout.job_file.read_bytes()
    quick.served = []
    wrong = chalchitra("review", layout.root, edited("नमस्ते", name), *options)
    assert (wrong.code, wrong.out, quick.served) == (2, "", [])
    assert len(wrong.err.splitlines()) == 3
    assert (layout.job_file.read_bytes(), copies(layout)) == (before, [])


def test_the_jobs_own_copy_is_what_counts(chalchitra, quick, ran, edited):
    """The person's file may go; the job's copy may not be changed after it was read."""
    _, layout = ran
    path = edited("नमस्ते")
    chalchitra("review", layout.root, path)
    path.unlink()
    assert quick.run(layout, force=True, only=("subtitle_gen",)).outcome.error is None
    (layout.root / copies(layout)[0]).write_text("{}")
    error = quick.run(layout).outcome.error
    assert "changed after it was read" in error.what
    assert "review" in error.fix


def test_a_crash_before_the_job_names_the_copy_changes_nothing(
    chalchitra, ran, edited, monkeypatch
):
    _, layout = ran
    before = read_record(layout, "subtitle_gen@hi")

    def crash(job, layout):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("chalchitra.editing.review.rewrite_job", crash)
    assert chalchitra("review", layout.root, edited("नमस्ते")).code != 0
    assert read_job(layout.root).edits == {}
    assert read_record(layout, "subtitle_gen@hi") == before


def cues(*texts):
    return "\n".join(
        f"{n}\n00:00:{n - 1:02},500 --> 00:00:{n:02},400\n{text}\n"
        for n, text in enumerate(texts, start=1)
    )


def test_what_was_taken_is_said(chalchitra, ran, tmp_path):
    _, layout = ran
    file = tmp_path / "film.hi.srt"
    file.write_text(cues("made", "two", "three"))
    assert "3 cues read: 1 changed, 2 new, 0 gone." in chalchitra("review", layout.root, file).out
    file.write_text(cues("one", "two", "three"))
    told = chalchitra("review", layout.root, file, "--json").data["changes"]
    assert told == {"read": 3, "changed": 1, "new": 0, "gone": 0}


def test_before_most_cues_vanish_a_person_is_asked(chalchitra, on_terminal, ran, tmp_path):
    _, layout = ran
    file = tmp_path / "film.hi.srt"
    file.write_text(cues("made", "two", "three"))
    assert chalchitra("review", layout.root, file, "--no-mux").code == 0
    file.write_text(cues("made"))
    refused = chalchitra("review", layout.root, file, "--no-mux")
    assert (refused.code, refused.out) == (2, "")
    assert "1 cue read: 0 changed, 0 new, 2 gone." in refused.err
    assert f"review {layout.root} {file} --yes --no-mux" in refused.err
    code, shown = on_terminal("review", layout.root, file, "--no-mux", answer="n\n")
    assert code == 130
    assert "Nothing was changed." in shown
    assert read_job(layout.root).edits["hi"].cues == 3
    assert chalchitra("review", layout.root, file, "--no-mux", "--yes").code == 0
    assert read_job(layout.root).edits["hi"].cues == 1
