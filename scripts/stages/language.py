"""language: tells which language is spoken, from windows spread over the speech."""

from chalchitra.speech.engines.base import ModelOptions
from chalchitra.speech.language_id.detector import load_detector
from chalchitra.speech.language_id.language import LanguageHeard, LanguageSettings, hear_language
from chalchitra.speech.language_id.report import report
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import WavSound
from chalchitra.stagekit.stage import Stage


def work(stage: Stage) -> None:
    speech = SpeechRegions.read(stage.input("regions"))
    heard = LanguageHeard(expected=stage.params["said_language"])
    if speech.regions:
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
        heard = hear_language(
            WavSound.open(stage.input("audio"), stage.input("audio_info")),
            speech,
            detector,
            LanguageSettings(stage.params["windows"], stage.params["surely"]),
            stage.params["said_language"],
            lambda done, total: stage.progress(done, total, "windows"),
        )
    heard.write(stage.output("language", "language.json"))
    report(stage, heard, stage.params["language_names"])


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("language", work)
