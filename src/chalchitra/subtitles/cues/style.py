"""Style profiles: the tables of config/styles.toml, and a person's own.

Orchestrator side: a stage finds the chosen profile's values among its parameters.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, ValidationError, model_validator

from chalchitra.errors import UsageError
from chalchitra.paths import config_file
from chalchitra.subtitles.cues.cue import CueSettings
from chalchitra.toml_tables import read_toml

DEFAULT_STYLE = "netflix"
_EXTENDS = "extends"
_SPEEDS = "reading_speeds"


class Style(CueSettings):
    """A whole profile: every key is known, and the limits do not contradict each other."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def _consistent(self) -> Style:
        if self.min_duration > self.max_duration:
            raise ValueError("min_duration is longer than max_duration")
        if self.min_gap > self.close_gap:
            raise ValueError("min_gap is longer than close_gap")
        if "default" not in self.reading_speeds:
            raise ValueError("reading_speeds has no default")
        return self


def read_style(name: str, root: Path | None = None) -> Style:
    """The profile that is called `name` in config/styles.toml, or that the TOML file `name` holds.

    Raises UsageError for one that does not exist or cannot be used.
    """
    path = config_file("styles.toml", root)
    tables = _tables(path)
    if is_file(name):
        path = Path(name).expanduser()
        advice = "Correct the name, or see config/styles.toml for the existing styles."
        tables = {**tables, name: read_toml(path, advice)}
    values = _whole(name, tables, path)
    try:
        return Style.model_validate(values)
    except ValidationError as error:
        raise UsageError(
            f"The style {name} cannot be used: {problem(error)}.",
            cause=f"It is set that way in {path}.",
            fix='Correct it there (config/styles.toml explains the keys); with extends = "netflix" '
            "it needs only the keys that differ.",
        ) from None


def is_file(name: str) -> bool:
    """Whether a style is named by a file: tables have neither a folder nor a suffix."""
    return name.endswith(".toml") or "/" in name


def problem(error: ValidationError) -> str:
    """The first thing that is wrong, on one line: where, and what."""
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    said = first["msg"].removeprefix("Value error, ")
    said = said[:1].lower() + said[1:]
    return f"{where}: {said}" if where else said


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    tables = read_toml(path)
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise UsageError(
                f"{path} has {name} outside a table.",
                cause="Each profile is a table named after it.",
                fix=f"Move {name} below the name of its profile, such as [{DEFAULT_STYLE}].",
            )
    return tables


def _whole(
    name: str, tables: dict[str, dict[str, Any]], path: Path, seen: tuple[str, ...] = ()
) -> dict[str, Any]:
    """A table with the values of those that it extends."""
    if name in seen:
        raise UsageError(
            f"The style {seen[0]} extends itself.",
            cause=f"In {path}: {' extends '.join((*seen, name))}.",
            fix="Correct one of these names.",
        )
    if name not in tables:
        near = difflib.get_close_matches(name, tables, n=1)
        raise UsageError(
            f"There is no style {name}."
            if not seen
            else f"{seen[-1]} extends {name}, but there is no such style.",
            cause=f"Did you mean {near[0]}?" if near else f"The styles are {', '.join(tables)}.",
            fix="Name a style in config/styles.toml, or a TOML file of your own.",
        )
    own = dict(tables[name])
    base = own.pop(_EXTENDS, None)
    if base is None:
        return own
    inherited = _whole(str(base), tables, path, (*seen, name))
    speeds = own.get(_SPEEDS)
    if isinstance(speeds, dict):
        own[_SPEEDS] = {**inherited.get(_SPEEDS, {}), **speeds}
    return {**inherited, **own}
