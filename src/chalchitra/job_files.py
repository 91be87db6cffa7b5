"""What lies in a job's folder, and nothing else: chalchitra.inside for the paths of a job.

The folder may come from a stranger, or lie where others write. So every path that a record names is
opened from the job's folder on and no link is followed on the way, and of a record no more is read
than any has.

`root` is the job's folder, `path` lies in it: absolute, or relative to it. All raise OSError.
"""

from __future__ import annotations

import errno
import os
import stat as modes
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from pydantic_core import from_json

from chalchitra.errors import StageError
from chalchitra.files import open_regular, sha256_open
from chalchitra.inside import opened, opened_below, parts

MOST_BYTES = 64 << 20
"""No record is larger, and no report or transcript that the orchestrator reads."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def open_file(root: Path, path: Path | str) -> BinaryIO:
    """A regular file, to be read."""
    return os.fdopen(descriptor(root, path), "rb")


def descriptor(root: Path, path: Path | str, flags: int = os.O_RDONLY) -> int:
    """A descriptor of a regular file.

    One that is written to in place must have no second name: it may be anybody's file.
    """
    with _folder_of(root, path) as (folder, name), _saying_what(path):
        fd = open_regular(name, flags | os.O_NOFOLLOW, dir_fd=folder)
    if flags & (os.O_WRONLY | os.O_RDWR) and os.fstat(fd).st_nlink > 1:
        os.close(fd)
        raise OSError(errno.EMLINK, "It is a hard link to another file", str(path))
    return fd


def to_append(path: Path) -> BinaryIO:
    """A file that gets more at its end, a log; made where there is none, or one of two names."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    try:
        fd = descriptor(path.parent, path.name, flags)
    except OSError as error:
        if error.errno != errno.EMLINK:
            raise
        path.unlink()
        fd = descriptor(path.parent, path.name, flags)
    return os.fdopen(fd, "ab")


def read_bytes(root: Path, path: Path | str, most: int = MOST_BYTES) -> bytes:
    """All of a file; OSError where it has more bytes than `most`."""
    with open_file(root, path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"It has more than {most >> 20} MB", str(path))
    return data


def read_end(root: Path, path: Path | str, most: int) -> bytes:
    """The last so many bytes of a file."""
    with open_file(root, path) as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - most))
        return file.read(most)


def read_json(root: Path, path: Path | str) -> Any:
    """What a file of JSON holds; ValueError where it is none, or too deep."""
    return from_json(read_bytes(root, path), allow_inf_nan=False)


def sha256(root: Path, path: Path | str, most: int | None = None) -> str:
    """The hex sha256 of a file's bytes; OSError where it has more than `most`, known before.

    A file of nothing but holes may claim more than anybody can read. Raises CancelledError where it
    is to stop.
    """
    with open_file(root, path) as file:
        if most is not None and os.fstat(file.fileno()).st_size > most:
            raise OSError(errno.EFBIG, f"It has more than {most} bytes", str(path))
        return sha256_open(file)


def stat(root: Path, path: Path | str) -> os.stat_result:
    """What the system says of a regular file."""
    with _folder_of(root, path) as (folder, name):
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not modes.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "Not a regular file", str(path))
    return found


def is_file(root: Path, path: Path | str) -> bool:
    """Whether there is a regular file."""
    try:
        stat(root, path)
    except OSError:
        return False
    return True


def names(root: Path, path: Path | str) -> list[str]:
    """The names in a folder; none where it is no folder, or cannot be read."""
    try:
        with _folder_of(root, path) as (folder, name), opened(name, folder) as fd:
            return os.listdir(fd)  # noqa: PTH208 - a Path has no folder by its descriptor
    except OSError:
        return []


def unlink(root: Path, path: Path | str) -> None:
    """Remove a file, or a link itself."""
    with _folder_of(root, path) as (folder, name):
        os.unlink(name, dir_fd=folder)


def require_folders(root: Path, paths: Iterable[Path]) -> None:
    """Raises StageError unless each of these is a folder of the job, or not there yet."""
    for path in paths:
        try:
            with _folder_of(root, path) as (folder, name):
                mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        except FileNotFoundError:
            continue
        except OSError:
            mode = 0
        if not modes.S_ISDIR(mode):
            raise StageError(
                f"{path} is not a folder, or is a link to one.",
                cause="A job writes only inside its own folder.",
                fix="Move it away, then run the job again.",
            )


@contextmanager
def _folder_of(root: Path, path: Path | str) -> Iterator[tuple[int, str]]:
    """A descriptor of the folder that a file lies in, reached without a link, and its name."""
    inside = os.fspath(path).removeprefix(f"{root}/")
    try:
        *folders, name = parts(inside)
        os.fsencode(inside)
    except ValueError:
        raise OSError(errno.EINVAL, "It is not in the job's folder", str(path)) from None
    with ExitStack() as stack:
        fd = os.open(root, _FOLDER)  # a person may name a job by a link
        stack.callback(os.close, fd)
        with _saying_what(path):
            fd = stack.enter_context(opened_below(fd, folders))
        yield fd, name


@contextmanager
def _saying_what(path: Path | str) -> Iterator[None]:
    """Linux says ELOOP of a link, or ENOTDIR where a folder is wanted: neither tells a person."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise OSError(
                errno.ELOOP, "It is a link, or is reached through one", str(path)
            ) from None
        raise
