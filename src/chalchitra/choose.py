"""What a job will use: engine, translator, environments, models, device - chosen once, in prepare.

Everything is checked against the tables and the machine here, and written into job.json, so that
the run decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chalchitra import hardware
from chalchitra.environments import state, table
from chalchitra.errors import ChalchitraError, MissingError, UsageError, raise_all
from chalchitra.jobs import Machine, ModelChoice
from chalchitra.languages import Language, require_translatable
from chalchitra.models import defaults
from chalchitra.models.resolve import ResolvedModel, resolve, resolve_aligner
from chalchitra.pipeline import Workflow, plan, split_key, stage_key
from chalchitra.settings import Settings
from chalchitra.translation.directions import model_name_for

AUTO = "auto"


@dataclass(frozen=True)
class Choices:
    """`environments` and `machines` by stage, `models` by stage key, `notes` for the person."""

    engine: str
    translator: str | None
    environments: dict[str, str]
    machines: dict[str, Machine]
    models: dict[str, ModelChoice]
    notes: tuple[str, ...]


def choose(
    workflow: Workflow,
    source: Language,
    targets: Sequence[Language],
    settings: Settings,
    options: Collection[str] = (),
) -> Choices:
    """Choose for a job, and check that the environments it needs are whole.

    `options` are the optional stages that it asks for.

    Raises UsageError for a choice that cannot be, MissingError naming every environment at fault.
    """
    machine = hardware.known_hardware()
    environments = table.load()
    translator = _translator(source, targets, settings)
    wanted: dict[str, str | None] = {
        "asr": _named(settings["asr"]["engine"]),
        "translation": translator,
    }
    names: dict[str, str] = {}
    machines: dict[str, Machine] = {}
    engine = ""
    stages = dict.fromkeys(
        split_key(key)[0]
        for key in plan(workflow, source.id, [item.id for item in targets], options=options)
    )
    for stage in stages:
        environment, service = environments.service(
            stage, wanted.get(stage), apple_silicon=machine.apple_silicon
        )
        names[stage] = environment.name
        machines[stage] = _machine(
            hardware.compute(machine, service.runtime), settings.get(stage, {})
        )
        if stage == "asr":
            engine = service.choice or ""
    _require_whole(sorted(set(names.values())))
    models = {
        "asr": _whisper(
            settings["asr"]["model"], engine, machine, translate=translator == "whisper"
        )
    }
    if (aligner := _aligner(settings["alignment"]["model"], source)) is not None:
        models["alignment"] = aligner
    for target in targets:
        models[stage_key("translation", target.id)] = _translation_model(
            source, target, translator, settings, machine
        )
    heard_by = models["asr"]
    notes = [
        f"Engine {engine} in {names['asr']}, model {heard_by.name}: {heard_by.reason}.",
        *_to_fetch(models),
    ]
    return Choices(engine, translator, names, machines, models, tuple(notes))


def _to_fetch(models: dict[str, ModelChoice]) -> Iterator[str]:
    """What the run will have to fetch first, so that nobody is surprised without a network."""
    for choice in {item.path: item for item in models.values() if item.required}.values():
        if choice.path.is_dir():
            continue
        entry = resolve(choice.name, choice.kind, choice.format).entry
        terms = entry.terms if entry else None
        gated = f"; accept its terms once at {terms}" if terms else ""
        yield f"The model {choice.name} is fetched before the first stage{gated}."


def _named(value: str) -> str | None:
    return None if value == AUTO else value


def _translator(source: Language, targets: Sequence[Language], settings: Settings) -> str | None:
    """The one translator that does all pairs of this job. Raises UsageError where there is none."""
    wanted = _named(settings["translation"]["translator"])
    chosen: list[str] = []
    errors: list[ChalchitraError] = []
    for target in targets:
        try:
            chosen.append(require_translatable(source, target, wanted))
        except ChalchitraError as error:
            errors.append(error)
    raise_all(errors)
    return chosen[0] if chosen else None


def _machine(compute: hardware.Compute, section: dict[str, Any]) -> Machine:
    """What the hardware suggests, and what the stage's settings say otherwise."""
    device = _named(section.get("device", AUTO)) or compute.device
    kind = compute.compute_type
    if device != compute.device:  # the number format was chosen for another device
        kind = "float16" if device == "cuda" else "float32"
    return Machine.model_validate(
        {
            "device": device,
            "compute_type": _named(section.get("compute_type", AUTO)) or kind,
            "threads": int(section.get("threads", 0)) or compute.threads,
        }
    )


def _require_whole(names: Sequence[str]) -> None:
    states = [state.state(name) for name in names]
    raise_all(
        [
            MissingError(
                f"The environment {item.name} is not usable.",
                cause=f"{item.reason[0].upper()}{item.reason[1:]}.",
                fix=item.fix,
            )
            for item in states
            if not item.whole
        ]
    )


def _whisper(
    named: str, engine: str, machine: hardware.Hardware, *, translate: bool
) -> ModelChoice:
    kind = "mlx" if engine == "mlx" else "ctranslate2"
    if named != AUTO:
        return _choice(resolve(named, "whisper", kind), "asked for")
    name, reason = defaults.default_whisper(machine, translate=translate)
    return _choice(resolve(name, "whisper", kind), reason)


def _aligner(named: str, source: Language) -> ModelChoice | None:
    """The language's aligner: required when it was named, otherwise used where it is there."""
    if named != AUTO:
        return _choice(resolve(named, "wav2vec2", "hf"), "asked for")
    found = resolve_aligner(source.id)
    if found is None:
        return None
    return _choice(found, f"the aligner of {source.name}", required=False)


def _translation_model(
    source: Language,
    target: Language,
    translator: str | None,
    settings: Settings,
    machine: hardware.Hardware,
) -> ModelChoice:
    if translator == "whisper":
        # The recogniser that translates is CTranslate2's, whatever engine hears.
        named = settings["asr"]["model"]
        if named == AUTO:
            named, _ = defaults.default_whisper(machine, translate=True)
        model = resolve(named, "whisper", "ctranslate2")
        if model.entry is not None and not model.entry.can_translate:
            raise UsageError(
                f"The model {model.name} cannot translate.",
                cause="It was not trained to.",
                fix="Give --model medium or --model large-v3, or another --translator.",
            )
        return _choice(model, "listens again and translates into English")
    section = settings["translation"]
    if section["model"] != AUTO:
        return _choice(resolve(section["model"], "seq2seq", "hf"), "asked for")
    assert source.indictrans2 is not None
    assert target.indictrans2 is not None
    name = model_name_for(source.indictrans2, target.indictrans2, section["size"])
    reason = f"translates {source.name} into {target.name}"
    return _choice(resolve(name, "seq2seq", "hf"), reason)


def _choice(model: ResolvedModel, reason: str, *, required: bool = True) -> ModelChoice:
    return ModelChoice(
        name=model.name,
        kind=model.kind,
        format=model.format,
        path=model.path,
        reason=reason,
        required=required,
    )
