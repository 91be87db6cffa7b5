"""File hashes kept by path, size and modification time, so that a big file is read once."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from chalchitra.files import sha256_file, write_json
from chalchitra.paths import models_dir

KEPT = ".hashes.json"
VERSION = 1


class HashCache:
    """The hashes kept in models/.hashes.json; used as a context manager, it saves what it learnt.

    Losing the file, or an entry to another process that writes at the same time, costs one more
    reading and nothing else; so does a models folder that cannot be written.
    """

    def __init__(self, root: Path | None = None) -> None:
        self._file = models_dir(root) / KEPT
        self._known = _load(self._file)
        self._learnt: dict[str, list[int | str]] = {}

    def __enter__(self) -> HashCache:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._learnt:
            return
        kept = {path: row for path, row in _load(self._file).items() if Path(path).exists()}
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_json(self._file, {"version": VERSION, "files": {**kept, **self._learnt}})

    def known(self, path: Path) -> str | None:
        """The file's sha256 if it is known without reading the file."""
        path = path.resolve()
        stat = path.stat()
        row = self._learnt.get(str(path)) or self._known.get(str(path))
        return str(row[2]) if row and row[:2] == [stat.st_size, stat.st_mtime_ns] else None

    def sha256(self, path: Path, *, fresh: bool = False) -> str:
        """The file's sha256, read from the file where it is not known or `fresh` is asked for."""
        known = None if fresh else self.known(path)
        if known:
            return known
        path = path.resolve()
        before = path.stat()
        digest = sha256_file(path)
        self._learnt[str(path)] = [before.st_size, before.st_mtime_ns, digest]
        return digest


def _load(path: Path) -> dict[str, list[Any]]:
    try:
        data = json.loads(path.read_bytes())
        files = data["files"] if data["version"] == VERSION else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    if not isinstance(files, dict):
        return {}
    return {path: row for path, row in files.items() if isinstance(row, list) and len(row) == 3}
