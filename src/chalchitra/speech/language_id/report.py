"""What was heard of the language, in words: for the summary of a run and for who prepares a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalchitra.media.times import clock
from chalchitra.speech.language_id.language import LanguageHeard, Stretch
from chalchitra.stagekit.stage import Stage
from chalchitra.text.listing import listed

_LISTED = 6
"""So many stretches are named; all of them are in language.json."""


def report(stage: Stage, heard: LanguageHeard, names: Mapping[str, str]) -> None:
    """Give the stage's metrics, and say where surely another language is spoken (degraded)."""
    if heard.language is None:
        stage.warning("No speech was found, so the language cannot be detected.")
        return
    stage.metric("language", heard.language)
    stage.metric("confidence", heard.confidence)
    stage.metric("windows", len(heard.windows))
    if heard.others:
        stage.degraded(*other_languages(heard, names))


def other_languages(heard: LanguageHeard, names: Mapping[str, str]) -> tuple[str, str, str]:
    """What, why and fix of the stretches in another language; there must be some."""
    code = heard.expected or heard.language or ""
    job, first = names.get(code, code), heard.others[0]
    whole = heard.expected is not None and not any(
        window.language == code for window in heard.windows
    )
    if whole and len({stretch.language for stretch in heard.others}) == 1:
        what = f"It sounds like {names.get(first.language, first.language)}, not like {job}"
        fix = f"If it is, prepare the job again with -s {first.language}."
    else:
        what = f"Not only {job} is spoken"
        fix = (
            f"Make a separate job for such a part: --start-time {clock(first.start)} --end-time "
            f"{clock(first.end)} -s {first.language}."
        )
    return (
        f"{what}: {stretches_text(heard.others, names)}.",
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
