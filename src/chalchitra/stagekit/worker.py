"""A warm worker: one process that serves requests one after another, with its models loaded.

`scripts/stages/<stage>.py --worker` reads one JSON object a line from stdin: `request`, the path of
a request.json, and `log`, where everything printed meanwhile goes. Each request is served as a
process of its own would: the result and the message `closed` say how it ended.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ValidationError

from chalchitra.errors import ChalchitraError, ExitCode, OutOfMemoryError
from chalchitra.job_files import to_append
from chalchitra.stagekit.protocol import Request


class Order(BaseModel):
    """One line of a worker's stdin: absolute paths."""

    request: Path
    log: Path


def serve(
    read: Callable[[Path], Request], perform: Callable[[Request], ChalchitraError | None]
) -> int:
    """Serve requests until stdin ends; returns the exit status.

    `perform` does one request, writes its result and returns what went wrong. A worker ends with 0
    at the end of stdin, with 2 at a line or a request that it cannot read, with 1 when memory ran
    out or a log or a result could not be written, and with 130 when it is interrupted. Whatever
    else goes wrong in a request is in its result, and the next one is served.
    """
    home = os.open(".", os.O_RDONLY)
    try:
        for line in _requests():
            try:
                order = Order.model_validate_json(line)
                request = read(order.request)
            except (ValidationError, ChalchitraError) as error:
                return _end(f"a request cannot be read: {error}", ExitCode.USAGE)
            try:
                failure = _serve_one(request, order.log, perform)
            except OSError as error:
                return _end(f"{request.stage} of {request.job_id}: {error}", ExitCode.STAGE_FAILED)
            os.fchdir(home)
            if isinstance(failure, OutOfMemoryError):
                return failure.exit_code
            del request, failure
            gc.collect()
    except KeyboardInterrupt:
        return ExitCode.CANCELLED
    return ExitCode.DONE


def _end(why: str, status: ExitCode) -> ExitCode:
    print(f"worker: {why}", file=sys.stderr)
    return status


def _requests() -> BinaryIO:
    """stdin's lines, read through a descriptor of our own.

    What a stage or its libraries start gets an empty stdin, and cannot take requests from it.
    """
    own = os.dup(0)  # not inherited by children
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    return os.fdopen(own, "rb")


def _serve_one(
    request: Request, log: Path, perform: Callable[[Request], ChalchitraError | None]
) -> ChalchitraError | None:
    os.environ["DEBUG_MODE"] = "true" if request.debug else "false"
    with _printing_to(log):
        os.chdir(request.output_dir)
        return perform(request)


@contextmanager
def _printing_to(log: Path) -> Iterator[None]:
    """Everything printed goes to the end of `log`, what native libraries print too."""
    flush_output()
    with to_append(log) as handle:
        out = os.dup(handle.fileno())
    before = [(fd, os.dup(fd)) for fd in (1, 2)]
    try:
        for fd, _ in before:
            os.dup2(out, fd)
        os.close(out)
        yield
    finally:
        flush_output()
        for fd, copy in before:
            os.dup2(copy, fd)
            os.close(copy)


def flush_output() -> None:
    """Write out what Python and C hold back of stdout and stderr."""
    with suppress(OSError):
        sys.stdout.flush()
    with suppress(OSError):
        sys.stderr.flush()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).fflush(None)


def resident_bytes() -> int:
    """The memory that this process holds now; where the system does not tell, its peak."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_bytes().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
