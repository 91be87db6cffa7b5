"""`chalchitra qc JOB`: how good a job's tracks are."""

from __future__ import annotations

import json

import pytest

from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.qc.report import make_report
from chalchitra.transcript.model import Region, Word
from chalchitra.transcript.translation import TranslationUnit

from ..runner.quick import Quick, echo
from ..subtitles.limits import limits

SETTINGS = limits(reading_speed=17)
SAID = Word(text="नमस्ते", start=0, end=1, probability=0.25)
LEFT = TranslationUnit(
    id=0,
    start=0,
    end=1,
    source="नमस्ते",
    text="नमस्ते",
    segment_ids=[0],
    status="untranslated",
    reason="the model looped",
)


@pytest.fixture
def quick(project):
    return Quick(project)


@pytest.fixture
def ran(quick):
    """A job whose tracks were judged: two violations in Hindi, one English unit untranslated."""
    reports = {
        "hi": make_report(
            [Cue(1, 0, 100, ("नमस्ते",))],
            SETTINGS,
            "netflix",
            "hi",
            speech=[Region(start=0, end=10)],
            words=[SAID],
        ),
        "en": make_report(
            [Cue(1, 0, 2000, ("Hello.",))], SETTINGS, "netflix", "en", untranslated=[LEFT]
        ),
    }

    def judge(stage):
        echo(stage)
        reports[stage.language].write(stage.output("qc", "qc.json"))

    quick.instead["subtitle_gen"] = judge
    job, layout = quick.job(None, ("en",))
    quick.run(layout)
    return job, layout


def test_a_person_reads_a_table_of_the_tracks(chalchitra, ran, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    job, layout = ran
    shown = chalchitra("qc", layout.root)
    assert shown.code == 5
    lines = [line.split() for line in shown.out.splitlines()]
    assert lines[0][:3] == ["track", "violations", "cues"]
    (hindi,) = (line for line in lines if line[:1] == ["hi"])
    assert hindi[:2] == ["hi", "2:"]
    assert hindi[-10:] == ["1", "%", "0", "60.0", "/", "30.0", "60.0", "/", "30.0", "netflix"]
    assert next(line for line in lines if line[:1] == ["en"])[-8] == "1"
    assert "cue 1 at 0:00:00.000" in shown.out
    assert "0.25, नमस्ते" in shown.out
    assert "en, 0:00:00.000: नमस्ते (the model looped)" in shown.out


def test_a_job_is_named_by_its_id_too(chalchitra, ran, project):
    job, _ = ran
    out = project.root / "out"
    for arguments in (("-j", job.job_id), (job.job_id,)):
        shown = chalchitra("qc", *arguments, "--out", out, "--json", "--max", "2")
        assert shown.code == 0
        data = json.loads(shown.out)
        assert data["job_id"] == job.job_id
        assert [track["language"] for track in data["tracks"]] == ["hi", "en"]
        assert data["violations"] == 2


def test_what_cannot_be_shown(chalchitra, ran, quick):
    _, layout = ran
    for arguments in ((), (layout.root, "--profile", "bbc"), ("film.srt", "-j", layout.root)):
        wrong = chalchitra("qc", *arguments)
        assert (wrong.code, wrong.out) == (2, "")
        assert len(wrong.err.splitlines()) == 3
    _, fresh = quick.job(("subtitle_gen@hi",))
    wrong = chalchitra("qc", fresh.root)
    assert "no subtitle tracks yet" in wrong.err
    assert "run-pipeline.sh -j" in wrong.err
    _, heard = quick.job(("demux",))
    assert "--transcribe" in chalchitra("qc", heard.root).err
