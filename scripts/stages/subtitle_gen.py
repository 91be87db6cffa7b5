"""subtitle_gen: the transcript, or one translation, into cues; their files, and what they are like.

The formats that were asked for, the text of a translation, and the quality report.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from pydantic import ValidationError

from chalchitra.errors import UsageError
from chalchitra.files import write_text
from chalchitra.media.measure import measured
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import film_seconds
from chalchitra.stagekit.stage import Stage
from chalchitra.subtitles.formats.ass import to_ass
from chalchitra.subtitles.cues.build import Track, build_track
from chalchitra.subtitles.cues.cue import Cue, Format, TrackSettings
from chalchitra.subtitles.cues.graphemes import UNSPACED_SCRIPTS
from chalchitra.subtitles.cues.shot_changes import ShotChanges
from chalchitra.subtitles.cues.words import TimedWord, clean, transcript_words, translation_words
from chalchitra.subtitles.qc.metrics import lines_too_long, measure
from chalchitra.subtitles.qc.model import QualityReport
from chalchitra.subtitles.qc.report import counted, how_many, make_report, sentence, worst
from chalchitra.subtitles.formats.srt import to_srt
from chalchitra.subtitles.tracks.bilingual import (
    Half,
    bilingual_report,
    halves_in_cues,
    marked,
    together,
)
from chalchitra.subtitles.tracks.complete import require_every_unit
from chalchitra.subtitles.tracks.edited import EditedTrack, still_shown
from chalchitra.subtitles.formats.model import CueNote
from chalchitra.subtitles.tracks.notes import cue_notes
from chalchitra.subtitles.formats.table import to_review
from chalchitra.subtitles.tracks.romanised import romanised_cues
from chalchitra.subtitles.tracks.template import Filled, fill_template
from chalchitra.subtitles.tracks.template_track import TemplateTrack, edited_words, with_units
from chalchitra.subtitles.formats.ttml import to_ttml
from chalchitra.subtitles.formats.vtt import to_vtt
from chalchitra.text.romanise.romanise import NotRomanisedError
from chalchitra.transcript.model import Region, Transcript
from chalchitra.transcript.songs import NOTE, noted, why_empty, without_songs
from chalchitra.translation.model import Translation, TranslationUnit


def work(stage: Stage) -> None:
    language = str(stage.language)
    row = stage.params["languages"][language]
    name = f"{stage.params['title']}.{language}"
    settings = read_settings(stage)
    frame_rate = rate_of(stage)

    song_text = stage.params["song_text"]
    notes, left_out = song_text == "mark", 0
    lines: list[str] = []
    transcript: Transcript | None = None
    translation: Translation | None = None
    untranslated: list[TranslationUnit] = []
    if language == stage.params["source_language"]:
        transcript = Transcript.read(stage.input("transcript"))
        if song_text == "leave out":
            transcript, left_out = without_songs(transcript)
            stage.metric("song_words_left_out", left_out)
        words = transcript_words(transcript, row["script"], notes=notes, labels=settings.labels)
    else:
        translation = Translation.read(stage.input("translation"))
        words = translation_words(translation, notes=notes)
        untranslated = translation.untranslated
        lines = [
            noted(clean(unit.text)) if notes and unit.song else clean(unit.text)
            for unit in translation.units
        ]

    shots = ShotChanges.read(stage.input("shots")) if stage.has_input("shots") else None
    spoken = {unit.id: unit.source for unit in translation.units} if translation else None
    if stage.has_input("edited"):
        unspaced = row["script"] in UNSPACED_SCRIPTS
        edited = EditedTrack.read(stage.input("edited")).to_cues()
        track = Track(with_units(edited, words, unspaced=unspaced))
        words = edited_words(edited, words, unspaced=unspaced)
        lines = [" ".join(cue.lines) for cue in track.cues]
        untranslated = still_shown(untranslated, track.cues)
        stage.metric("edited_cues", len(track.cues))
    elif stage.has_input("template") and (template := read_template(stage, "template")):
        filled = fill(stage, words, spoken, template, settings)
        track = filled.track
        tell_template(stage, filled, template)
    else:
        track = build_track(
            words,
            settings,
            language=language,
            script=row["script"],
            duration=film_seconds(stage.input("audio_info")),
            cuts=shots,
            frame_rate=frame_rate,
        )
    cues = track.cues
    if transcript is None:
        text = "".join(f"{line}\n" for line in lines)
        write_text(stage.output("txt", "subtitles.txt", deliver_as=f"{name}.txt"), text)
    if translation is not None and not stage.has_input("edited"):
        require_every_unit(cues, translation)
    notes_of_cues = cue_notes(cues, transcript) if transcript else {}
    write_files(stage, cues, settings, name, notes=notes_of_cues, languages=[language])
    (
        TemplateTrack.of_translation(language, cues, translation)
        if translation
        else TemplateTrack.of_source(language, cues)
    ).write(stage.output("cues", "cues.json"))

    speech = None
    if stage.has_input("regions") and song_text != "leave out":  # a song's regions have no cue then
        speech = SpeechRegions.read(stage.input("regions")).regions
    report = make_report(
        cues,
        settings,
        stage.params.get("style", ""),
        language,
        script=row["script"],
        film=film_seconds(stage.input("audio_info")),
        frame_rate=frame_rate,
        speech=speech,
        words=transcript.words if transcript else (),
        untranslated=untranslated,
        forced=track.forced,
        width=measured(cues, language, row["script"]),
    )
    report.write(stage.output("qc", "qc.json"))
    stage.metric("violations", len(report.violations))
    if (heard := report.coverage) is not None:
        uncovered = heard.speech_seconds - heard.covered_seconds
        stage.metric("speech_without_subtitle_seconds", round(uncovered, 1))

    stage.metric("song_cues", sum(cue.text.startswith(NOTE) for cue in cues))
    for metric, value in measure(cues, settings, language, report.counts).items():
        stage.metric(metric, value)
    if not cues:
        stage.degraded(
            f"The {row['name']} track is empty.",
            *why_empty(left_out, "No speech was found, so there is nothing to show."),
        )
    elif count := lines_too_long(cues, settings):
        stage.degraded(
            f"{count} lines are longer than {settings.max_chars_per_line} characters.",
            "A single character with its signs is longer than a line, and text is never dropped.",
            "Check the transcript there: it is probably not speech.",
        )
    if report.violations:
        tell(stage, report, f"The {row['name']} track")
    if settings.romanised and row["script"] != "Latn":
        write_romanised(stage, cues, settings)
    if stage.has_input("beside"):
        write_bilingual(stage, words, spoken, settings, speech)


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
            "Latin letters take more room than the original script, and text is never dropped.",
            "Allow longer lines: --set subtitle_gen.max_chars_per_line=NUMBER.",
        )


def tell(stage: Stage, report: QualityReport, track: str) -> None:
    """Say how many violations there are and which are worst."""
    stage.degraded(
        f"{track} has {how_many(report)} of its style profile ({report.style or 'none named'}): "
        f"{counted(report)}.",
        f"Worst: {'; '.join(map(sentence, worst(report)))}.",
        "output/qc.json lists them all; no text was dropped to meet a limit.",
    )


def write_files(
    stage: Stage,
    cues: Sequence[Cue],
    settings: TrackSettings,
    name: str,
    *,
    languages: Sequence[str],
    notes: Mapping[int, CueNote] | None = None,
    prefix: str = "",
) -> None:
    """The track in the formats that were asked for. SRT and ASS are always made, for mux.

    `prefix` begins the names of the outputs.
    """
    wanted = settings.formats
    rows = stage.params["languages"]
    right_to_left = [rows[name].get("direction") == "rtl" for name in languages]
    # The script with letters of its own decides: its lines are drawn with Latin ones besides.
    main = next((name for name in languages if rows[name]["script"] != "Latn"), languages[0])
    written_in = {"language": main, "script": rows[main]["script"]}
    tag = "mul" if len(languages) > 1 else rows[main].get("bcp47", main)

    def write(format_: Format, text: str) -> None:
        deliver_as = f"{name}.{format_}" if format_ in wanted else None
        file = f"{prefix or 'subtitles.'}{format_}".replace("_", ".")
        write_text(stage.output(f"{prefix}{format_}", file, deliver_as=deliver_as), text)

    rtl = any(right_to_left)
    write("srt", to_srt(cues, right_to_left=rtl))
    write("ass", to_ass(cues, **written_in, right_to_left=rtl))
    if "vtt" in wanted:
        write("vtt", to_vtt(cues, right_to_left=rtl))
    if "csv" in wanted:
        write("csv", to_review(cues, notes, length=settings.length))
    if "ttml" in wanted:
        shown = marked(cues) if rtl and not all(right_to_left) else cues
        write("ttml", to_ttml(shown, **written_in, tag=tag, right_to_left=all(right_to_left)))


def read_template(stage: Stage, name: str) -> TemplateTrack | None:
    """The track whose times this one is to have; None where it has no cues."""
    template = TemplateTrack.read(stage.input(name))
    return template if template.track.cues else None


def fill(
    stage: Stage,
    words: Sequence[TimedWord],
    spoken: Mapping[int, str] | None,
    template: TemplateTrack,
    settings: TrackSettings,
) -> Filled:
    """This language's words in the cues of another."""
    languages, language = stage.params["languages"], str(stage.language)
    return fill_template(
        words,
        spoken,
        template,
        settings,
        language=language,
        script=languages[language]["script"],
        source_script=languages[stage.params["source_language"]]["script"],
    )


