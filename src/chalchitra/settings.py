"""Settings: config/pipeline.toml, then CHALCHITRA_* variables, then --set and the flags.

The defaults have one home, the table; a setting is `section.key` there, `CHALCHITRA_SECTION_KEY`
as a variable. The values of the chosen style (config/styles.toml) are defaults of [subtitle_gen].
Orchestrator side: a stage gets its own section as parameters.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.hints import typed
from chalchitra.paths import config_dir, config_file
from chalchitra.schemas import CHECK_VARIABLE
from chalchitra.toml_tables import read_toml, unusable

PREFIX = "CHALCHITRA_"
INTERNAL_VARIABLES = frozenset(
    {
        "CHALCHITRA_ROOT",
        "CHALCHITRA_DATA",
        "CHALCHITRA_CONFIG",
        "CHALCHITRA_MODELS",
        "CHALCHITRA_REQUEST",
        CHECK_VARIABLE,
    }
)

Settings = dict[str, dict[str, Any]]
AUTO = "auto"
"""A setting's value that leaves the choice to us."""

_CUES = "subtitle_gen"
_STYLE = "style"
_AFTERWARDS = (_CUES, "mux")
"""The sections that may be changed when a job has run: nothing is heard or translated by them."""


def named(value: str) -> str | None:
    """What a setting names; None where the choice is left to us (AUTO)."""
    return None if value == AUTO else value


def load_table(root: Path | None = None) -> tuple[Settings, Settings]:
    """The defaults: config/pipeline.toml with its style's values; and the `[limits.*]` tables.

    Raises UsageError when a file is missing or no TOML, and for a style that cannot be used.
    """
    table, limits = _read_table(root)
    return _styled(table, _style_of(table, (), {}), root), limits


def resolve(
    overrides: Iterable[tuple[str, str]] = (),
    environ: Mapping[str, str] | None = None,
    root: Path | None = None,
    given_as: Mapping[str, str] = MappingProxyType({}),
) -> Settings:
    """The settings in force. `overrides` are (`section.key`, text) pairs, later ones win.

    `given_as` has the option that a person typed for a setting, where it was not --set.
    Raises UsageError for a setting that does not exist, a value of the wrong type, or one
    outside its limits.
    """
    overrides = list(overrides)
    environ = os.environ if environ is None else environ
    table, limits = _read_table(root)
    style = _style_of(table, overrides, environ)
    settings = _styled(table, style, root)
    for section, values in settings.items():
        for key, value in values.items():
            where = "config/pipeline.toml" if key in table[section] else f"The style {style}"
            _check(section, key, value, limits, f"{where}: {section}.{key} is {value}")
    for name, text in environ.items():
        if name.startswith(PREFIX) and name not in INTERNAL_VARIABLES:
            section, key = _variable_target(name, settings)
            _put(settings, limits, section, key, text, f"The variable {name}")
    for name, text in overrides:
        section, _, key = name.partition(".")
        if key not in settings.get(section, {}):
            raise _unknown(name, settings)
        _put(settings, limits, section, key, text, given_as.get(name, f"--set {name}"))
    if style is not None:
        _check_cues(settings, style)
    return settings


def restyled(
    settings: Settings,
    style: str | None,
    overrides: Iterable[tuple[str, str]] = (),
    root: Path | None = None,
) -> Settings:
    """The settings of a prepared job with another style, or with other values for its tracks.

    `style` brings all its values, except where config/pipeline.toml sets one itself; without it
    those of the job stay. `overrides` are as for `resolve`, of the sections subtitle_gen and mux
    only. Raises UsageError as `resolve` does.
    """
    overrides = list(overrides)
    table, limits = _read_table(root)
    changed = {section: dict(values) for section, values in settings.items()}
    for section in _AFTERWARDS:  # a job of an older version has not all keys
        changed[section] = {**table[section], **settings.get(section, {})}
    style = dict(overrides).get(f"{_CUES}.{_STYLE}", style)
    if style is not None:
        from chalchitra.subtitles.cues.style import read_style

        values = read_style(style, root).model_dump()
        own = {key: value for key, value in table[_CUES].items() if key in values}
        changed[_CUES] |= {**values, **own, _STYLE: style}
    for name, text in overrides:
        section, _, key = name.partition(".")
        if section in settings and section not in _AFTERWARDS:
            raise UsageError(
                f"{name} cannot be changed afterwards.",
                cause="Recognition and translation depend on it.",
                fix=f"Prepare the film again with --set {name}={text}",
            )
        if key not in changed.get(section, {}):
            raise _unknown(name, {section: changed[section] for section in _AFTERWARDS})
        _put(changed, limits, section, key, text, f"--set {name}")
    _check_cues(changed, style or str(changed[_CUES][_STYLE]))
    return changed


