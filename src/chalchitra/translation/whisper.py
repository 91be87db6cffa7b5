"""The translator `whisper`: the recogniser hears the film again and writes English itself.

Whisper learned to translate what it hears into English and into nothing else. It gives its own
sentences at its own times, so they are matched to the transcript by time; speech of the transcript
that it says nothing about is kept as untranslated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from chalchitra.errors import StageError, UsageError
from chalchitra.jobs.record import Degraded
from chalchitra.speech.engines import Heard, RecogniserOptions, load_recogniser
from chalchitra.speech.engines.base import looks_untranslating
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import WavSound
from chalchitra.transcript.model import Segment, Transcript, Word
from chalchitra.translation.checks import loops
from chalchitra.translation.model import Translation, TranslationUnit
from chalchitra.translation.request import TranslationRequest, TranslationResult
from chalchitra.translation.scripts import script_share
from chalchitra.translation.units import SentenceUnit, UnitLimits, segment_words, sentence_units

ENGINE = "ctranslate2"
"""Whatever recognised the transcript: this engine shares its models with `whisperx`, starts at
once, and is where Whisper's own thresholds against loops work."""
REACH = 1.0
"""A word of the transcript at most this far (s) from a translated sentence belongs to it: the times
of a translation's words come from attention over other words, and are loose."""

_ENGLISH_ONLY = re.compile(r"[.-]en$")


def translate(request: TranslationRequest) -> TranslationResult:
    """Translate by hearing the speech regions again, into English.

    Raises UsageError for another target, for English speech, and for models that cannot translate.
    """
    language = check_pair(request)
    check_can_translate(request.model_name, request.model_path)
    if request.speech is None:
        raise StageError(
            "The translator whisper got no sound.",
            cause="The job was prepared for another translator.",
            fix="Prepare the job again with --translator whisper.",
        )
    recogniser = load_recogniser(
        ENGINE,
        RecogniserOptions(
            model=request.model_path,
            model_sha256=request.model_sha256,
            device=request.device,
            compute_type=request.compute_type,
            threads=request.threads,
            beam_size=request.settings["num_beams"],
        ),
    )
    heard = recogniser.transcribe(
        WavSound.open(request.speech.audio, request.speech.audio_info),
        SpeechRegions.read(request.speech.regions),
        language,
        "translate",
        lambda done, total: request.on_progress(done, total, "seconds"),
    )
    units = match(request.transcript, heard.segments, request.limits)
    translation = Translation(
        source_language=request.transcript.language,
        target_language=request.target_language,
        translator="whisper",
        model=request.model_name,
        units=units,
    )
    metrics: dict[str, int | float | str] = {
        "units": len(units),
        "untranslated": len(translation.untranslated),
        "dropped_words": len(heard.dropped),
    }
    return TranslationResult(translation, metrics, _degraded(heard))


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
            cause="The translator whisper writes English.",
            fix="Leave -t away; --subtitle then makes English subtitles.",
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


def match(
    transcript: Transcript, english: Sequence[Segment], limits: UnitLimits | None = None
) -> list[TranslationUnit]:
    """English sentences with the transcript's words that they cover, and the words that none does.

    Every word of the transcript is in the source of exactly one unit. Units are in order of time.
    """
    heard = sentence_units(Transcript(language="en", segments=list(english)), limits)
    covered: dict[int, list[tuple[Word, int]]] = {unit.id: [] for unit in heard}
    left: list[Segment] = []
    for segment in transcript.segments:
        alone: list[Word] = []
        for word in segment_words(segment):
            unit = _nearest(word, heard)
            if unit is None:
                alone.append(word)
            else:
                covered[unit.id].append((word, segment.id))
        if alone:
            left.append(segment.model_copy(update={"words": alone}))
    units = [_translated(unit, covered[unit.id]) for unit in heard]
    units += [
        TranslationUnit(
            id=0,
            start=unit.start,
            end=unit.end,
            source=unit.text,
            text=unit.text,
            segment_ids=list(unit.segment_ids),
            status="untranslated",
            reason="the recogniser gave no translation of it",
        )
        for unit in sentence_units(Transcript(language=transcript.language, segments=left), limits)
    ]
    units.sort(key=lambda unit: (unit.start, unit.end))
    return [unit.model_copy(update={"id": number}) for number, unit in enumerate(units)]


def _nearest(word: Word, units: Sequence[SentenceUnit]) -> SentenceUnit | None:
    middle = (word.start + word.end) / 2

    def distance(unit: SentenceUnit) -> float:
        return max(0.0, unit.start - middle, middle - unit.end)

    best = min(units, key=distance, default=None)
    return best if best is not None and distance(best) <= REACH else None


def _translated(unit: SentenceUnit, words: Sequence[tuple[Word, int]]) -> TranslationUnit:
    source = " ".join(word.text for word, _ in words)
    share = script_share(unit.text, "Latn")
    reason = None
    if loops(unit.text) and not loops(source):
        reason = "the recogniser repeated itself"
    elif share is not None and share < 0.5:
        reason = "the recogniser did not write English"
    elif not words:
        reason = "the transcript has nothing there"
    return TranslationUnit(
        id=unit.id,
        start=unit.start,
        end=unit.end,
        source=source,
        text=unit.text,
        segment_ids=list(dict.fromkeys(segment for _, segment in words)),
        reason=reason,
    )


def _degraded(heard: Heard) -> list[Degraded]:
    return [Degraded(what=note.what, why=note.why, fix=note.fix) for note in heard.notes]
