"""Ctrl-C and SIGTERM: they cancel what goes on, and nothing that has ended."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from chalchitra.errors import CancelledError
from chalchitra.runner.events import Reporter

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


def hear() -> None:
    """Turn both signals into CancelledError."""
    for number in _NUMBERS:
        signal.signal(number, _cancel)


def ignore() -> None:
    """Ignore both from now on: what is done is done, or is being cleaned up."""
    for number in _NUMBERS:
        signal.signal(number, signal.SIG_IGN)


def _cancel(number: int, frame: FrameType | None) -> None:
    ignore()  # a second signal while we clean up must not cut the clean-up short
    raise CancelledError(
        "The run was cancelled.",
        cause=f"It got {signal.Signals(number).name}.",
        fix="Type the same command again to go on where it stopped.",
    )


class DeafAtTheEnd:
    """A reporter that ignores the signals before it tells the end of the run."""

    def __init__(self, reporter: Reporter, end: str) -> None:
        self._reporter = reporter
        self._end = end

    def __enter__(self) -> DeafAtTheEnd:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def emit(self, event: str, **fields: Any) -> None:
        if event == self._end:
            ignore()
        self._reporter.emit(event, **fields)
