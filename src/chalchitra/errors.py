"""The errors a person meets, and the exit codes they end with.

Every error says what happened, the likely cause, and what to type next: one sentence each.
Nothing here imports more than the standard library, so that the orchestrator, the stages and
the bootstrap (which runs before any library is installed) share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What a command's exit status means (docs/contract.md)."""

    DONE = 0
    STAGE_FAILED = 1
    USAGE = 2
    MISSING = 3
    HELD = 4
    VIOLATIONS = 5
    CANCELLED = 130


class _Explained(BaseException):
    """`what` says what happened, `cause` the likely cause, `fix` what to type or change next."""

    kind = "failed"
    exit_code = ExitCode.STAGE_FAILED

    def __init__(self, what: str, *, cause: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.cause = cause
        self.fix = fix

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.cause, self.fix) if part)

    def lines(self) -> list[str]:
        """The error as it is shown: what happened, and indented below it the cause and the fix.

        A fix may have several lines, since a command that is to be typed ends one.
        """
        below = [self.cause, *self.fix.split("\n")]
        return [f"Error: {self.what}", *(f"  {part}" for part in below if part)]

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "what": self.what, "cause": self.cause, "fix": self.fix}


class ChalchitraError(_Explained, Exception):
    """An error meant for the person at the keyboard."""


class CancelledError(_Explained):
    """The person stopped the run: no error, so that nothing that collects errors takes it."""

    kind = "cancelled"
    exit_code = ExitCode.CANCELLED


Ending = ChalchitraError | CancelledError
"""What ends a run before it is done."""


class UsageError(ChalchitraError):
    """Bad input: an option, a language, a film that is no film, a broken job.json."""

    kind = "usage"
    exit_code = ExitCode.USAGE


class MissingError(ChalchitraError):
    """An environment, a model or a tool is not there."""

    kind = "missing"
    exit_code = ExitCode.MISSING


class HeldError(ChalchitraError):
    """Another runner holds the job."""

    kind = "held"
    exit_code = ExitCode.HELD


class StageError(ChalchitraError):
    """A stage could not do its work."""

    kind = "stage"
    exit_code = ExitCode.STAGE_FAILED


class PassingError(StageError):
    """What may well be over the next time: a child that was killed, a disk that failed to answer.

    The runner tries the stage again.
    """

    kind = "passing"


class OutOfMemoryError(StageError):
    """There was not memory enough; a smaller batch or number format may fit."""

    kind = "memory"


class SeveralErrors(ChalchitraError):
    """Several problems found at once, each with its own three sentences."""

    kind = "several"

    def __init__(self, errors: Sequence[ChalchitraError]) -> None:
        super().__init__(f"{len(errors)} problems:")
        self.errors = tuple(errors)
        self.exit_code = max(error.exit_code for error in errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)

    def lines(self) -> list[str]:
        return [line for error in self.errors for line in error.lines()]

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "errors": [error.to_dict() for error in self.errors]}


def raise_all(errors: Sequence[ChalchitraError]) -> None:
    """Raise what was collected: nothing, the one error, or all of them together."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise SeveralErrors(errors)


def raise_first(errors: Sequence[ChalchitraError], most: int, things: str) -> None:
    """Raise as `raise_all` does, but of many the first `most`, and how many `things` are left."""
    if len(errors) > most:
        rest = UsageError(
            f"{len(errors) - most} more {things} cannot be used.",
            fix="Correct those above, then try again.",
        )
        errors = [*errors[:most], rest]
    raise_all(errors)


def unforeseen(error: Exception) -> ChalchitraError:
    """What a person is told of an exception that nobody foresaw: no traceback, and what to do."""
    if isinstance(error, OSError) and error.strerror:
        # Of a rename the second name tells more: the first is temporary.
        path = error.filename2 or error.filename
        if isinstance(error, IsADirectoryError):
            return StageError(
                f"{path} is a folder and should be a file.",
                cause="Something other than Chalchitra put it there.",
                fix="Move it away, then type the same command again.",
            )
        where = f": {path}" if path else ""
        return StageError(
            f"{error.strerror}{where}.",
            cause="The disk is full, or a file or folder cannot be read or written.",
            fix="Free some space or change the permissions, then type the same command again.",
        )
    first_line = str(error).strip().partition("\n")[0]
    return StageError(
        f"{type(error).__name__}: {first_line}",
        cause="This is unexpected: it is a bug in Chalchitra.",
        fix="Type the same command with --debug, and report what it prints.",
    )
