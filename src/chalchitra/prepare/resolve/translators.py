"""Which translators a job uses: a way to each target, and models whose licence was agreed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from chalchitra.errors import ChalchitraError, UsageError, raise_all
from chalchitra.jobs.model import ModelChoice
from chalchitra.languages import Language
from chalchitra.models import catalogue, licences
from chalchitra.pipeline import stage_key
from chalchitra.routes import Leg, Route, require_route
from chalchitra.routes import routes as all_routes
from chalchitra.settings import AUTO, Settings, named


def routes_to(source: Language, targets: Sequence[Language], settings: Settings) -> list[Route]:
    """The way to each target. Raises one error for all that there is no way to."""
    wanted = named(settings["translation"]["translator"])
    found: list[Route] = []
    errors: list[ChalchitraError] = []
    for target in targets:
        try:
            found.append(require_route(source, target, wanted))
        except ChalchitraError as error:
            errors.append(error)
    raise_all(errors)
    return found


def legs_of(routes: Sequence[Route]) -> dict[str, Leg]:
    """The translation of each stage key. A target on another's way is translated once."""
    direct = [route for route in routes if route.via is None]
    through = [route for route in routes if route.via is not None]
    legs: dict[str, Leg] = {}
    for route in (*direct, *through):
        for leg in route.legs:
            legs.setdefault(stage_key("translation", leg.target.id), leg)
    return legs


def ways_told(routes: Sequence[Route]) -> Iterator[str]:
    for route in routes:
        if route.via is not None:
            first, then = route.translators
            yield (
                f"{route.target.name} is translated via {route.via.name}: {first} translates into "
                f"that, {then} continues from there."
            )


def require_accepted(
    routes: Sequence[Route], source: Language, models: Mapping[str, ModelChoice]
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


def check_named_model(legs: Mapping[str, Leg], settings: Settings) -> None:
    """A model that was named can serve one translator only."""
    model = settings["translation"]["model"]
    using = dict.fromkeys(leg.translator for leg in legs.values() if leg.models)
    if model != AUTO and len(using) > 1:
        raise UsageError(
            f"The model {model} cannot be used for every language of this job.",
            cause=f"They need different translators: {', '.join(using)}.",
            fix="Leave translation.model at auto, or prepare one job for each translator.",
        )
