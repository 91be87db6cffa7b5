"""What a stage's output depends on (docs/design.md, "Whether a stage must run")."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalchitra import paths
from chalchitra.environments.state import locked_versions, normalised
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import read_record
from chalchitra.pipeline import EDITED, FILM, GLOSSARY, SCRIPT, STAGES, split_key
from chalchitra.runner.code import code_hashes
from chalchitra.runner.preflight import Ready
from chalchitra.runner.request import parameters


def fingerprint_parts(
    job: Job, layout: JobLayout, key: str, ready: Ready, *, keep: bool = True
) -> dict[str, Any]:
    """The parts that a stage's fingerprint is the hash of, by name; `keep`: see code_hashes."""
    stage, _ = split_key(key)
    environment = job.environment_of(key)
    inputs: dict[str, str] = {}
    for name, (producer, output) in job.inputs_of(key).items():
        if producer == FILM:
            inputs[name] = ready.film_sha256
            continue
        if producer == SCRIPT:  # preflight has compared it with the file
            inputs[name] = job.script.sha256 if job.script else ""
            continue
        if producer == GLOSSARY and job.glossary:
            one, whole = job.glossary.terms_sha256, job.glossary.sha256
            inputs[name] = one if output == "terms" else whole
            continue
        if producer == EDITED:
            inputs[name] = job.edits[split_key(key)[1] or ""].sha256
            continue
        record = read_record(layout, producer)
        if record is not None and output in record.outputs:
            inputs[name] = record.outputs[output].sha256
    machine = {"environment": environment}
    if STAGES[stage].uses_device:
        chosen = job.machine_of(key)
        machine |= {"device": chosen.device, "compute_type": chosen.compute_type}
    return {
        "code": code_hashes(script_of(stage), paths.source_dir(), keep=keep),
        "params": parameters(job, key),
        "packages": _locked(environment, STAGES[stage].packages),
        "models": {name: ref.sha256 for name, ref in ready.models.get(key, {}).items()},
        "inputs": inputs,
        "run_on": machine,
    }


def script_of(stage: str) -> Path:
    """The script of a stage."""
    return paths.stages_dir() / f"{stage}.py"


def _locked(environment: str, packages: tuple[str, ...]) -> Mapping[str, str]:
    versions = locked_versions(environment)
    names = {name: normalised(name) for name in packages}
    return {name: versions[key] for name, key in names.items() if key in versions}
