"""What to do about a model that no source gives: what is here already, and how to bring it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from chalchitra.hints import fetch_line
from chalchitra.models.catalogue import (
    FolderSource,
    HubSource,
    ModelEntry,
    ModelFile,
    Source,
    load,
)
from chalchitra.models.verify import check
from chalchitra.text.listing import listed

_MOST_NAMED = 5
_OPTIONS = {
    "whisper": "--model",
    "seq2seq": "--set translation.model",
    "wav2vec2": "--set alignment.model",
    "diarization": "--set speakers.model",
}
"""How prepare-job is told a model of a kind."""


def advice(
    entry: ModelEntry, tried: Sequence[Source], *, resumable: bool, root: Path | None = None
) -> Iterator[str]:
    """Sentences, each a line of its own: what lies on the disk, and how to bring the model here."""
    here = _arrived(entry.path(root))
    if resumable and here:
        yield f"{here / 1e6:.0f} MB of it are already here: fetching it again continues from there."
    if others := _others(entry, root):
        option = _OPTIONS[entry.kind]
        equals = "=" if " " in option else " "
        verb = "is" if len(others) == 1 else "are"
        yield (
            f"{listed(others, _MOST_NAMED)} {verb} already on this disk: with "
            f"{option}{equals}{others[0]}, prepare-job makes a job that needs no other model."
        )
    if entry.trust_remote_code:
        # Its code runs only where a manifest says from which revision it was fetched.
        yield (
            "Or have Chalchitra fetch it on a machine with a network, and copy its folder there, "
            f"models/{entry.path(root).name}, with all its files to {entry.path(root).absolute()}."
        )
        return
    for folder in _cached(entry):
        yield fetch_line(
            entry.name,
            entry.format,
            "--from",
            folder,
            first=f"All its files are already in {folder}; to use them,",
        )
    if not all(isinstance(source, FolderSource) for source in tried):
        folder = entry.path(root).absolute()
        folder = folder.with_name(f"{folder.name}-copied")
        yield fetch_line(
            entry.name,
            entry.format,
            "--from",
            folder,
            first=f"Or copy {entry.needed_files} from a machine that has them to {folder}, then",
        )


def _arrived(target: Path) -> int:
    """The bytes that fetches which were broken off have left."""
    left = target.parent.glob(f".fetching-*-{target.name}/**/*")
    return sum(path.stat().st_size for path in left if path.is_file())


def _others(entry: ModelEntry, root: Path | None) -> list[str]:
    """The models on this disk that do the same, the table's first ones first."""
    return [
        other.name
        for other in load(root).all(entry.kind, entry.format, direction=entry.direction)
        if other.name != entry.name
        and (not entry.languages or set(entry.languages) & set(other.languages))
        and check(other, root).ok
    ]


def _cached(entry: ModelEntry) -> Iterator[Path]:
    """Where the hub's own cache has all of the model's files."""
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    cache = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    for source in entry.sources:
        if isinstance(source, HubSource):
            name = f"models--{source.repository.replace('/', '--')}"
            for folder in sorted(cache.glob(f"{name}/snapshots/{source.revision or '*'}")):
                if _holds(folder, entry.files):
                    yield folder


def _holds(folder: Path, files: Sequence[ModelFile]) -> bool:
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError:
        return False
    return all(file.optional or file.choose(names) for file in files)
