"""Where the checkout's own folders are. No other module spells these paths."""

from __future__ import annotations

import os
from pathlib import Path


def project_root() -> Path:
    """The checkout this code runs from (`CHALCHITRA_ROOT` names another, as the tests do)."""
    named = os.environ.get("CHALCHITRA_ROOT")
    return Path(named).resolve() if named else Path(__file__).resolve().parents[2]


def config_dir(root: Path | None = None) -> Path:
    return (root or project_root()) / "config"


def requirements_dir(root: Path | None = None) -> Path:
    return (root or project_root()) / "requirements"


def venv_dir(root: Path | None = None) -> Path:
    return (root or project_root()) / "venv"


def code_cache(root: Path | None = None) -> Path:
    """What was read of the code (runner/syntax.py); it can be removed at any time."""
    return venv_dir(root) / ".code.json"


def stages_dir(root: Path | None = None) -> Path:
    return (root or project_root()) / "scripts" / "stages"


def same_code(root: Path | None = None) -> Path:
    """Which earlier code of the stages made the same (runner/same_code.py)."""
    return stages_dir(root) / "same_code.json"


def source_dir(root: Path | None = None) -> Path:
    return (root or project_root()) / "src"


def models_dir(root: Path | None = None) -> Path:
    """Where fetched models live; `CHALCHITRA_MODELS` puts them on another disk."""
    named = os.environ.get("CHALCHITRA_MODELS")
    return Path(named).expanduser() if named else (root or project_root()) / "models"


def shown_path(path: Path | str) -> str:
    """A path as a person would type it from here."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)
