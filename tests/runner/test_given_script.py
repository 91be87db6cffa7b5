"""A text that was given with the film: an input like the film, checked and counted."""

from __future__ import annotations

import os
from unittest.mock import Mock

import pytest

from chalchitra.errors import ExitCode
from chalchitra.files import sha256_file
from chalchitra.jobs.model import Machine, ScriptFile
from chalchitra.transcript.script import Script, ScriptLine

from .quick import Quick

STAGES = ["demux", "vad", "asr", "script", "alignment", "export"]


@pytest.fixture
def quick(project):
    project.stage("script")
    return Quick(project)


@pytest.fixture
def job(quick):
    """Make a job with a given text."""

    def make(text):
        made, layout = quick.job(("demux",))
        return written(quick, made, layout, text), layout

    return make


def written(quick, job, layout, text):
    script = Script(kind="plain text", lines=[ScriptLine(number=1, text=text)])
    layout.script.write_text(script.to_json(), encoding="utf-8")
    return quick.changed(
        job,
        layout,
        stages=STAGES,
        stage_environments=job.stage_environments | {"script": "one"},
        machines=job.machines | {"script": Machine(device="cpu", compute_type="int8", threads=1)},
        script=ScriptFile(
            path=layout.root / "film.txt",
            kind=script.kind,
            lines=1,
            sha256=sha256_file(layout.script),
        ),
    )


def test_the_stages_after_it_take_the_given_text(quick, job):
    _, layout = job("Where are you?")
    seen = {}
    for name in ("script", "alignment"):
        quick.instead[name] = lambda stage, name=name: (
            seen.update({name: {key: path.read_text() for key, path in stage.inputs.items()}}),
            [stage.output(key, key).write_text(f"by {name}") for key in ("transcript", "report")],
        )
    assert quick.run(layout).outcome.exit_code == ExitCode.DONE
    assert "Where are you?" in seen["script"]["script"]
    assert seen["alignment"]["transcript"] == "by script"


def test_another_text_is_placed_anew_and_nothing_is_heard_again(quick, job):
    made, layout = job("Where are you?")
    quick.run(layout)
    assert quick.run(layout).served == []
    written(quick, made, layout, "Here I am.")
    ran = quick.run(layout)
    assert ran.served[0] == "script"
    assert "asr" not in ran.served
    assert ran.reasons("script") == ["input script changed"]


def test_the_same_text_is_not_placed_twice(quick, job):
    _, first = job("Where are you?")
    quick.run(first)
    _, second = job("Where are you?")
    assert quick.run(second).served == []
    _, third = job("Here I am.")
    assert quick.run(third).served[0] == "script"


@pytest.mark.parametrize("spoil", ["edit", "remove"])
@pytest.mark.parametrize("options", [{}, {"dry_run": True}])
def test_a_text_that_changed_in_the_job_is_refused(quick, job, spoil, options):
    _, layout = job("Where are you?")
    if spoil == "edit":
        layout.script.write_text(layout.script.read_text() + " ")
    else:
        layout.script.unlink()
    if options:
        with pytest.raises(Exception, match="changed after the job was prepared"):
            quick.run(layout, **options)
        return
    outcome = quick.run(layout).outcome
    assert outcome.exit_code == ExitCode.USAGE
    assert "changed after the job was prepared" in outcome.error.what
    assert "film.txt" in outcome.error.fix


def test_a_copy_that_claims_a_terabyte_is_refused_unread(quick, job, monkeypatch):
    _, layout = job("Where are you?")
    os.truncate(layout.script, 1 << 40)
    hashed = Mock(side_effect=AssertionError("it would take hours"))
    monkeypatch.setattr("chalchitra.job_files.sha256_open", hashed)
    outcome = quick.run(layout).outcome
    assert "changed after the job was prepared" in outcome.error.what
    assert not hashed.called
