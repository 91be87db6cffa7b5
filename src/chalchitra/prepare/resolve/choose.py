"""Choosing for a job, once, so that the run decides nothing.

Everything is checked against the tables and the machine here, and written into job.json.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chalchitra import hardware
from chalchitra.environments import table
from chalchitra.jobs.model import Machine
from chalchitra.languages import Language
from chalchitra.pipeline import Workflow, plan, split_key, stage_key
from chalchitra.prepare.resolve.choices import Choices, by_stage, to_fetch
from chalchitra.prepare.resolve.machines import machine_for, require_whole
from chalchitra.prepare.resolve.models import aligner, diarizer, translation_model, whisper
from chalchitra.prepare.resolve.translators import (
    check_named_model,
    legs_of,
    require_accepted,
    routes_to,
    ways_told,
)
from chalchitra.settings import Settings, named


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
    routes = routes_to(source, targets, settings)
    legs = legs_of(routes)
    pivots = {stage_key("translation", route.target.id): route.via for route in routes if route.via}
    wanted = {key: leg.translator for key, leg in legs.items()}
    if engine_named := named(settings["asr"]["engine"]):
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
        machines[key] = machine_for(
            hardware.compute(machine, service.runtime), settings.get(stage, {})
        )
        if stage == "asr":
            engine = service.choice or ""
    require_whole(sorted(set(names.values())))
    models = {
        "asr": whisper(
            settings["asr"]["model"], engine, machine, translate="whisper" in wanted.values()
        )
    }
    if (aligned_by := aligner(settings["alignment"]["model"], source)) is not None:
        models["alignment"] = aligned_by
    if "speakers" in keys:
        models["speakers"] = diarizer(settings["speakers"]["model"])
    check_named_model(legs, settings)
    for key, leg in legs.items():
        models[key] = translation_model(leg, settings, machine)
    require_accepted(routes, source, models)
    heard_by = models["asr"]
    notes = [
        f"Speech recognition: model {heard_by.name} ({heard_by.reason}), engine {engine}.",
        *ways_told(routes),
        *to_fetch(models),
    ]
    return Choices(
        engine,
        by_stage(names),
        by_stage(machines),
        models,
        tuple(notes),
        {key: leg.translator for key, leg in legs.items()},
        pivots,
    )
