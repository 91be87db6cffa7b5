"""`chalchitra restyle`: other cues of a job that ran."""

from __future__ import annotations

import json

import pytest

from chalchitra import paths
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.record import read_record
from chalchitra.jobs.state import read_state
from chalchitra.jobs.store import read_job
from chalchitra.settings import resolve
from chalchitra.subtitles.cues.cue import Cue, CueSettings
from chalchitra.subtitles.qc.report import make_report

from ..runner.quick import Quick, echo

CONFIG = paths.config_dir()


@pytest.fixture
def quick(project, monkeypatch):
    """A Quick whose tracks are judged by the settings they were told."""
    for name in ("pipeline.toml", "styles.toml", "languages.toml"):
        (project.root / "config" / name).symlink_to(CONFIG / name)
    made = Quick(project)

    def cut(stage):
        echo(stage)
        settings = CueSettings.model_validate(stage.params)
        cue = Cue(1, 0, 2000, ("नमस्ते दोस्तो, आप कैसे हैं?",))
        report = make_report([cue], settings, stage.params["style"], stage.language)
        report.write(stage.output("qc", "qc.json"))
        report.write(stage.output("bilingual_qc", "bilingual.json"))
        width = str(settings.max_chars_per_line)
        stage.output("srt", "srt.txt", deliver_as=f"{stage.language}.srt").write_text(width)

    made.instead["subtitle_gen"] = cut
    monkeypatch.setattr(
        "chalchitra.editing.rerun.run_job",
        lambda folder, reporter, options, *_: made.run(JobLayout(folder), **vars(options)).outcome,
    )
    return made


@pytest.fixture
def ran(quick):
    job, layout = quick.job(None, ("en",), settings=resolve())
    quick.run(layout)
    return job, layout


def test_the_tracks_follow_another_style_and_so_does_the_film(chalchitra, quick, ran):
    _, layout = ran
    shown = chalchitra("restyle", layout.root, "--style", "bbc")
    assert shown.code == 0, shown.err
    assert quick.served == ["subtitle_gen@hi", "subtitle_gen@en", "qc", "mux"]
    assert "bbc" in shown.out
    assert (layout.output / "hi.srt").read_text() == "37"
    assert read_job(layout.root).settings["subtitle_gen"]["style"] == "bbc"
    assert read_state(layout).state == "done"
    assert quick.run(layout).served == [], "the job is as if it had been prepared so"


def test_without_the_film_the_job_is_open_and_it_is_said(chalchitra, quick, ran):
    job, layout = ran
    shown = chalchitra("restyle", layout.root, "--style", "bbc", "--no-mux")
    assert quick.served == ["subtitle_gen@hi", "subtitle_gen@en", "qc"]
    assert f"run-pipeline.sh -j {job.job_id}" in shown.out
    assert read_state(layout).state == "ready"
    assert quick.run(layout).served == ["mux"]


def test_values_of_its_own_and_a_report_for_programs(chalchitra, ran):
    _, layout = ran
    shown = chalchitra(
        "restyle", layout.root, "--style", "bbc", "--set", "subtitle_gen.max_chars_per_line=30",
        "--json",
    )  # fmt: skip
    assert [track["style"] for track in json.loads(shown.out)["tracks"]] == ["bbc", "bbc"]
    assert (layout.output / "hi.srt").read_text() == "30"
    chalchitra("restyle", layout.root, "--set", "subtitle_gen.linger=0.2")
    assert read_job(layout.root).settings["subtitle_gen"]["max_chars_per_line"] == 30
    chalchitra("restyle", layout.root, "--style", "netflix")
    assert (layout.output / "hi.srt").read_text() == "42", "a style is taken whole"


def test_what_a_person_edited_stays(chalchitra, ran):
    _, layout = ran
    (layout.output / "hi.srt").write_text("mine")
    shown = chalchitra("restyle", layout.root, "--style", "bbc")
    assert (layout.output / "hi.srt").read_text() == "mine"
    assert (layout.output / "hi.new.srt").read_text() == "37"
    assert "hi.new.srt" in shown.out


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("--style", "nteflix"),
        ("--set", "subtitle_gen.max_lines=9"),
        ("--set", "subtitle_gen.max_line=1"),
        ("--set", "asr.beam_size=3"),
    ],
)
def test_what_cannot_be_leaves_the_job_as_it_was(chalchitra, quick, ran, wrong):
    _, layout = ran
    before = layout.job_file.read_bytes()
    quick.served = []
    shown = chalchitra("restyle", layout.root, *wrong)
    assert (shown.code, shown.out, quick.served) == (2, "", [])
    assert len(shown.err.splitlines()) == 3
    assert layout.job_file.read_bytes() == before


