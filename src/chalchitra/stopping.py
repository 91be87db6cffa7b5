"""Being told to stop: by Ctrl-C, SIGTERM, a terminal that closes, or who cancels one job of many.

The first signal asks, and how long it may take is said at once; a second one stops now. What may
be left at any moment is left by CancelledError raised where it is; what must not be (`later`) asks
with `check`, as do hashing, copying and fetching, in every thread. Standard library only: bootstrap
runs it too, and what stages share asks it, where nobody ever says yes.
"""

from __future__ import annotations

import _thread
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from types import FrameType
from typing import IO, Any, TypeVar

from chalchitra.errors import CancelledError, ExitCode

T = TypeVar("T")

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ONE_PRESS = 0.3
"""Seconds in which two signals are one: timeout(1) sends its own twice."""
NOW_SECONDS = 1.5
"""How long a second signal leaves for what is being written down."""
WAIT_SECONDS = 0.05
"""Between two looks whether a wait is over or was stopped."""


class _Told:
    """What the program was told, and how it takes it; one for all threads."""

    def __init__(self, what: str = "The run was cancelled.") -> None:
        self.what = what
        self.hears = False
        self.number = 0
        self.at = 0.0
        self.now = False
        self.later = False
        self.over = False
        self.slow: dict[object, float] = {}


_told = _Told()
_own: ContextVar[Callable[[], None] | None] = ContextVar("stopping", default=None)


def hear(what: str = "The run was cancelled.") -> None:
    """Hear the signals from now on; `what` is said where one came.

    A hang-up is left alone where nohup(1) had it ignored.
    """
    global _told
    _told = _Told(what)
    _told.hears = True
    sys.unraisablehook = _swallowed
    signal.signal(signal.SIGALRM, _again)
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _hear)


def later() -> None:
    """From now on nothing is raised out of the blue: what goes on asks with `check`."""
    _told.later = True


def deaf() -> None:
    """Ignore the signals from now on: what is done is done."""
    _told.over = True
    if not _told.hears:
        return
    for number in (*SIGNALS, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)


def asked() -> bool:
    """Whether the program was told to stop."""
    return _told.number != 0


def at_once() -> bool:
    """Whether it was told twice: nothing is waited for any more."""
    return _told.now


def cancelled() -> CancelledError:
    """The error of a program that was told to stop."""
    how = {signal.SIGINT: "Ctrl-C was pressed", signal.SIGHUP: "The terminal was closed"}
    number = _told.number
    name = f" ({signal.Signals(number).name})" if number else ""
    return CancelledError(
        _told.what,
        cause=f"{how.get(number, 'The program was told to stop')}{name}.",  # type: ignore[call-overload]
        fix="Type the same command again to continue where it stopped.",
    )


def check() -> None:
    """Raises CancelledError when the program, or the job that this thread runs, is to stop."""
    own = _own.get()
    if own is not None:
        own()
    elif _told.number:
        raise cancelled()


@contextmanager
def asking(own: Callable[[], None]) -> Iterator[None]:
    """`check` asks this in this thread; it asks for the program itself (`asked`)."""
    token = _own.set(own)
    try:
        yield
    finally:
        _own.reset(token)


@contextmanager
def not_now() -> Iterator[None]:
    """Nobody is asked in this block: what it does is done in a moment, and would be lost."""
    with asking(lambda: None):
        yield


def slow(who: object, seconds: float) -> None:
    """Say that stopping takes up to so many seconds while `who` is at work; 0: it has ended."""
    if seconds:
        _told.slow[who] = seconds
    else:
        _told.slow.pop(who, None)


def lock(file: int | IO[Any], kind: int) -> None:
    """Wait for a lock (flock(2)) for as long as nobody says stop. Raises OSError as flock does."""
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(file, kind | fcntl.LOCK_NB)
            return
        check()
        time.sleep(WAIT_SECONDS)


def aside(work: Callable[[], T]) -> T:
    """What `work` returns or raises, done in a thread that is left to itself where it is to stop.

    For a library that waits and asks nobody. What is left must harm nobody, and ends with us.
    """
    answer: Future[T] = Future()  # the answer, or what was raised
    context = copy_context()

    def run() -> None:
        try:
            answer.set_result(context.run(work))
        except BaseException as error:
            answer.set_exception(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        check()
        thread.join(WAIT_SECONDS)
    return answer.result()


def _hear(number: int, frame: FrameType | None) -> None:
    now = time.monotonic()
    if _told.number:
        # Whoever closes a terminal does not wait for anything, and has not asked for haste.
        if number != signal.SIGHUP and not _told.now and now - _told.at > ONE_PRESS:
            _told.now = True
            _thread.start_new_thread(_end_now, ())
        return
    _told.number, _told.at = number, now
    if _told.over:
        return
    if not _told.later:
        raise cancelled()
    # A thread of the bare kind: whom we interrupt may hold what threading or print wait for.
    with suppress(RuntimeError):
        _thread.start_new_thread(_say, (number,))


def _say(number: int) -> None:
    seconds = max(list(_told.slow.values()), default=0.0)
    long = f"; a running stage may take up to {seconds:.0f} s to stop" if seconds else ""
    again = ". Ctrl-C again stops it at once" if seconds and number == signal.SIGINT else ""
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"Stopping{long}{again}.\n")
        sys.stderr.flush()


def _end_now() -> None:
    """However stuck the program is: stages end with it (runner/launch.py), files are whole."""
    time.sleep(NOW_SECONDS)
    if not _told.over:
        os._exit(ExitCode.CANCELLED)


def _swallowed(unraisable: Any) -> None:
    """Raise again what was raised where Python cannot raise: in a destructor, for example."""
    if isinstance(unraisable.exc_value, CancelledError):
        signal.setitimer(signal.ITIMER_REAL, 0.01)
    else:
        sys.__unraisablehook__(unraisable)


def _again(number: int, frame: FrameType | None) -> None:
    if not _told.over:
        raise cancelled()
