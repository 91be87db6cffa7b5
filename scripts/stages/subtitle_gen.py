"""subtitle_gen: the transcript, or one translation, into cues; their files, and what they are like.

The formats that were asked for, the text of a translation, and the quality report.
"""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from chalchitra.errors import UsageError
from chalchitra.files import write_text
from chalchitra.speech.regions import SpeechRegions
from chalchitra.stagekit import Stage, run_stage
from chalchitra.subtitles import (
    Cue,
    CueNote,
    build_track,
    cue_notes,
    to_ass,
    to_review,
    to_srt,
    to_ttml,
    to_vtt,
    transcript_words,
    translation_words,
)
from chalchitra.subtitles.complete import require_every_unit
from chalchitra.subtitles.cue import Format, TrackSettings
from chalchitra.subtitles.qc import QualityReport, make_report
from chalchitra.subtitles.qc.report import counted, how_many, sentence, worst
from chalchitra.subtitles.report import lines_too_long, measure
from chalchitra.subtitles.romanised import romanised_cues
from chalchitra.subtitles.shot_changes import ShotChanges
from chalchitra.subtitles.words import clean
from chalchitra.text.romanise import NotRomanisedError
from chalchitra.transcript import Transcript
from chalchitra.transcript.songs import NOTE, noted, without_songs
from chalchitra.translation.model import Translation, TranslationUnit


def work(stage: Stage) -> None:
    language = str(stage.language)
    row = stage.params["languages"][language]
    name = f"{stage.params['title']}.{language}"
    settings = read_settings(stage)

    song_text = stage.params["song_text"]
    notes, left_out = song_text == "mark", 0
    transcript: Transcript | None = None
    translation: Translation | None = None
    untranslated: list[TranslationUnit] = []
    if language == stage.params["source_language"]:
        transcript = Transcript.read(stage.input("transcript"))
        if song_text == "leave out":
            transcript, left_out = without_songs(transcript)
            stage.metric("song_words_left_out", left_out)
        words = transcript_words(transcript, row["script"], notes=notes)
    else:
        translation = Translation.read(stage.input("translation"))
        words = translation_words(translation, notes=notes)
        untranslated = translation.untranslated
        lines = [
            noted(clean(unit.text)) if notes and unit.song else clean(unit.text)
            for unit in translation.units
        ]
        text = "".join(f"{line}\n" for line in lines)
        write_text(stage.output("txt", "subtitles.txt", deliver_as=f"{name}.txt"), text)

    shots = ShotChanges.read(stage.input("shots")) if stage.has_input("shots") else None
    track = build_track(
        words,
        settings,
        language=language,
        script=row["script"],
        duration=stage.params["film_duration"],
        cuts=shots,
    )
    cues = track.cues
    if translation is not None:
        require_every_unit(cues, translation)
    write_files(stage, cues, settings, name, cue_notes(cues, transcript) if transcript else {})

    speech = None
    if stage.has_input("regions") and song_text != "leave out":  # a song's regions have no cue then
        speech = SpeechRegions.read(stage.input("regions")).regions
    report = make_report(
        cues,
        settings,
        stage.params.get("style", ""),
        language,
        script=row["script"],
        film=stage.params["film_duration"],
        frame_rate=shots.frame_rate if shots else None,
        speech=speech,
        words=transcript.words if transcript else (),
        untranslated=untranslated,
        forced=track.forced,
    )
    report.write(stage.output("qc", "qc.json", deliver_as=f"{name}.qc.json"))
    stage.metric("violations", len(report.violations))
    if (spoken := report.coverage) is not None:
        uncovered = spoken.speech_seconds - spoken.covered_seconds
        stage.metric("speech_without_subtitle_seconds", round(uncovered, 1))

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
    if report.violations:
        tell(stage, report, f"The {row['name']} track", f"{name}.qc.json")
    if settings.romanised and row["script"] != "Latn":
        write_romanised(stage, cues, settings)


def write_romanised(stage: Stage, cues: list[Cue], settings: TrackSettings) -> None:
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


def tell(stage: Stage, report: QualityReport, track: str, file: str) -> None:
    """Say how many violations there are and which are worst."""
    stage.degraded(
        f"{track} has {how_many(report)} of its style"
        f" ({report.style or 'none named'}): {counted(report)}.",
        f"The worst: {'; '.join(map(sentence, worst(report)))}.",
        f"{file} lists all; no text was dropped to meet a limit.",
    )


def write_files(
    stage: Stage,
    cues: Sequence[Cue],
    settings: TrackSettings,
    name: str,
    notes: Mapping[int, CueNote],
) -> None:
    """The track in the formats that were asked for. SRT is always made, for mux."""
    language = str(stage.language)
    row = stage.params["languages"][language]
    wanted = settings.formats

    def write(format_: Format, text: str) -> None:
        deliver_as = f"{name}.{format_}" if format_ in wanted else None
        write_text(stage.output(format_, f"subtitles.{format_}", deliver_as=deliver_as), text)

    write("srt", to_srt(cues))
    if "vtt" in wanted:
        write("vtt", to_vtt(cues))
    if "csv" in wanted:
        write("csv", to_review(cues, notes, length=settings.length))
    written_in = {"language": language, "script": row["script"]}
    if "ass" in wanted:
        write("ass", to_ass(cues, **written_in, right_to_left=row["direction"] == "rtl"))
    if "ttml" in wanted:
        rtl = row["direction"] == "rtl"
        write("ttml", to_ttml(cues, **written_in, tag=row["bcp47"], right_to_left=rtl))


def read_settings(stage: Stage) -> TrackSettings:
    try:
        return TrackSettings.model_validate(stage.params)
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
