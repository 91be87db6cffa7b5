"""asr: writes down what is said, with the job's engine and model."""

from chalchitra.files import write_json
from chalchitra.speech.recognition.hearing import check_script, hear, in_own_script
from chalchitra.speech.sound import WavSound
from chalchitra.stagekit.stage import Stage
from chalchitra.transcript.model import Transcript


def work(stage: Stage) -> None:
    heard = hear(stage)
    segments, transliterated = in_own_script(stage, heard.segments)
    check_script(stage, segments)
    write_json(
        stage.output("healing", "healing.json"),
        {
            "healed": [one.to_dict() for one in heard.healed],
            "transliterated": [one.to_dict() for one in transliterated],
            "glossary": heard.glossary.to_dict() if heard.glossary else None,
        },
    )
    sound = WavSound.open(stage.input("audio"), stage.input("audio_info"))
    Transcript(
        language=stage.params["source_language"],
        segments=segments,
        duration=sound.film_duration or sound.end,
        engine=stage.params["engine"],
        model=stage.model("asr").name,
    ).write(stage.output("transcript", "transcript.json"))


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("asr", work)
