"""What a job will use: engine, translator, environments, models, device - chosen once, in prepare.

Everything is checked against the tables and the machine here, and written into job.json, so that
the run decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from chalchitra import hardware
from chalchitra.environments import state, table
from chalchitra.errors import ChalchitraError, MissingError, UsageError, raise_all
from chalchitra.hints import typed
from chalchitra.jobs.model import Machine, ModelChoice
from chalchitra.languages import Language
from chalchitra.models import catalogue, defaults, licences
from chalchitra.models.resolve import ResolvedModel, resolve, resolve_aligner, resolve_entry
from chalchitra.pipeline import LISTENING, Workflow, plan, split_key, stage_key
from chalchitra.routes import Leg, Route, require_route
from chalchitra.routes import routes as all_routes
from chalchitra.settings import Settings

AUTO = "auto"
_Value = TypeVar("_Value")

LISTENER = "small"
"""The Whisper model that tells the language where the recogniser's own is not CTranslate2's."""


@dataclass(frozen=True)
class Choices:
    """`environments` and `machines` by stage, or by key where the keys of one stage differ.

    `models`, `translators` and `pivots` (the language on the way) are by stage key, `notes` for the
    person.
    """

    engine: str
    environments: dict[str, str]
    machines: dict[str, Machine]
    models: dict[str, ModelChoice]
    notes: tuple[str, ...]
    translators: dict[str, str] = field(default_factory=dict)
    pivots: dict[str, Language] = field(default_factory=dict)

    @property
    def translator(self) -> str | None:
        """The one translator of the job; None where it has several or none."""
        found = set(self.translators.values())
        return found.pop() if len(found) == 1 else None

    @property
    def via(self) -> tuple[Language, ...]:
        """The languages that others are translated from."""
        return tuple(dict.fromkeys(self.pivots.values()))


def choose(
    workflow: Workflow,
    source: Language,
    targets: Sequence[Language],
    settings: Settings,
    wanted_stages: Collection[str] = (),
) -> Choices:
    """Choose for a job, and check that the environments it needs are whole.

    `wanted_stages` are the optional stages that were asked for.

    Raises UsageError for a choice that cannot be, MissingError naming every environment at fault.
    """
    machine = hardware.known_hardware()
    environments = table.load()
    routes = _routes(source, targets, settings)
    legs = _legs(routes)
    pivots = {stage_key("translation", route.target.id): route.via for route in routes if route.via}
    wanted = {key: leg.translator for key, leg in legs.items()}
    if engine_named := _named(settings["asr"]["engine"]):
        wanted["asr"] = engine_named
    names: dict[str, str] = {}
    machines: dict[str, Machine] = {}
    engine = ""
    keys = plan(
        workflow,
        source.id,
        [item.id for item in targets],
        wanted=wanted_stages,
        via=[item.id for item in pivots.values()],
    )
    for key in keys:
        stage, _ = split_key(key)
        environment, service = environments.service(
            stage, wanted.get(key), apple_silicon=machine.apple_silicon
        )
        names[key] = environment.name
        machines[key] = _machine(
            hardware.compute(machine, service.runtime), settings.get(stage, {})
        )
        if stage == "asr":
            engine = service.choice or ""
    _require_whole(sorted(set(names.values())))
    models = {
        "asr": _whisper(
            settings["asr"]["model"], engine, machine, translate="whisper" in wanted.values()
        )
    }
    if (aligner := _aligner(settings["alignment"]["model"], source)) is not None:
        models["alignment"] = aligner
    if "speakers" in keys:
        models["speakers"] = diarizer(settings["speakers"]["model"])
    _check_named_model(legs, settings)
    for key, leg in legs.items():
        models[key] = _translation_model(leg, settings, machine)
    _require_accepted(routes, source, models)
    heard_by = models["asr"]
    notes = [
        f"Speech recognition: model {heard_by.name} ({heard_by.reason}), engine {engine}.",
        *_ways_told(routes),
        *_to_fetch(models),
    ]
    return Choices(
        engine,
        _by_stage(names),
        _by_stage(machines),
        models,
        tuple(notes),
        {key: leg.translator for key, leg in legs.items()},
        pivots,
    )


def _by_stage(by_key: dict[str, _Value]) -> dict[str, _Value]:
    """The same by stage, and by key only where the keys of one stage differ."""
    found: dict[str, list[_Value]] = {}
    for key, value in by_key.items():
        found.setdefault(split_key(key)[0], []).append(value)
    alike = {stage for stage, values in found.items() if all(v == values[0] for v in values)}
    return {
        stage if (stage := split_key(key)[0]) in alike else key: value
        for key, value in by_key.items()
    }


def with_listening(choices: Choices, listening: Choices) -> Choices:
    """What a job uses that tells its language besides."""
    known = {model.path for model in choices.models.values()}
    new = {key: model for key, model in listening.models.items() if model.path not in known}
    return replace(
        choices,
        environments=listening.environments | choices.environments,
        machines=listening.machines | choices.machines,
        models=listening.models | choices.models,
        notes=(*choices.notes, *_to_fetch(new)),
    )


def choose_listening(settings: Settings, *, translated: bool = False) -> Choices:
    """Choose for the stages that find out which language is spoken, whatever it is.

    `translated` where the job will translate, which the choice of the recogniser depends on. Raises
    as choose does.
    """
    machine = hardware.known_hardware()
    environments = table.load()
    names: dict[str, str] = {}
    machines: dict[str, Machine] = {}
    for stage in LISTENING:
        environment, service = environments.service(stage, apple_silicon=machine.apple_silicon)
        names[stage] = environment.name
        machines[stage] = _machine(
            hardware.compute(machine, service.runtime), settings.get(stage, {})
        )
    _require_whole(sorted(set(names.values())))
    named = settings["language"]["model"]
    if named == AUTO:
        _, service = environments.service(
            "asr", _named(settings["asr"]["engine"]), apple_silicon=machine.apple_silicon
        )
        # The recogniser's own model is there anyway; MLX's cannot be loaded by CTranslate2.
        named = LISTENER if service.choice == "mlx" else settings["asr"]["model"]
    translate = translated and settings["translation"]["translator"] == "whisper"
    model = _whisper(named, "ctranslate2", machine, translate=translate)
    models = {"language": model.model_copy(update={"reason": "detects the spoken language"})}
    return Choices("", names, machines, models, ())


def _to_fetch(models: dict[str, ModelChoice]) -> Iterator[str]:
    """What the run will have to fetch first, so that nobody is surprised without a network."""
    for choice in {item.path: item for item in models.values() if item.required}.values():
        if choice.path.is_dir():
            continue
        entry = resolve(choice.name, choice.kind, choice.format).entry
        terms = entry.terms if entry else None
        gated = f" Accept its terms first, at {terms}" if terms else ""
        yield f"The model {choice.name} will be fetched before the first stage.{gated}"
        if entry is not None and not licences.code_accepted(entry):
            yield typed(
                "chalchitra models accept",
                entry.name,
                first=f"{entry.name} brings Python code of its own. To agree that it runs,",
            )


def _named(value: str) -> str | None:
    return None if value == AUTO else value


def _routes(source: Language, targets: Sequence[Language], settings: Settings) -> list[Route]:
    """The way to each target. Raises one error for all that there is no way to."""
    named = _named(settings["translation"]["translator"])
    found: list[Route] = []
    errors: list[ChalchitraError] = []
    for target in targets:
        try:
            found.append(require_route(source, target, named))
        except ChalchitraError as error:
            errors.append(error)
    raise_all(errors)
    return found


def _legs(routes: Sequence[Route]) -> dict[str, Leg]:
    """The translation of each stage key. A target on another's way is translated once."""
    direct = [route for route in routes if route.via is None]
    through = [route for route in routes if route.via is not None]
    legs: dict[str, Leg] = {}
    for route in (*direct, *through):
        for leg in route.legs:
            legs.setdefault(stage_key("translation", leg.target.id), leg)
    return legs


