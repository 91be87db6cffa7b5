"""Models that bring Python code of their own: whose of it may run.

Only the code of a model that config/models.toml pins to a revision, as it was fetched from there
into the folder of models, and after the person agreed to it once by name (`models accept`). Code
in a folder that somebody else made, a job's too, never runs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.files import sha256_file
from chalchitra.hints import typed
from chalchitra.paths import models_dir

ACCEPTED = "accepted.json"
"""In the folder of models: what the person agreed to, by the models' names."""
AGREED_CODE = "code"
"""In a row of it: the revision whose code may run."""
_MANIFEST = "manifest.json"


def brings_code(folder: Path) -> bool:
    """Whether a model's folder has Python files, or says that it needs some."""
    if any(folder.rglob("*.py")):
        return True
    return any("auto_map" in _json(path) for path in folder.glob("*.json"))


def may_run(folder: Path) -> bool:
    """Whether the code in this folder is that of a pinned revision which the person agreed to.

    Every file that is code, or names some, is compared with its hash.
    """
    folder, models = folder.resolve(), models_dir()
    if not _is_ours(folder):
        return False
    manifest = _json(folder / _MANIFEST)
    try:
        revision, files = manifest["source"]["revision"], manifest["files"]
        if not revision or _json(models / ACCEPTED)[manifest["name"]][AGREED_CODE] != revision:
            return False
        return all(
            sha256_file(path) == files[path.relative_to(folder).as_posix()]["sha256"]
            for path in folder.rglob("*")
            if path.suffix in (".py", ".json") and path != folder / _MANIFEST
        )
    except (OSError, KeyError, TypeError):
        return False


def require_may_run(folder: Path, name: str) -> bool:
    """Whether the model brings code. Raises UsageError for code that may not run."""
    if not brings_code(folder):
        return False
    if may_run(folder):
        return True
    raise UsageError(
        f"The model in {folder} comes with its own Python code, which is not run.",
        cause="Code is run only if config/models.toml pins the model to a revision, its files are "
        "unchanged since they were fetched, and you have agreed to it once.",
        fix=typed(
            "chalchitra models accept",
            name,
            first="If its files were changed, fetch it again; to agree,",
        )
        if _is_ours(folder.resolve())
        else typed(
            "chalchitra models list --kind seq2seq",
            first="To see which models can be used instead,",
        ),
    )


def _is_ours(folder: Path) -> bool:
    """Whether a folder (resolved) is one of the folder of models, or linked from there."""
    models = models_dir()
    return models.is_dir() and folder in {path.resolve() for path in models.iterdir()}


def _json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
