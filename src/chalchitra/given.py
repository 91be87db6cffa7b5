"""Files that a person names: regular ones only, and no more of them than will be looked at."""

from __future__ import annotations

import os
from pathlib import Path

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
