"""Writing files whole, and hashing them: what "the job directory is the truth" rests on."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from chalchitra import stopping

TEMPORARY_PREFIX = ".tmp-"
_FICLONE = 0x40049409
"""Linux's ioctl_ficlone(2); other systems refuse it, and the bytes are copied."""
_BLOCK = 1 << 20
"""Bytes that are read at once: a hundredth of a second on a slow disk."""


def fsync_dir(path: Path) -> None:
    """Make a rename in this folder durable."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def is_folder(path: Path) -> bool:
    """Whether there is a folder itself, not a link to one: what is in it lies here."""
    return path.is_dir() and not path.is_symlink()


@contextmanager
def written_whole(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """A temporary name to write to; it becomes `path` (fsynced, renamed) when the block ends well.

    The temporary name keeps the suffix of `path`, since ffmpeg chooses a format by it. What need
    not outlive a power cut is not `durable`, and saves the wait for the disk.
    """
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(4)}{path.suffix}")
    try:
        yield temporary
        if durable:
            with open(temporary, "rb") as handle:
                os.fsync(handle.fileno())
        os.replace(temporary, path)
        if durable:
            fsync_dir(path.parent)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def write_text(path: Path, text: str, *, durable: bool = True) -> None:
    """Write UTF-8 text whole."""
    with written_whole(path, durable=durable) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")


def write_json(path: Path, data: Any) -> None:
    """Write JSON whole, readable, in the data's own order."""
    write_text(path, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def copy_file(source: BinaryIO, copy: Path) -> None:
    """Copy an open file's bytes; the copy is written to without touching the source.

    Shares the blocks until one of the two is changed (a reflink) where the file system can.
    Raises CancelledError where it is to stop.
    """
    with open(copy, "wb") as want:
        with suppress(OSError):
            fcntl.ioctl(want.fileno(), _FICLONE, source.fileno())
            return
        copy_bytes(source, want)


def copy_bytes(have: BinaryIO, want: BinaryIO) -> None:
    """Copy the rest of an open file. Raises CancelledError where it is to stop."""
    for block in _blocks(have):
        want.write(block)


def open_regular(path: Path | str, flags: int = os.O_RDONLY, *, dir_fd: int | None = None) -> int:
    """A descriptor of a regular file. What is none (a FIFO, a device) is neither waited for nor
    read: it raises OSError, and a folder IsADirectoryError."""
    try:
        fd = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, 0o666, dir_fd=dir_fd)
    except OSError as error:
        if error.errno == errno.ENXIO:  # a FIFO that nobody reads, a socket
            raise _no_file(path) from None
        raise
    mode = os.fstat(fd).st_mode
    if stat.S_ISREG(mode):
        return fd
    os.close(fd)
    if stat.S_ISDIR(mode):
        raise _no_file(path, errno.EISDIR)
    raise _no_file(path)


def _no_file(path: Path | str, number: int = errno.EINVAL) -> OSError:
    return OSError(number, "Not a regular file", str(path))


def sha256_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """The hex sha256 of a file's bytes. Raises OSError for what is no regular file.

    Raises CancelledError where it is to stop.
    """
    with os.fdopen(open_regular(path), "rb") as handle:
        return sha256_open(handle)


def sha256_open(handle: BinaryIO) -> str:
    """The same of the rest of an open file."""
    digest = hashlib.sha256()
    for block in _blocks(handle):
        digest.update(block)
    return digest.hexdigest()


def _blocks(handle: BinaryIO) -> Iterator[bytes]:
    """The bytes of a file in pieces, each of which asks whether to stop."""
    while block := handle.read(_BLOCK):
        stopping.check()
        yield block


def sha256_json(data: Any) -> str:
    """The hex sha256 of data in one canonical JSON spelling."""
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256_bytes(canonical.encode())
