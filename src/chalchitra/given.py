"""Files that a person names: regular ones only, and no more of them than will be looked at."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.files import open_regular
from chalchitra.inside import read_all


def read_given(path: Path, limit: int) -> bytes:
    """The bytes of a regular file; links to one are followed.

    What is none (a FIFO, a device) is neither waited for nor read without an end. Raises OSError,
    and ValueError if the file has more than `limit` bytes.
    """
    fd = open_regular(path)
    try:
        return read_all(fd, limit)
    finally:
        os.close(fd)


def require_given(
    path: Path,
    limit: int,
    too_large: Callable[[str], UsageError],
    *,
    called: str = "",
    option: str = "",
) -> bytes:
    """The same bytes. Raises UsageError: `too_large` makes that of a file of more, from its cause.

    `called` stands before the file's name, and `option` is where it was given.
    """
    name = f"{called} {path}" if called else str(path)
    after = f" after {option}" if option else ""
    try:
        return read_given(path, limit)
    except ValueError:
        raise too_large(f"It has more than {limit / 1e6:.0f} MB.") from None
    except OSError as error:
        raise UsageError(
            f"{name} cannot be read.",
            cause=f"{error.strerror}.",
            fix=f"Correct the name{after}, or the file's permissions.",
        ) from None
