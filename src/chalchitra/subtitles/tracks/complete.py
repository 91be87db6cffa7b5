"""Nothing said is lost on the way: the cues of a translation show each of its units."""

from __future__ import annotations

from collections.abc import Sequence

from chalchitra.errors import StageError
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.cues.words import clean
from chalchitra.text.sentence_ends import is_punctuation
from chalchitra.transcript.translation import Translation


def require_every_unit(cues: Sequence[Cue], translation: Translation) -> None:
    """Raises StageError where a unit with words is in no cue, or a cue shows none that there is."""
    shown = {unit for cue in cues for unit in cue.units}
    known = {unit.id for unit in translation.units}
    said = {unit.id for unit in translation.units if not is_punctuation(clean(unit.text))}
    lost, strange = sorted(said - shown), sorted(shown - known)
    if len(known) != len(translation.units) or lost or strange:
        raise StageError(
            "The subtitles do not show the complete translation: units "
            f"{lost or strange or 'twice'}.",
            cause="This is a bug in Chalchitra; nothing was written.",
            fix="Please report it with the job's translation.json.",
        )
