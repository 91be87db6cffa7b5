"""Building a stage's request out of job.json and the records of the stages before it.

The runner and a stage run by hand use this one function, so both see the same inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalchitra import job_files
from chalchitra.errors import MissingError, UsageError
from chalchitra.hints import run_line
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import read_record
from chalchitra.pipeline import EDITED, FILM, GLOSSARY, SCRIPT, STAGES, may_be_absent, split_key
from chalchitra.stagekit.protocol import RESULT_FILE, ModelRef, Request, Result


def parameters(job: Job, key: str) -> dict[str, Any]:
    """What a stage is told: its fields of the job and its section of the settings.

    Of the languages it gets its own rows only, so that another target changes nothing for it.
    """
    stage, language = split_key(key)
    fields = set(STAGES[stage].job_fields)
    data = job.model_dump(mode="json", include=fields)
    by_key = {"translator": job.translator_of(key), "via": job.pivots.get(key)}
    data |= {name: value for name, value in by_key.items() if name in fields}
    data |= {name: getattr(job, name) for name in fields - data.keys()}
    if "languages" in data and "target_languages" not in data:
        own = {job.source_language, language, job.pivots.get(key), *data.get("pair", ())}
        data["languages"] = {name: row for name, row in data["languages"].items() if name in own}
    return {**job.settings.get(stage, {}), **data}  # what was resolved beats "auto"


def input_files(job: Job, layout: JobLayout, key: str, *, by_hand: bool = False) -> dict[str, Path]:
    """The files a stage reads. Raises MissingError naming the stage that has not run yet.

    By hand, what an earlier stage wrote by hand serves where nothing is published.
    """
    files: dict[str, Path] = {}
    for name, (producer, output) in job.inputs_of(key).items():
        if producer == FILM:
            files[name] = job.film.path
            continue
        if producer == SCRIPT:
            files[name] = layout.script
            continue
        if producer == GLOSSARY:
            files[name] = layout.glossary
            continue
        if producer == EDITED:
            language = split_key(key)[1] or ""
            files[name] = layout.edited(language, job.edits[language].sha256)
            continue
        record = read_record(layout, producer)
        made = record.outputs.get(output) if record is not None else None
        if made is not None and job_files.is_file(layout.root, made.path):
            files[name] = layout.root / made.path
            continue
        path = _by_hand_output(layout, producer, output) if by_hand else None
        if path is None and made is None and may_be_absent(key, name):
            continue
        if path is None:
            raise MissingError(
                f"{key} needs the output of {producer}, which is missing.",
                cause=f"{producer} has not run in this job."
                if made is None
                else "It was moved or changed in the job's folder.",
                fix=run_line(layout.root, first=f"Run {producer} first, or"),
            )
        files[name] = path
    return files


def _by_hand_output(layout: JobLayout, producer: str, output: str) -> Path | None:
    folder = layout.by_hand(producer)
    try:
        result = Result.model_validate_json(job_files.read_bytes(layout.root, folder / RESULT_FILE))
    except (OSError, ValueError):
        return None
    found = result.outputs.get(output)
    return folder / found.path if found and result.status == "done" else None


def build_request(
    job: Job,
    layout: JobLayout,
    key: str,
    output_dir: Path,
    *,
    models: dict[str, ModelRef] | None = None,
    reduced: Mapping[str, Any] | None = None,
    by_hand: bool = False,
) -> Request:
    """The request of one stage; `reduced` beats its parameters, compute_type and threads.

    Raises UsageError when the job has no such stage.
    """
    if key not in job.stages:
        raise UsageError(
            f"Job {job.job_id} has no stage {key}.",
            cause=f"Its stages are {', '.join(job.stages)}.",
            fix="Choose one of them; a per-language stage needs --language.",
        )
    stage, language = split_key(key)
    if models is None:
        choice = job.models.get(key)
        models = {stage: ModelRef(name=choice.name, path=choice.path)} if choice else {}
    machine = job.machine_of(key)
    smaller = dict(reduced or {})
    return Request(
        job_id=job.job_id,
        stage=stage,
        language=language,
        environment=job.environment_of(key),
        inputs=input_files(job, layout, key, by_hand=by_hand),
        params={name: smaller.get(name, value) for name, value in parameters(job, key).items()},
        models=models,
        packages=list(STAGES[stage].packages),
        output_dir=output_dir.absolute(),
        device=machine.device,
        compute_type=smaller.get("compute_type", machine.compute_type),
        threads=smaller.get("threads", machine.threads),
        memory=layout.memory if STAGES[stage].remembers else None,
        debug=job.debug,
        reduced=smaller,
    )
