"""vad: finds where someone speaks, once, for every engine and for the stages after it."""

from dataclasses import fields

from chalchitra.errors import UsageError
from chalchitra.speech.sound import WavSound
from chalchitra.speech.vad import VadSettings, find_speech
from chalchitra.stagekit import Stage, run_stage


def work(stage: Stage) -> None:
    sound = WavSound.open(stage.input("audio"), stage.input("audio_info"))
    speech = find_speech(
        sound,
        settings(stage),
        lambda done, total: stage.progress(round(done, 1), round(total, 1), "seconds"),
    )
    speech.write(stage.output("regions", "regions.json"))
    stage.metric("regions", len(speech.regions))
    stage.metric("speech_seconds", round(speech.seconds, 1))
    if not speech.regions:
        stage.warning("No speech was found.")


def settings(stage: Stage) -> VadSettings:
    """The section [vad] of the settings; absent keys have VadSettings' defaults."""
    known = {field.name for field in fields(VadSettings)}
    try:
        return VadSettings(**{key: float(stage.params[key]) for key in known & set(stage.params)})
    except (TypeError, ValueError) as error:
        raise UsageError(
            "A setting of vad is no number.",
            cause=f"{error}.",
            fix="Correct the section [vad] of config/pipeline.toml or the --set option.",
        ) from None


if __name__ == "__main__":
    run_stage("vad", work)
