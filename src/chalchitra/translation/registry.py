"""The translators by name, behind one interface."""

from __future__ import annotations

from collections.abc import Callable

from chalchitra.errors import UsageError
from chalchitra.translation import indictrans2, nllb, whisper
from chalchitra.translation.request import TranslationRequest, TranslationResult

Translator = Callable[[TranslationRequest], TranslationResult]

TRANSLATORS: dict[str, Translator] = {
    "indictrans2": indictrans2.translate,
    "nllb": nllb.translate,
    "whisper": whisper.translate,
}


def translator_named(name: str) -> Translator:
    """Raises UsageError for a translator that there is not."""
    if name not in TRANSLATORS:
        raise UsageError(
            f"There is no translator {name!r}.",
            cause=f"The translators are {', '.join(TRANSLATORS)}.",
            fix="Choose one of them with --translator.",
        )
    return TRANSLATORS[name]
