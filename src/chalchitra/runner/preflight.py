"""Everything that can be missing is looked for before the first stage starts, and said at once.

Environments, the film, disk space, memory and models; models that are missing are fetched here,
since stages run without a network.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from chalchitra import job_files
from chalchitra.environments import state
from chalchitra.errors import ChalchitraError, MissingError, SeveralErrors, UsageError, raise_all
from chalchitra.files import sha256_file
from chalchitra.glossary import LARGEST
from chalchitra.hardware import known_hardware
from chalchitra.hints import job_argument, typed
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Clip, Job, ModelChoice
from chalchitra.jobs.record import read_record
from chalchitra.media.pictures import require_decodable
from chalchitra.models import catalogue
from chalchitra.models.convert import convert_if_needed
from chalchitra.models.fetch import fetch_all
from chalchitra.models.licences import require_accepted, require_code_accepted
from chalchitra.models.verify import check, fingerprint
from chalchitra.own_code import require_may_run
from chalchitra.pipeline import STAGES, split_key
from chalchitra.runner import rules
from chalchitra.runner.events import Reporter
from chalchitra.runner.film_hash import sha256_for
from chalchitra.runner.pictures import picture_need
from chalchitra.stagekit.protocol import ModelRef

AUDIO_BYTES_A_SECOND = 16_000 * 2
"""16 kHz, 16 bits, mono: what demux writes."""
SPARE_BYTES = 50_000_000
"""Transcripts, logs and subtitles, generously."""


@dataclass(frozen=True)
class Ready:
    """What preflight found: the film's hash, and for every stage key its models by name."""

    film_sha256: str
    models: dict[str, dict[str, ModelRef]]


def preflight(
    job: Job, layout: JobLayout, reporter: Reporter, wanted: Collection[str] | None = None
) -> Ready:
    """Check and fetch. Raises one error that names everything that is missing.

    `wanted` are the keys of the stages that may run (all, if None): of the others nothing is
    needed.
    """
    keys = [key for key in job.stages if wanted is None or key in wanted]
    errors: list[ChalchitraError] = []

    def collect(problem: Callable[[], None]) -> None:
        try:
            problem()
        except SeveralErrors as several:
            errors.extend(several.errors)
        except ChalchitraError as error:
            errors.append(error)

    digest = ""

    def film() -> None:
        nonlocal digest
        digest = sha256_for(job, layout, keys)

    collect(film)
    collect(lambda: _require_script(job, layout))
    collect(lambda: _require_glossary(job, layout))
    collect(lambda: _require_edits(job, layout))
    _tell_edited_glossaries(job, reporter)
    for name in dict.fromkeys(job.environment_of(key) for key in keys):
        collect(lambda name=name: _require_environment(name))  # type: ignore[misc]
    collect(lambda: _require_disk(job, layout, keys))
    if any(STAGES[split_key(key)[0]].pictures == "all" for key in keys):
        collect(lambda: require_decodable(job.film))
    collect(lambda: _fetch(job, keys, reporter))
    raise_all(errors)
    ready = Ready(digest, {key: _refs(job, key) for key in keys})
    _warn_of_memory(job, ready, reporter)
    return ready


def memory_need(job: Job, key: str, models: dict[str, ModelRef]) -> int:
    """The bytes of memory that a stage may take with its models (config/runner.toml) and with the
    job's film."""
    stage, _ = split_key(key)
    size = sum(_size(model.path) for model in models.values())
    return rules.load().of(stage).memory_bytes(size) + picture_need(job, key)


def _size(model: Path) -> int:
    """The bytes of a model's files."""
    if model.is_file():
        return model.stat().st_size
    return sum(path.stat().st_size for path in model.rglob("*") if path.is_file())


