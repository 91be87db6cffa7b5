"""stdout and stderr whose reader may leave: `| head`, a terminal that closes, a disk that is full.

What cannot be printed changes nothing of what is done. Standard library only: bootstrap too.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from chalchitra import stopping

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LOOK_SECONDS = 0.2
"""How often one who waits for a slow reader looks whether it is to stop."""
_GONE = frozenset({errno.EPIPE, errno.EIO, errno.ENXIO})
"""Nobody reads any more: a pipe without a reader, a terminal that was closed."""


class UnreadError(BaseException):
    """Nobody reads what is shown, and showing it is all that is done."""


class _Output(io.FileIO):
    """A descriptor that takes everything; `lost` is why it hands on nothing any more."""

    def __init__(self, fd: int) -> None:
        super().__init__(fd, "wb", closefd=False)
        self.lost: OSError | None = None
        self.needed = False

    def write(self, data: ReadableBuffer, /) -> int:
        view = memoryview(data).cast("B")
        if self.lost is None:
            try:
                self._wait()
                # No more than fits for sure: a longer write would wait, and hear nobody.
                return super().write(view[: select.PIPE_BUF]) or 0
            except OSError as error:
                self.lost = error
        if self.needed and self.lost.errno in _GONE:
            raise UnreadError
        return len(view)

    def _wait(self) -> None:
        """Wait until there is room; whoever is to stop gives up a reader that does not read."""
        with suppress(ValueError):  # more files are open than select knows
            while not select.select([], [self.fileno()], [], LOOK_SECONDS)[1]:
                if stopping.asked():
                    raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


_outputs: list[_Output] = []
_replaced: list[TextIO] = []
"""Kept, since a stream closes its descriptor when it goes."""


def guard() -> None:
    """Put such streams in place of Python's own, where these are the process's."""
    _outputs.clear()
    for fd in range(3):
        _require_open(fd)
    sys.stdout, sys.stderr = _guarded(sys.stdout, 1), _guarded(sys.stderr, 2)


def need_a_reader() -> None:
    """Raise UnreadError from now on where stdout's reader has left: this only shows something."""
    for output in _outputs:
        output.needed = output.fileno() == 1


def finish() -> OSError | None:
    """Print what is held back; returns why something was not printed, though there is a reader."""
    for output in _outputs:
        output.needed = False
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    lost = [output.lost for output in _outputs if output.lost is not None]
    return next((error for error in lost if error.errno not in _GONE), None)


def _require_open(fd: int) -> None:
    """A closed descriptor would become that of the next file, and get what is printed."""
    try:
        os.fstat(fd)
    except OSError:
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != fd:
            os.dup2(opened, fd)
            os.close(opened)


def _guarded(stream: TextIO | None, fd: int) -> TextIO:
    if stream is None:  # it was closed when we started
        return _text(fd, "utf-8", "backslashreplace", False)
    try:
        if not isinstance(stream, io.TextIOWrapper) or stream.fileno() != fd:
            return stream
    except (OSError, ValueError):  # a test's
        return stream
    stream.flush()
    _replaced.append(stream)
    return _text(fd, stream.encoding, stream.errors or "strict", stream.line_buffering)


def _text(fd: int, encoding: str, errors: str, line_buffering: bool) -> TextIO:
    output = _Output(fd)
    _outputs.append(output)
    buffer = io.BufferedWriter(output)
    return io.TextIOWrapper(buffer, encoding, errors, line_buffering=line_buffering)
