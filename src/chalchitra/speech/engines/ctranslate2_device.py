"""What CTranslate2 has on this machine, and what a model folder in its format holds."""

from __future__ import annotations

from pathlib import Path

from chalchitra.errors import MissingError
from chalchitra.speech.engines.base import Note

MOST_WORKERS = 4
"""More would read the same memory: the decoder waits for memory, not for arithmetic."""


def usable(device: str, compute_type: str) -> tuple[str, str, Note | None]:
    """A device and compute type that CTranslate2 has here, and what had to be changed."""
    import ctranslate2

    if device not in ("cpu", "cuda"):  # it has no Metal
        device = "cpu"
    try:
        supported = ctranslate2.get_supported_compute_types(device)
    except (RuntimeError, ValueError) as error:
        # CUDA without a usable driver or device.
        found = usable("cpu", "int8")
        why = str(error).strip().partition("\n")[0]
        return (
            *found[:2],
            Note(
                f"Recognition ran on the CPU, not on {device}.",
                f"CTranslate2 cannot use it: {why}.",
                "Check the driver, or prepare the job again on this machine.",
            ),
        )
    if compute_type in supported:
        return device, compute_type, None
    wanted = ("int8_float16", "float16", "int8", "float32")
    other = next((one for one in wanted if one in supported), "default")
    return (
        device,
        other,
        Note(
            f"Recognition ran in {other}, not in {compute_type}.",
            f"CTranslate2 does not support {compute_type} on this {device}.",
            f"Set the compute type to one of {', '.join(sorted(supported))}.",
        ),
    )


def check_folder(model: Path) -> None:
    """Raises MissingError when the folder holds no CTranslate2 Whisper model.

    Without tokenizer.json, faster-whisper would look for one on the hub.
    """
    missing = [name for name in ("model.bin", "tokenizer.json") if not (model / name).is_file()]
    if missing:
        raise MissingError(
            f"The model folder {model} has no {' and no '.join(missing)}.",
            cause="It is not a Whisper model in the CTranslate2 format, or it is incomplete.",
            fix="Give --model a name of config/models.toml or a folder in that format.",
        )
