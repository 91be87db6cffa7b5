"""The glossary of one film: what was named, or else what lies next to it, merged."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.files import sha256_bytes
from chalchitra.glossary import Glossary, merged
from chalchitra.jobs.model import GlossaryFile, GlossarySource
from chalchitra.languages import Language, find
from chalchitra.prepare.glossary.find import beside
from chalchitra.prepare.glossary.read import Sheet, read_sheet


@dataclass(frozen=True)
class FilmGlossary:
    """A film's merged glossary and the files it is made of."""

    glossary: Glossary
    sheets: tuple[Sheet, ...]

    @property
    def record(self) -> GlossaryFile:
        return GlossaryFile(
            sources=[
                GlossarySource(
                    path=Path(os.path.normpath(sheet.path.absolute())), sha256=sheet.sha256
                )
                for sheet in self.sheets
            ],
            terms=len(self.glossary.terms),
            sha256=sha256_bytes(self.glossary.to_json().encode()),
            terms_sha256=self.glossary.terms_sha256,
        )

    @property
    def note(self) -> str:
        names = ", ".join(sheet.path.name for sheet in self.sheets)
        count = len(self.glossary.terms)
        return f"Glossary: {count} term{'s' if count > 1 else ''} ({names})."


def glossary_of(film: Path, source: Language, named: Sequence[Sheet]) -> FilmGlossary | None:
    """The named glossaries, or else those next to the film, for what is spoken in it.

    Raises UsageError for one that cannot be read.
    """
    sheets = tuple(named) or tuple(read_sheet(path, language_id) for path in beside(film))
    glossary = merged(sheet.terms(source.id) for sheet in sheets)
    return FilmGlossary(glossary, sheets) if glossary else None


def language_id(name: str) -> str | None:
    """The id of the language that a column or a file is named after; None where it is none."""
    try:
        return find(name).id
    except UsageError:
        return None
