"""`-s auto` as a person types it: real environments, a real model and film."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
import wave
from pathlib import Path
from typing import Any

import pytest

from chalchitra.paths import project_root

pytestmark = pytest.mark.smoke

ROOT = project_root()
DEMO = ROOT / "docs" / "demo" / "demo.mp4"
AUTO = ("-s", "auto", "--model", "base", "--user", "test")


def command(name: str, *arguments: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / name, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=ROOT
    )


@pytest.fixture(scope="module")
def prepared(base_model, tmp_path_factory) -> tuple[Path, list[dict[str, Any]]]:
    """Two films whose language was found, English among the targets; `out` and their rows."""
    out = tmp_path_factory.mktemp("out")
    done = command(
        "prepare-job.sh", DEMO, DEMO.parent / "../demo/../demo/demo.mp4", "--subtitle", *AUTO,
        "-t", "en", "--out", out, "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out, json.loads(done.stdout)


def test_the_language_is_found_and_said(prepared):
    _, rows = prepared
    job = rows[0]
    assert (job["source_language"], job["target_languages"]) == ("en", [])
    assert job["detected"]["confidence"] > 0.9
    assert job["notes"][0].startswith("Language: English (")
    assert "left out of -t" in job["notes"][1]
    assert job["stages"][:4] == ["demux", "vad", "language", "asr"]
    recorded = json.loads((Path(job["job_dir"]) / "job.json").read_text())
    assert recorded["detected"] == job["detected"]
    assert recorded["languages"]["en"]["whisper"] == "en"


def test_the_job_hears_nothing_twice(prepared):
    out, rows = prepared
    done = command("run-pipeline.sh", "--job-dir", rows[0]["job_dir"], "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    skipped = [event["stage"] for event in events if event["event"] == "stage_skipped"]
    assert skipped == ["demux", "vad", "language"]
    made = {Path(path).name for path in events[-1]["deliverables"]}
    assert {"demo.en.srt", "demo.subtitled.mp4", "transcript.json"} <= made
    assert not list(out.rglob(".tmp-*"))


def nothing_is_left(out: Path) -> bool:
    found = [path for path in out.rglob("*") if ".store" not in path.relative_to(out).parts]
    return {path.name for path in found if path.is_file()} <= {".listening.lock"} and not list(
        out.glob("*/*/*/.ids/*")
    )


def test_what_does_not_tell_its_language_is_refused_and_leaves_nothing(base_model, tmp_path):
    silence, out = tmp_path / "silence.wav", tmp_path / "out"
    with wave.open(str(silence), "wb") as made:
        made.setparams((1, 2, 16_000, 0, "NONE", ""))
        made.writeframes(bytes(2 * 16_000 * 5))
    done = command("prepare-job.sh", silence, "--transcribe", *AUTO, "--out", out)
    assert done.returncode == 2
    assert "No speech was found" in done.stderr
    assert nothing_is_left(out)
    done = command(
        "prepare-job.sh", DEMO, "--transcribe", *AUTO, "--out", out, "--set", "language.accept=1"
    )
    assert done.returncode == 2
    assert "Most likely: English" in done.stderr
    assert "--set language.accept=" in done.stderr
    assert nothing_is_left(out)
    done = command("prepare-job.sh", DEMO, "--translate", *AUTO, "-t", "en", "--out", out)
    assert done.returncode == 2
    assert "nothing to translate" in done.stderr
    assert nothing_is_left(out)


def test_interrupting_it_leaves_nothing(base_model, tmp_path):
    out = tmp_path / "out"
    other = shutil.copy(DEMO, tmp_path / "other.mp4")
    process = subprocess.Popen(
        [ROOT / "prepare-job.sh", DEMO, other, "--transcribe", *AUTO, "--out", out],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(out.glob("*/*/*/.tmp-*/*/stages/*/attempts.json")) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    printed, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "cancelled" in told
    assert "Traceback" not in told
    assert printed == ""
    assert nothing_is_left(out)


def test_a_given_language_can_be_checked(base_model, tmp_path):
    done = command(
        "prepare-job.sh", DEMO, "--transcribe", "-s", "fr", "--model", "base", "--out",
        tmp_path, "--set", "language.check=true", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (job,) = json.loads(done.stdout)
    assert job["detected"] is None
    done = command(
        "run-pipeline.sh", "--job-dir", job["job_dir"], "--json",
        "--only", "demux", "--only", "vad", "--only", "language",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout.splitlines()[-1])
    (degraded,) = next(row["degraded"] for row in summary["stages"] if row["stage"] == "language")
    assert degraded["what"].startswith("It sounds like English, not like French: English from 0:")
