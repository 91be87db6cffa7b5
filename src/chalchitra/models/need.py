"""Which models this machine and these languages want: the order in which they are listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chalchitra.errors import UsageError
from chalchitra.hardware import Hardware
from chalchitra.hints import typed
from chalchitra.languages import Language
from chalchitra.models.catalogue import ModelEntry
from chalchitra.models.defaults import default_whisper
from chalchitra.models.resolve import resolve_aligner
from chalchitra.routes import require_route


@dataclass(frozen=True)
class Needed:
    """A model and what it is for, in words; `wanted` by this machine or the named languages.

    One that is not `usable` is in a format that this machine cannot run.
    """

    entry: ModelEntry
    purpose: str
    wanted: bool
    usable: bool = True


def by_need(
    entries: Iterable[ModelEntry],
    machine: Hardware,
    sources: Sequence[Language] = (),
    targets: Sequence[Language] = (),
) -> list[Needed]:
    """The models in order of need: what is wanted here, what can be used, the rest.

    Within these the table's order stays. Raises UsageError where a pair of the languages cannot be
    translated.
    """
    wanted = dict(_wanted(machine, sources, targets))
    rows = [_needed(entry, machine, wanted) for entry in entries]
    return sorted(rows, key=lambda row: (not row.wanted, not row.usable))


def require_any(found: Sequence[object], kind: str | None, kinds: Iterable[str]) -> None:
    """Raise UsageError where a filter by kind left nothing."""
    if not found:
        raise UsageError(
            f"There is no model of the kind {kind}.",
            cause=f"The kinds are {', '.join(dict.fromkeys(kinds))}.",
            fix=typed("chalchitra models list"),
        )


def _wanted(
    machine: Hardware, sources: Sequence[Language], targets: Sequence[Language]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Name and format of each model that is wanted, and why."""
    name, _ = default_whisper(machine)
    yield (name, _format(machine)), "recognition (default)"
    for source in sources:
        aligner = resolve_aligner(source.id)
        if aligner is not None:
            yield (aligner.name, aligner.format), f"word times, {source.name}"
        for target in targets:
            if target.id == source.id:
                continue
            for leg in require_route(source, target).legs:
                if leg.models:
                    model = next(iter(leg.models.values()))
                    yield (model, "hf"), f"{leg.source.name} to {leg.target.name}"


def _needed(entry: ModelEntry, machine: Hardware, wanted: dict[tuple[str, str], str]) -> Needed:
    why = wanted.get((entry.name, entry.format))
    if why is not None:
        return Needed(entry, why, wanted=True)
    if entry.format == "mlx" and not machine.apple_silicon:
        return Needed(entry, "Apple silicon only", wanted=False, usable=False)
    return Needed(entry, _purpose(entry), wanted=False)


def _purpose(entry: ModelEntry) -> str:
    match entry.kind:
        case "whisper":
            return "recognition" if entry.multilingual else "recognition of English"
        case "wav2vec2":
            return f"word times, {', '.join(entry.languages) or 'any language'}"
        case "seq2seq":
            return f"translation {entry.direction}" if entry.direction else "translation"
        case "diarization":
            return "speakers"
    return ""


def _format(machine: Hardware) -> str:
    return "mlx" if machine.apple_silicon else "ctranslate2"
