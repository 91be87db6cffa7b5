#!/usr/bin/env python3
"""Different short clips as one batch, against the `whisperx` command and against single runs.

    venv/common/bin/python scripts/bench/batch.py FILES... -s en [--pieces 10] [--runs 3]

Ours is prepare-job and run-pipeline on all files (demux, vad, asr, alignment, export), theirs is
one `whisperx --no_align` with all files; both with base in int8 on the CPU, in turn, on an
otherwise idle machine. whisperx runs once before, uncounted, so that its bytecode is compiled.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from clips import cut
from measure import Measured, describe, measure, together

from chalchitra.environments.table import environment_for
from chalchitra.media.tools import find_ffmpeg
from chalchitra.models.catalogue import load
from chalchitra.models.fetch import fetch
from chalchitra.paths import project_root, venv_dir

Runs = dict[str, list[Measured]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("-s", "--source", default="en")
    parser.add_argument("--pieces", type=int, help="cut the files into so many clips first")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-singles", action="store_true", help="leave our single runs out")
    parser.add_argument(
        "--uncompiled", action="store_true", help="whisperx without bytecode too, as first started"
    )
    arguments = parser.parse_args()
    model = fetch(load().find("base", "whisper", "ctranslate2")).path
    runs: Runs = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        files = [path.resolve() for path in arguments.files]
        if arguments.pieces:
            files = cut(files, arguments.pieces, work)
        # The whisperx command knows no ffmpeg but the PATH's: both get the same one there.
        (work / "bin").mkdir()
        (work / "bin" / "ffmpeg").symlink_to(find_ffmpeg().path)
        env = {**os.environ, "PATH": f"{work / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        bench = _Bench(arguments.source, model, env)
        bench.theirs(files[:1], work / "warm-up")
        for number in range(arguments.runs):
            here = work / str(number)
            runs["batch"].append(bench.ours(files, here / "batch", tell=number == 0))
            runs["whisperx"].append(bench.theirs(files, here / "theirs"))
            if arguments.uncompiled:
                runs["uncompiled"].append(bench.theirs(files, here / "slow", compiled=False))
            if not arguments.no_singles:
                singles = [bench.ours([file], here / file.name) for file in files]
                runs["singles"].append(together(singles))
    report(runs)


def report(runs: Runs) -> None:
    for name, measured in runs.items():
        print(describe(name, measured))
    for name in [name for name in runs if name != "batch"]:
        pairs = list(zip(runs["batch"], runs[name], strict=True))
        print(
            f"batch / {name}: wall {median(a.seconds / b.seconds for a, b in pairs):.2f}, "
            f"CPU {median(a.cpu_seconds / b.cpu_seconds for a, b in pairs):.2f}, "
            f"peak memory {median(a.peak_bytes / b.peak_bytes for a, b in pairs):.2f}"
        )


class _Bench:
    def __init__(self, source: str, model: Path, env: Mapping[str, str]) -> None:
        self.source = source
        self.model = model
        self.env = env

    def ours(self, files: Sequence[Path], out: Path, *, tell: bool = False) -> Measured:
        """prepare-job and run-pipeline on a fresh folder, so that no store helps."""
        root = project_root()
        prepare = [
            str(root / "prepare-job.sh"), *map(str, files), "--transcribe", "-s", self.source,
            "--model", "base", "--engine", "ctranslate2", "--out", str(out), "--user", "bench",
        ]  # fmt: skip
        prepared = measure([*prepare, "--json"], self.env)
        jobs = sorted(path.parent for path in out.glob("*/*/*/bench/*/job.json"))
        assert len(jobs) == len(files)
        run = [str(root / "run-pipeline.sh"), "--json"]
        for job in jobs:
            run += ["--job-dir", str(job)]
        ran = measure(run, self.env)
        texts = [(job / "output" / "transcript.txt").read_text().strip() for job in jobs]
        if len(texts) > 1 and texts.count("") * 2 >= len(texts):
            raise SystemExit("most clips hold no speech: the comparison would be worthless")
        if tell:
            print(f"prepare-job {prepared.seconds:.1f} s, run-pipeline {ran.seconds:.1f} s")
            tell_loads(ran.output)
            tell_stages(jobs)
        return together([prepared, ran])

    def theirs(self, files: Sequence[Path], out: Path, *, compiled: bool = True) -> Measured:
        environment = environment_for("asr", "whisperx").name
        command = [
            str(venv_dir() / environment / "bin" / "whisperx"), *map(str, files),
            "--model", str(self.model), "--language", self.source, "--device", "cpu",
            "--compute_type", "int8", "--no_align", "--output_dir", str(out),
        ]  # fmt: skip
        out.mkdir(parents=True)
        env = self.env
        if not compiled:  # a cache that is empty
            env = {**env, "PYTHONPYCACHEPREFIX": str(out / "bytecode")}
        measured = measure(command, env)
        assert len(list(out.glob("*.srt"))) == len(files)
        return measured


def tell_loads(events: str) -> None:
    """How often a process was started for a stage, as the batch's last event says it."""
    read: list[dict[str, Any]] = [json.loads(line) for line in events.splitlines()]
    print(f"workers started: {read[-1].get('workers')}")


def tell_stages(jobs: Sequence[Path]) -> None:
    """The sums over all clips: what stages took, what of it they worked, which models they loaded.

    `outside` is the runner's part: the process's start where there was one, waiting, publishing.
    """
    seconds: Counter[str] = Counter()
    own: Counter[str] = Counter()
    loads: Counter[str] = Counter()
    for job in jobs:
        for path in job.glob("stages/*/record.json"):
            record = json.loads(path.read_text())
            result = json.loads(next(path.parent.glob("done-*/result.json")).read_text())
            seconds[record["stage"]] += record["seconds"]
            own[record["stage"]] += result["seconds"]
            loads[record["stage"]] += record["metrics"].get("models_loaded", 0)
    for stage, total in seconds.items():
        print(
            f"  {stage:<12} {total:6.2f} s, {own[stage]:6.2f} s of work, "
            f"{total - own[stage]:5.2f} s outside; models loaded {loads[stage]}"
        )


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"failed: {error}") from None
