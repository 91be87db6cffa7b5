#!/usr/bin/env python3
"""What the runner itself takes: a pipeline of stages that do nothing, against Snakemake.

    venv/common/bin/python scripts/bench/overhead.py [--snakemake COMMAND] [--runs 3]

A stage, ours and Snakemake's rule alike, is a process of the same Python that imports the stage
kit and writes files. `own` is what is left a stage when the same process alone and the program's
own start (a run in which all is up to date) are taken off.
Snakemake comes from a scratch environment (pip install snakemake), on the PATH or by --snakemake;
without it only ours is measured.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from measure import Measured, measure
from noop_project import NoopProject

from chalchitra.hardware import known_hardware
from chalchitra.jobs.store import read_job

LANGUAGES = ("en", "ta", "te", "bn", "mr", "gu", "kn")
"""So many tracks make a job of 21 stages, one after another."""
LISTED = 1000
ALONE = 7
"""What takes a fifth of a second is measured so often, and its median taken."""

_WORK = """
import sys
import chalchitra.stagekit.run
for path in sys.argv[1:]:
    open(path, "w").write("nothing")
"""

_SNAKEFILE = """
rule all:
    input: expand("{{job}}/{stages}", job=[{jobs}])

rule first:
    output: "{{job}}/1"
    shell: "{python} {script} {{output}}"

rule stage:
    input: lambda w: f"{{w.job}}/{{int(w.number) - 1}}"
    output: "{{job,[0-9]+}}/{{number,(?!1$)[0-9]+}}"
    shell: "{python} {script} {{output}}"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--snakemake", default=shutil.which("snakemake"))
    parser.add_argument("--jobs", type=int, default=10, help="jobs in the batch")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder), arguments.snakemake, arguments.jobs)
        for number in range(arguments.runs):
            bench.round(number)
        bench.report()


class _Bench:
    def __init__(self, folder: Path, snakemake: str | None, jobs: int) -> None:
        self.folder = folder
        self.project = NoopProject.make(folder / "project")
        self.snakemake = snakemake
        self.count = jobs
        self.runs: dict[str, list[Measured]] = defaultdict(list)
        self.stages: dict[str, int] = {}
        self.script = folder / "noop.py"
        self.script.write_text(_WORK)
        self.listed = folder / "listed"
        self.project.jobs(self.listed, LISTED, done=True)

    def round(self, number: int) -> None:
        place = self.folder / str(number)
        jobs = self.project.jobs(place / "one", 1, LANGUAGES)
        self._ours("one job", jobs)
        self._alone(jobs[0])
        self._theirs("one job", place / "one-theirs", 1, self.stages["one job"])
        self._ours("batch", self.project.jobs(place / "many", self.count))
        self._theirs("batch", place / "many-theirs", self.count, self.stages["batch"] // self.count)
        self._note("jobs listed", "jobs", "--out", self.listed)
        shutil.rmtree(place)

    def _alone(self, job: Path) -> None:
        """A stage as a person starts it by hand, and a rule's command."""
        env = {**self.project.env, "PYTHONPATH": str(self.project.root / "src")}
        python, stages = str(self.project.python), self.project.root / "scripts" / "stages"
        stage = [python, str(stages / "vad.py"), "--job-dir", str(job)]
        rule = [python, str(self.script), str(self.folder / "made")]
        pairs = [(measure(stage, env), measure(rule, env)) for _ in range(ALONE)]
        self.runs["stage alone"].append(_typical([one for one, _ in pairs]))
        self.runs["rule alone"].append(_typical([one for _, one in pairs]))

    def _ours(self, name: str, jobs: Sequence[Path]) -> None:
        self.stages[name] = sum(len(read_job(job).stages) for job in jobs)
        named = [argument for job in jobs for argument in ("--job-dir", str(job))]
        self._note(name, "run-pipeline", "--json", *named)
        if name == "one job":
            self._note("up to date", "run-pipeline", "--json", *named)

    def _note(self, name: str, *arguments: str | Path) -> None:
        self.runs[name].append(measure(self.project.command(*arguments), self.project.env))

    def _theirs(self, name: str, place: Path, jobs: int, stages: int) -> None:
        if not self.snakemake:
            return
        place.mkdir()
        snakefile = _SNAKEFILE.format(
            stages=stages,
            jobs=", ".join(str(number) for number in range(jobs)),
            python=self.project.python,
            script=self.script,
        )
        (place / "Snakefile").write_text(snakefile)
        command = [
            self.snakemake, "--cores", str(known_hardware().cores), "--scheduler", "greedy",
            "--directory", str(place), "--snakefile", str(place / "Snakefile"),
        ]  # fmt: skip
        env = {
            **os.environ,
            "PYTHONPATH": str(self.project.root / "src"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
        }
        self.runs[f"snakemake {name}"].append(measure(command, env))
        if name == "one job":
            self.runs["snakemake up to date"].append(measure(command, env))

    def report(self) -> None:
        for name, runs in self.runs.items():
            seconds, cpu = [run.seconds for run in runs], [run.cpu_seconds for run in runs]
            line = f"{name:<22} {_figures(seconds)} s wall, {_figures(cpu)} s CPU"
            if count := self.stages.get(name.removeprefix("snakemake ")):
                line += (
                    f"; a stage {median(seconds) / count:.3f} wall, {median(cpu) / count:.3f} CPU"
                )
            print(line)
        self._tell_own("one job", "stage alone", "up to date")
        if self.snakemake:
            self._tell_own("snakemake one job", "rule alone", "snakemake up to date")
        for name in ("one job", "batch", "up to date"):
            pairs = list(zip(self.runs[name], self.runs[f"snakemake {name}"], strict=False))
            if pairs:
                print(
                    f"ours / Snakemake, {name}: "
                    f"wall {median(a.seconds / b.seconds for a, b in pairs):.2f}, "
                    f"CPU {median(a.cpu_seconds / b.cpu_seconds for a, b in pairs):.2f}"
                )

    def _tell_own(self, name: str, alone: str, start: str) -> None:
        count = self.stages["one job"]
        rounds = list(zip(self.runs[name], self.runs[alone], self.runs[start], strict=True))
        wall = [(run.seconds - up.seconds) / count - one.seconds for run, one, up in rounds]
        cpu = [(r.cpu_seconds - up.cpu_seconds) / count - one.cpu_seconds for r, one, up in rounds]
        print(f"own seconds a stage, {name}: wall {median(wall):.3f}, CPU {median(cpu):.3f}")


def _typical(runs: Sequence[Measured]) -> Measured:
    return Measured(
        median(run.seconds for run in runs),
        max(run.peak_bytes for run in runs),
        median(run.cpu_seconds for run in runs),
    )


def _figures(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"failed: {error}") from None
