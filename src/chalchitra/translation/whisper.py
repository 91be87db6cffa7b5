"""The translator `whisper`: every sentence is decoded again, from the sound into English.

Whisper learned to translate what it hears into English and into nothing else. Each sentence unit
of the transcript is decoded by itself, so that its English is its own: one unit a sentence, none
shifted. What comes out badly is decoded again in other ways, then in two halves, and at last left
untranslated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chalchitra.errors import StageError, UsageError
from chalchitra.speech.engines.base import (
    LONGEST,
    DecodingOptions,
    Engine,
    ModelOptions,
    looks_untranslating,
)
from chalchitra.speech.engines.load import load_engine
from chalchitra.speech.raw import RawSegment
from chalchitra.speech.recognition.hallucinations import is_hallucinated
from chalchitra.speech.recognition.stretches import decode_each
from chalchitra.speech.recognition.variants import DecodingVariant
from chalchitra.speech.sound import Sound, WavSound
from chalchitra.stagekit.protocol import Degraded
from chalchitra.text.marks import without_doubled_marks
from chalchitra.transcript.translation import Translation, TranslationUnit
from chalchitra.translation.checks import problem
from chalchitra.translation.request import TranslationRequest, TranslationResult
from chalchitra.translation.terms import TermUse
from chalchitra.translation.units import SentenceUnit, halved_units, sentence_units, translated

ENGINE = "ctranslate2"
"""Whatever recognised the transcript: this engine shares its models with `whisperx`, starts at
once, and is where Whisper's own thresholds against loops work."""
PAD = 0.2
"""Seconds of sound around a sentence that are decoded too, as far as no other is spoken there."""
SHORTEST = 1.0
"""Seconds of sound at least: of less, Whisper guesses. What is missing is taken from around it."""
SHORTEST_HALF = 1.0
"""A sentence is decoded in halves where it takes at least twice this (s) to say."""
FIRST = DecodingVariant("", temperatures=(0.0,))
AGAIN = (
    replace(FIRST, name="against loops", repetition_penalty=1.3),
    replace(FIRST, name="one hypothesis", repetition_penalty=1.1, beam_size=1),
)
"""How a sentence is decoded, and again where it came out badly, in this order. Nothing is sampled,
so that the same sound gives the same text."""

_ENGLISH_ONLY = re.compile(r"[.-]en$")


def translate(request: TranslationRequest) -> TranslationResult:
    """Translate by decoding the sound of each sentence again, into English.

    Raises UsageError for another target, for English speech, and for models that cannot translate.
    """
    language = check_pair(request)
    check_can_translate(request.model_name, request.model_path)
    if request.speech is None:
        raise StageError(
            "The translator whisper received no audio.",
            cause="The job was prepared for another translator.",
            fix="Prepare the job again with --translator whisper.",
        )
    engine = load_engine(
        ENGINE,
        ModelOptions(
            model=request.model_path,
            model_sha256=request.model_sha256,
            device=request.device,
            compute_type=request.compute_type,
            threads=request.threads,
        ),
    )
    limits = request.limits
    limits = replace(limits, max_seconds=min(limits.max_seconds, LONGEST - 2 * PAD))
    units = sentence_units(request.transcript, limits)
    listener = Listener(
        engine,
        DecodingOptions(beam_size=request.settings["num_beams"]),
        WavSound.open(request.speech.audio, request.speech.audio_info),
        language,
        tuple(request.languages.get("en", {}).get("invented", ())),
    )
    found = listener.over(units, lambda done: request.on_progress(done, len(units), "sentences"))
    translation = Translation(
        source_language=request.transcript.language,
        target_language=request.target_language,
        translator="whisper",
        model=request.model_name,
        units=found,
    )
    metrics: dict[str, int | float | str] = {
        "units": len(found),
        "retried": listener.retried,
        "in_pieces": listener.in_pieces,
        "untranslated": len(translation.untranslated),
    }
    terms = TermUse.of(request.terms, found)  # it cannot be told names; but what it lost is said
    metrics |= terms.metrics
    return TranslationResult(translation, metrics, [*_degraded(engine), *terms.degraded])


@dataclass(frozen=True)
class _Written:
    """What was written for a sentence, and what is wrong with it."""

    text: str
    wrong: str | None = None


