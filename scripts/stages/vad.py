"""vad: finds where someone speaks and where music is, once, for all the stages after it."""

from dataclasses import fields

from chalchitra.errors import UsageError
from chalchitra.speech.music.detector import METHOD
from chalchitra.speech.music.model import Music, seconds_of
from chalchitra.speech.music.stretches import SHORTEST, find_stretches
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import WavSound
from chalchitra.speech.vad.clipping import MUCH, clipped_share
from chalchitra.speech.vad.refine import detect
from chalchitra.speech.vad.silero import VadSettings
from chalchitra.stagekit.stage import Stage


def work(stage: Stage) -> None:
    sound = WavSound.open(stage.input("audio"), stage.input("audio_info"))
    shortest = float(stage.params.get("shortest_song", SHORTEST))
    given = settings(stage)
    parts = sound.parts()
    total = 2 * sum(part.end - part.start for part in parts)
    before = 0.0
    speech = SpeechRegions(regions=[], pad=given.pad)
    music = Music(method=METHOD)
    for part in parts:  # a gap may last for days

        def progress(done: float, _: float, before: float = before) -> None:
            stage.progress(round(before + done, 1), round(total, 1), "seconds")

        found, evidence = detect(part, given, progress)
        before += 2 * (part.end - part.start)
        speech.regions += found.regions
        speech.method = found.method
        music.stretches += find_stretches(evidence, shortest)
    speech.write(stage.output("regions", "regions.json"))
    stage.metric("regions", len(speech.regions))
    stage.metric("speech_seconds", round(speech.seconds, 1))
    if not speech.regions:
        stage.warning("No speech was found.")
    if (share := clipped_share(sound, speech.regions)) >= MUCH:
        stage.degraded(
            f"{share:.0%} of the speech is clipped; words may be missing or wrong there.",
            "It was recorded or converted too loud, so that its peaks are cut off.",
            "Use another copy or audio track of the film, or check the text.",
        )
    music.write(stage.output("music", "music.json"))
    stage.metric("songs", len(music.of("song")))
    stage.metric("song_seconds", round(seconds_of(music.of("song")), 1))
    stage.metric("music_seconds", round(seconds_of(music.of("music")), 1))


def settings(stage: Stage) -> VadSettings:
    """The section [vad] of the settings; absent keys have VadSettings' defaults."""
    known = {field.name for field in fields(VadSettings)}
    try:
        return VadSettings(**{key: float(stage.params[key]) for key in known & set(stage.params)})
    except (TypeError, ValueError) as error:
        raise UsageError(
            "A setting in the section [vad] is not a number.",
            cause=f"{error}.",
            fix="Correct the section [vad] of config/pipeline.toml or the --set option.",
        ) from None


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("vad", work)
