"""What lasts from one request of a worker to the next: loaded models, and nothing else.

A cold run goes through the same functions and gets the same: models loaded once, and random
numbers that begin at the request's seed.
"""

from __future__ import annotations

import gc
import random
import sys
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Model = TypeVar("Model")

_kept: dict[str, tuple[Hashable, Any]] = {}
_loaded: int | None = None
_seed = 0


def begin(seed: int) -> None:
    """A request begins: nothing is loaded for it yet, its random numbers start at `seed`."""
    global _loaded, _seed
    _loaded = None
    _seed = seed % 2**32  # what numpy takes
    _seed_libraries()


def kept(kind: str, key: Hashable | None, make: Callable[[], Model]) -> Model:
    """The model of this kind: the one that is loaded when it has this key, else a new one.

    `key` names all that loading depends on: the model's sha256, device, number format, threads.
    None says that it is not known whether the files are still the same: nothing is reused.
    The old model is dropped before `make` is called, so that two are never in memory. Random
    numbers start at the request's seed again, since loading may draw some.
    """
    global _loaded
    _loaded = _loaded or 0
    held = _kept.get(kind)
    if held is None or key is None or held[0] != key:
        del held
        if _kept.pop(kind, None) is not None:
            gc.collect()  # networks are full of cycles
        _kept[kind] = (key, make())
        count_load()
    _seed_libraries()
    model: Model = _kept[kind][1]
    return model


def count_load() -> None:
    """A model was loaded, or one loaded itself anew."""
    global _loaded
    _loaded = (_loaded or 0) + 1


def models_loaded() -> int | None:
    """How many models this request had to load: 0 when they were warm, None when it needs none."""
    return _loaded


def forget() -> None:
    """Drop every model, after a failure that may have left one in any state."""
    _kept.clear()
    gc.collect()


def _seed_libraries() -> None:
    """Seed Python's random numbers and those of the libraries that are loaded."""
    random.seed(_seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(_seed)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(_seed)
    if ctranslate2 := sys.modules.get("ctranslate2"):
        ctranslate2.set_random_seed(_seed)
