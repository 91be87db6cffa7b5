"""A track of one language out of a transcript or a translation, and all that is written of it.

The cues come from the words' times, from another language's track (the template), or from a person
(edited). Beside the track there may be a romanised one, and a bilingual one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from chalchitra.subtitles.cues.build import Track, build_track
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.cues.graphemes import UNSPACED_SCRIPTS
from chalchitra.subtitles.cues.words import TimedWord, clean, transcript_words, translation_words
from chalchitra.subtitles.formats.model import TrackText
from chalchitra.subtitles.formats.registry import WRITTEN
from chalchitra.subtitles.qc.metrics import lines_too_long, measure
from chalchitra.subtitles.qc.model import QualityReport, Width
from chalchitra.subtitles.qc.report import make_report
from chalchitra.subtitles.tracks.bilingual import Half, bilingual_report, halves_in_cues, together
from chalchitra.subtitles.tracks.complete import require_every_unit
from chalchitra.subtitles.tracks.edited import EditedTrack, still_shown
from chalchitra.subtitles.tracks.made import Made, TrackFile
from chalchitra.subtitles.tracks.notes import cue_notes
from chalchitra.subtitles.tracks.romanised import romanised_cues
from chalchitra.subtitles.tracks.template import Filled, fill_template
from chalchitra.subtitles.tracks.template_track import TemplateTrack, edited_words, with_units
from chalchitra.subtitles.tracks.wanted import Film, Others, Wanted
from chalchitra.text.romanise.romanise import NotRomanisedError
from chalchitra.transcript.model import Transcript
from chalchitra.transcript.songs import NOTE, noted, why_empty, without_songs
from chalchitra.transcript.translation import Translation, TranslationUnit

Ruler = Callable[[Sequence[Cue], str, str], Width | None]
"""How wide the lines of cues are, by the language's id and its script (media/measure.py)."""


@dataclass(frozen=True)
class _Said:
    """What the track is to show. `spoken` is by a unit's id what it translates."""

    words: Sequence[TimedWord]
    transcript: Transcript | None = None
    translation: Translation | None = None
    left_out: int = 0
    """Words that were in songs."""

    @property
    def spoken(self) -> Mapping[int, str] | None:
        units = self.translation.units if self.translation else None
        return None if units is None else {unit.id: unit.source for unit in units}


def make_track(
    said: Transcript | Translation, wanted: Wanted, film: Film, others: Others, ruler: Ruler
) -> Made:
    """The track that is wanted, in all its files, with its quality report.

    Raises StageError where it would not show all of a translation.
    """
    made = Made()
    if wanted.songs == "leave out":  # a song's regions have no cue then
        film = replace(film, speech=None)
    shown = _words(said, wanted, made)
    untranslated = shown.translation.untranslated if shown.translation else []
    lines = _lines(shown.translation, wanted) if shown.translation else []
    if others.edited is not None:
        track, words = _edited(others.edited, shown, wanted)
        shown = replace(shown, words=words)
        untranslated = still_shown(untranslated, track.cues)
        lines = [" ".join(cue.lines) for cue in track.cues]
        made.metrics["edited_cues"] = len(track.cues)
    else:
        track = _cut(shown, wanted, film, others.template, made)
        if shown.translation is not None:
            require_every_unit(track.cues, shown.translation)
    _write(track.cues, shown, wanted, lines, made)
    report = _judge(track, shown, wanted, film, untranslated, ruler)
    made.files.append(TrackFile("qc", "qc.json", report.to_json()))
    _measure(track.cues, report, wanted, made)
    _tell(track.cues, report, shown, wanted, made)
    if wanted.settings.romanised and wanted.language.script != "Latn":
        _romanise(track.cues, wanted, made)
    if others.beside is not None:
        _beside(others.beside, shown, wanted, film, made)
    return made


def _words(said: Transcript | Translation, wanted: Wanted, made: Made) -> _Said:
    notes = wanted.songs == "mark"
    if isinstance(said, Translation):
        return _Said(translation_words(said, notes=notes), translation=said)
    left_out = 0
    if wanted.songs == "leave out":
        said, left_out = without_songs(said)
        made.metrics["song_words_left_out"] = left_out
    words = transcript_words(
        said, wanted.language.script, notes=notes, labels=wanted.settings.labels
    )
    return _Said(words, transcript=said, left_out=left_out)


def _lines(translation: Translation, wanted: Wanted) -> list[str]:
    """The translation as a text, a unit a line."""
    return [
        noted(clean(unit.text)) if unit.song and wanted.songs == "mark" else clean(unit.text)
        for unit in translation.units
    ]


def _edited(edited: EditedTrack, said: _Said, wanted: Wanted) -> tuple[Track, Sequence[TimedWord]]:
    unspaced = wanted.language.script in UNSPACED_SCRIPTS
    cues = edited.to_cues()
    track = Track(with_units(cues, said.words, unspaced=unspaced))
    return track, edited_words(cues, said.words, unspaced=unspaced)


def _cut(
    said: _Said, wanted: Wanted, film: Film, template: TemplateTrack | None, made: Made
) -> Track:
    """The cues in the times of the template, where it has some, or else in those of the words."""
    if template is None or not template.cues:
        return build_track(
            said.words,
            wanted.settings,
            language=wanted.language.id,
            script=wanted.language.script,
            duration=film.seconds,
            cuts=film.shots,
            frame_rate=film.frame_rate,
        )
    filled = _fill(said, wanted, template)
    made.metrics["template_cues_without_text"] = len(template.cues) - len(filled.places)
    if filled.astray:
        made.fell_short(
            f"{filled.astray} sentences have no cue in the {template.language} template.",
            "Their text was put into the cue nearest in time.",
            "Add cues for them to the template and import it again with review.",
        )
    return filled.track