def _ways_told(routes: Sequence[Route]) -> Iterator[str]:
    for route in routes:
        if route.via is not None:
            first, then = route.translators
            yield (
                f"{route.target.name} is translated via {route.via.name}: {first} translates into "
                f"that, {then} continues from there."
            )


def _require_accepted(
    routes: Sequence[Route], source: Language, models: dict[str, ModelChoice]
) -> None:
    """Refuse models whose licence nobody agreed to, naming a translator that needs none."""
    errors: dict[str, ChalchitraError] = {}
    for route in routes:
        for leg in route.legs:
            choice = models[stage_key("translation", leg.target.id)]
            entry = _entry(choice) if leg.models else None
            if entry is None:
                continue
            others = [
                other.translators[0]
                for other in all_routes(source, route.target)
                if leg.translator not in other.translators
            ]
            otherwise = f"use --translator {others[0]}" if others else ""
            try:
                licences.require_accepted(entry, otherwise=otherwise)
            except ChalchitraError as error:
                errors.setdefault(entry.name, error)
    raise_all(list(errors.values()))


def _entry(choice: ModelChoice) -> catalogue.ModelEntry | None:
    """The row of a model; none for a person's own folder."""
    known = catalogue.load()
    if not known.knows(choice.name, choice.kind):
        return None
    return known.find(choice.name, choice.kind, choice.format)