class Listener:
    """An engine on one film's sound. `phrases` are English ones that it hallucinates.

    After `over`, `retried` and `in_pieces` say how many sentences were decoded again and in halves.
    """

    def __init__(
        self,
        engine: Engine,
        options: DecodingOptions,
        sound: Sound,
        language: str,
        phrases: tuple[str, ...] = (),
    ) -> None:
        self._engine = engine
        self._options = options
        self._sound = sound
        self._language = language
        self._phrases = phrases
        self.retried = 0
        self.in_pieces = 0

    def over(
        self, units: Sequence[SentenceUnit], on_done: Callable[[int], None] = lambda count: None
    ) -> list[TranslationUnit]:
        """Every unit in English, or untranslated with the reason; in order and with its id."""
        stretches = dict(zip((u.id for u in units), self._stretches(units), strict=True))
        found = self._decoded(units, stretches, FIRST, on_done)
        bad = [unit for unit in units if found[unit.id].wrong]
        self.retried = len(bad)
        for variant in AGAIN:
            again = self._decoded(bad, stretches, variant)
            found |= {id_: one for id_, one in again.items() if not one.wrong}
            bad = [unit for unit in bad if found[unit.id].wrong]
        for unit in bad:
            if (whole := self._in_halves(unit)) is not None:
                found[unit.id] = whole
                self.in_pieces += 1
        on_done(len(units))
        return [translated(unit, found[unit.id].text, found[unit.id].wrong) for unit in units]

    def _decoded(
        self,
        units: Sequence[SentenceUnit],
        stretches: Mapping[int, tuple[float, float]],
        variant: DecodingVariant,
        on_done: Callable[[int], None] = lambda count: None,
    ) -> dict[int, _Written]:
        done: set[int] = set()

        def one_done(index: int) -> None:
            done.add(index)
            on_done(len(done))

        decoded = decode_each(
            self._engine,
            [stretches[unit.id] for unit in units],
            self._sound,
            self._language,
            "translate",
            variant.applied_to(self._options),
            one_done,
        )
        return {unit.id: self._judged(unit, raw) for unit, raw in zip(units, decoded, strict=True)}

    def _judged(self, unit: SentenceUnit, raw: Sequence[RawSegment]) -> _Written:
        words = "".join(word.text for segment in raw for word in segment.words)
        text = without_doubled_marks(" ".join(words.split()))
        wrong = problem(unit.text, text, "Latn")
        if wrong is None and self._phrases and is_hallucinated(text, self._phrases):
            wrong = "the recogniser wrote a phrase that it often hallucinates in silence"
        if wrong is None and any(segment.capped for segment in raw):
            wrong = "the translation does not end"
        return _Written(text, wrong)

    def _in_halves(self, unit: SentenceUnit) -> _Written | None:
        """A sentence decoded in two halves, where both come out well."""
        halves = halved_units(unit, SHORTEST_HALF)
        if halves is None:
            return None
        stretches = {half.id: self._padded(half.start, half.end) for half in halves}
        for variant in (FIRST, *AGAIN):
            found = self._decoded(halves, stretches, variant)
            if not any(one.wrong for one in found.values()):
                return _Written(" ".join(found[half.id].text for half in halves))
        return None

    def _stretches(self, units: Sequence[SentenceUnit]) -> list[tuple[float, float]]:
        """The sound of each unit, padded where no other unit is spoken."""
        found = []
        for n, unit in enumerate(units):
            before = units[n - 1].end if n else self._sound.start
            after = units[n + 1].start if n + 1 < len(units) else self._sound.end
            start = max(unit.start - PAD, min(before, unit.start))
            end = min(unit.end + PAD, max(after, unit.end))
            found.append(self._padded(start, end))
        return found

    def _padded(self, start: float, end: float) -> tuple[float, float]:
        """At least SHORTEST and at most what a window holds, within the sound."""
        missing = max(0.0, SHORTEST - (end - start)) / 2
        start = max(self._sound.start, start - missing)
        return start, min(self._sound.end, end + missing, start + LONGEST)


def check_pair(request: TranslationRequest) -> str:
    """Whisper's code of the spoken language. Raises UsageError unless it is one into English."""
    if request.target_language != "en":
        raise UsageError(
            f"The translator whisper cannot translate into {request.target_language}.",
            cause="Whisper translates into English only.",
            fix="Choose --translator indictrans2, or -t en.",
        )
    if request.transcript.language == "en":
        raise UsageError(
            "There is nothing to translate: the film is in English already.",
            cause="The translator whisper translates only into English.",
            fix="Leave -t out; --subtitle then makes English subtitles.",
        )
    return request.code(request.transcript.language, "whisper")


def check_can_translate(name: str, path: Path) -> None:
    """Raises UsageError for Whisper models that were not trained to translate."""
    if _ENGLISH_ONLY.search(name) or looks_untranslating(path) or looks_untranslating(Path(name)):
        raise UsageError(
            f"The model {name} cannot translate.",
            cause="Turbo, distilled and English-only Whisper models were not trained to.",
            fix="Choose another with --model, for example large-v3 or base.",
        )


def _degraded(engine: Engine) -> list[Degraded]:
    return [Degraded(what=note.what, why=note.why, fix=note.fix) for note in engine.notes]
