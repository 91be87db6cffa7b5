"""What a person agrees to once, before a model's first use: its licence, and the code it brings.

Licences that forbid commercial use are told, and that a model runs Python code of its own. What was
agreed to is in accepted.json in the models folder, with the licence, the revision of the code and
the day. Nothing is ever asked: a command refuses, and says what to type.
"""

from __future__ import annotations

import fcntl
import json
from datetime import date
from pathlib import Path

from chalchitra import stopping
from chalchitra.errors import UsageError
from chalchitra.files import write_json
from chalchitra.hints import typed
from chalchitra.models.catalogue import ModelEntry
from chalchitra.own_code import ACCEPTED, AGREED_CODE
from chalchitra.paths import models_dir


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
        cause="It is fetched and used only after you have agreed to that once.",
        fix=typed(
            "chalchitra models accept",
            entry.name,
            first=f"Either {otherwise}, or to agree," if otherwise else "To agree,",
        ),
    )


def code_accepted(entry: ModelEntry, root: Path | None = None) -> bool:
    """Whether the model brings no code, or that of its pinned revision was agreed to."""
    if not entry.trust_remote_code:
        return True
    agreed = _read(models_dir(root)).get(entry.name, {}).get(AGREED_CODE)
    return entry.revision is not None and agreed == entry.revision


def agreed(entry: ModelEntry, root: Path | None = None) -> bool | None:
    """Whether all was agreed to that can be; None for a model that needs no agreement."""
    code = entry.trust_remote_code and entry.revision is not None
    if not entry.non_commercial and not code:
        return None
    return accepted(entry, root) and (not code or code_accepted(entry, root))


def require_code_accepted(entry: ModelEntry, root: Path | None = None) -> None:
    """Raises UsageError, with what to type, for a model whose code nobody agreed to run."""
    _require_pinned(entry)
    if not code_accepted(entry, root):
        raise UsageError(
            f"The model {entry.name} comes with its own Python code, which would be run.",
            cause="It is run only after you have agreed to that once.",
            fix=typed(
                "chalchitra models accept",
                entry.name,
                first="Either choose another --translator, or to agree,",
            ),
        )


def _require_pinned(entry: ModelEntry) -> None:
    if entry.trust_remote_code and entry.revision is None:
        raise UsageError(
            f"The model {entry.name} comes with its own Python code, which is not run.",
            cause="config/models.toml does not pin its revision, so its code cannot be known.",
            fix="Choose a model that has one, or add the revision that you trust there.",
        )


def accept(entry: ModelEntry, root: Path | None = None) -> None:
    """Record that a person agreed to the licence, and to the code where the model brings some.

    Raises UsageError where it cannot be written, or where nobody knows what code that is.
    """
    _require_pinned(entry)
    folder = models_dir(root)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / f".lock-{ACCEPTED}", "w") as lock:
            stopping.lock(lock, fcntl.LOCK_EX)
            agreed = _read(folder)
            agreed[entry.name] = {
                "licence": entry.licence or "",
                **({AGREED_CODE: entry.revision or ""} if entry.trust_remote_code else {}),
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
