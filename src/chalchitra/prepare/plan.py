"""What all films of one call share: checked once, before any film is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from chalchitra.errors import UsageError
from chalchitra.languages import Language
from chalchitra.media.film import Film
from chalchitra.prepare.following import settled
from chalchitra.prepare.given_text.read import GivenScript, UnknownRateError, read_script
from chalchitra.prepare.glossary.of_film import language_id
from chalchitra.prepare.glossary.read import Sheet, read_sheet
from chalchitra.prepare.options import PrepareOptions
from chalchitra.prepare.resolve.choices import Choices, with_listening
from chalchitra.prepare.resolve.choose import choose
from chalchitra.prepare.resolve.listening import choose_listening
from chalchitra.settings import Settings


@dataclass(frozen=True)
class Plan:
    """`source` is None where each film's language is to be detected; `choices` are then those for
    listening to it."""

    options: PrepareOptions
    source: Language | None
    targets: tuple[Language, ...]
    settings: Settings
    user: str
    choices: Choices = field(repr=False)
    script: GivenScript | None = field(default=None, repr=False)
    sheets: tuple[Sheet, ...] = ()
    notes: tuple[str, ...] = ()
    """For the person: where --set says something else than an option, a target left out."""

    def for_film(self, film: Film) -> Plan:
        """The plan with a given text that waited for the film's frame rate."""
        path, source = self.options.transcript, self.source
        if path is None or source is None or self.script is not None:
            return self
        return replace(self, script=read_script(path, source, film.frame_rate))

    def spoken(self, source: Language) -> Plan:
        """The plan with its language detected.

        A season may hold a film in a language that the others are translated into. Raises
        UsageError where nothing is left to translate, and as `choose` does.
        """
        targets = tuple(item for item in self.targets if item.id != source.id)
        notes = self.notes
        if targets != self.targets:
            if self.options.workflow == "translate" and not targets:
                raise UsageError(
                    f"There is nothing to translate: the film is in {source.name}.",
                    cause=f"-t names {source.name} only.",
                    fix="Name another language with -t, or use --transcribe or --subtitle.",
                )
            left_out = f"{source.name} is the spoken language, so it was left out of -t."
            notes = (left_out, *notes)
        settings, choices = _settled(self.options, self.settings, source, targets)
        return replace(
            self,
            source=source,
            targets=targets,
            settings=settings,
            choices=with_listening(choices, self.choices),
            notes=notes,
        )


def make_plan(options: PrepareOptions) -> Plan:
    """Check everything that does not depend on the film.

    Raises UsageError for languages, settings, names and a transcript that cannot be read;
    MissingError for an environment.
    """
    source, targets = options.languages()
    settings, contradictions = options.settings()
    user = options.owner()
    script = _script(options, source)
    if source is None:
        choices = choose_listening(settings, translated=bool(targets))
    else:
        settings, choices = _settled(options, settings, source, targets)
        if settings["language"]["check"]:
            listening = choose_listening(settings, translated=bool(targets))
            choices = with_listening(choices, listening)
    sheets = tuple(read_sheet(path, language_id) for path in options.glossaries)
    if source is not None:
        for sheet in sheets:  # so that what is wrong is said once, not for every film
            sheet.terms(source.id)
    return Plan(options, source, targets, settings, user, choices, script, sheets, contradictions)


def _settled(
    options: PrepareOptions, settings: Settings, source: Language, targets: tuple[Language, ...]
) -> tuple[Settings, Choices]:
    """The settings with the languages that tracks follow, and what the job will use.

    Raises UsageError for tracks that the film will not have, and as `choose` does.
    """
    _check_tracks(options, settings, source, targets)
    choices = choose(options.workflow, source, targets, settings, options.optional_stages(settings))
    languages = [source.id, *(item.id for item in targets)]
    return {**settings, "subtitle_gen": settled(settings, languages)}, choices


def _check_tracks(
    options: PrepareOptions, settings: Settings, source: Language, targets: Sequence[Language]
) -> None:
    """Refuse now, not after hours, what names a track that the film will not have."""
    if options.workflow != "subtitle":
        return
    languages = [item.id for item in (*targets, source)]
    for key in ("default_track", "forced_track", "burn_in"):
        named = settings["mux"][key]
        if named not in (*languages, "none", *(["auto"] if key == "default_track" else [])):
            raise UsageError(
                f"mux.{key} is {named!r}, but the film will have no such track.",
                cause=f"Its tracks will be {', '.join(languages)}.",
                fix=f"Name one of them, for example: --set mux.{key}={languages[0]}",
            )


def _script(options: PrepareOptions, source: Language | None) -> GivenScript | None:
    if options.transcript is None:
        return None
    if source is None:
        raise UsageError(
            "--transcript needs to know the language of its text.",
            cause="-s auto detects the language from the audio, but the text may be in another "
            "script.",
            fix="Name the language, for example: -s hi",
        )
    try:
        return read_script(options.transcript, source)
    except UnknownRateError:
        return None  # the film says it: Plan.for_film
