"""Which model each stage uses."""

from __future__ import annotations

from pathlib import Path

from chalchitra import hardware
from chalchitra.errors import UsageError
from chalchitra.jobs.model import ModelChoice
from chalchitra.languages import Language
from chalchitra.models import catalogue, defaults
from chalchitra.models.resolve import ResolvedModel, resolve, resolve_aligner, resolve_entry
from chalchitra.routes import Leg
from chalchitra.settings import AUTO, Settings


def whisper(named: str, engine: str, machine: hardware.Hardware, *, translate: bool) -> ModelChoice:
    kind = "mlx" if engine == "mlx" else "ctranslate2"
    if named != AUTO:
        return _choice(resolve(named, "whisper", kind), "asked for")
    name, reason = defaults.default_whisper(machine, translate=translate)
    return _choice(resolve(name, "whisper", kind), reason)


def aligner(named: str, source: Language) -> ModelChoice | None:
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


def translation_model(leg: Leg, settings: Settings, machine: hardware.Hardware) -> ModelChoice:
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
