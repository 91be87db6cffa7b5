"""Chalchitra itself: prepare-job and run-pipeline, as a user types them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus import Corpus
from formats import from_segments, read_rttm
from heard import Heard

from chalchitra.errors import StageError
from chalchitra.paths import project_root
from systems import Run, Setting
from systems.programs import timed

SPEAKERS = "--speakers"
"""The option of prepare-job that asks for speakers; given for a corpus whose turns are known."""


def ours(corpus: Corpus, setting: Setting) -> Run:
    """Hear a corpus as one batch in a fresh folder, so that nothing made earlier helps."""
    setting.say(f"chalchitra hears {corpus.name}")
    work = setting.work / f"ours-{corpus.name}"
    out = work / "jobs"
    options = list(setting.ours_options)
    asked = any(option.split("=")[0] == SPEAKERS for option in options)
    if corpus.has_turns and not asked and SPEAKERS in _help():
        options.append(SPEAKERS)
    prepare: list[str | Path] = [
        project_root() / "prepare-job.sh", *(item.path for item in corpus.items), "--transcribe",
        "-s", corpus.language, "--model", setting.model, "--out", out, "--user", "eval", *options,
    ]  # fmt: skip
    cost = timed(prepare, work)
    jobs = {}
    for path in sorted(out.glob("*/*/*/eval/*/job.json")):
        job = json.loads(path.read_text(encoding="utf-8"))
        jobs[Path(job["film"]["path"]).name] = path.parent
    run: list[str | Path] = [project_root() / "run-pipeline.sh", "--json"]
    for folder in jobs.values():
        run += ["--job-dir", folder]
    cost += timed(run, work)
    return Run({item.name: _heard(jobs[item.name]) for item in corpus.items}, cost)


def _heard(job: Path) -> Heard:
    written = job / "output" / "transcript.json"
    if not written.is_file():
        raise StageError(
            f"{job} has no transcript.",
            cause="A stage failed.",
            fix=f"Look into {job / 'logs'}.",
        )
    transcript: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
    heard = from_segments(transcript["segments"])
    notes = []
    for record in sorted(job.glob("stages/*/record.json")):
        for shortfall in json.loads(record.read_text(encoding="utf-8")).get("degraded", ()):
            notes.append(shortfall["what"])
    rttm = sorted(written.parent.glob("*.rttm"))
    return replace(
        heard,
        notes=tuple(dict.fromkeys(notes)),
        turns=tuple(read_rttm(rttm[0])) if rttm else None,
    )


def _help() -> str:
    command = [str(project_root() / "prepare-job.sh"), "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
