"""What the ways of getting a model's files share: how they report, fail, and check the disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalchitra.files import copy_file
from chalchitra.models.catalogue import FolderSource, ModelEntry

Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes there are in all (an estimate at first)."""

SPARE_BYTES = 500_000_000
"""What a fetch leaves free on the disk."""


class SourceError(Exception):
    """Why one source gave nothing: `what` happened and how to `fix` it, one sentence each.

    `resumable` where what arrived already is worth keeping for the next attempt.
    """

    def __init__(self, what: str, fix: str, *, resumable: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix
        self.resumable = resumable


@dataclass(frozen=True)
class Origin:
    """Where files came from, for the manifest, and the hashes that the source itself gives."""

    described: dict[str, Any]
    sha256: dict[str, str]


def require_space(folder: Path, wanted: int) -> None:
    """Raises SourceError when the disk of `folder` has not `wanted` bytes and some to spare."""
    free = shutil.disk_usage(folder).free
    if free < wanted + SPARE_BYTES:
        raise SourceError(
            f"it needs {_gigabytes(wanted + SPARE_BYTES)} of disk and {_gigabytes(free)} are free",
            f"Free space on the disk of {folder}, or set CHALCHITRA_MODELS to another disk.",
        )


def take_from_folder(
    source: FolderSource, entry: ModelEntry, work: Path, progress: Progress
) -> Origin:
    """Link the files into `work`, or copy them where the folder is on another disk.

    Raises SourceError when the folder or a file is missing, or the disk is full.
    """
    if not source.path.is_dir():
        raise SourceError("there is no such folder", f"It must hold {entry.needed_files}.")
    available = [path.name for path in source.path.iterdir() if path.is_file()]
    names = required_names(entry, available, "the folder", f"It must hold {entry.needed_files}.")
    total = sum((source.path / name).stat().st_size for name in names)
    done = 0
    for name in names:
        # Resolved first: a hub cache holds links, and a link to a link would break with it.
        original, target = (source.path / name).resolve(), work / name
        target.unlink(missing_ok=True)
        try:
            os.link(original, target)
        except OSError:
            require_space(work, original.stat().st_size)
            with open(original, "rb") as handle:
                copy_file(handle, target)
        done += target.stat().st_size
        progress(done, total)
    return Origin({"folder": str(source.path)}, {})


def required_names(
    entry: ModelEntry,
    available: list[str],
    where: str,
    fix: str = "Use another source, or correct the model's files in config/models.toml.",
) -> list[str]:
    """The names of the model's files among those available. Raises SourceError without one."""
    names: list[str] = []
    for file in entry.files:
        found = file.choose(available)
        if not found and not file.optional:
            raise SourceError(
                f"{where} has no {file}",
                fix,
            )
        names += found
    return list(dict.fromkeys(names))


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
