"""Reading the tables that people may edit: config/*.toml, and TOML files of their own."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from chalchitra.errors import MissingError, UsageError
from chalchitra.hints import restore_line
from chalchitra.paths import installed, own_config_dir


def read_toml(path: Path, otherwise: str = "Correct the name of the file.") -> dict[str, Any]:
    """The tables of a file; `otherwise` is what to do where a person's own cannot be opened.

    Raises MissingError for one of ours that is not there, UsageError for what cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        if isinstance(error, FileNotFoundError) and _is_ours(path):
            raise MissingError(
                f"{path} is missing.",
                cause="The installation is incomplete.",
                fix=restore_line(f"config/{path.name}"),
            ) from None
        raise UsageError(
            f"{path} cannot be read.",
            cause=f"{error.strerror or error}.",
            fix=otherwise,
        ) from None
    except ValueError as error:  # not TOML, or not UTF-8
        raise UsageError(
            f"{path} cannot be read: {error}.",
            cause="It was edited and is no longer valid TOML.",
            fix=_restore(path, "Fix that line"),
        ) from None


def unusable(path: Path, how: str) -> UsageError:
    """The error for a table that is TOML and not what it should be: `how`, without a full stop."""
    return UsageError(
        f"{path} cannot be used: {how}.",
        cause="It was edited and is no longer a valid table.",
        fix=_restore(path, "Fix it"),
    )


def _restore(path: Path, what: str) -> str:
    if not _is_ours(path):
        return f"{what}."
    return restore_line(f"config/{path.name}", first=f"{what}, or")


def _is_ours(path: Path) -> bool:
    folder = path.absolute().parent
    return folder.name == "config" or (installed() and folder == own_config_dir())