def _read_table(root: Path | None) -> tuple[Settings, Settings]:
    path = config_dir(root) / "pipeline.toml"
    data = read_toml(path)
    limits = data.pop("limits", {})
    if (own := config_file("pipeline.toml", root)) != path:
        _lay_over(data, limits, own)
    return data, limits


def _lay_over(table: Settings, limits: Settings, own: Path) -> None:
    """Put what a person's own file sets over the table that came along (where it is installed)."""
    for section, values in read_toml(own).items():
        if section == "limits":  # of a copy of the whole table
            continue
        if not isinstance(values, dict):
            raise unusable(own, f"{section} is in no section")
        for key, value in values.items():
            if key in table.get(section, {}):
                text = value if isinstance(value, str) else json.dumps(value)
                _put(table, limits, section, key, text, f"{own}: {section}.{key}")
            elif section == _CUES:  # one of a style's, which are checked with it
                table[section][key] = value
            else:
                raise _unknown(f"{section}.{key} ({own})", table)


def _style_of(
    table: Settings, overrides: Iterable[tuple[str, str]], environ: Mapping[str, str]
) -> str | None:
    """The style in force, which must be known before any other setting; None without the key."""
    style = table.get(_CUES, {}).get(_STYLE)
    if style is None:
        return None
    style = environ.get(f"{PREFIX}{_CUES}_{_STYLE}".upper(), style)
    return str(dict(overrides).get(f"{_CUES}.{_STYLE}", style))


def _styled(table: Settings, style: str | None, root: Path | None) -> Settings:
    """A copy of the table whose [subtitle_gen] has the style's values where it has none itself."""
    settings = {section: dict(values) for section, values in table.items()}
    if style is not None:
        from chalchitra.subtitles.cues.style import read_style

        settings[_CUES] = {**read_style(style, root).model_dump(), **table[_CUES]}
    return settings


def _check_cues(settings: Settings, style: str) -> None:
    """Refuse what only the model of the cues' settings can see; a style's file is named whole."""
    from pydantic import ValidationError

    from chalchitra.subtitles.cues.cue import CueSettings
    from chalchitra.subtitles.cues.style import is_file, problem

    try:
        CueSettings.model_validate(settings[_CUES])
    except ValidationError as error:
        raise UsageError(
            f"The section {_CUES} cannot be used: {problem(error)}.",
            cause="A value that overrides the style does not fit the style's other values.",
            fix="Compare it with the same key in config/styles.toml.",
        ) from None
    if is_file(style):
        settings[_CUES][_STYLE] = str(Path(style).expanduser().absolute())


OPTIONS: dict[str, tuple[str, ...]] = {
    "--model": ("asr.model",),
    "--engine": ("asr.engine",),
    "--translator": ("translation.translator",),
    "--speakers": ("speakers.count",),
    "--shots": ("shots.detect",),
    "--style": ("subtitle_gen.style",),
    "--formats": ("subtitle_gen.formats",),
    "--romanised": ("subtitle_gen.romanised",),
    "--bilingual": ("subtitle_gen.bilingual",),
    "--template": ("subtitle_gen.template",),
    "--burn-in": ("mux.burn_in",),
    "--device": (
        "language.device", "asr.device", "alignment.device", "speakers.device", "translation.device"
    ),
}  # fmt: skip
"""The options of prepare-job that are settings, and which."""


