"""Files of a folder that may be anybody's: only regular files within it, and no link is followed.

A path that a record names is walked part by part from an open folder, so that neither `..` nor a
link, put there before or meanwhile, leads out of it. FIFOs and devices are refused unread.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chalchitra.files import open_regular

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
RECORD_BYTES = 16 << 20
"""A record that is larger is none of ours: the largest that stages write have some 100 kB."""


def parts(name: str) -> list[str]:
    """The parts of a plain relative path (`sub/words.json`). Raises ValueError for any other."""
    found = name.split("/")
    if "\0" in name or any(part in ("", ".", "..") for part in found):
        raise ValueError(f"{name!r} is not a path inside a folder")
    return found


def require_trusted(found: os.stat_result, home: Path) -> None:
    """Raise PermissionError for what others than those we trust made, or may change.

    Trusted are this user, root and the owner of `home`, the folder of jobs that it lies below.
    """
    if found.st_mode & 0o022 or found.st_uid not in {os.geteuid(), 0, home.stat().st_uid}:
        raise PermissionError(errno.EPERM, "somebody else may have written it")


@contextmanager
def opened(folder: Path | str, within: int | None = None) -> Iterator[int]:
    """A folder as a descriptor; `within` is one that it is named in. Raises OSError: no folder."""
    fd = os.open(folder, _FOLDER, dir_fd=within)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def opened_below(folder: int, names: list[str]) -> Iterator[int]:
    """The folder below `folder` at the end of these names. Raises OSError."""
    fd = os.dup(folder)
    try:
        for name in names:
            deeper = os.open(name, _FOLDER, dir_fd=fd)
            os.close(fd)
            fd = deeper
        yield fd
    finally:
        os.close(fd)


@contextmanager
def opened_file(folder: int, name: str) -> Iterator[int]:
    """A regular file within the folder, for reading. Raises OSError, or ValueError for a path."""
    *names, last = parts(name)
    with opened_below(folder, names) as parent:
        fd = open_regular(last, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=parent)
    try:
        yield fd
    finally:
        os.close(fd)


def read(folder: int, name: str, limit: int = RECORD_BYTES) -> bytes:
    """The bytes of a regular file within the folder. Raises OSError, or ValueError if too large."""
    with opened_file(folder, name) as fd:
        return read_all(fd, limit)


def read_all(fd: int, limit: int = RECORD_BYTES) -> bytes:
    """What is in an open file. Raises ValueError if that is more than `limit` bytes."""
    with open(fd, "rb", closefd=False) as handle:
        data = handle.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"more than {limit} bytes")
    return data