def _warn_of_memory(job: Job, ready: Ready, reporter: Reporter) -> None:
    """Say of a stage that may not fit; it is tried all the same, and smaller when it must."""
    have = known_hardware().memory_bytes
    for key in ready.models:
        need = memory_need(job, key, ready.models.get(key, {}))
        if job.machine_of(key).device == "cpu" and have and need > have:
            reporter.emit(
                "stage_warning",
                stage=key,
                text=f"it may take {need / 1e9:.1f} GB of memory, but this machine has "
                f"{have / 1e9:.1f} GB; {_less(job, key)}",
            )


def _less(job: Job, key: str) -> str:
    """What would take less memory."""
    if not picture_need(job, key):
        return "a smaller --model needs less"
    return {
        "all": "without --shots, no pictures are decoded",
        "burned": "with mux.burn_in=none, nothing is burned in",
    }.get(STAGES[split_key(key)[0]].pictures, "a film with smaller pictures needs less")


def look(job: Job, layout: JobLayout, wanted: Collection[str]) -> tuple[Ready, list[str]]:
    """What preflight would find, with nothing fetched or written; and what would be fetched."""
    keys = [key for key in job.stages if key in wanted]
    digest = sha256_for(job, layout, keys, keep=False)
    _require_script(job, layout)
    _require_glossary(job, layout)
    _require_edits(job, layout)
    missing = [choice.name for choice in _required(job, keys) if not _usable(choice)]
    there = {
        key: {} if (choice := job.models.get(key)) and not _usable(choice) else _refs(job, key)
        for key in keys
    }
    return Ready(digest, there), list(dict.fromkeys(missing))


def _require_script(job: Job, layout: JobLayout) -> None:
    """The text that was given with the film is there, and the one that was prepared."""
    if job.script is None:
        return
    _require_copy(layout, layout.script, job.script.sha256, job.script.path)


def _require_glossary(job: Job, layout: JobLayout) -> None:
    """The job's glossary is the one that was prepared."""
    if job.glossary is not None:
        _require_copy(layout, layout.glossary, job.glossary.sha256, job.glossary.sources[0].path)


def _require_edits(job: Job, layout: JobLayout) -> None:
    """The edited tracks are there, and those that were read."""
    for language, edit in job.edits.items():
        copy = layout.edited(language, edit.sha256)
        if not _is_as_read(layout, copy, edit.sha256):
            raise UsageError(
                f"{copy} is missing, or was changed after it was read.",
                cause="It was moved or edited in the job's folder.",
                fix=typed(
                    "chalchitra review",
                    job_argument(layout.root),
                    edit.path if edit.path.exists() else "--undo",
                    "-t",
                    language,
                    first="To read it again,"
                    if edit.path.exists()
                    else "To use the track without it,",
                ),
            )


def _tell_edited_glossaries(job: Job, reporter: Reporter) -> None:
    """Say which files changed that the glossary was made of; the job keeps the terms that it has.

    Not refused: an edit for the next film of a series must not stop this one.
    """
    for source in job.glossary.sources if job.glossary else ():
        try:
            small = source.path.stat().st_size <= LARGEST  # else it is another file by now
            same = small and sha256_file(source.path) == source.sha256
        except OSError:  # gone: the job has its terms
            continue
        if not same:
            reporter.emit(
                "stage_warning",
                stage="asr",
                text=f"{source.path} was edited after the job was prepared; prepare the job again "
                "to use the new terms",
            )


def _is_as_read(layout: JobLayout, copy: Path, sha256: str) -> bool:
    """Whether the job's copy of a given text is there, and is what was read."""
    try:
        return job_files.sha256(layout.root, copy, job_files.MOST_BYTES) == sha256
    except OSError:
        return False


def _require_copy(layout: JobLayout, copy: Path, sha256: str, original: Path) -> None:
    if not _is_as_read(layout, copy, sha256):
        raise UsageError(
            f"{copy} is missing, or was changed after the job was prepared.",
            cause="It was moved or edited in the job's folder.",
            fix=f"Edit {original.name} instead and prepare the job again.",
        )


