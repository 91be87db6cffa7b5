"""language: tells which language is spoken, from windows spread over the speech."""

from collections.abc import Mapping

from chalchitra.speech.engines.base import ModelOptions
from chalchitra.speech.language_id.detect import LanguageSettings, detect_language
from chalchitra.speech.language_id.detector import load_detector
from chalchitra.speech.language_id.model import DetectedLanguage
from chalchitra.speech.language_id.report import other_languages
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import WavSound
from chalchitra.stagekit.stage import Stage


def work(stage: Stage) -> None:
    speech = SpeechRegions.read(stage.input("regions"))
    found = DetectedLanguage(expected=stage.params["said_language"])
    if speech.regions:
        found = detected(stage, speech)
    found.write(stage.output("language", "language.json"))
    report(stage, found, stage.params["language_names"])


def detected(stage: Stage, speech: SpeechRegions) -> DetectedLanguage:
    model = stage.model("language")
    detector = load_detector(
        ModelOptions(
            model=model.path,
            model_sha256=model.sha256,
            device=stage.device,
            compute_type=stage.compute_type,
            threads=stage.threads,
        )
    )
    for note in detector.notes:
        stage.degraded(note.what, note.why, note.fix)
    return detect_language(
        WavSound.open(stage.input("audio"), stage.input("audio_info")),
        speech,
        detector,
        LanguageSettings(stage.params["windows"], stage.params["surely"]),
        stage.params["said_language"],
        lambda done, total: stage.progress(done, total, "windows"),
    )


def report(stage: Stage, found: DetectedLanguage, names: Mapping[str, str]) -> None:
    """Give the metrics, and say where surely another language is spoken (degraded)."""
    if found.language is None:
        stage.warning("No speech was found, so the language cannot be detected.")
        return
    stage.metric("language", found.language)
    stage.metric("confidence", found.confidence)
    stage.metric("windows", len(found.windows))
    if found.others:
        stage.degraded(*other_languages(found, names))


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("language", work)