def test_a_job_that_did_not_come_so_far(chalchitra, quick):
    job, layout = quick.job(None, ("en",), settings=resolve())
    shown = chalchitra("restyle", layout.root, "--style", "bbc")
    assert shown.code == 2
    assert f"run-pipeline.sh -j {job.job_id}" in shown.err
    _, heard = quick.job(("demux",), settings=resolve())
    assert "--transcribe" in chalchitra("restyle", heard.root, "--style", "bbc").err


def test_only_the_tracks_may_lack_nothing(chalchitra, quick, ran, project):
    """What was heard is not needed any more: not the environment that heard it, nor its code."""
    _, layout = ran
    (project.root / "venv" / "one" / "bin" / "python").unlink()
    shown = chalchitra("restyle", layout.root, "--style", "bbc")
    assert shown.code == 0, shown.err
    assert read_record(layout, "subtitle_gen@hi").fingerprint_parts["params"]["style"] == "bbc"


def test_the_bilingual_track_keeps_its_name_whoever_makes_it(chalchitra, quick, ran):
    """The stage that makes it is that of the language which does not set the times."""
    cut = quick.instead["subtitle_gen"]

    def with_pair(stage):
        cut(stage)
        if stage.has_input("beside"):
            path = stage.output("bilingual_srt", "pair.srt", deliver_as="hi+en.srt")
            path.write_text(str(stage.language))

    quick.instead["subtitle_gen"] = with_pair
    _, layout = ran
    chalchitra("restyle", layout.root, "--set", "subtitle_gen.bilingual=hi+en")
    assert (layout.output / "hi+en.srt").read_text() == "en"
    chalchitra("restyle", layout.root, "--set", "subtitle_gen.template=en")
    assert (layout.output / "hi+en.srt").read_text() == "hi"
    chalchitra("restyle", layout.root, "--set", "subtitle_gen.template=hi")
    assert (layout.output / "hi+en.srt").read_text() == "en"
    assert [path.name for path in layout.output.glob("hi+en*")] == ["hi+en.srt"]


def test_a_template_is_made_first_and_must_be_a_track(chalchitra, quick, ran):
    _, layout = ran
    shown = chalchitra("restyle", layout.root, "--set", "subtitle_gen.template=English")
    assert shown.code == 0, shown.err
    assert quick.served[:2] == ["subtitle_gen@en", "subtitle_gen@hi"]
    job = read_job(layout.root)
    assert job.tracks.template == "en"
    assert job.inputs_of("subtitle_gen@hi")["template"] == ("subtitle_gen@en", "cues")
    assert quick.run(layout).served == []
    wrong = chalchitra("restyle", layout.root, "--set", "subtitle_gen.template=ta")
    assert (wrong.code, len(wrong.err.splitlines())) == (2, 3)
    assert "-t ta" in wrong.err


@pytest.mark.parametrize("pair", ["hi", "hi+hi", "hi+en+ta", "hi+ta", "+", "hi+"])
def test_a_bilingual_track_is_of_two_languages_of_the_job(chalchitra, quick, ran, pair):
    _, layout = ran
    wrong = chalchitra("restyle", layout.root, "--set", f"subtitle_gen.bilingual={pair}")
    assert (wrong.code, len(wrong.err.splitlines())) == (2, 3)
    assert chalchitra("restyle", layout.root, "--set", "subtitle_gen.bilingual=hi + en").code == 0
    assert read_job(layout.root).pair == ["hi", "en"]


def test_without_its_film_a_job_gets_its_tracks_and_nothing_changes_where_the_film_is_wanted(
    chalchitra, quick, ran
):
    job, layout = ran
    job.film.path.unlink()
    wrong = chalchitra("restyle", layout.root, "--style", "bbc")
    assert wrong.code == 2
    assert "--no-mux" in wrong.err
    assert read_job(layout.root).settings == job.settings
    shown = chalchitra("restyle", layout.root, "--style", "bbc", "--no-mux")
    assert shown.code == 0, shown.err
    assert (layout.output / "hi.srt").read_text() == "37"
    planned = chalchitra("run-pipeline", "--job-dir", layout.root, "--dry-run", "--only", "qc")
    assert planned.code == 0, planned.err
