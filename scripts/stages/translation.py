"""translation@<language>: the transcript in another language, sentence by sentence."""

from __future__ import annotations

from chalchitra.errors import StageError, UsageError
from chalchitra.glossary import Glossary
from chalchitra.hints import typed
from chalchitra.stagekit.stage import Stage
from chalchitra.transcript.model import Transcript
from chalchitra.transcript.songs import why_empty, without_songs
from chalchitra.transcript.translation import Translation
from chalchitra.translation.latin import UNREADABLE
from chalchitra.translation.pivot import joined, pivot_transcript, pivot_units
from chalchitra.translation.registry import translator_named
from chalchitra.translation.request import SpeechInput, TranslationRequest
from chalchitra.translation.songs import leave_songs_out, mark_units


def work(stage: Stage) -> None:
    if stage.language is None:
        raise UsageError(
            "translation runs once per target language, but no language was named.",
            fix="Name one with --language.",
        )
    translate = translator_named(stage.params["translator"])
    whole = Transcript.read(stage.input("transcript"))
    transcript, left_out = whole, 0
    if stage.params["songs_left_out"]:
        transcript, left_out = without_songs(whole)
        stage.metric("song_words_left_out", left_out)
    first = Translation.read(stage.input("pivot")) if stage.has_input("pivot") else None
    listens = stage.has_input("audio")
    model = stage.model("translation")
    result = translate(
        TranslationRequest(
            transcript=pivot_transcript(first) if first else transcript,
            units=pivot_units(first) if first else None,
            target_language=stage.language,
            languages=stage.params["languages"],
            model_name=model.name,
            model_path=model.path,
            model_sha256=model.sha256,
            device=stage.device,
            compute_type=stage.compute_type,
            threads=stage.threads,
            settings=stage.params,
            glossary=Glossary.read(stage.input("glossary"))
            if stage.has_input("glossary")
            else None,
            memory=stage.memory if stage.params.get("memory", True) else None,
            speech=SpeechInput(
                audio=stage.input("audio"),
                audio_info=stage.input("audio_info"),
            )
            if listens
            else None,
            on_progress=stage.progress,
        )
    )
    for name, value in result.metrics.items():
        stage.metric(name, value)
    for one in result.degraded:
        stage.degraded(one.what, one.why, one.fix)
    translation = joined(first, result.translation) if first else result.translation
    translation = mark_units(translation, whole)
    if stage.params["songs_left_out"]:
        translation = leave_songs_out(translation)
    report(stage, translation, left_out)
    translation.write(stage.output("translation", "translation.json"))


def report(stage: Stage, translation: Translation, left_out: int = 0) -> None:
    """Say what is missing from the translation; fail when all of it is."""
    failed, doubtful = translation.untranslated, translation.doubtful
    total = len(translation.units)
    if not total:
        stage.degraded(
            "There is nothing to translate.",
            *why_empty(left_out, "The transcript is empty."),
        )
    if failed and len(failed) == total:
        raise StageError(
            f"None of the {total} sentences could be translated into "
            f"{translation.target_language}.",
            cause=f"The first one failed because {failed[0].reason}.",
            fix="Give the text in the language's own script, or choose --translator whisper, which "
            "works from the audio."
            if all(unit.reason == UNREADABLE for unit in failed)
            else typed("chalchitra models verify"),
        )
    if failed:
        stage.degraded(
            f"{len(failed)} of {total} sentences were left in the source language.",
            f"The first one, because {failed[0].reason}: {failed[0].source}",
            "translation.json marks each of them as untranslated, with the reason.",
        )
    if doubtful:
        stage.degraded(
            f"{len(doubtful)} of {total} translated sentences are doubtful.",
            f"In the first one, {doubtful[0].reason}: {doubtful[0].source or doubtful[0].text}",
            "translation.json gives the reason for each of them.",
        )


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("translation", work)
