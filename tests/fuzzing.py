"""The programs of scripts/fuzz as modules, for the tests that run some of their seeds."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

from chalchitra.paths import project_root


def program(name: str) -> ModuleType:
    """scripts/fuzz/<name>.py, under a name by which its dataclasses find their module."""
    place = project_root() / "scripts" / "fuzz" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"fuzz_{name}", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
