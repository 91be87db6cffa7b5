"""What exceptions mean: the kinds that the runner decides by."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from chalchitra.errors import ExitCode, MissingError, OutOfMemoryError
from chalchitra.stagekit.failures import as_error, is_out_of_memory

FOLDER = Path("/jobs/1/stages/asr/attempt-001")

SAID = [
    "CUDA failed with error out of memory",
    "cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED",
    "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
    "mkl_malloc: failed to allocate memory",
    "std::bad_alloc",
    "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 4.00 GiB",
    "MPS backend out of memory (MPS allocated: 5.56 GB, other allocations: 1.10 GB)",
    "[enforce fail at alloc_cpu.cpp:73] . DefaultCPUAllocator: can't allocate memory: you tried "
    "to allocate 116813856768 bytes. Error code 12 (Cannot allocate memory)",
    "[enforce fail at alloc_cpu.cpp:81] data. DefaultCPUAllocator: not enough memory: you tried",
    "unable to mmap 9989150328 bytes from file <model.safetensors>: Cannot allocate memory (12)",
    "[metal::malloc] Attempting to allocate 48736917632 bytes which is greater than the maximum "
    "allowed buffer size of 30150672384 bytes.",
    "[malloc_or_wait] Unable to allocate 134217728 bytes.",
    "[METAL] Command buffer execution failed: Insufficient Memory "
    "(00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)",
]
"""What CTranslate2, torch, safetensors and MLX say."""


@pytest.mark.parametrize("text", SAID)
def test_libraries_that_run_out_of_memory_are_understood(text):
    error = as_error("asr", RuntimeError(text), FOLDER)
    assert isinstance(error, OutOfMemoryError)
    assert (error.kind, error.exit_code) == ("memory", ExitCode.STAGE_FAILED)


def test_onnxruntime_has_exceptions_of_its_own():
    error = type("RuntimeException", (Exception,), {})
    error.__module__ = "onnxruntime.capi.onnxruntime_pybind11_state"
    text = "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Failed to allocate memory for requested"
    assert is_out_of_memory(error(text))
    assert not is_out_of_memory(error("[ONNXRuntimeError] : 2 : INVALID_ARGUMENT"))


@pytest.mark.parametrize("error", [MemoryError(), OSError(errno.ENOMEM, "no")])
def test_python_and_the_system_run_out_of_memory(error):
    assert as_error("asr", error, FOLDER).kind == "memory"


@pytest.mark.parametrize(
    "error",
    [
        ValueError("'We ran out of memory,' she said"),
        KeyError("out of memory"),
        RuntimeError("CUDA failed with error no kernel image is available"),
        RuntimeError("Library libcublas.so.12 is not found or cannot be loaded"),
        OSError("Can't load the tokenizer"),
    ],
)
def test_other_surprises_are_unforeseen(error):
    found = as_error("asr", error, FOLDER)
    assert found.kind == "unforeseen"
    assert type(error).__name__ in found.what


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_names_the_file_or_else_the_folder(number):
    named = as_error("demux", OSError(number, "full", "/jobs/1/audio.wav"), FOLDER)
    unnamed = as_error("demux", OSError(number, "full"), FOLDER)
    assert named.kind == unnamed.kind == "disk"
    assert "/jobs/1/audio.wav" in named.what
    assert str(FOLDER) in unnamed.what
    assert str(FOLDER) in named.cause


@pytest.mark.parametrize(
    ("number", "kind"), [(errno.ENOENT, "usage"), (errno.EACCES, "stage"), (errno.EROFS, "stage")]
)
def test_other_troubles_with_files_are_foreseen(number, kind):
    error = as_error("demux", OSError(number, "trouble", "/film.mkv"), FOLDER)
    assert error.kind == kind
    assert "/film.mkv" in error.what


def test_an_error_for_a_person_stays_what_it_is():
    error = MissingError("No model.")
    assert as_error("asr", error, FOLDER) is error


@pytest.mark.parametrize(
    ("number", "cause", "fix"),
    [
        (errno.EACCES, "permissions", "permissions"),
        (errno.EROFS, "read-only", "--out"),
        (errno.EIO, "disk", "Check the disk"),
        (errno.EAGAIN, "busy", "again"),
        (errno.EMFILE, "open", "ulimit"),
        (errno.ESTALE, "network", "Connect"),
        (errno.ETIMEDOUT, "network", "Connect"),
        (errno.ENAMETOOLONG, "too long", "Shorten"),
        (errno.ENOTDIR, "not a folder", "path"),
        (errno.EBUSY, "Another program", "Close"),
        (errno.EDOM, "no other reason", "--debug"),
    ],
)
def test_an_error_of_the_system_is_told_by_its_true_cause(number, cause, fix):
    error = as_error("mux", OSError(number, os.strerror(number), "/film.mkv"), FOLDER)
    assert os.strerror(number) in error.what
    assert cause in error.cause
    assert fix in error.fix
    assert ("permissions" in error.fix) == (number == errno.EACCES)
