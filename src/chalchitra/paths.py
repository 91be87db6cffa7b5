"""Where everything is. No other module spells these paths.

Two forms: a checkout, where all of it lies in one folder, and an installed Chalchitra, where what
comes with it (configuration, locks, stage scripts) lies in the package and what it makes
(environments, models, jobs) in the person's own folders. Standard library only where a stage or
bootstrap asks.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

SHIPPED = Path(__file__).resolve().parent / "_data"
"""In a wheel: the folders of the checkout that come with the package (pyproject.toml puts them
there). A checkout has no such folder."""


def project_root() -> Path:
    """The folder that what comes with Chalchitra lies in: the checkout, or a wheel's `_data`
    (`CHALCHITRA_ROOT` names another, as the tests do)."""
    named = os.environ.get("CHALCHITRA_ROOT")
    if named:
        return Path(named).resolve()
    return SHIPPED if SHIPPED.is_dir() else Path(__file__).resolve().parents[2]


def installed(root: Path | None = None) -> bool:
    """Whether this is an installed Chalchitra, and no checkout."""
    return (root or project_root()) == SHIPPED


def data_dir(root: Path | None = None) -> Path:
    """Where environments, models and jobs are made: the checkout itself or, installed, a folder of
    the person's own; `CHALCHITRA_DATA` puts that on another disk."""
    if not installed(root):
        return root or project_root()
    if named := os.environ.get("CHALCHITRA_DATA"):
        return Path(named).expanduser().absolute()
    try:
        from platformdirs import user_data_path
    except ImportError:  # a stage, started by hand: its environment is data_dir/venv/NAME
        return Path(sys.prefix).parents[1]
    return user_data_path("chalchitra", appauthor=False)


def own_config_dir() -> Path:
    """Installed: where a person's own configuration goes; `CHALCHITRA_CONFIG` names another."""
    if named := os.environ.get("CHALCHITRA_CONFIG"):
        return Path(named).expanduser().absolute()
    try:
        from platformdirs import user_config_path
    except ImportError:  # as above; what a stage does is in job.json
        return data_dir() / "config"
    return user_config_path("chalchitra", appauthor=False)


def config_dir(root: Path | None = None) -> Path:
    """The tables that come with Chalchitra."""
    return (root or project_root()) / "config"


def config_file(name: str, root: Path | None = None) -> Path:
    """A table of config/: where Chalchitra is installed, the person's own if there is one."""
    if installed(root) and (own := own_config_dir() / name).is_file():
        return own
    return config_dir(root) / name


def hardware_cache(root: Path | None = None) -> Path:
    """What bootstrap found of the machine: config/hardware_cache.json in a checkout."""
    folder = data_dir(root) if installed(root) else config_dir(root)
    return folder / "hardware_cache.json"


def requirements_dir(root: Path | None = None) -> Path:
    return (root or project_root()) / "requirements"


def venv_dir(root: Path | None = None) -> Path:
    return data_dir(root) / "venv"


def jobs_dir(root: Path | None = None) -> Path:
    """The folder of all jobs, where `--out` does not name one."""
    return data_dir(root) / "out"


def code_cache(root: Path | None = None) -> Path:
    """What was read of the code (runner/syntax.py); it can be removed at any time."""
    return venv_dir(root) / ".code.json"


def stages_dir(root: Path | None = None) -> Path:
    return (root or project_root()) / "scripts" / "stages"


def same_code(root: Path | None = None) -> Path:
    """Which earlier code of the stages made the same (runner/same_code.py)."""
    return stages_dir(root) / "same_code.json"


def source_dir(root: Path | None = None) -> Path:
    """The folder that has the package chalchitra's own files."""
    return SHIPPED.parents[1] if installed(root) else import_dir(root)


def import_dir(root: Path | None = None) -> Path:
    """The folder on whose PYTHONPATH a process finds chalchitra, and no other package.

    Beside an installed package lie the libraries of the Python that it was installed into, so the
    wheel has a folder that leads to it alone (packaging/alone.py).
    """
    return (root or project_root()) / "src"


def demo_film(root: Path | None = None) -> Path:
    """The clip that comes with Chalchitra: LibriVox readings, in the public domain."""
    return (root or project_root()) / "docs" / "demo" / "demo.mp4"


def models_dir(root: Path | None = None) -> Path:
    """Where fetched models live; `CHALCHITRA_MODELS` puts them on another disk."""
    named = os.environ.get("CHALCHITRA_MODELS")
    return Path(named).expanduser() if named else data_dir(root) / "models"


def variables() -> dict[str, str]:
    """What a process of another environment needs to be told to find the same folders."""
    return {"CHALCHITRA_DATA": str(data_dir())} if installed() else {}


def shown_path(path: Path | str) -> str:
    """A path as a person would type it from here."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)
