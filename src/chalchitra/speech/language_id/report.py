"""What was found of the language, in words: for the summary of a run and for who prepares a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalchitra.media.times import clock
from chalchitra.speech.language_id.model import DetectedLanguage, Stretch
from chalchitra.text.listing import listed

_LISTED = 6
"""So many stretches are named; all of them are in language.json."""


def other_languages(found: DetectedLanguage, names: Mapping[str, str]) -> tuple[str, str, str]:
    """What, why and fix of the stretches in another language; there must be some."""
    code = found.expected or found.language or ""
    job, first = names.get(code, code), found.others[0]
    whole = found.expected is not None and not any(
        window.language == code for window in found.windows
    )
    if whole and len({stretch.language for stretch in found.others}) == 1:
        what = f"It sounds like {names.get(first.language, first.language)}, not like {job}"
        fix = f"If it is, prepare the job again with -s {first.language}."
    else:
        what = f"Not only {job} is spoken"
        fix = (
            f"Make a separate job for such a part: --start-time {clock(first.start)} --end-time "
            f"{clock(first.end)} -s {first.language}."
        )
    return (
        f"{what}: {stretches_text(found.others, names)}.",
        f"The job recognises everything as {job}.",
        fix,
    )


def stretches_text(stretches: Sequence[Stretch], names: Mapping[str, str]) -> str:
    """The stretches with their times and probabilities, as a list in one sentence."""
    places = [
        f"{names.get(stretch.language, stretch.language)} from {clock(stretch.start)} to "
        f"{clock(stretch.end)} ({stretch.probability:.2f})"
        for stretch in stretches
    ]
    return listed(places, _LISTED)
