"""Jobs of Chalchitra as a user types them: prepare-job, then run-pipeline."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from formats import from_segments, read_rttm
from heard import Heard

from chalchitra.errors import StageError
from chalchitra.paths import project_root
from systems import Cost
from systems.programs import timed


@dataclass(frozen=True)
class Made:
    """The folder of a job that has run."""

    folder: Path

    @property
    def film(self) -> Path:
        job: dict[str, Any] = json.loads((self.folder / "job.json").read_text(encoding="utf-8"))
        return Path(job["film"]["path"])

    def record(self, stage: str) -> dict[str, Any]:
        """What the runner wrote down about a stage that it published."""
        path = self.folder / "stages" / stage / "record.json"
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return record

    def output(self, stage: str, key: str) -> Path:
        """A file that a stage made."""
        return self.folder / str(self.record(stage)["outputs"][key]["path"])

    def heard(self) -> Heard:
        """The transcript, with the turns where there is an RTTM, and what was less than asked.

        Raises StageError where there is no transcript.
        """
        written = self.folder / "output" / "transcript.json"
        if not written.is_file():
            raise StageError(
                f"{self.folder} has no transcript.",
                cause="A stage failed.",
                fix=f"Look into {self.folder / 'logs'}.",
            )
        transcript: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
        notes = []
        for record in sorted(self.folder.glob("stages/*/record.json")):
            for shortfall in json.loads(record.read_text(encoding="utf-8")).get("degraded", ()):
                notes.append(shortfall["what"])
        rttm = sorted(written.parent.glob("*.rttm"))
        return replace(
            from_segments(transcript["segments"]),
            notes=tuple(dict.fromkeys(notes)),
            turns=tuple(read_rttm(rttm[0])) if rttm else None,
        )


def prepare(
    media: Sequence[Path], options: Sequence[str], work: Path, workflow: str = "--transcribe"
) -> tuple[list[Made], Cost]:
    """Write a job for each medium into the jobs of `work`; the new ones, in order of their ids."""
    out = work / "jobs"
    before = set(_jobs(out))
    command: list[str | Path] = [
        project_root() / "prepare-job.sh", *media, workflow, "--out", out, "--user", "eval",
        *options,
    ]  # fmt: skip
    cost = timed(command, work)
    return [Made(path) for path in _jobs(out) if path not in before], cost


def run(jobs: Sequence[Made], work: Path) -> Cost:
    """Run jobs as one batch. What an earlier one with the same `work` made is not made again."""
    command: list[str | Path] = [project_root() / "run-pipeline.sh", "--json"]
    for job in jobs:
        command += ["--job-dir", job.folder]
    return timed(command, work)


def run_sharing(jobs: Sequence[Made], work: Path) -> Cost:
    """Run jobs on one film: the first by itself, so that the others find what it made."""
    return sum((run(some, work) for some in (jobs[:1], jobs[1:]) if some), Cost())


def folder_of(corpus: str, work: Path) -> Path:
    """Where the jobs on a corpus are: an eval's own and its parts' share what they made."""
    return work / f"ours-{corpus}"


def _jobs(out: Path) -> list[Path]:
    return sorted(path.parent for path in out.glob("*/*/*/eval/*/job.json"))
