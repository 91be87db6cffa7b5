"""What was asked for: `prepare-job`'s options, and what can be said of them before any film."""

from __future__ import annotations

import getpass
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.jobs.model import UNKNOWN
from chalchitra.languages import Language, find, require_hearable
from chalchitra.pipeline import Workflow
from chalchitra.settings import OPTIONS, Settings, resolve, with_options


@dataclass(frozen=True)
class PrepareOptions:
    """The options as typed; `start` and `end` are seconds of the film's time line."""

    workflow: Workflow
    source: str
    targets: tuple[str, ...] = ()
    user: str | None = None
    start: float | None = None
    end: float | None = None
    title: str | None = None
    audio_track: str | None = None
    audio_channel: str | None = None
    model: str | None = None
    engine: str | None = None
    translator: str | None = None
    speakers: int | None = None
    """How many people speak, 0 where that is to be found out; None: nobody asked who speaks."""
    shots: bool = False
    overrides: tuple[tuple[str, str], ...] = ()
    """--set: names of settings and their values."""
    options: tuple[tuple[str, str], ...] = ()
    """Further options that are settings (settings.OPTIONS), with their values."""
    debug: bool = False
    transcript: Path | None = None
    glossaries: tuple[Path, ...] = ()
    """In the order in which they count; without any, those next to the film are taken."""
    no_glossary: bool = False

    def languages(self) -> tuple[Language | None, tuple[Language, ...]]:
        """The spoken language, None where it is to be detected, and the targets.

        Raises UsageError for names that are none, and for what the workflow cannot do with them.
        """
        source = None if self.source.strip().casefold() == UNKNOWN else find(self.source)
        if source is not None:
            require_hearable(source)
        targets = tuple(find(name) for name in self.targets)
        _check_targets(self.workflow, source, targets)
        return source, targets

    def settings(self) -> tuple[Settings, tuple[str, ...]]:
        """The settings that --set and the options ask for, and where these disagree.

        Raises UsageError.
        """
        options = (
            ("--model", self.model),
            ("--engine", self.engine),
            ("--translator", self.translator),
            ("--speakers", None if self.speakers is None else str(self.speakers)),
            ("--shots", "true" if self.shots else None),
        )
        overrides, contradictions = with_options(self.overrides, (*options, *self.options))
        given_as = {name: option for option, _ in self.options for name in OPTIONS[option]}
        return resolve(overrides, given_as=given_as), tuple(contradictions)

    def optional_stages(self, settings: Settings) -> tuple[str, ...]:
        """The optional stages that were asked for."""
        asked = {
            "script": self.transcript is not None,
            "speakers": self.speakers is not None,
            "shots": settings["shots"]["detect"],
        }
        return tuple(name for name, on in asked.items() if on)

    def owner(self) -> str:
        """The job's owner, by default the login name. Raises UsageError for no name of a folder."""
        try:
            user = self.user if self.user is not None else getpass.getuser()
        except (KeyError, OSError):  # a container's user may have no name
            user = "user"
        user = unicodedata.normalize("NFC", user)
        if re.fullmatch(r"[^\W_][\w.@+-]{0,63}", user):
            return user
        # \w has no Indian vowel signs, so a name in an Indian script is checked sign by sign.
        if 0 < len(user) <= 64 and all(_in_name(char) for char in user) and user[0] not in ".-@+":
            return user
        raise UsageError(
            f"{user!r} is not a valid user name.",
            cause="It becomes the name of a folder: at most 64 letters, digits and . _ - @ + only.",
            fix="For example: --user asha",
        )


def _in_name(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN" or char in "._-@+"


def _check_targets(
    workflow: Workflow, source: Language | None, targets: tuple[Language, ...]
) -> None:
    if workflow == "translate" and not targets:
        raise UsageError(
            "--translate needs a language to translate into.",
            cause="-t was not given.",
            fix="For example: --translate -s hi -t en",
        )
    if workflow == "transcribe" and targets:
        raise UsageError(
            "--transcribe cannot be combined with -t.",
            cause="A transcript is in the spoken language.",
            fix="Use --translate or --subtitle, or leave -t out.",
        )
    for language in targets:
        if source is not None and language.id == source.id:
            raise UsageError(
                f"{language.name} is both the spoken language and a target.",
                cause="-s and -t name the same language.",
                fix="Leave it out of -t: the source language gets its own track.",
            )
    doubled = {item.id for item in targets if targets.count(item) > 1}
    if doubled:
        raise UsageError(
            f"-t names {', '.join(sorted(doubled))} more than once.",
            cause="Each language gets one track.",
            fix="Name it once.",
        )
