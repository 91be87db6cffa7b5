"""Where it is said how many words are to be expected wrong: the run's end, jobs, status, qc."""

from __future__ import annotations

import io
import json

import pytest

from chalchitra.accuracy import of_job
from chalchitra.files import write_json
from chalchitra.languages import find
from chalchitra.runner.report import PlainReporter
from chalchitra.runner.report_text import summary_lines
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.qc.job import JobReport
from chalchitra.subtitles.qc.report import make_report
from chalchitra.transcript.expected import (
    Calibration,
    expected_errors,
    reason,
    remedy,
    sentence,
)
from chalchitra.transcript.model import Segment, Transcript, Word

from ..runner.quick import Quick, echo, output_of
from ..subtitles.limits import limits

SETTINGS = limits(reading_speed=17)


def expected(language, probability):
    words = [Word(text="w", start=at, end=at + 1, probability=probability) for at in range(60)]
    segment = Segment(id=0, start=0, end=60, text="w", words=words)
    calibration = Calibration.of(of_job("base", find(language)))
    return expected_errors(Transcript(language=language, segments=[segment]), calibration)


POOR = expected("hi", 0.48)
GOOD = expected("en", 0.9)


@pytest.fixture
def quick(project):
    return Quick(project)


@pytest.fixture
def ran(quick):
    """A function: a job whose export expects so much of its transcript ran to its end."""

    def run(one):
        def export(stage):
            echo(stage)
            if one is None:
                stage._outputs.pop("expected")
                return
            write_json(stage.output("expected", "expected.json"), one.to_dict())
            if one.poor:
                stage.degraded(sentence(one), reason(one), remedy(one))

        def judge(stage):
            echo(stage)
            cues = [Cue(1, 0, 2000, ("Hello.",))]
            report = make_report(cues, SETTINGS, "netflix", stage.language)
            report.write(stage.output("qc", "qc.json"))

        def qc(stage):
            heard = stage.inputs.get("expected")
            known = json.loads(heard.read_text()) if heard else None
            JobReport.of("t", [], known).write(stage.output("qc", "qc.json", deliver_as="qc.json"))

        quick.instead |= {"export": export, "subtitle_gen": judge, "qc": qc}
        job, layout = quick.job(None, ("en",))
        return job, layout, quick.run(layout)

    return run


def test_a_poor_transcript_is_less_than_was_asked(ran, chalchitra, project):
    job, layout, done = ran(POOR)
    said = sentence(POOR).partition("(")[0] + "("  # its number is what was measured last
    assert said.endswith(" of 10 words wrong (")
    summary = done.outcome.summary
    assert summary["expected"] == POOR.to_dict()
    lines = summary_lines(summary)
    (told,) = (line for line in lines if said in line)
    assert told.startswith("  export: Expect")
    assert told.endswith(
        "base is not usable for Hindi. Prepare the job again with --model medium or larger."
    )
    out = project.root / "out"
    shown = chalchitra("jobs", "--out", out).out.splitlines()
    assert shown[0].split("  ").count("words wrong")
    assert f"{100 * POOR.words.expected:.0f} %" in shown[1]
    assert "with warnings" in shown[1]
    assert chalchitra("jobs", "--json", "--out", out).data[0]["expected"] == POOR.to_dict()
    shown = chalchitra("status", layout.root).out
    assert shown.count(said) == 1
    assert "base is not usable for Hindi." in shown
    assert chalchitra("status", layout.root, "--json").data[0]["expected"] == POOR.to_dict()
    shown = chalchitra("qc", layout.root).out
    assert shown.count(said) == 1
    assert "--model medium or larger" in shown
    assert json.loads(chalchitra("qc", layout.root, "--json").out)["expected"] == POOR.to_dict()
    written = JobReport.read(output_of(layout, "qc"))
    assert written.expected == POOR.to_dict()


def test_a_good_one_is_told_in_a_sentence_and_is_no_shortfall(ran, chalchitra, project):
    job, layout, done = ran(GOOD)
    lines = summary_lines(done.outcome.summary)
    assert sentence(GOOD) in lines
    assert not any("Less than was asked" in line for line in lines)
    shown = chalchitra("status", layout.root).out
    assert sentence(GOOD) in shown
    assert "not usable" not in shown
    assert sentence(GOOD) in chalchitra("qc", layout.root).out
    assert "with warnings" not in chalchitra("jobs", "--out", project.root / "out").out


def test_where_nothing_is_known_nothing_is_said(ran, chalchitra, project):
    job, layout, done = ran(None)
    assert done.outcome.summary["expected"] is None
    for shown in (
        "\n".join(summary_lines(done.outcome.summary)),
        chalchitra("status", layout.root).out,
        chalchitra("qc", layout.root).out,
    ):
        assert "words wrong" not in shown
        assert "Expect" not in shown
    assert "expected" not in json.loads(chalchitra("qc", layout.root, "--json").out)


def test_a_state_that_was_lost_is_made_again_with_it(ran, chalchitra):
    job, layout, done = ran(POOR)
    layout.state.unlink()
    assert chalchitra("status", layout.root, "--json").data[0]["expected"] == POOR.to_dict()


def test_a_batch_says_it_before_anything_else():
    film = {
        "job_id": "job_20260102_001",
        "job_dir": "out/1",
        "title": "film",
        "label": "film",
        "state": "done",
        "seconds": 1.0,
        "degraded": ["alignment: Word times are unaligned.", f"export: {sentence(POOR)}"],
        "expected": POOR.to_dict(),
        "error": None,
        "exit_code": 0,
    }
    out = io.StringIO()
    with PlainReporter(out, why=False, batch=True) as reporter:
        reporter.emit("batch_summary", seconds=1.0, films=[film], workers={})
    (row,) = (line for line in out.getvalue().splitlines() if line.startswith("  job_"))
    assert sentence(POOR) in row
    assert "1 more" in row
    assert "unaligned" not in row


def test_numbers_of_another_version_are_passed_over():
    lines = summary_lines(
        {
            "stages": [],
            "job_dir": "out/1",
            "notes": [],
            "deliverables": [],
            "state": "done",
            "seconds": 1.0,
            "expected": {"of": "the future"},
        }
    )
    assert lines[-1] == "Done in 1.0 s."
