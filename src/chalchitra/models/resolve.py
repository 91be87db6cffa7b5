"""From a model's name, or a folder that a person gave, to a model that can be loaded."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.hints import typed
from chalchitra.models.catalogue import Catalogue, ModelEntry, ModelFile, load
from chalchitra.models.verify import check, known_fingerprint

_WEIGHTS = ("model.safetensors", "model-*.safetensors", "pytorch_model.bin", "pytorch_model-*.bin")
_NEEDED: dict[tuple[str, str], tuple[tuple[str, ...], ...]] = {
    # faster-whisper goes to the hub for a tokenizer that is not in the folder.
    ("whisper", "ctranslate2"): (
        ("config.json",),
        ("model.bin",),
        ("tokenizer.json",),
        ("vocabulary.json", "vocabulary.txt"),
    ),
    ("whisper", "mlx"): (("config.json",), ("weights.safetensors", "weights.npz")),
    ("wav2vec2", "hf"): (("config.json",), ("vocab.json",), _WEIGHTS),
    ("seq2seq", "hf"): (("config.json",), _WEIGHTS),
    ("diarization", "pyannote"): (("config.yaml",), ("segmentation.bin",), ("embedding.bin",)),
    ("diarization", "torch"): (("campplus_cn_en_common.pt",),),
}
"""What a folder must hold to be loaded: one file of each group."""


@dataclass(frozen=True)
class ResolvedModel:
    """A model that was named: its folder, whether it is there, and its row if it has one.

    `sha256` is its fingerprint where that is known without reading it (`verify.fingerprint` makes
    sure); None for a model that is not fetched.
    """

    name: str
    kind: str
    format: str
    path: Path
    fetched: bool
    sha256: str | None
    entry: ModelEntry | None


def resolve(
    name_or_path: str,
    kind: str,
    format: str,
    root: Path | None = None,
    catalogue: Catalogue | None = None,
) -> ResolvedModel:
    """The model of this name (the catalogue first), or in this folder.

    `kind` and `format` are what the engine that will load it can load. Raises UsageError for a name
    that is in neither, a name that does not come in `format`, and a folder that cannot be loaded.
    """
    catalogue = catalogue or load(root)
    path = Path(name_or_path).expanduser()
    if not catalogue.knows(name_or_path, kind) and (_is_path(name_or_path) or path.is_dir()):
        return _folder(path, kind, format, root, catalogue)
    return resolve_entry(catalogue.find(name_or_path, kind, format), root)


def resolve_entry(entry: ModelEntry, root: Path | None = None) -> ResolvedModel:
    """A catalogue model as it is on this machine."""
    path = entry.path(root)
    fetched = check(entry, root).ok
    sha256 = known_fingerprint(path, root) if fetched else None
    return ResolvedModel(entry.name, entry.kind, entry.format, path, fetched, sha256, entry)


def resolve_aligner(
    language: str, root: Path | None = None, catalogue: Catalogue | None = None
) -> ResolvedModel | None:
    """The wav2vec2 model for a language id: the first that is fetched, else the preferred one.

    None for a language that has none.
    """
    entries = (catalogue or load(root)).all("wav2vec2", language=language)
    found = [resolve_entry(entry, root) for entry in entries]
    return next((model for model in found if model.fetched), found[0] if found else None)


def _is_path(text: str) -> bool:
    return os.sep in text or text.startswith((".", "~"))


def _folder(
    path: Path, kind: str, format: str, root: Path | None, catalogue: Catalogue
) -> ResolvedModel:
    path = path.absolute()
    _validate(path, kind, format)
    return ResolvedModel(
        name=path.name,
        kind=kind,
        format=format,
        path=path,
        fetched=True,
        sha256=known_fingerprint(path, root),
        entry=_recognise(path, catalogue.all(kind, format)),
    )


def _validate(path: Path, kind: str, format: str) -> None:
    """Raises UsageError where the folder is no model of this kind and format."""
    wanted = f"a {kind} model in the format {format}"
    if not path.is_dir():
        raise UsageError(
            f"There is no model folder {path}.",
            cause="It is a file; a model is given as the folder that contains it."
            if path.exists()
            else "",
            fix=typed(
                "chalchitra models list", first=f"Give the path of {wanted}, or to see the names,"
            ),
        )
    if missing := _missing(path, kind, format):
        other = next(
            (f for k, f in _NEEDED if (k, f) != (kind, format) and not _missing(path, k, f)), None
        )
        cause = f"It lacks {', '.join(missing)}."
        raise UsageError(
            f"{path} is not {wanted}.",
            cause=f"It looks like one in the format {other}." if other else cause,
            fix="Choose the engine that reads it." if other else "Complete it, or name another.",
        )
    if wrong := _wrong_content(path, kind, format):
        raise UsageError(f"{path} is not {wanted}.", cause=wrong, fix="Give another folder.")


def _missing(path: Path, kind: str, format: str) -> list[str]:
    names = [file.name for file in path.iterdir() if file.is_file()] if path.is_dir() else []
    groups = [ModelFile(patterns) for patterns in _NEEDED[kind, format]]
    return [str(group) for group in groups if not group.choose(names)]


def _wrong_content(path: Path, kind: str, format: str) -> str | None:
    if kind == "diarization":  # its formats have no config.json
        return None
    config = _config(path)
    if config is None:
        return "Its config.json is not a JSON object."
    if format == "ctranslate2":
        with open(path / "model.bin", "rb") as handle:
            # Format version, then the specification's name with its length before it.
            if b"WhisperSpec" not in handle.read(64):
                return "Its model.bin is not a CTranslate2 Whisper model."
    elif format == "mlx" and "n_audio_state" not in config:
        return "Its config.json does not describe an MLX Whisper model."
    elif kind == "wav2vec2" and config.get("model_type") != "wav2vec2":
        return f"Its config.json names the model type {config.get('model_type')}, not wav2vec2."
    return None


def _config(path: Path) -> dict[str, Any] | None:
    try:
        data = json.loads((path / "config.json").read_bytes())
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def _recognise(path: Path, entries: list[ModelEntry]) -> ModelEntry | None:
    """The catalogue model that this folder holds: one whose known files all have their sizes here.

    Sizes tell Whisper models apart, and a stage needs to know that a folder is, say, turbo.
    """
    for entry in entries:
        sizes = {file.patterns[0]: file.size for file in entry.files if file.size is not None}
        if sizes and all(_size(path / name) == size for name, size in sizes.items()):
            return entry
    return None


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None
