"""Reading the weights out of a torch checkpoint, whoever made it: none of its code is run.

A pickle names functions to call. `weights_only` makes nothing but tensors and plain containers, and
the formats from before torch 1.6, whose first pickles are read in other ways, are refused.
A Lightning checkpoint also pickles objects of omegaconf and pyannote.audio, whose import takes
seconds: each becomes an empty stand-in that is thrown away.
"""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chalchitra.errors import MissingError
from chalchitra.hints import typed

_FORCED = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"
"""Makes `weights_only` of every load, whatever a library asks for."""


class _StandIn:
    """In place of an object of a library that is not imported."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        pass

    def append(self, item: Any) -> None:
        pass

    def __setitem__(self, key: Any, value: Any) -> None:
        pass


def read_weights(path: Path) -> dict[str, Any]:
    """The tensors by name: the checkpoint's `state_dict` where it has one, or all of it.

    Raises MissingError when the file is not there, is of an old format or holds no tensors.
    """
    import torch

    try:
        with nothing_run(path):
            data = torch.load(path, map_location="cpu", weights_only=True)
        weights = data.get("state_dict", data)
        found = {name: value for name, value in weights.items() if torch.is_tensor(value)}
    except MissingError:
        raise
    except pickle.UnpicklingError as error:
        raise MissingError(
            f"{path.name} cannot be read.",
            cause="It is damaged, or contains more than weights, which could run programs.",
            fix=typed("chalchitra models verify"),
        ) from error
    except (OSError, RuntimeError, ValueError, LookupError, TypeError, AttributeError,
            EOFError, zipfile.BadZipFile) as error:  # fmt: skip
        raise MissingError(
            f"{path.name} cannot be read.",
            cause=f"{str(error).splitlines()[0]}."
            if str(error).strip()
            else "It is not a checkpoint.",
            fix=typed("chalchitra models verify"),
        ) from error
    if not found:
        raise MissingError(
            f"{path.name} contains no weights.",
            cause="It is not the expected file.",
            fix=typed("chalchitra models verify"),
        )
    return found


@contextmanager
def nothing_run(path: Path, known: Mapping[str, Any] | None = None) -> Iterator[None]:
    """While it lasts, whoever lets torch load this checkpoint gets tensors and plain containers.

    Classes in `known`, by their full names, are made too. Raises MissingError for an old format.
    """
    from torch.serialization import get_unsafe_globals_in_checkpoint, safe_globals

    _require_zip(path)
    strange = get_unsafe_globals_in_checkpoint(path)
    before = os.environ.get(_FORCED)
    os.environ[_FORCED] = "1"
    try:
        with safe_globals([((known or {}).get(name, _StandIn), name) for name in strange]):
            yield
    finally:
        if before is None:
            del os.environ[_FORCED]
        else:
            os.environ[_FORCED] = before


def _require_zip(path: Path) -> None:
    with open(path, "rb") as handle:
        if handle.read(4) == b"PK\x03\x04":
            return
    raise MissingError(
        f"{path.name} is not a checkpoint that can be loaded.",
        cause="It is damaged, or in torch's format from before 2020, which can run programs.",
        fix=typed("chalchitra models verify"),
    )