def _require_environment(name: str) -> None:
    found = state.state(name)
    if not found.whole:
        raise MissingError(
            f"The environment {name} is not usable.",
            cause=f"{found.reason[0].upper()}{found.reason[1:]}.",
            fix=found.fix,
        )


def _require_disk(job: Job, layout: JobLayout, keys: Collection[str]) -> None:
    """Room for what is still to be made: the audio, the muxed film, and the burned-in one."""
    need = SPARE_BYTES
    writes = [STAGES[split_key(key)[0]].writes for key in keys if read_record(layout, key) is None]
    if "sound" in writes:
        need += int(_sound_seconds(job) * AUDIO_BYTES_A_SECOND)
    if "film" in writes:
        need += job.film.size * (2 if job.burns_in else 1)
    free = shutil.disk_usage(layout.root).free
    if free < need:
        raise UsageError(
            f"The disk of {layout.root} has {free / 1e9:.1f} GB left; this job needs "
            f"{need / 1e9:.1f} GB.",
            cause="The audio and the new film are written there.",
            fix="Free some space, or prepare the job on another disk with --out.",
        )


def _sound_seconds(job: Job) -> float:
    """Seconds of sound that will be written, as far as they are sure.

    A header that was not held against the film may claim what no disk holds: such a film is not
    refused for it, and demux looks at the disk as it writes.
    """
    clip = job.clip or Clip()
    if clip.end is None and not job.film.measured:
        return 0.0
    ends = [end for end in (job.film.duration, clip.end) if end is not None]
    return max(0.0, min(ends, default=0.0) - clip.start)


def _fetch(job: Job, keys: Collection[str], reporter: Reporter) -> None:
    """Fetch the models that these stages cannot do without and that are not there."""
    known = catalogue.load()
    wanted = []
    for choice in _required(job, keys):
        if choice.path == _catalogue_path(known, choice):
            entry = known.find(choice.name, choice.kind, choice.format)
            require_accepted(entry)
            require_code_accepted(entry)
            if not check(entry).ok:
                wanted.append(entry)
        elif not choice.path.exists():
            raise MissingError(
                f"The model folder {choice.path} is missing.",
                cause="It was there when the job was prepared.",
                fix="Put it back, or prepare the job again with another --model.",
            )
    if wanted:
        _fetch_all(wanted, reporter)
    for choice in _required(job, keys):
        if choice.kind == "seq2seq":  # others' folders are read as data
            require_may_run(choice.path, choice.name)


def _fetch_all(wanted: list[catalogue.ModelEntry], reporter: Reporter) -> None:
    fetch_all(
        wanted,
        progress=lambda entry, done, total: reporter.emit(
            "fetch", model=str(entry), done=done, total=total
        ),
    )
    for entry in dict.fromkeys(wanted):
        convert_if_needed(entry)
        reporter.emit("fetched", model=str(entry))


def _required(job: Job, keys: Collection[str]) -> list[ModelChoice]:
    chosen = (job.models.get(key) for key in keys)
    return [choice for choice in chosen if choice is not None and choice.required]


def _catalogue_path(known: catalogue.Catalogue, choice: ModelChoice) -> Path | None:
    if not known.knows(choice.name, choice.kind):
        return None
    return known.find(choice.name, choice.kind, choice.format).path()


def _refs(job: Job, key: str) -> dict[str, ModelRef]:
    """A stage's model as its request names it; an optional one that is not there is left out."""
    choice = job.models.get(key)
    if choice is None or not (choice.required or _usable(choice)):
        return {}
    stage, _ = split_key(key)
    digest = fingerprint(choice.path)
    return {stage: ModelRef(name=choice.name, path=choice.path, sha256=digest)}


def _usable(choice: ModelChoice) -> bool:
    known = catalogue.load()
    if choice.path == _catalogue_path(known, choice):
        return check(known.find(choice.name, choice.kind, choice.format)).ok
    return choice.path.exists()
