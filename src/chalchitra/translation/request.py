"""What every translator takes and gives: the one interface of the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.glossary import Glossary
from chalchitra.stagekit.protocol import Degraded
from chalchitra.transcript.model import Transcript
from chalchitra.transcript.translation import Translation
from chalchitra.translation.memory import TranslationMemory
from chalchitra.translation.terms import TermFinder, finder_for
from chalchitra.translation.units import SentenceUnit, UnitLimits, sentence_units


@dataclass(frozen=True)
class SpeechInput:
    """The sound again, for a translator that listens: demux's files."""

    audio: Path
    audio_info: Path


@dataclass(frozen=True)
class TranslationRequest:
    """One transcript into one language.

    `languages` are rows of config/languages.toml by id; `settings` the [translation] section;
    `model_path` a local folder, `model_sha256` what it holds where that is known; `device`,
    `compute_type` and `threads` as the stage kit gives them.
    `memory` is the folder of the translation memory, where there is one.
    `units` are the sentences where they are not the transcript's own (a pivot's).
    `on_progress` gets what is done, of how much, and the unit of both.
    """

    transcript: Transcript
    target_language: str
    languages: Mapping[str, Mapping[str, Any]]
    model_name: str
    model_path: Path
    device: str
    compute_type: str
    threads: int
    settings: Mapping[str, Any]
    speech: SpeechInput | None = None
    model_sha256: str = ""
    memory: Path | None = None
    glossary: Glossary | None = None
    units: Sequence[SentenceUnit] | None = None
    on_progress: Callable[[float, float, str], None] = field(default=lambda done, total, unit: None)

    @property
    def limits(self) -> UnitLimits:
        """The settings that bound a sentence unit."""
        return UnitLimits(
            max_pause=self.settings["max_pause"],
            max_chars=self.settings["max_chars"],
            max_seconds=self.settings["max_seconds"],
        )

    def remembered(
        self, source_tag: str, target_tag: str, **depends_on: Any
    ) -> TranslationMemory | None:
        """The memory for one pair of languages and all that a translation depends on.

        None where there is no memory, or where it is not known what the model's files hold.
        """
        if self.memory is None or not self.model_sha256:
            return None
        context = {
            "model": self.model_sha256,
            "source": source_tag,
            "target": target_tag,
            "num_beams": self.settings["num_beams"],
            "max_new_tokens": self.settings["max_new_tokens"],
            **depends_on,
        }
        return TranslationMemory(self.memory, context)

    @property
    def terms(self) -> TermFinder:
        """Finds the glossary's terms that have a rendering in the target language."""
        pair = (self.transcript.language, self.target_language)
        source, target = ((one, self.languages.get(one, {}).get("script", "")) for one in pair)
        return finder_for(self.glossary, source, target)

    @cached_property
    def sentences(self) -> Sequence[SentenceUnit]:
        """What is to be translated: the units given, else those of the transcript."""
        if self.units is not None:
            return self.units
        return sentence_units(self.transcript, self.limits)

    def code(self, language: str, column: str) -> str:
        """A language's code in a column of the table. Raises UsageError where it has none."""
        row = self.languages.get(language, {})
        code = row.get(column)
        if not code:
            name = row.get("name", language)
            raise UsageError(
                f"{name} ({language}) has no {column} code, so this translator cannot do it.",
                cause=f"The translator {column} was not made for {name}.",
                fix="Choose another language with -t or another --translator.",
            )
        return str(code)


@dataclass(frozen=True)
class TranslationResult:
    """A translation, what is worth keeping about how it came about, and what was less than asked.

    Untranslated units are not in `degraded`: the units themselves say so.
    """

    translation: Translation
    metrics: dict[str, int | float | str] = field(default_factory=dict)
    degraded: list[Degraded] = field(default_factory=list)