def _check_named_model(legs: dict[str, Leg], settings: Settings) -> None:
    """A model that was named can serve one translator only."""
    named = settings["translation"]["model"]
    using = dict.fromkeys(leg.translator for leg in legs.values() if leg.models)
    if named != AUTO and len(using) > 1:
        raise UsageError(
            f"The model {named} cannot be used for every language of this job.",
            cause=f"They need different translators: {', '.join(using)}.",
            fix="Leave translation.model at auto, or prepare one job for each translator.",
        )


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
    return _choice(found, f"the alignment model for {source.name}", required=False)


def diarizer(named: str) -> ModelChoice:
    """What tells speakers apart: pyannote's pipeline where it was fetched, else without a token."""
    known = catalogue.load().all("diarization")
    if named != AUTO:
        formats = [entry.format for entry in known if named in entry.names]
        folder = Path(named).expanduser()
        own = "pyannote" if (folder / "config.yaml").is_file() else "torch"
        return _choice(resolve(named, "diarization", formats[0] if formats else own), "asked for")
    best, other = (resolve_entry(entry) for entry in known)
    if best.fetched:
        return _choice(best, "identifies the speakers")
    return _choice(other, f"identifies the speakers where {best.name} is not fetched")


def _translation_model(leg: Leg, settings: Settings, machine: hardware.Hardware) -> ModelChoice:
    if not leg.models:
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
        return _choice(model, "translates the audio into English")
    section = settings["translation"]
    if section["model"] != AUTO:
        return _choice(resolve(section["model"], "seq2seq", "hf"), "asked for")
    size = section["size"]
    if size not in leg.models:
        raise UsageError(
            f"The translator {leg.translator} has no size {size}.",
            cause=f"config/translators.toml gives {', '.join(leg.models)}.",
            fix=f"Set translation.size to {next(iter(leg.models))}.",
        )
    reason = f"translates {leg.source.name} into {leg.target.name}"
    return _choice(resolve(leg.models[size], "seq2seq", "hf"), reason)


def _choice(model: ResolvedModel, reason: str, *, required: bool = True) -> ModelChoice:
    return ModelChoice(
        name=model.name,
        kind=model.kind,
        format=model.format,
        path=model.path,
        reason=reason,
        required=required,
    )
