"""From what was heard to a language of config/languages.toml, or to an error with what to type.

Whisper tells spoken languages apart, and some of ours are one spoken language: whether a film is
written as Hindi or as Urdu is the person's word, and never guessed in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.jobs.model import Detected, ElsewhereSpoken
from chalchitra.languages import Language, of_whisper
from chalchitra.media.formats import shown
from chalchitra.speech.language_id.model import SAME_SPOKEN, DetectedLanguage
from chalchitra.speech.language_id.report import other_languages, stretches_text

CLEARLY = 2.0
"""So many times as probable as its twin must one of two languages be that are spoken alike. On
read Hindi the base model gives Hindi 6 to 112 times the probability of Urdu in a window of up to
30 s, and only 1 to 3 times in single sentences."""
NAMED = 0.05
"""Candidates from this probability on are named in an error; the first two in any case."""
_WRITTEN = {"hi": "in Devanagari", "ur": "in the Arabic script"}


@dataclass(frozen=True)
class Spoken:
    """The language that was found, how, and what the person is told of it."""

    language: Language
    detected: Detected
    notes: tuple[str, ...]


def decide_language(
    heard: DetectedLanguage, film: Path, accept: float, names: Mapping[str, str]
) -> Spoken:
    """Decide, where the mean probability is at least `accept` and no twin comes near.

    `names` are the languages' by Whisper's code. Raises UsageError, with the candidates and what to
    type, where nobody speaks or it is not clear what is spoken.
    """
    candidates = _candidates(heard.probabilities)
    if not candidates:
        raise UsageError(
            f"No speech was found in {shown(film)}, so its language cannot be detected.",
            cause="The audio is silent, or has only music and noise.",
            fix="Name the language with -s, or choose another audio track with --audio-track.",
        )
    (language, confidence), *rest = candidates
    twin = next((item for item in rest if _twins(language, item[0])), None)
    if twin is not None and confidence < CLEARLY * twin[1] and confidence + twin[1] >= accept:
        raise _either(language, twin[0], candidates, heard, film)
    if confidence < accept:
        raise _unclear(candidates, heard, film, accept, names)
    notes = [f"Language: {language.name} ({confidence:.2f} from {_windows(heard)})."]
    if other := _twin_of(language):
        probability = twin[1] if twin else 0.0
        notes.append(
            f"{language.name} and {other.name} are the same language when spoken: {language.name} "
            f"{confidence:.2f}, {other.name} {probability:.2f}; to get it written "
            f"{_WRITTEN[other.id]}, use -s {other.id}."
        )
    if heard.others:
        notes.append(other_languages(heard, names)[0])
    return Spoken(language, _detected(heard, confidence, candidates), tuple(notes))


def _candidates(probabilities: Mapping[str, float]) -> list[tuple[Language, float]]:
    """The candidates that the table knows, likeliest first."""
    found = ((of_whisper(code), value) for code, value in probabilities.items())
    return [(language, value) for language, value in found if language is not None]


def _twins(one: Language, other: Language) -> bool:
    return any({one.whisper, other.whisper} == pair for pair in SAME_SPOKEN)


def _twin_of(language: Language) -> Language | None:
    codes = (code for pair in SAME_SPOKEN if language.whisper in pair for code in pair)
    return next((of_whisper(code) for code in codes if code != language.whisper), None)


def _detected(
    heard: DetectedLanguage, confidence: float, candidates: Sequence[tuple[Language, float]]
) -> Detected:
    others = []
    for stretch in heard.others:
        language = of_whisper(stretch.language)
        others.append(
            ElsewhereSpoken(
                start=stretch.start,
                end=stretch.end,
                language=language.id if language else stretch.language,
                probability=stretch.probability,
            )
        )
    return Detected(
        confidence=confidence,
        windows=heard.spread,
        candidates={language.id: value for language, value in candidates},
        others=others,
    )


def _either(
    one: Language,
    other: Language,
    candidates: Sequence[tuple[Language, float]],
    heard: DetectedLanguage,
    film: Path,
) -> UsageError:
    typed = (f"-s {each.id} to get it written {_WRITTEN[each.id]}" for each in (one, other))
    return UsageError(
        f"{shown(film)} is in {one.name} or {other.name}; choose which.",
        cause=f"They are the same language when spoken: {_listed(candidates[:2])}, from "
        f"{_windows(heard)}.",
        fix=f"Use {', or '.join(typed)}.",
    )


def _unclear(
    candidates: Sequence[tuple[Language, float]],
    heard: DetectedLanguage,
    film: Path,
    accept: float,
    names: Mapping[str, str],
) -> UsageError:
    named = [item for at, item in enumerate(candidates) if at < 2 or item[1] >= NAMED]
    cause = f"Most likely: {_listed(named)}, from {_windows(heard)}; {accept:.2f} is required"
    if heard.others:
        cause += f", and more than one language is spoken: {stretches_text(heard.others, names)}"
    likeliest, confidence = candidates[0]
    lower = int(confidence * 100) / 100
    return UsageError(
        f"It is not clear which language is spoken in {shown(film)}.",
        cause=f"{cause}.",
        fix=f"Name it, for example with -s {likeliest.id}, or accept the most likely one with "
        f"--set language.accept={lower:g}.",
    )


def _listed(candidates: Sequence[tuple[Language, float]]) -> str:
    return ", ".join(f"{language.name} {value:.2f}" for language, value in candidates)


def _windows(heard: DetectedLanguage) -> str:
    return "1 window" if heard.spread == 1 else f"{heard.spread} windows"
