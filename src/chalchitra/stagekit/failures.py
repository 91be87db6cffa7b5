"""What a stage's exception means: out of memory, a full disk, a file that is gone, or a surprise.

The kinds tell the runner what to do: "memory" may pass with less, "passing" may be over the next
time, and whatever else was foreseen would only fail again.
"""

from __future__ import annotations

import errno
from pathlib import Path

from chalchitra.errors import (
    ChalchitraError,
    OutOfMemoryError,
    PassingError,
    StageError,
    UsageError,
)
from chalchitra.system_errors import PASSING, meaning


class DiskFullError(StageError):
    """There was no room for what the stage writes."""

    kind = "disk"


class UnforeseenError(StageError):
    """An exception that nobody thought of: a defect, or chance."""

    kind = "unforeseen"


_FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
}

_MEMORY_SIGNS = (
    "out of memory",  # CTranslate2 and torch on CUDA, torch on Metal
    "outofmemory",  # Metal: kIOGPUCommandBufferCallbackErrorOutOfMemory
    "insufficient memory",
    "not enough memory",  # torch's CPU allocator
    "can't allocate memory",
    "cannot allocate memory",  # an mmap of weights
    "failed to allocate memory",  # onnxruntime's arena, and mkl_malloc below CTranslate2
    "unable to allocate",  # MLX
    "greater than the maximum allowed buffer size",  # MLX on Metal
    "status_alloc_failed",  # cuBLAS and cuDNN
    "bad_alloc",
    "bad allocation",
)
"""How the libraries say it: they all raise a plain RuntimeError."""

_SPEAKING_MODULES = ("onnxruntime", "safetensors")
"""Libraries with exceptions of their own that are no RuntimeError."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception of Python, the system or an ML library says that memory ran out."""
    if isinstance(error, MemoryError | OutOfMemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    module = type(error).__module__.partition(".")[0].removesuffix("_rust")
    if isinstance(error, RuntimeError) or module in _SPEAKING_MODULES:
        text = str(error).lower()
        return any(sign in text for sign in _MEMORY_SIGNS)
    return False


def out_of_memory(stage: str) -> OutOfMemoryError:
    return OutOfMemoryError(
        f"{stage} ran out of memory.",
        cause="The model or the batch is too large for this machine.",
        fix="Choose a smaller model with --model, or close other programs.",
    )


def as_error(stage: str, error: Exception, folder: Path) -> ChalchitraError:
    """The exception that ended a stage as an error for a person; `folder` is where it wrote."""
    if isinstance(error, ChalchitraError):
        return error
    if is_out_of_memory(error):
        return out_of_memory(stage)
    if isinstance(error, OSError) and error.errno is not None:
        return _from_system(stage, error, folder)
    first_line = str(error).strip().partition("\n")[0]
    return UnforeseenError(
        f"{stage} failed: {type(error).__name__}: {first_line}",
        cause="This is unexpected; the stage's log has the details.",
        fix="Run it again with --debug, and report the log if it happens again.",
    )


def _from_system(stage: str, error: OSError, folder: Path) -> ChalchitraError:
    if error.errno in _FULL:
        return DiskFullError(
            f"{stage} could not write {error.filename or folder}: {_FULL[error.errno]}.",
            cause=f"Its output is written to {folder}.",
            fix="Free some space there, then run the job again.",
        )
    where = f" at {error.filename}" if error.filename else ""
    if isinstance(error, FileNotFoundError):
        return UsageError(
            f"{stage} could not find a file{where}.",
            cause="It was moved or removed while the job ran.",
            fix="Put it back and run the job again.",
        )
    found = meaning(error.errno)
    kind = PassingError if error.errno in PASSING else StageError
    return kind(
        f"{stage} could not read or write{where}: {error.strerror}.",
        cause=found.what,
        fix=found.fix,
    )