def _fill(said: _Said, wanted: Wanted, template: TemplateTrack) -> Filled:
    return fill_template(
        said.words,
        said.spoken,
        template,
        wanted.settings,
        language=wanted.language.id,
        script=wanted.language.script,
        source_script=wanted.source.script,
    )


def _write(
    cues: Sequence[Cue], said: _Said, wanted: Wanted, lines: Sequence[str], made: Made
) -> None:
    language, settings = wanted.language, wanted.settings
    title = f"{wanted.title}.{language.id}"
    if said.transcript is None:
        text = "".join(f"{line}\n" for line in lines)
        made.files.append(TrackFile("txt", "subtitles.txt", text, f"{title}.txt"))
    notes = cue_notes(cues, said.transcript) if said.transcript else {}
    made.write(TrackText(cues, [language], notes, settings.length), settings.formats, title)
    followed = (
        TemplateTrack.of_translation(language.id, cues, said.translation)
        if said.translation
        else TemplateTrack.of_source(language.id, cues)
    )
    made.files.append(TrackFile("cues", "cues.json", followed.to_json()))


def _judge(
    track: Track,
    said: _Said,
    wanted: Wanted,
    film: Film,
    untranslated: Sequence[TranslationUnit],
    ruler: Ruler,
) -> QualityReport:
    language = wanted.language
    return make_report(
        track.cues,
        wanted.settings,
        wanted.style,
        language.id,
        script=language.script,
        film=film.seconds,
        frame_rate=film.frame_rate,
        speech=film.speech,
        words=said.transcript.words if said.transcript else (),
        untranslated=untranslated,
        unavoidable=track.unavoidable,
        width=ruler(track.cues, language.id, language.script),
    )


def _measure(cues: Sequence[Cue], report: QualityReport, wanted: Wanted, made: Made) -> None:
    made.metrics["violations"] = len(report.violations)
    if (covered := report.coverage) is not None:
        uncovered = covered.speech_seconds - covered.covered_seconds
        made.metrics["speech_without_subtitle_seconds"] = round(uncovered, 1)
    made.metrics["song_cues"] = sum(cue.text.startswith(NOTE) for cue in cues)
    made.metrics |= measure(cues, wanted.settings, wanted.language.id, report.counts)


def _tell(
    cues: Sequence[Cue], report: QualityReport, said: _Said, wanted: Wanted, made: Made
) -> None:
    name, settings = wanted.language.name, wanted.settings
    if not cues:
        made.fell_short(
            f"The {name} track is empty.",
            *why_empty(said.left_out, "No speech was found, so there is nothing to show."),
        )
    elif count := lines_too_long(cues, settings):
        made.fell_short(
            f"{count} lines are longer than {settings.max_chars_per_line} characters.",
            "A single character with its signs is longer than a line, and text is never dropped.",
            "Check the transcript there: it is probably not speech.",
        )
    made.tell_violations(report, f"The {name} track")


def _romanise(cues: Sequence[Cue], wanted: Wanted, made: Made) -> None:
    """The same cues in Latin letters, where the language's script has rules for it."""
    language, settings = wanted.language, wanted.settings
    try:
        shown = romanised_cues(cues, settings, language.id, language.script, name=language.name)
    except NotRomanisedError as error:
        made.fell_short(error.what, error.cause, error.fix)
        return
    title = f"{wanted.title}.{language.id.partition('-')[0]}-Latn"
    latin = replace(language, script="Latn", right_to_left=False)
    for name in ("srt", "vtt"):
        if (writer := WRITTEN[name].write) is not None:
            text = writer(TrackText(shown, [latin]))
            made.files.append(
                TrackFile(f"romanised_{name}", f"romanised.{name}", text, f"{title}.{name}")
            )
    if count := lines_too_long(shown, settings):
        made.metrics["romanised_lines_too_long"] = count
        made.fell_short(
            f"{count} romanised lines are longer than {settings.max_chars_per_line} characters.",
            "Latin letters take more room than the original script, and text is never dropped.",
            "Allow longer lines: --set subtitle_gen.max_chars_per_line=NUMBER.",
        )


def _beside(beside: TemplateTrack, said: _Said, wanted: Wanted, film: Film, made: Made) -> None:
    """The cues of another language with this one's text in them."""
    settings = wanted.settings
    filled = _fill(said, wanted, beside) if beside.cues else Filled()
    timed, other = halves_in_cues(beside.cues, filled)
    halves = [
        Half(one.id, one.script, timed if one.id == beside.language else other)
        for one in wanted.pair
    ]
    cues = together(*halves)
    name = "+".join(one.id for one in wanted.pair)
    made.write(
        TrackText(cues, wanted.pair, length=settings.length),
        settings.formats,
        f"{wanted.title}.{name}",
        kind="bilingual",
    )
    report = bilingual_report(
        cues,
        halves,
        settings,
        wanted.style,
        film=film.seconds,
        frame_rate=film.frame_rate,
        speech=film.speech,
        unavoidable=f"its times come from the {beside.language} track",
    )
    made.files.append(TrackFile("bilingual_qc", "bilingual.qc.json", report.to_json()))
    made.metrics["bilingual_cues"] = len(cues)
    made.tell_violations(report, f"The bilingual track {name}")
