"""A known text on real speech: the demo's readings, what was taken out of them and put in."""

from __future__ import annotations

from itertools import pairwise

import pytest

from chalchitra.languages import find
from chalchitra.prepare.given_text.read import read_script
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.script_alignment.report import ScriptReport
from chalchitra.transcript.model import Transcript

from ..conftest import DEMO

pytestmark = pytest.mark.smoke

LINES = (DEMO / "transcript.txt").read_text().splitlines()
ADDED = "Nobody in this house has seen the gardener since last Thursday."


@pytest.fixture
def placed(stages, demo_transcript, tmp_path):
    """Place lines on the demo: the stage's result, its report and its transcript."""

    def place(lines, name="film.txt", **settings):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        script = tmp_path / "script.json"
        script.write_text(read_script(path, find("en")).text)
        result, outputs = stages.run("script", {**demo_transcript, "script": script}, **settings)
        assert result.status == "done"
        return (
            result,
            ScriptReport.read(outputs["report"]),
            Transcript.read(outputs["transcript"]),
        )

    return place


def test_the_true_text_is_placed_whole_and_begins_with_the_voice(placed, demo_transcript):
    result, report, transcript = placed(LINES)
    assert result.degraded == []
    assert {line.how for line in report.lines} == {"recognised"}
    assert [segment.text for segment in transcript.segments] == [" ".join(s.split()) for s in LINES]
    voice = SpeechRegions.read(demo_transcript["regions"]).regions
    onsets = [region.start for region in voice]
    # Every line of the demo but the third begins after a pause.
    for segment in (transcript.segments[n] for n in (0, 1, 3)):
        assert segment.start in onsets
    words = transcript.words
    assert all(a.end <= b.start for a, b in pairwise(words))
    assert " ".join(word.text for word in words) == " ".join(" ".join(LINES).split())
    assert result.metrics["lines_without_sound"] == result.metrics["speech_without_line"] == 0


def test_what_was_taken_out_and_put_in_is_reported_and_nothing_else(placed):
    _, _, whole = placed(LINES, "whole.txt")
    result, report, transcript = placed([LINES[0], ADDED, *LINES[2:]])
    assert [line.text for line in report.no_sound] == [ADDED]
    (left,) = report.no_line
    out = whole.segments[1]
    assert left.start < (out.start + out.end) / 2 < left.end
    assert left.text
    assert ADDED not in [segment.text for segment in transcript.segments]
    said = " ".join(item.what for item in result.degraded)
    assert "Nobody in this house" in said
    assert f"{left.start:.1f} to {left.end:.1f} s" in said


def test_what_is_missing_is_filled_in_when_asked_for(placed):
    result, report, transcript = placed([LINES[0], *LINES[2:]], fill=True)
    assert report.no_line[0].text in " ".join(segment.text for segment in transcript.segments)
    assert "used there instead" in result.degraded[0].why


def test_the_text_of_another_film_is_said_to_be_one(placed):
    other = ["The committee votes on the budget.", "Rain is expected in the northern hills."]
    result, report, transcript = placed(other)
    assert len(report.no_sound) == 2
    assert transcript.segments == []
    assert "Only 0 of the text's 2 lines" in result.degraded[0].what
