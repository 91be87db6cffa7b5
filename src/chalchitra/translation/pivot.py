"""Translating what is a translation already: the sentences of one in the pivot language, and on.

The ids are the first translation's, whatever becomes of a sentence on either leg.
"""

from __future__ import annotations

from chalchitra.transcript.model import Transcript
from chalchitra.transcript.translation import Translation, TranslationUnit
from chalchitra.translation.units import SentenceUnit


def pivot_transcript(first: Translation) -> Transcript:
    """What stands for the transcript on the second leg: its language."""
    return Transcript(language=first.target_language, segments=[])


def pivot_units(first: Translation) -> list[SentenceUnit]:
    """The sentences for the second leg: those that the first could translate."""
    return [
        SentenceUnit(unit.id, unit.start, unit.end, unit.text, tuple(unit.segment_ids))
        for unit in first.units
        if unit.status == "translated"
    ]


def joined(first: Translation, second: Translation) -> Translation:
    """Both legs as one translation, with every unit of the first leg in its place.

    What either leg could not do keeps what was said, and the reason. Raises ValueError where the
    second leg has other units than it was given.
    """
    onwards = {unit.id: unit for unit in second.units}
    given = [unit.id for unit in pivot_units(first)]
    if list(onwards) != given or len(onwards) != len(second.units):
        raise ValueError("the second leg of a translation lost or added units")
    name = first.target_language
    return second.model_copy(
        update={
            "source_language": first.source_language,
            "via": name,
            "units": [_joined(unit, onwards.get(unit.id), name) for unit in first.units],
        }
    )


def _joined(first: TranslationUnit, second: TranslationUnit | None, pivot: str) -> TranslationUnit:
    if second is None:
        reason = (
            f"it could not be translated into {pivot} first: {first.reason or 'no reason is known'}"
        )
        return first.model_copy(update={"reason": reason})
    if second.status == "untranslated":
        changed: dict[str, str | None] = {
            "text": first.source,
            "status": "untranslated",
            "reason": f"it could not be translated from {pivot}: {second.reason}",
        }
    else:
        doubts = [f"in {pivot} {first.reason}" if first.reason else "", second.reason or ""]
        changed = {"text": second.text, "reason": "; ".join(filter(None, doubts)) or None}
    return first.model_copy(update={**changed, "pivot": first.text})
