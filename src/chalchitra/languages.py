"""The languages of config/languages.toml: finding one, and what can be done with it.

Which translator takes one into another is in `routes`. Every refusal here says what is possible
instead.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.hints import typed
from chalchitra.paths import config_file
from chalchitra.toml_tables import read_toml, unusable

_REQUIRED = ("name", "native", "script", "bcp47", "direction")
_LISTS = ("aliases", "invented", "refused", "undoubled")
_KEPT_LISTS = ("aliases", "invented", "undoubled")
_NUMBERS = ("tokens_per_character",)
_HOW_TO_LIST = typed("chalchitra languages", first="To see the languages,")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language in one script: a table of config/languages.toml, which explains the columns."""

    id: str
    name: str
    native: str
    script: str
    whisper: str | None = None
    tokens_per_character: float | None = None
    prompt: str | None = None
    invented: tuple[str, ...] = ()
    undoubled: tuple[str, ...] = ()
    indictrans2: str | None = None
    nllb: str | None = None
    container: str | None = None
    container_mp4: str | None = None
    bcp47: str
    direction: str
    aliases: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"

    @property
    def is_english(self) -> bool:
        return self.id == "en"

    @property
    def is_indian(self) -> bool:
        """One of the scheduled languages of India, which are what IndicTrans2 was made for."""
        return self.indictrans2 is not None and not self.is_english

    def to_dict(self) -> dict[str, Any]:
        """Every column as JSON data; null where the language has none."""
        lists = {key: list(getattr(self, key)) for key in _KEPT_LISTS}
        return {**asdict(self), **lists}


@dataclass(frozen=True, slots=True)
class _Table:
    languages: dict[str, Language]
    names: dict[str, str]
    """Every normalised id, name, native name and alias -> id."""
    refused: dict[str, str]
    """Normalised name -> why it is refused."""


def all_languages(path: Path | None = None) -> list[Language]:
    """Every language, in the table's order: the Indian ones, English, the others.

    `path` names another table than config/languages.toml, here and in `find`. Raises MissingError
    without a table and UsageError for a broken one.
    """
    return list(_table(path).languages.values())


def find(text: str, path: Path | None = None) -> Language:
    """The language with this id, alias, name or native name; case does not matter.

    Raises UsageError for an unknown one, naming those that look like it.
    """
    table = _table(path)
    wanted = _normal(text)
    if wanted in table.names:
        return table.languages[table.names[wanted]]
    if wanted in table.refused:
        raise UsageError(
            f"The language “{text}” is not supported.",
            cause=table.refused[wanted],
            fix=_HOW_TO_LIST,
        )
    near = [table.languages[found] for found in _near(wanted, table)]
    raise UsageError(
        f"Unknown language: “{text}”.",
        cause=f"Similar names: {', '.join(map(str, near))}." if near else "",
        fix=_HOW_TO_LIST,
    )


def of_whisper(code: str, path: Path | None = None) -> Language | None:
    """The language that Whisper calls so; None for a code that no table has.

    Where several scripts share a code it is the customary one, which the bare code is an alias of.
    """
    table = _table(path)
    rows = [language for language in table.languages.values() if language.whisper == code]
    customary = table.names.get(_normal(code))
    return next((row for row in rows if row.id == customary), rows[0] if rows else None)


def require_hearable(language: Language) -> None:
    """Raises UsageError, with what can be heard instead, where Whisper has no code for it."""
    if language.whisper is not None:
        return
    hearable = [other for other in all_languages() if other.whisper is not None]
    same = [other for other in hearable if _primary(other.id) == _primary(language.id)]
    if same:
        cause = f"Whisper writes it in another script: {same[0]}."
        fix = f"Use `-s {same[0].id}`."
    else:
        cause = "Whisper has no code for it."
        indian = _ids(other for other in hearable if other.is_indian)
        fix = (
            f"It recognises these Indian languages: {indian}; name one with `-s` only if it is the "
            "one spoken."
        )
    raise UsageError(f"Whisper cannot recognise {language}.", cause=cause, fix=fix)


def _ids(languages: Iterable[Language]) -> str:
    return " ".join(language.id for language in languages)


def _primary(tag: str) -> str:
    """The language subtag of an id: `ks` of `ks-Arab`."""
    return tag.partition("-")[0]


def _normal(text: str) -> str:
    """One spelling for comparing: NFC, no case, `-` for `_`, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().replace("_", "-").split())


def _near(wanted: str, table: _Table) -> list[str]:
    """Ids of what may have been meant: the same language subtag (`hi-IN`), then like spellings."""
    same = [id_ for id_ in table.languages if _primary(_normal(id_)) == _primary(wanted)]
    if not same and _primary(wanted) in table.names:
        same = [table.names[_primary(wanted)]]
    like = [] if same else get_close_matches(wanted, table.names, n=5, cutoff=0.7)
    return list(dict.fromkeys(same + [table.names[name] for name in like]))[:3]


def _table(path: Path | None) -> _Table:
    return _load(path or config_file("languages.toml"))


@cache
def _load(path: Path) -> _Table:
    rows = read_toml(path)
    table = _Table({}, {}, {})
    for id_, row in rows.items():
        if wrong := _wrong(row):
            raise unusable(path, f"[{id_}] {wrong}")
        because = row.pop("refused_because", "")
        table.refused.update({_normal(name): because for name in row.pop("refused", ())})
        for key in _KEPT_LISTS:
            row[key] = tuple(row.get(key, ()))
        row.setdefault("container_mp4", row.get("container"))
        language = Language(id=id_, **row)
        table.languages[id_] = language
        for name in (id_, language.name, language.native, *language.aliases):
            if table.names.setdefault(_normal(name), id_) != id_:
                raise unusable(path, f"“{name}” names both {table.names[_normal(name)]} and {id_}")
    return table


def _wrong(row: Any) -> str:
    """What is wrong with a row, read from a file that people edit; empty if nothing is."""
    if not isinstance(row, dict):
        return "is not a table"
    if missing := [key for key in _REQUIRED if key not in row]:
        return f"has no {missing[0]}"
    known = {"refused", "refused_because", *(field.name for field in fields(Language))} - {"id"}
    for key, value in row.items():
        if key not in known:
            return f"has an unknown key, {key}"
        if key in _NUMBERS:
            if not isinstance(value, int | float) or not 0 < value < 10:
                return f"has a {key} that is not a number between 0 and 10"
            continue
        values = value if key in _LISTS and isinstance(value, list) else [value]
        if (key in _LISTS) != isinstance(value, list) or not all(
            isinstance(v, str) for v in values
        ):
            return f"has a {key} that is not a {'list of strings' if key in _LISTS else 'string'}"
    return ""
