"""The merged glossary of a job, `glossary.json` in its folder: terms in the spoken language."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

LARGEST = 2_000_000
"""Bytes: 50,000 names."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class GlossaryTerm(_Model):
    """A name or word. `renderings` are what it is in other languages, by their ids."""

    text: str = Field(min_length=1)
    renderings: dict[str, str] = Field(default_factory=dict)
    note: str = ""


class Glossary(_Model):
    """Terms in the order in which people wrote them, none twice."""

    terms: list[GlossaryTerm] = Field(min_length=1)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(term.text for term in self.terms)

    @property
    def terms_sha256(self) -> str:
        """Of the terms alone: what recognition depends on. A rendering or a note is nothing to it.

        As hexadecimal digits.
        """
        return hashlib.sha256("\n".join(self.texts).encode()).hexdigest()

    def to_json(self) -> str:
        return self.model_dump_json(indent=1, exclude_defaults=True) + "\n"

    @classmethod
    def read(cls, path: Path) -> Glossary:
        """Raises pydantic.ValidationError when the file is no glossary.json."""
        return cls.model_validate_json(path.read_bytes())


def merged(lists: Iterable[Iterable[GlossaryTerm]]) -> Glossary | None:
    """One glossary of several, the first to name a term says what it is; None without a term.

    Where two write one term with other capitals, the first spelling is kept.
    """
    found: dict[str, GlossaryTerm] = {}
    for terms in lists:
        for term in terms:
            found.setdefault(term.text.casefold(), term)
    return Glossary(terms=list(found.values())) if found else None
