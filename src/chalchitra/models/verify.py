"""Whether models are whole, and the one hash that stands for a model in a stage's fingerprint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chalchitra.errors import MissingError, UsageError
from chalchitra.files import sha256_json
from chalchitra.hints import fetch_line, typed
from chalchitra.models import manifest as manifests
from chalchitra.models.catalogue import ModelEntry
from chalchitra.models.hashes import HashCache

State = Literal["ok", "not fetched", "damaged"]


@dataclass(frozen=True)
class Check:
    """What a look at one model's folder found; `problems` are one clause each."""

    entry: ModelEntry
    folder: Path
    state: State
    problems: tuple[str, ...] = ()
    size_bytes: int = 0

    @property
    def ok(self) -> bool:
        return self.state == "ok"

    def error(self) -> MissingError | None:
        """The error for whoever needs the model now; None when it is whole."""
        if self.ok:
            return None
        fetched = self.state == "damaged"
        return MissingError(
            f"The model {self.entry} is {'damaged' if fetched else 'not fetched'}.",
            cause=f"In {self.folder}, {'; '.join(self.problems)}." if fetched else "",
            fix=fetch_line(self.entry.name, self.entry.format),
        )


def check(entry: ModelEntry, root: Path | None = None, *, full: bool = False) -> Check:
    """Look at a model's folder: by size and time, reading only files whose time changed.

    `full` reads every file again. Hashes are compared with the manifest's and the catalogue's.
    """
    folder = entry.path(root)
    manifest = manifests.read(folder)
    if manifest is None:
        return Check(entry, folder, "not fetched")
    problems = [
        f"{file} is missing"
        for file in entry.files
        if not file.optional and not file.choose(manifest.files)
    ]
    with HashCache(root) as cache:
        for name, record in manifest.all_files.items():
            problem = _file_problem(folder / name, record, cache, full=full)
            if problem:
                problems.append(f"{name} {problem}")
    for name, record in manifest.files.items():
        wanted = {file.sha256 for file in entry.files if name in file.patterns and file.sha256}
        if wanted and record.sha256 not in wanted:
            problems.append(f"{name} is not the file listed in the catalogue")
    size = sum(record.size for record in manifest.all_files.values())
    return Check(entry, folder, "damaged" if problems else "ok", tuple(problems), size)


def fingerprint(path: Path, root: Path | None = None) -> str:
    """The sha256 that stands for a model: of a file its own, of a folder that of its files' hashes.

    The manifest and hidden files do not count, so a copy of a model has the model's fingerprint.
    Files are read once; later calls take milliseconds. Raises UsageError where nothing is there.
    """
    with HashCache(root) as cache:
        found = _fingerprint(path, cache.sha256)
    assert found is not None
    return found


def known_fingerprint(path: Path, root: Path | None = None) -> str | None:
    """The fingerprint if it is known without reading files, otherwise None."""
    return _fingerprint(path, HashCache(root).known)


def _file_problem(
    path: Path, record: manifests.FileRecord, cache: HashCache, *, full: bool
) -> str | None:
    if not path.is_file():
        return "is missing"
    if path.stat().st_size != record.size:
        return f"has {path.stat().st_size} bytes instead of {record.size}"
    if not full and record.untouched(path):
        return None
    # Another time alone is no damage: a copied models folder has other times.
    same = cache.sha256(path, fresh=full) == record.sha256
    return None if same else "has changed since it was fetched"


def _fingerprint(path: Path, sha256: Callable[[Path], str | None]) -> str | None:
    if path.is_file():
        return sha256(path)
    manifest = manifests.read(path)
    recorded = manifest.all_files if manifest else {}
    hashes: dict[str, str] = {}
    for file in _files(path):
        name = file.relative_to(path).as_posix()
        record = recorded.get(name)
        known = record.sha256 if record and record.untouched(file) else sha256(file)
        if known is None:
            return None
        hashes[name] = known
    if not hashes:
        raise UsageError(
            f"There is no model in {path}.",
            cause="The folder is missing or empty.",
            fix=typed(
                "chalchitra models list", first="Check the path, or to see the names of models,"
            ),
        )
    return sha256_json(hashes)


def _files(folder: Path) -> list[Path]:
    files = []
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts)
        if not hidden and parts != (manifests.MANIFEST,) and file.is_file():
            files.append(file)
    return files
