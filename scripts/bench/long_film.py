#!/usr/bin/env python3
"""The peak memory of every stage on a film of many hours, with base on the CPU.

    venv/common/bin/python scripts/bench/long_film.py HOURS CLIPS... -s en [--aligner FOLDER]

The film's sound is the given speech clips over and over, with pauses. Each stage runs by itself
(run-pipeline --only), so that its figures are its own; the runner's memory is in the sum over its
processes and not in the largest process. --aligner is a wav2vec2 folder for the alignment stage;
`--random-aligner` makes one of the usual size (random_aligner.py) instead.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from clips import looped
from measure import Measured, measure

from chalchitra.environments.table import environment_for
from chalchitra.paths import project_root, venv_dir

PAUSE = 1.5
"""Seconds between two clips."""
LIMIT = 2e9
"""No stage should take more bytes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("hours", type=float)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("-s", "--source", default="en")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--aligner", type=Path, help="a wav2vec2 model's folder")
    which.add_argument("--random-aligner", action="store_true")
    parser.add_argument("--folder", type=Path, help="where to work and leave what was made")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.folder or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        aligner = arguments.aligner
        if arguments.random_aligner:
            aligner = work / "aligner"
            python = venv_dir() / environment_for("alignment", None).name / "bin" / "python"
            script = Path(__file__).with_name("random_aligner.py")
            subprocess.run([str(python), str(script), str(aligner)], check=True)
        film = work / "film.flac"
        looped(arguments.clips, arguments.hours * 3600, PAUSE, film)
        run(film, arguments.source, aligner, work / "out")


def run(film: Path, source: str, aligner: Path | None, out: Path) -> None:
    """Prepare the job, run it stage by stage, tell each stage's figures."""
    root = project_root()
    prepare = [
        str(root / "prepare-job.sh"), str(film), "--transcribe", "-s", source, "--model", "base",
        "--engine", "ctranslate2", "--out", str(out), "--user", "bench", "--json",
        *(["--set", f"alignment.model={aligner.resolve()}"] if aligner else []),
    ]  # fmt: skip
    prepared = measure(prepare)
    job = min(path.parent for path in out.glob("*/*/*/bench/*/job.json"))
    data = json.loads((job / "job.json").read_text())
    print(f"{data['film']['duration'] / 3600:.2f} h of sound", flush=True)
    tell("prepare-job", prepared, {})
    peaks = []
    for stage in data["stages"]:
        only = [str(root / "run-pipeline.sh"), "--job-dir", str(job), "--only", stage, "--json"]
        measured = measure(only)
        record = json.loads((job / "stages" / stage / "record.json").read_text())
        tell(stage, measured, record["metrics"])
        for shortfall in record["degraded"]:
            print(f"  {shortfall['what']}")
        peaks.append(measured.peak_bytes)
    verdict = "within" if max(peaks) <= LIMIT else "ABOVE"
    print(f"highest peak {max(peaks) / 1e9:.2f} GB, {verdict} {LIMIT / 1e9:.0f} GB")


def tell(name: str, measured: Measured, metrics: dict[str, Any]) -> None:
    print(
        f"{name:<12} {measured.seconds:8.1f} s, {measured.cpu_seconds:8.1f} s CPU; peak "
        f"{measured.peak_bytes / 1e9:.2f} GB in all, {measured.largest_bytes / 1e9:.2f} GB the "
        f"largest process  {metrics or ''}",
        flush=True,
    )


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"failed: {error}") from None
