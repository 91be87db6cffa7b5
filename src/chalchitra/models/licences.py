"""Licences that forbid commercial use: a person is told of them once, before the first use.

What was agreed to is in accepted.json in the models folder, with the licence and the day. Nothing
is ever asked: a command refuses, and says what to type.
"""

from __future__ import annotations

import fcntl
import json
from datetime import date
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.files import write_json
from chalchitra.hints import typed
from chalchitra.models.catalogue import ModelEntry
from chalchitra.paths import models_dir

ACCEPTED = "accepted.json"


def accepted(entry: ModelEntry, root: Path | None = None) -> bool:
    """Whether the model may be used: its licence allows any use, or was agreed to as it is now."""
    if not entry.non_commercial:
        return True
    return _read(models_dir(root)).get(entry.name, {}).get("licence") == entry.licence


def require_accepted(entry: ModelEntry, root: Path | None = None, *, otherwise: str = "") -> None:
    """Raises UsageError, with what to type, for a model whose licence nobody agreed to.

    `otherwise` is what would do without it: the end of a sentence.
    """
    if accepted(entry, root):
        return
    raise UsageError(
        f"The model {entry.name} is not for commercial use: its licence is {entry.licence}.",
        cause="It is fetched and used only after you agreed to that once.",
        fix=typed(
            "chalchitra models accept",
            entry.name,
            first=f"Either {otherwise}, or to agree," if otherwise else "To agree,",
        ),
    )


def accept(entry: ModelEntry, root: Path | None = None) -> None:
    """Record that a person agreed to the licence. Raises UsageError where it cannot be written."""
    folder = models_dir(root)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / f".lock-{ACCEPTED}", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            agreed = _read(folder)
            agreed[entry.name] = {
                "licence": entry.licence or "",
                "date": date.today().isoformat(),
            }
            write_json(folder / ACCEPTED, agreed)
    except OSError as error:
        raise UsageError(
            f"{folder / ACCEPTED} cannot be written: {error.strerror}.",
            cause="The models folder is not writable.",
            fix="Change its permissions, or set CHALCHITRA_MODELS to another folder.",
        ) from None


def _read(folder: Path) -> dict[str, dict[str, str]]:
    """What was agreed to; a file that cannot be read says nothing."""
    try:
        data = json.loads((folder / ACCEPTED).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(data, dict):
        return {}
    return {name: row for name, row in data.items() if isinstance(row, dict)}