def tell_template(stage: Stage, filled: Filled, template: TemplateTrack) -> None:
    stage.metric("template_cues_without_text", len(template.track.cues) - len(filled.places))
    if filled.astray:
        stage.degraded(
            f"{filled.astray} sentences have no cue in the {template.language} template.",
            "Their text was put into the cue nearest in time.",
            "Add cues for them to the template and import it again with review.",
        )


def write_bilingual(
    stage: Stage,
    words: Sequence[TimedWord],
    spoken: Mapping[int, str] | None,
    settings: TrackSettings,
    speech: Sequence[Region] | None,
) -> None:
    """The cues of another language with this one's text in them."""
    languages, pair = stage.params["languages"], stage.params["pair"]
    template = TemplateTrack.read(stage.input("beside"))
    filled = fill(stage, words, spoken, template, settings) if template.track.cues else Filled()
    timed, other = halves_in_cues(template.cues, filled)
    halves = {
        name: Half(name, languages[name]["script"], timed if name == template.language else other)
        for name in pair
    }
    cues = together(*halves.values())
    name = f"{stage.params['title']}.{'+'.join(pair)}"
    write_files(stage, cues, settings, name, languages=pair, prefix="bilingual_")
    report = bilingual_report(
        cues,
        list(halves.values()),
        settings,
        stage.params.get("style", ""),
        film=film_seconds(stage.input("audio_info")),
        frame_rate=rate_of(stage),
        speech=speech,
        forced=f"its times come from the {template.language} track",
    )
    report.write(stage.output("bilingual_qc", "bilingual.qc.json"))
    stage.metric("bilingual_cues", len(cues))
    if report.violations:
        tell(stage, report, f"The bilingual track {'+'.join(pair)}")


def rate_of(stage: Stage) -> Fraction | None:
    """The film's frames a second; None where its cues are timed in milliseconds."""
    rate = stage.params["frame_rate"]
    return None if rate is None else Fraction(rate)


def read_settings(stage: Stage) -> TrackSettings:
    try:
        return TrackSettings.model_validate(stage.params)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"The setting subtitle_gen.{key} cannot be used: {first['msg']}.",
            cause="The job was prepared with this value, or job.json was edited.",
            fix=f"Prepare the job again with --set subtitle_gen.{key}=VALUE.",
        ) from None


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("subtitle_gen", work)
