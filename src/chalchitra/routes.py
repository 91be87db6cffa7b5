"""config/translators.toml as data: which translators take a text from one language to another.

A route is one leg, or two where a pair has no direct way: the first into English, the second on.
Every refusal says what is possible instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.hints import typed
from chalchitra.languages import Language, find
from chalchitra.paths import config_file
from chalchitra.toml_tables import read_toml, unusable

PIVOT = "en"
"""The language that a way of two legs leads through."""
_ANY = "*"


@dataclass(frozen=True)
class Translator:
    """One section of the table; the fields are explained at its top."""

    name: str
    title: str
    codes: str
    by_name: bool = False

    def knows(self, language: Language) -> bool:
        return getattr(language, self.codes) is not None


@dataclass(frozen=True)
class Leg:
    """One translation of a route; `models` are names by size, none where it uses Whisper's."""

    translator: str
    source: Language
    target: Language
    models: Mapping[str, str]


@dataclass(frozen=True)
class Route:
    """How a text gets from one language into another: one leg or two."""

    legs: tuple[Leg, ...]

    @property
    def target(self) -> Language:
        return self.legs[-1].target

    @property
    def via(self) -> Language | None:
        """The language on the way, where there is one."""
        return self.legs[0].target if len(self.legs) > 1 else None

    @property
    def translators(self) -> list[str]:
        return [leg.translator for leg in self.legs]


@dataclass(frozen=True)
class _Way:
    translators: tuple[str, ...]
    source: str = _ANY
    target: str = _ANY
    models: Mapping[str, str] | None = None


@dataclass(frozen=True)
class _Table:
    translators: dict[str, Translator]
    ways: tuple[_Way, ...]

    def direct(
        self, source: Language, target: Language, translator: str | None = None
    ) -> Iterator[Leg]:
        for way in self.ways:
            name = way.translators[0]
            if len(way.translators) > 1 or translator not in (None, name):
                continue
            codes = self.translators[name]
            if (
                way.source in (_ANY, source.id)
                and way.target in (_ANY, target.id)
                and codes.knows(source)
                and (codes.knows(target) or way.target == target.id)
            ):
                yield Leg(name, source, target, way.models or {})

    def writes(self, translator: str, language: Language) -> bool:
        """Whether a translator translates into the language, from whatever."""
        return any(
            way.translators == (translator,)
            and (
                way.target == language.id
                or (way.target == _ANY and self.translators[translator].knows(language))
            )
            for way in self.ways
        )

    def routes(self, source: Language, target: Language) -> Iterator[Route]:
        """Every route, the direct ones first and otherwise in the table's order."""
        yield from (Route((leg,)) for leg in self.direct(source, target))
        pivot = find(PIVOT)
        if pivot.id in (source.id, target.id):
            return
        for way in self.ways:
            if len(way.translators) < 2:
                continue
            first, then = way.translators
            one = next(self.direct(source, pivot, first), None)
            other = next(self.direct(pivot, target, then), None)
            if one and other:
                yield Route((one, other))


def translators() -> dict[str, Translator]:
    """The translators by name, in the table's order."""
    return _table().translators


def routes(source: Language, target: Language) -> list[Route]:
    """Every way from one language to the other, the preferred first; none into itself."""
    if source.id == target.id:
        return []
    return list(_table().routes(source, target))


def require_route(source: Language, target: Language, named: str | None = None) -> Route:
    """The route for this pair: the first with the `named` translator, otherwise the first.

    One that is taken only by name is not taken unasked. Raises UsageError, with what is possible
    instead, for an unknown translator, a language into itself and a pair that cannot be done.
    """
    known = translators()
    if named is not None and named not in known:
        raise UsageError(
            f"There is no translator “{named}”.",
            fix=f"Use `--translator` with one of: {', '.join(known)}.",
        )
    if source.id == target.id:
        raise UsageError(
            f"Source and target language are the same: {source}.",
            fix="Name another language with `-t`; subtitles in the source language need none.",
        )
    found = routes(source, target)
    for route in found:
        asked = [name for name in route.translators if known[name].by_name]
        if all(name == named for name in asked) and named in (None, *route.translators):
            return route
    if named:
        what = f"{known[named].title} cannot translate {source} into {target}."
    elif found:
        what = f"{source} into {target} needs a translator that is used only when it is named."
    else:
        what = f"There is no translator from {source} into {target}."
    raise UsageError(
        what,
        cause=_why_not(source, target, found, named),
        fix=_instead(found),
    )


def _why_not(source: Language, target: Language, found: list[Route], named: str | None) -> str:
    known = translators()
    if named is None and found:
        asked = [known[name].title for name in found[0].translators if known[name].by_name]
        return f"Only {asked[0]} can, which recognises the film again."
    who = {named: known[named]} if named else known
    if not any(one.knows(source) for one in who.values()):
        lacking = source
    elif not any(_table().writes(name, target) for name in who):
        lacking = target
    else:
        return "There is no direct way, and no way via English."
    if named is None:
        return f"No translator supports {lacking}."
    if lacking is target and known[named].knows(target):
        return f"It translates only into English, and nothing translates on into {target}."
    return f"It does not support {lacking}."


def _instead(found: list[Route]) -> str:
    names = list(dict.fromkeys(route.translators[0] for route in found))
    if names:
        return "Use " + " or ".join(f"`--translator {name}`" for name in names) + "."
    return typed(
        "chalchitra languages",
        first="Choose another target with `-t`; to see which translator supports which language,",
    )


def _table(root: Path | None = None) -> _Table:
    return _load(config_file("translators.toml", root))


@cache
def _load(path: Path) -> _Table:
    data = read_toml(path)
    try:
        translators = {name: Translator(name, **row) for name, row in data["translators"].items()}
        ways = tuple(_way(row) for row in data["ways"])
        for way in ways:
            for name in way.translators:
                if name not in translators:
                    raise ValueError(f"a way names the translator {name}, which has no section")
        return _Table(translators, ways)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise unusable(path, str(error)) from None


def _way(row: dict[str, Any]) -> _Way:
    if "first" in row:
        return _Way((row["first"], row["then"]))
    return _Way((row["translator"],), row["source"], row["target"], row.get("models"))
