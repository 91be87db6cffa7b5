"""What was chosen for a job, as a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from chalchitra.hints import typed
from chalchitra.jobs.model import Machine, ModelChoice
from chalchitra.languages import Language
from chalchitra.models import licences
from chalchitra.models.resolve import resolve
from chalchitra.pipeline import split_key

_Value = TypeVar("_Value")


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


def by_stage(by_key: Mapping[str, _Value]) -> dict[str, _Value]:
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
        notes=(*choices.notes, *to_fetch(new)),
    )


def to_fetch(models: Mapping[str, ModelChoice]) -> Iterator[str]:
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
