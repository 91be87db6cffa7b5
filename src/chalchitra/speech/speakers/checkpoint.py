"""Reading the weights out of a checkpoint without importing the libraries that wrote it.

A Lightning checkpoint also pickles objects of omegaconf and pyannote.audio, whose import takes
seconds and whose code would run. Only tensors and plain containers are made here; everything else
becomes an empty stand-in that is thrown away.
"""

from __future__ import annotations

import pickle
import types
from pathlib import Path
from typing import Any

from chalchitra.errors import MissingError
from chalchitra.hints import typed

_PLAIN = {
    ("collections", "OrderedDict"),
    ("collections", "defaultdict"),
    ("__builtin__", "dict"),
    ("__builtin__", "list"),
    ("builtins", "dict"),
    ("builtins", "list"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"),
}


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


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN or (module == "torch" and name.endswith("Storage")):
            return super().find_class(module, name)
        return _StandIn


def read_weights(path: Path) -> dict[str, Any]:
    """The tensors by name: the checkpoint's `state_dict` where it has one, or all of it.

    Raises MissingError when the file is not there or holds no tensors.
    """
    import torch

    reader = types.ModuleType("weights only")
    reader.Unpickler = _Unpickler  # type: ignore[attr-defined]
    reader.load = pickle.load  # type: ignore[attr-defined]
    reader.__name__ = __name__
    try:
        # Not weights_only: that refuses the other objects, and they are not made here anyway.
        data = torch.load(path, map_location="cpu", pickle_module=reader, weights_only=False)
        weights = data.get("state_dict", data)
        found = {name: value for name, value in weights.items() if torch.is_tensor(value)}
    except (OSError, RuntimeError, pickle.UnpicklingError, AttributeError) as error:
        raise MissingError(
            f"{path.name} cannot be read.",
            cause=f"{str(error).splitlines()[0]}." if str(error) else "It is no checkpoint.",
            fix=typed("chalchitra models verify"),
        ) from error
    if not found:
        raise MissingError(
            f"{path.name} holds no weights.",
            cause="It is not the file that was meant.",
            fix=typed("chalchitra models verify"),
        )
    return found
