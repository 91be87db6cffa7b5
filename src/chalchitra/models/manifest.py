"""A model folder's own record: every file's size, time and sha256, and where they came from.

It is written last, so a folder without one is not fetched. Hashes that config/models.toml does not
know are recorded here at the first fetch, and the hub's commit with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from chalchitra.files import sha256_file, write_json
from chalchitra.models.catalogue import ModelEntry

MANIFEST = "manifest.json"
VERSION = 1


@dataclass(frozen=True)
class FileRecord:
    """What one file was when it was hashed: bytes, modification time (ns since 1970), sha256."""

    size: int
    mtime_ns: int
    sha256: str

    def untouched(self, path: Path) -> bool:
        """Whether the file still has this size and time. False where it is gone."""
        try:
            stat = path.stat()
        except OSError:
            return False
        return (stat.st_size, stat.st_mtime_ns) == (self.size, self.mtime_ns)


@dataclass(frozen=True)
class Conversion:
    """What was made out of the fetched files, for example by torchaudio."""

    to: str
    files: dict[str, FileRecord]


@dataclass(frozen=True)
class Manifest:
    name: str
    kind: str
    format: str
    source: dict[str, Any]
    files: dict[str, FileRecord]
    licence: str | None = None
    conversion: Conversion | None = None
    version: int = field(default=VERSION)

    @property
    def all_files(self) -> dict[str, FileRecord]:
        """The fetched files and what was made of them."""
        return {**self.files, **(self.conversion.files if self.conversion else {})}

    @property
    def revision(self) -> str | None:
        """The hub's commit, where the files came from the hub."""
        found = self.source.get("revision")
        return str(found) if found else None


def record(path: Path, sha256: str | None = None) -> FileRecord:
    """A file's record as it is now; it is read when its hash is not given."""
    sha256 = sha256 or sha256_file(path)
    stat = path.stat()
    return FileRecord(stat.st_size, stat.st_mtime_ns, sha256)


def read(folder: Path) -> Manifest | None:
    """The folder's manifest; None without one, or with one that cannot be read."""
    try:
        data = json.loads((folder / MANIFEST).read_bytes())
        conversion = data.pop("conversion", None)
        return Manifest(
            **{**data, "files": _records(data["files"])},
            conversion=conversion and Conversion(conversion["to"], _records(conversion["files"])),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write(folder: Path, manifest: Manifest) -> None:
    write_json(folder / MANIFEST, asdict(manifest))


def needs_conversion(entry: ModelEntry, folder: Path) -> bool:
    """Whether the files made by `entry.convert` are still to be made out of the fetched ones."""
    if entry.convert is None:
        return False
    manifest = read(folder)
    if manifest is None or manifest.conversion is None or manifest.conversion.to != entry.convert:
        return True
    made = manifest.conversion.files
    return not all(record.untouched(folder / name) for name, record in made.items())


def record_conversion(entry: ModelEntry, folder: Path, names: Iterable[str]) -> None:
    """Enter the files that the conversion wrote into `folder`; call it when they are complete.

    Raises ValueError where the model is not fetched or is not one that is converted.
    """
    manifest = read(folder)
    if manifest is None or entry.convert is None:
        raise ValueError(f"{folder} is not a fetched model that can be converted")
    files = {name: record(folder / name) for name in names}
    write(folder, replace(manifest, conversion=Conversion(entry.convert, files)))


def _records(data: dict[str, Any]) -> dict[str, FileRecord]:
    return {name: FileRecord(**row) for name, row in data.items()}
