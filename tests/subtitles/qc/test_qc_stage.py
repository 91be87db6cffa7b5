"""The stage qc: the reports of all tracks as one."""

from __future__ import annotations

import os
import subprocess
import sys

from chalchitra import paths
from chalchitra.stagekit.protocol import Request, Result
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.qc.job import JobReport
from chalchitra.subtitles.qc.report import make_report

from ..limits import limits

SCRIPT = paths.stages_dir() / "qc.py"
SETTINGS = limits(min_duration=0.8, min_gap=0.08, reading_speed=17)


def report(language, *cues):
    return make_report(cues, SETTINGS, "netflix", language, film=60.0)


def test_the_reports_of_all_tracks_become_one(tmp_path):
    tracks = [
        report("hi", Cue(1, 0, 100, ("नमस्ते",))),
        report("ur", Cue(1, 0, 2000, ("آپ کیسے ہیں؟",)), Cue(2, 1000, 3000, ("ٹھیک ہوں۔",))),
    ]
    inputs = {}
    for track in tracks:
        inputs[f"qc@{track.language}"] = tmp_path / f"{track.language}.json"
        track.write(inputs[f"qc@{track.language}"])
    attempt = tmp_path / "attempt"
    attempt.mkdir()
    request = Request(
        job_id="job_20250101_001",
        stage="qc",
        environment="common",
        inputs=inputs,
        params={"title": "मेरी फ़िल्म"},
        output_dir=attempt,
        device="cpu",
        compute_type="int8",
        threads=1,
    )
    request.write(tmp_path / "request.json")
    subprocess.run(
        [sys.executable, SCRIPT, "--job-dir", tmp_path],
        env={**os.environ, "CHALCHITRA_REQUEST": str(tmp_path / "request.json")},
        check=True,
    )
    result = Result.model_validate_json((attempt / "result.json").read_bytes())
    assert result.outputs["qc"].deliver_as == "qc.json"
    whole = JobReport.read(attempt / result.outputs["qc"].path)
    assert whole.tracks == tracks
    assert (whole.title, whole.film_duration) == ("मेरी फ़िल्म", 60.0)
    assert whole.violations == sum(len(track.violations) for track in tracks) == 3
