"""subtitle_gen: the transcript, or one translation, into cues; SRT and WebVTT (and text) files."""

from pydantic import ValidationError

from chalchitra.errors import UsageError
from chalchitra.files import write_text
from chalchitra.stagekit import Stage, run_stage
from chalchitra.subtitles import (
    Cue,
    CueSettings,
    build_cues,
    to_srt,
    to_vtt,
    transcript_words,
    translation_words,
)
from chalchitra.subtitles.report import lines_too_long, measure
from chalchitra.subtitles.romanised import romanised_cues
from chalchitra.subtitles.words import clean
from chalchitra.text.romanise import NotRomanisedError
from chalchitra.transcript import Transcript
from chalchitra.transcript.songs import NOTE, noted, without_songs
from chalchitra.translation.model import Translation


def work(stage: Stage) -> None:
    language = str(stage.language)
    row = stage.params["languages"][language]
    name = f"{stage.params['title']}.{language}"
    settings = read_settings(stage)

    song_text = stage.params["song_text"]
    notes, left_out = song_text == "mark", 0
    if language == stage.params["source_language"]:
        transcript = Transcript.read(stage.input("transcript"))
        if song_text == "leave out":
            transcript, left_out = without_songs(transcript)
            stage.metric("song_words_left_out", left_out)
        words = transcript_words(transcript, row["script"], notes=notes)
    else:
        translation = Translation.read(stage.input("translation"))
        words = translation_words(translation, notes=notes)
        lines = [
            noted(clean(unit.text)) if notes and unit.song else clean(unit.text)
            for unit in translation.units
        ]
        text = "".join(f"{line}\n" for line in lines)
        write_text(stage.output("txt", "subtitles.txt", deliver_as=f"{name}.txt"), text)

    cues = build_cues(
        words,
        settings,
        language=language,
        script=row["script"],
        duration=stage.params["film_duration"],
    )
    write_text(stage.output("srt", "subtitles.srt", deliver_as=f"{name}.srt"), to_srt(cues))
    write_text(stage.output("vtt", "subtitles.vtt", deliver_as=f"{name}.vtt"), to_vtt(cues))

    stage.metric("song_cues", sum(cue.text.startswith(NOTE) for cue in cues))
    for metric, value in measure(cues, settings, language).items():
        stage.metric(metric, value)
    if not cues:
        stage.degraded(
            f"The {row['name']} track is empty.",
            f"All of its {left_out} words lie in songs, which are left out (songs.text)."
            if left_out
            else "No speech was found, so there is nothing to show.",
            "If someone does speak, choose another track with --audio-track, or a larger model.",
        )
    elif count := lines_too_long(cues, settings):
        stage.degraded(
            f"{count} lines are longer than {settings.max_chars_per_line} characters.",
            "A single character with its signs is longer than a line, and no text is dropped.",
            "Look at the transcript there: it is hardly speech.",
        )
    if settings.romanised and row["script"] != "Latn":
        write_romanised(stage, cues, settings)


def write_romanised(stage: Stage, cues: list[Cue], settings: CueSettings) -> None:
    """The same cues in Latin letters, where the language's script has rules for it."""
    language = str(stage.language)
    row = stage.params["languages"][language]
    try:
        shown = romanised_cues(cues, settings, language, row["script"], name=row["name"])
    except NotRomanisedError as error:
        stage.degraded(error.what, error.cause, error.fix)
        return
    name = f"{stage.params['title']}.{language.partition('-')[0]}-Latn"
    for key, kind, text in (("romanised_srt", "srt", to_srt), ("romanised_vtt", "vtt", to_vtt)):
        path = stage.output(key, f"romanised.{kind}", deliver_as=f"{name}.{kind}")
        write_text(path, text(shown))
    if count := lines_too_long(shown, settings):
        stage.metric("romanised_lines_too_long", count)
        stage.degraded(
            f"{count} romanised lines are longer than {settings.max_chars_per_line} characters.",
            "Latin letters take more room than the script, and no text is dropped.",
            "Allow longer lines: --set subtitle_gen.max_chars_per_line=NUMBER.",
        )


def read_settings(stage: Stage) -> CueSettings:
    try:
        return CueSettings.model_validate(stage.params)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"The setting subtitle_gen.{key} cannot be used: {first['msg']}.",
            cause="job.json was prepared with it, or was edited.",
            fix=f"Prepare the job again, with --set subtitle_gen.{key}=VALUE.",
        ) from None


if __name__ == "__main__":
    run_stage("subtitle_gen", work)
