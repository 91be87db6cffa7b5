"""What ends a run before its time: a signal, or a person who cancels one job of many."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress

from chalchitra import stopping
from chalchitra.errors import CancelledError
from chalchitra.jobs.layout import JobLayout
from chalchitra.runner import queue

FILE_SECONDS = 0.25
"""How often the job's cancel file is looked for."""


class Stop:
    """Asked again and again while a job runs; shared by nobody but its own job's thread.

    `everything` is set when the whole batch ends for a defect. A job that was `queued` may have
    been cancelled before its turn.
    """

    def __init__(
        self, layout: JobLayout, everything: threading.Event | None = None, *, queued: bool = False
    ) -> None:
        self._layout = layout
        self._everything = everything or threading.Event()
        self._queued = queued
        self._next_look = 0.0
        self._wished = False

    def begin(self) -> None:
        """The run begins: an earlier wish to cancel was for another. Raises as `check` does."""
        if not self._queued:
            self.forget()
            return
        queue.leave(self._layout)
        self.check()

    def check(self) -> None:
        """Raises CancelledError when this job is to end, now and ever after."""
        if stopping.asked() or self._everything.is_set():
            raise stopping.cancelled()
        now = time.monotonic()
        if not self._wished and now < self._next_look:
            return
        self._next_look = now + FILE_SECONDS
        if self._wished or os.path.lexists(self._layout.cancel):
            self._wished = True
            self.forget()
            raise CancelledError(
                "The job was cancelled.",
                cause="Somebody asked it to stop (cancel).",
                fix="Run it again to continue where it stopped.",
            )

    def forget(self) -> None:
        """Take back a wish to cancel: it is done, or it was meant for an earlier run."""
        with suppress(FileNotFoundError):
            self._layout.cancel.unlink()
