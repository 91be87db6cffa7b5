"""The translation memory: sentences that were translated well, so that none is paid for twice.

One SQLite file beside the jobs, `<out>/.memory/translations.sqlite`, shared by them. A sentence is
remembered for the model, the languages and every setting that its translation depends on, and only
where nothing spoke against it; so what is found there is what the model would give, only sooner.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from chalchitra.inside import require_trusted

Result = TypeVar("Result")

FILE = "translations.sqlite"
_WAIT = 10.0
"""Seconds that one run waits while another writes."""
_AT_ONCE = 500
"""Sentences asked for in one statement; SQLite allows 999 variables in older versions."""
_TABLE = (
    "CREATE TABLE IF NOT EXISTS translations ("
    "context TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, "
    "PRIMARY KEY (context, source)) WITHOUT ROWID"
)


class TranslationMemory:
    """What is remembered in one context: `context` names all that a translation depends on.

    A memory only saves work: where its file cannot be read or written it remembers nothing, and
    `trouble` says so. A damaged file is put aside, never deleted.
    """

    def __init__(self, folder: Path, context: Mapping[str, Any]) -> None:
        self.path = folder / FILE
        self.trouble: str | None = None
        written = json.dumps(context, sort_keys=True, ensure_ascii=False)
        self._context = hashlib.sha256(written.encode()).hexdigest()

    def find(self, sources: Sequence[str]) -> dict[str, str]:
        """The translations of those of these sentences that are remembered."""
        wanted = list(dict.fromkeys(sources))

        def look(database: sqlite3.Connection) -> dict[str, str]:
            found: dict[str, str] = {}
            for first in range(0, len(wanted), _AT_ONCE):
                some = wanted[first : first + _AT_ONCE]
                marks = ", ".join("?" * len(some))
                found |= database.execute(
                    "SELECT source, target FROM translations "
                    f"WHERE context = ? AND source IN ({marks})",
                    (self._context, *some),
                ).fetchall()
            return found

        return self._try(look) or {}

    def keep(self, translations: Mapping[str, str]) -> None:
        """Remember these, by their source. What is remembered already stays."""
        if not translations:
            return
        rows = [(self._context, source, target) for source, target in translations.items()]
        self._try(
            lambda database: database.executemany(
                "INSERT OR IGNORE INTO translations VALUES (?, ?, ?)", rows
            )
        )

    def _try(self, action: Callable[[sqlite3.Connection], Result]) -> Result | None:
        """What an action on the database gives, in one transaction; None where there is none."""
        if self.trouble is not None:
            return None
        try:
            with _connected(self.path) as database:
                return action(database)
        except sqlite3.OperationalError as error:  # busy, read-only, the disk is full
            self.trouble = f"{self.path} cannot be used ({error})"
        except sqlite3.DatabaseError as error:
            self.trouble = f"{self.path} was damaged ({error}) and was moved aside"
            _put_aside(self.path)
        except OSError as error:
            self.trouble = f"{self.path} cannot be used ({error.strerror})"
        return None


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    path.parent.mkdir(parents=True, exist_ok=True)
    _require_ours(path)
    database = sqlite3.connect(path, timeout=_WAIT)
    try:
        database.execute("PRAGMA trusted_schema = OFF")
        with database:
            database.execute(_TABLE)
            _require_ours(path)
            yield database
    finally:
        database.close()


def _require_ours(path: Path) -> None:
    """Nobody but this user, root and the owner of the folder of jobs may have written the memory.

    Raises OSError for a memory of anybody else's, and for a link in its place. One's own that a
    whole group may write, as some systems make files, is closed to it.
    """
    folder = path.parent
    for place, is_kind in ((folder, stat.S_ISDIR), (path, stat.S_ISREG)):
        with suppress(FileNotFoundError):
            found = place.lstat()
            if not is_kind(found.st_mode):
                raise OSError(errno.EINVAL, "it is a link, or not what it should be")
            if found.st_mode & 0o022 and found.st_uid == os.geteuid():
                place.chmod(stat.S_IMODE(found.st_mode) & ~0o022)
            else:
                require_trusted(found, folder.parent)


def _put_aside(path: Path) -> None:
    with suppress(OSError):
        path.rename(path.with_suffix(f".damaged-{datetime.now():%Y%m%d-%H%M%S}"))


def remembered(folder: Path) -> tuple[int, int]:
    """How many sentences a folder's memory holds, and its bytes; zeros where there is none."""
    path = folder / FILE
    if folder.is_symlink() or not path.is_file():
        return 0, 0
    try:
        with _connected(path) as database:
            (count,) = database.execute("SELECT count(*) FROM translations").fetchone()
    except (sqlite3.DatabaseError, OSError):
        count = 0
    return int(count), path.stat().st_size


def forget(folder: Path) -> int:
    """Remove a folder's memory, damaged ones too. Returns how many sentences it held."""
    count, _ = remembered(folder)
    for path in () if folder.is_symlink() else folder.glob(f"{FILE.partition('.')[0]}.*"):
        path.unlink(missing_ok=True)
    return count
