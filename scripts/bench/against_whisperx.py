#!/usr/bin/env python3
"""One clip, transcribed end to end, against the `whisperx` command on the same weights.

    venv/common/bin/python scripts/bench/against_whisperx.py CLIP -s en [--runs 3]

Both run in turn on an otherwise idle machine and use base in int8; whoever wants whisperx with its
bytecode compiled, which saves it a third, runs its command once before. Ours is
prepare-job and run-pipeline (demux, vad, asr, alignment, export); theirs is `whisperx --no_align`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from measure import Measured, compare, describe, measure, together

from chalchitra.environments.table import environment_for
from chalchitra.media.tools import find_ffmpeg
from chalchitra.models.catalogue import load
from chalchitra.models.fetch import fetch
from chalchitra.paths import project_root, venv_dir


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", type=Path)
    parser.add_argument("-s", "--source", default="en")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    clip = arguments.clip.resolve()
    model = fetch(load().find("base", "whisper", "ctranslate2")).path
    ours: list[Measured] = []
    theirs: list[Measured] = []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        # The whisperx command knows no ffmpeg but the PATH's: both get the same one there.
        (work / "bin").mkdir()
        (work / "bin" / "ffmpeg").symlink_to(find_ffmpeg().path)
        env = {**os.environ, "PATH": f"{work / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        for number in range(arguments.runs):
            ours.append(run_ours(clip, arguments.source, work / f"ours-{number}", env))
            theirs.append(run_theirs(clip, arguments.source, model, work / f"theirs-{number}", env))
    wall, memory = compare(ours, theirs)
    print(describe("chalchitra", ours))
    print(describe("whisperx", theirs))
    print(f"ratio        wall {wall:.2f}, peak memory {memory:.2f}")


def run_ours(clip: Path, source: str, out: Path, env: Mapping[str, str]) -> Measured:
    """prepare-job and run-pipeline: the seconds add up, the peak is the higher one."""
    root = project_root()
    prepare = [
        str(root / "prepare-job.sh"), str(clip), "--transcribe", "-s", source,
        "--model", "base", "--engine", "ctranslate2", "--out", str(out),
    ]  # fmt: skip
    prepared = measure([*prepare, "--user", "bench"], env)
    jobs = [path.parent for path in out.glob("*/*/*/bench/*/job.json")]
    ran = measure([str(root / "run-pipeline.sh"), "--job-dir", str(jobs[0])], env)
    transcript = json.loads((jobs[0] / "output" / "transcript.json").read_text())
    if not transcript["segments"]:
        raise SystemExit("nothing was heard: the comparison would be worthless")
    return together([prepared, ran])


def run_theirs(clip: Path, source: str, model: Path, out: Path, env: Mapping[str, str]) -> Measured:
    environment = environment_for("asr", "whisperx").name
    command = [
        str(venv_dir() / environment / "bin" / "whisperx"), str(clip), "--model", str(model),
        "--language", source, "--device", "cpu", "--compute_type", "int8", "--no_align",
        "--output_dir", str(out),
    ]  # fmt: skip
    return measure(command, env)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"failed: {error}") from None
