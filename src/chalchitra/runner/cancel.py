"""Asking the runner of a job to stop it: by a file in the job's folder, so on any machine."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass

from chalchitra import job_files, timestamps
from chalchitra.errors import HeldError, UsageError
from chalchitra.hints import job_argument, typed
from chalchitra.jobs.holding import Holder, holder
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.state import JobState, effective, read_state
from chalchitra.runner import queue
from chalchitra.runner.lock import held

WAIT_SECONDS = 30.0
"""A stage may take ten to clean up after an interrupt, and more when it must be killed."""
_POLL_SECONDS = 0.1
_ENDED = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Asked:
    """A job that was asked to stop, and who runs it."""

    layout: JobLayout
    state: JobState
    runner: Holder

    @property
    def elsewhere(self) -> bool:
        """Whether it runs on another machine, which sees the file as late as the disk shows it."""
        return self.runner.host not in ("", socket.gethostname())


@dataclass(frozen=True)
class Unqueued:
    """A job that waited for its turn in a batch, and will not be run by it."""

    state: JobState
    runner: Holder


def ask(layout: JobLayout) -> Asked | Unqueued | JobState:
    """Ask a job to stop; the state of one that has ended already and needs no asking.

    Raises UsageError when there is no job, when it has not ended and nobody runs it, and when its
    folder cannot be written.
    """
    state = read_state(layout)
    runner = holder(layout)
    if runner is None:
        state = read_state(layout)  # it may have ended between the two looks
        if state.state != "done" and (unqueued := _take_out(layout, state)) is not None:
            return unqueued
        shown = effective(state, layout)
        if shown in _ENDED:
            return state
        raise UsageError(
            f"Job {state.job_id} is not running.",
            cause="Its runner died before it finished."
            if shown == "interrupted"
            else "It was prepared, but not started or not finished.",
            fix=typed(
                "chalchitra rm",
                job_argument(layout.root),
                first="There is nothing to cancel; to remove it,",
            ),
        )
    _wish(layout, state, runner)
    return Asked(layout, state, runner)


def _take_out(layout: JobLayout, state: JobState) -> Unqueued | None:
    """Cancel a job that waits in a batch; None where it does not, or its turn has just come."""
    runner = queue.waits_for(layout)
    if runner is None:
        return None
    try:
        with held(layout, state.job_id):
            _wish(layout, state, runner)  # the batch finds it when it comes to this job
            state.state, state.ended, state.error = "cancelled", timestamps.now(), None
            state.write(layout)
    except HeldError:
        return None
    return Unqueued(state, runner)


def _wish(layout: JobLayout, state: JobState, runner: Holder) -> None:
    try:
        # Nothing inside: that works on a full disk too.
        os.close(job_files.descriptor(layout.root, layout.cancel, os.O_WRONLY | os.O_CREAT))
    except OSError as error:
        raise UsageError(
            f"Job {state.job_id} cannot be asked to stop.",
            cause=f"{layout.cancel} cannot be written: {error.strerror}.",
            fix=f"Run this as the user who runs the job ({runner}).",
        ) from None


def wait(asked: Asked, seconds: float = WAIT_SECONDS) -> JobState:
    """Wait until the job has ended; returns its state. Raises HeldError when it goes on."""
    layout = asked.layout
    deadline = time.monotonic() + seconds
    while _still_holds(asked):
        if time.monotonic() > deadline:
            where = f"on {asked.runner.host} " if asked.elsewhere else ""
            raise HeldError(
                f"Job {asked.state.job_id} is still running after {seconds:.0f} s.",
                cause="A stage is slow to clean up, or the other machine has not seen the request "
                "yet."
                if asked.elsewhere
                else "A stage is slow to clean up.",
                fix=typed(
                    "chalchitra status",
                    job_argument(layout.root),
                    first=f"It will still stop; to stop it now, kill {where}process "
                    f"{asked.runner.pid}; to check again,",
                ),
            )
        time.sleep(_POLL_SECONDS)
    if holder(layout) is None:
        layout.cancel.unlink(missing_ok=True)  # it ended before it saw the wish
    return read_state(layout)


def _still_holds(asked: Asked) -> bool:
    """Whether the job is still with the runner that was asked, and not with a later one."""
    now = holder(asked.layout)
    return now is not None and (asked.runner.pid is None or now == asked.runner)