def with_options(
    overrides: Iterable[tuple[str, str]], options: Iterable[tuple[str, str | None]]
) -> tuple[list[tuple[str, str]], list[str]]:
    """What --set says, then what the OPTIONS say that were given (those that are not None).

    An option counts more; the second list tells the person where --set says something else.
    """
    found = list(overrides)
    said = dict(found)
    told = []
    for option, value in options:
        for name in OPTIONS[option] if value is not None else ():
            found.append((name, str(value)))
            if said.get(name, value) != value:
                told.append(f"{option} {value} is used; --set {name}={said[name]} is ignored.")
    return found, told


def parse_override(text: str) -> tuple[str, str]:
    """`section.key=value` as typed after --set. Raises UsageError when it has no `=`."""
    name, equals, value = text.partition("=")
    if not equals or "." not in name:
        raise UsageError(
            f"--set {text} is not of the form section.key=value.",
            cause="Settings are named as in config/pipeline.toml.",
            fix="For example: --set asr.beam_size=5",
        )
    return name.strip(), value.strip()


def _variable_target(name: str, settings: Settings) -> tuple[str, str]:
    for section, values in settings.items():
        for key in values:
            if name == f"{PREFIX}{section}_{key}".upper():
                return section, key
    variables = [f"{PREFIX}{s}_{k}".upper() for s, values in settings.items() for k in values]
    raise UsageError(
        f"The variable {name} names no setting.",
        cause=_near(name, variables) or "Variables are spelled CHALCHITRA_SECTION_KEY.",
        fix=typed("unset", name, first="Correct it, or"),
    )


def _unknown(name: str, settings: Settings) -> UsageError:
    names = [f"{section}.{key}" for section, values in settings.items() for key in values]
    return UsageError(
        f"There is no setting {name}.",
        cause=_near(name, names) or "Settings are named section.key.",
        fix="See config/pipeline.toml for all of them.",
    )


def _near(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {near[0]}?" if near else ""


def _put(settings: Settings, limits: Settings, section: str, key: str, text: str, who: str) -> None:
    default = settings[section][key]
    value = _parse(text, default, who)
    _check(section, key, value, limits, f"{who} is {text}")
    settings[section][key] = value


def _check(section: str, key: str, value: Any, limits: Settings, said: str) -> None:
    limit = limits.get(section, {}).get(key)
    if limit is None:
        return
    values = value if isinstance(value, list) else [value]
    if isinstance(limit[0], str):
        allowed, words = all(item in limit for item in values), f"one of {', '.join(limit)}"
    else:
        allowed = all(limit[0] <= item <= limit[1] for item in values)
        words = f"between {limit[0]} and {limit[1]}"
    if isinstance(value, list):
        allowed = allowed and bool(values)
    if not allowed:
        raise UsageError(
            f"{said}, which is not {words}.",
            cause=f"The limits of {section}.{key} are in config/pipeline.toml.",
            fix=f"Give {_a_value(words, value, limit)}.",
        )


def _a_value(words: str, value: Any, limit: Sequence[Any]) -> str:
    if not isinstance(limit[0], str):
        return f"{'values' if isinstance(value, list) else 'a value'} {words}"
    return f"{words}, or several with commas" if isinstance(value, list) else words


def _parse(text: str, default: Any, who: str) -> Any:
    """The text as the type that the default has."""
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[text.lower()]
        if isinstance(default, int):
            return int(text)
        if isinstance(default, float):
            return _finite(float(text))
        if isinstance(default, (list, dict)):
            names = isinstance(default, list) and default and isinstance(default[0], str)
            if names and not text.startswith("["):
                return [word.strip() for word in text.split(",")]
            value = json.loads(text)
            if not isinstance(value, type(default)):
                raise ValueError(text)
            return value
        return text
    except (ValueError, KeyError):
        kinds = {
            bool: "true or false",
            int: "a whole number",
            float: "a number",
            dict: "a JSON object",
        }
        kind = kinds.get(type(default), "a list such as [1, 2]")
        raise UsageError(
            f"{who} is {text!r}, which is not {kind}.",
            cause="The setting has another type.",
            fix=f"Give {kind}, for example {json.dumps(default)}.",
        ) from None


def _finite(value: float) -> float:
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(value)
    return value
