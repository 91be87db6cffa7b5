"""Preparing a job: a film and what is wished of it become a checked, complete job.json.

Nothing is written before everything was checked, so that a refused film leaves nothing behind.
With `-s auto` the film is heard first (prepare/language): its job has the language found.
"""

from __future__ import annotations

import errno
import getpass
import os
import re
import shutil
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from chalchitra import accuracy, stopping
from chalchitra.errors import (
    CancelledError,
    ChalchitraError,
    UsageError,
    unforeseen,
)
from chalchitra.files import sha256_bytes
from chalchitra.glossary import Glossary, merged
from chalchitra.jobs.model import (
    UNKNOWN,
    AudioStream,
    Clip,
    Detected,
    GlossaryFile,
    GlossarySource,
    Job,
    ScriptFile,
)
from chalchitra.jobs.store import claim_id, job_path, write_job
from chalchitra.languages import Language, all_languages, find, require_hearable
from chalchitra.media.channels import find_channel
from chalchitra.media.film import Film
from chalchitra.media.formats import shown
from chalchitra.media.probe import probe
from chalchitra.media.times import validate_clip
from chalchitra.media.tracks import choose_audio_stream
from chalchitra.pipeline import LISTENING, Workflow, plan, split_key
from chalchitra.prepare.given_text.read import GivenScript, UnknownRateError, read_script
from chalchitra.prepare.glossary.find import beside
from chalchitra.prepare.glossary.read import Sheet, read_sheet
from chalchitra.prepare.resolve.choose import Choices, choose, choose_listening, with_listening
from chalchitra.runner.events import Reporter, Silent
from chalchitra.settings import OPTIONS, Settings, resolve, with_options
from chalchitra.titles import title_of
from chalchitra.tracks.following import plan_of, settled

if TYPE_CHECKING:
    from chalchitra.runner.run import Services

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Wishes:
    """What was asked for, as typed: `prepare-job`'s options."""

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
    options: tuple[tuple[str, str], ...] = ()
    """Further options that are settings (settings.OPTIONS), with their values."""
    debug: bool = False
    transcript: Path | None = None
    glossaries: tuple[Path, ...] = ()
    """In the order in which they count; without any, those beside the film are taken."""
    no_glossary: bool = False


@dataclass(frozen=True)
class Plan:
    """What all films of one call share, checked once.

    `source` is None where each film's language is found out; `choices` are then those for listening
    to it.
    """

    wishes: Wishes
    source: Language | None
    targets: tuple[Language, ...]
    settings: Settings
    user: str
    choices: Choices = field(repr=False)
    script: GivenScript | None = field(default=None, repr=False)
    sheets: tuple[Sheet, ...] = ()
    contradictions: tuple[str, ...] = ()
    """Where --set says something else than an option, for the person."""


def make_plan(wishes: Wishes) -> Plan:
    """Check everything that does not depend on the film.

    Raises UsageError for languages, settings, names and a transcript that cannot be read;
    MissingError for an environment.
    """
    source = None if wishes.source.strip().casefold() == UNKNOWN else find(wishes.source)
    if source is not None:
        require_hearable(source)
    targets = tuple(find(name) for name in wishes.targets)
    _check_targets(wishes, source, targets)
    overrides, contradictions = _overrides(wishes)
    given_as = {name: option for option, _ in wishes.options for name in OPTIONS[option]}
    settings = resolve(overrides, given_as=given_as)
    if source is not None:
        _check_tracks(wishes, settings, source, targets)
    user = _user(wishes.user)
    script = _script(wishes, source)
    if source is None:
        choices = choose_listening(settings, translated=bool(targets))
    else:
        choices = choose(
            wishes.workflow, source, targets, settings, wanted_stages(wishes, settings)
        )
        settings = _tracks_settled(settings, source, targets)
        if settings["language"]["check"]:
            listening = choose_listening(settings, translated=bool(targets))
            choices = with_listening(choices, listening)
    sheets = tuple(read_sheet(path, _language_id) for path in wishes.glossaries)
    if source is not None:
        for sheet in sheets:  # so that what is wrong is said once, not for every film
            sheet.terms(source.id)
    return Plan(
        wishes, source, targets, settings, user, choices, script, sheets, tuple(contradictions)
    )


def _script(wishes: Wishes, source: Language | None) -> GivenScript | None:
    if wishes.transcript is None:
        return None
    if source is None:
        raise UsageError(
            "--transcript needs to know the language of its text.",
            cause="-s auto detects the language from the audio, but the text may be in another "
            "script.",
            fix="Name the language, for example: -s hi",
        )
    try:
        return read_script(wishes.transcript, source)
    except UnknownRateError:
        return None  # the film says it: _with_script


def _with_script(plan_: Plan, film: Film) -> Plan:
    """The plan with the text that waited for the film's frame rate."""
    path, source = plan_.wishes.transcript, plan_.source
    if path is None or source is None or plan_.script is not None:
        return plan_
    return replace(plan_, script=read_script(path, source, film.frame_rate))


@dataclass(frozen=True)
class _Asked:
    """One film as it was asked for: checked, its audio track chosen."""

    film: Film
    clip: Clip | None
    stream: AudioStream
    now: datetime


def prepare_film(
    path: Path,
    plan_: Plan,
    out: Path,
    reporter: Reporter | None = None,
    services: Services | None = None,
) -> tuple[Job, Path]:
    """Make the job of one film; returns it and its folder.

    `reporter` is told how the listening goes where the language is to be found out, `services`
    serve it. Raises UsageError for a film that is none, has no sound, is shorter than the clip, or
    does not tell its language; and what stopped the listening.
    """
    asked = _look(path, plan_)
    plan_ = _with_script(plan_, asked.film)
    if plan_.source is None:
        with _writable(out):
            return _by_ear(asked, plan_, out, reporter or Silent(), services)
    script = plan_.script.text if plan_.script else None
    given = _glossary(plan_, plan_.source, asked.film.path)
    text = given.glossary.to_json() if given else None
    with _writable(out):
        return _write(_fields(asked, plan_, out, given), out, plan_.user, asked.now, script, text)


def _look(path: Path, plan_: Plan) -> _Asked:
    wishes = plan_.wishes
    film = probe(named_film(path))
    clip = validate_clip(film, wishes.start, wishes.end)
    stream, reason = choose_audio_stream(
        film, wishes.audio_track, plan_.source, _track_language(wishes.audio_track)
    )
    return _Asked(
        film,
        Clip(start=clip[0], end=clip[1]) if clip else None,
        AudioStream(
            index=stream.index,
            position=stream.position,
            language=stream.language,
            title=stream.title,
            reason=reason,
            channel=None
            if wishes.audio_channel is None
            else find_channel(stream, wishes.audio_channel),
        ),
        datetime.now().astimezone(),
    )


def named_film(path: Path) -> Path:
    """A film's path as its job has it: one that is named through a link keeps that name."""
    return Path(os.path.normpath(path.absolute()))


def _by_ear(
    asked: _Asked, plan_: Plan, out: Path, reporter: Reporter, services: Services | None
) -> tuple[Job, Path]:
    """The job of a film whose language is found out by listening to it first."""
    from chalchitra.prepare.language.decide import decide_language
    from chalchitra.prepare.language.listening import listening

    fields = _fields(asked, plan_, out)
    accept = plan_.settings["language"]["accept"]
    with listening(fields, out, asked.now.date(), reporter, services) as found:
        spoken = decide_language(found.heard, asked.film.path, accept, fields["language_names"])
        settled, told = _settled(plan_, spoken.language)
        given = _glossary(plan_, spoken.language, asked.film.path)
        job = Job(
            job_id=found.job_id,
            **_fields(asked, settled, out, given, spoken.detected, (*spoken.notes, *told)),
        )
        return job, found.become(job, given.glossary.to_json() if given else None)


@dataclass(frozen=True)
class _Given:
    """A film's merged glossary and the files it is made of."""

    glossary: Glossary
    sheets: tuple[Sheet, ...]

    @property
    def record(self) -> GlossaryFile:
        return GlossaryFile(
            sources=[
                GlossarySource(
                    path=Path(os.path.normpath(sheet.path.absolute())), sha256=sheet.sha256
                )
                for sheet in self.sheets
            ],
            terms=len(self.glossary.terms),
            sha256=sha256_bytes(self.glossary.to_json().encode()),
            terms_sha256=self.glossary.terms_sha256,
        )

    @property
    def note(self) -> str:
        names = ", ".join(sheet.path.name for sheet in self.sheets)
        count = len(self.glossary.terms)
        return f"Glossary: {count} term{'s' if count > 1 else ''} ({names})."


def _glossary(plan_: Plan, source: Language, film: Path) -> _Given | None:
    """The glossaries that were named, or else those beside the film, for what is spoken in it."""
    if plan_.wishes.no_glossary:
        return None
    sheets = plan_.sheets or tuple(read_sheet(path, _language_id) for path in beside(film))
    glossary = merged(sheet.terms(source.id) for sheet in sheets)
    return _Given(glossary, sheets) if glossary else None


def _language_id(name: str) -> str | None:
    try:
        return find(name).id
    except UsageError:
        return None


def _settled(plan_: Plan, source: Language) -> tuple[Plan, list[str]]:
    """The plan with its language found, and what the person is told of its targets.

    A season may hold a film in a language that the others are translated into. Raises UsageError
    where nothing is left to translate, and as `choose` does.
    """
    targets = tuple(item for item in plan_.targets if item.id != source.id)
    told = []
    if targets != plan_.targets:
        if plan_.wishes.workflow == "translate" and not targets:
            raise UsageError(
                f"There is nothing to translate: the film is in {source.name}.",
                cause=f"-t names {source.name} only.",
                fix="Name another language with -t, or use --transcribe or --subtitle.",
            )
        told.append(f"{source.name} is the spoken language, so it was left out of -t.")
    wishes = plan_.wishes
    _check_tracks(wishes, plan_.settings, source, targets)
    choices = with_listening(
        choose(
            wishes.workflow,
            source,
            targets,
            plan_.settings,
            wanted_stages(wishes, plan_.settings),
        ),
        plan_.choices,
    )
    settings = _tracks_settled(plan_.settings, source, targets)
    plan_ = replace(plan_, settings=settings)
    return replace(plan_, source=source, targets=targets, choices=choices), told


def _tracks_settled(settings: Settings, source: Language, targets: Sequence[Language]) -> Settings:
    """The settings with the languages that tracks follow; raises UsageError for others."""
    languages = [source.id, *(item.id for item in targets)]
    return {**settings, "subtitle_gen": settled(settings, languages)}


def _fields(
    asked: _Asked,
    plan_: Plan,
    out: Path,
    given: _Given | None = None,
    detected: Detected | None = None,
    told: Sequence[str] = (),
) -> dict[str, Any]:
    """All of job.json but the job's id. Without a source it is the job that only listens for it.

    Raises OSError where nothing can be written in `out`.
    """
    wishes, source = plan_.wishes, plan_.source
    named = wishes.title if wishes.title is not None else asked.film.path.stem
    title, renamed = title_of(named, out)
    picture = asked.film.has_picture
    targets = plan_.targets if source else ()
    listens = detected is not None or plan_.settings["language"]["check"]
    if source is None:
        keys = list(LISTENING)
    else:
        keys = plan(
            wishes.workflow,
            source.id,
            [item.id for item in targets],
            picture=picture,
            wanted=(*wanted_stages(wishes, plan_.settings), *(["language"] if listens else [])),
            tracks=plan_of(plan_.settings["subtitle_gen"]),
            via=[item.id for item in plan_.choices.via],
        )
    stages = dict.fromkeys(split_key(key)[0] for key in keys)
    stream = asked.stream
    heard = "" if stream.channel is None else f" Only its channel {stream.channel} is used."
    notes = [*told, *plan_.contradictions]
    notes += [f"Audio track {stream.position}: {stream.reason}.{heard}"]
    notes += plan_.choices.notes
    notes += [renamed] if renamed else ()
    script = plan_.script
    notes += script.notes if script else ()
    heard_by = None if script else plan_.choices.models.get("asr")
    if heard_by and source and (told_ahead := accuracy.forecast(heard_by.name, source)):
        notes.append(told_ahead)
    notes += [given.note] if given else ()
    if wishes.workflow == "subtitle" and not picture:
        notes.append("The input has sound but no picture: subtitle tracks are made, but no film.")
    names = {item.whisper: item.name for item in all_languages() if item.whisper}
    return {
        "created": asked.now.isoformat(timespec="seconds"),
        "user": plan_.user,
        "title": title,
        "workflow": wishes.workflow,
        "film": asked.film,
        "script": _script_file(script) if script else None,
        "glossary": given.record if given else None,
        "source_language": source.id if source else UNKNOWN,
        "detected": detected,
        "language_names": names if "language" in stages else {},
        "target_languages": [item.id for item in targets],
        "languages": {
            item.id: item.to_dict() for item in (source, *plan_.choices.via, *targets) if item
        },
        "clip": asked.clip,
        "audio_stream": stream,
        "engine": plan_.choices.engine,
        "translator": plan_.choices.translator,
        "translators": _of(plan_.choices.translators, keys),
        "pivots": _of({key: item.id for key, item in plan_.choices.pivots.items()}, keys),
        "stages": keys,
        "stage_environments": _of(plan_.choices.environments, (*stages, *keys)),
        "models": _of(plan_.choices.models, keys),
        "machines": _of(plan_.choices.machines, (*stages, *keys)),
        "settings": plan_.settings,
        "calibration": accuracy.of_job(heard_by.name, source) if heard_by and source else None,
        "debug": wishes.debug,
        "notes": notes,
    }


def _of(choices: Mapping[str, _Value], keys: Collection[str]) -> dict[str, _Value]:
    return {key: value for key, value in choices.items() if key in keys}


def _script_file(script: GivenScript) -> ScriptFile:
    return ScriptFile(
        path=Path(os.path.normpath(script.path.absolute())),
        kind=script.script.kind,
        lines=len(script.script.lines),
        sha256=script.sha256,
    )


@contextmanager
def _writable(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        cause, fix = _UNWRITABLE.get(error.errno or 0, ("", "Give another folder with --out."))
        raise UsageError(
            f"A job cannot be written to {out}: {error.strerror or error}.", cause=cause, fix=fix
        ) from None


_FULL = ("The disk or your quota is full.", "Free some space, or give another folder with --out.")
_CLOSED = (
    "You have no permission to write to that folder.",
    "Give another folder with --out, or change its permissions.",
)
_UNWRITABLE = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
    errno.EROFS: ("That disk is read-only.", "Give another folder with --out."),
    errno.ENAMETOOLONG: ("The path is too long.", "Give a folder with a shorter path with --out."),
    errno.ENOTDIR: ("A part of that path is a file.", "Give another folder with --out."),
}
"""The true cause by the system's error, and what to do about it."""


def wanted_stages(wishes: Wishes, settings: Settings) -> tuple[str, ...]:
    """The optional stages that were asked for."""
    asked = {
        "script": wishes.transcript is not None,
        "speakers": wishes.speakers is not None,
        "shots": settings["shots"]["detect"],
    }
    return tuple(name for name, on in asked.items() if on)


def _write(
    fields: dict[str, Any],
    out: Path,
    user: str,
    now: datetime,
    script: str | None = None,
    glossary: str | None = None,
) -> tuple[Job, Path]:
    claim: Path | None = None
    try:
        job_id, claim = claim_id(out, now.date())
        job = Job(job_id=job_id, **fields)
        folder = job_path(out, job_id, user)
        write_job(job, folder, script, glossary)
    except OSError:
        if claim is not None:
            shutil.rmtree(claim, ignore_errors=True)
        raise
    return job, folder


def _check_targets(wishes: Wishes, source: Language | None, targets: tuple[Language, ...]) -> None:
    if wishes.workflow == "translate" and not targets:
        raise UsageError(
            "--translate needs a language to translate into.",
            cause="-t was not given.",
            fix="For example: --translate -s hi -t en",
        )
    if wishes.workflow == "transcribe" and targets:
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


def _check_tracks(
    wishes: Wishes, settings: Settings, source: Language, targets: tuple[Language, ...]
) -> None:
    """Refuse now, not after hours, what names a track that the film will not have."""
    languages = [item.id for item in (*targets, source)]
    for key in (
        ("default_track", "forced_track", "burn_in") if wishes.workflow == "subtitle" else ()
    ):
        named = settings["mux"][key]
        if named not in (*languages, "none", *(["auto"] if key == "default_track" else [])):
            raise UsageError(
                f"mux.{key} is {named!r}, but the film will have no such track.",
                cause=f"Its tracks will be {', '.join(languages)}.",
                fix=f"Name one of them, for example: --set mux.{key}={languages[0]}",
            )


def _overrides(wishes: Wishes) -> tuple[list[tuple[str, str]], list[str]]:
    """The settings that --set and the options ask for, and where these disagree."""
    options = (
        ("--model", wishes.model),
        ("--engine", wishes.engine),
        ("--translator", wishes.translator),
        ("--speakers", None if wishes.speakers is None else str(wishes.speakers)),
        ("--shots", "true" if wishes.shots else None),
    )
    return with_options(wishes.overrides, (*options, *wishes.options))


def _track_language(wanted: str | None) -> Language | None:
    """The language that --audio-track names, where it names one that we know."""
    if wanted is None or wanted.strip().isdecimal():
        return None
    try:
        return find(wanted)
    except UsageError:  # a tag of the file that is no language of ours still finds its track
        return None


def _user(named: str | None) -> str:
    try:
        user = unicodedata.normalize("NFC", named if named is not None else getpass.getuser())
    except (KeyError, OSError):  # a container's user may have no name
        user = "user"
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


def collect(
    films: list[Path], plan_: Plan, out: Path, reporter: Reporter | None = None
) -> tuple[list[tuple[Job, Path]], list[ChalchitraError], CancelledError | None]:
    """Prepare every film; what failed is collected, so that one bad film stops no other.

    Whoever stops it keeps the jobs that are whole already, and is told what failed until then.
    """
    jobs: list[tuple[Job, Path]] = []
    errors: list[ChalchitraError] = []
    with _services(films, plan_) as services:
        for film in films:
            try:
                stopping.check()
                jobs.append(prepare_film(film, plan_, out, reporter, services))
            except ChalchitraError as error:
                errors.append(error)
            except Exception as error:
                if plan_.wishes.debug:
                    raise
                found = unforeseen(error)
                found.what = f"{shown(film)}: {found.what}"
                errors.append(found)
            except CancelledError as stopped:
                return jobs, errors, stopped
    return jobs, errors, None


@contextmanager
def _services(films: Sequence[Path], plan_: Plan) -> Iterator[Services | None]:
    """Who serves the listening: where several films want it, workers that keep their models."""
    if plan_.source is not None or len(films) < 2:
        yield None
        return
    from chalchitra.runner import rules
    from chalchitra.runner.run import Services
    from chalchitra.runner.workers import WorkerPool

    with closing(WorkerPool(rules.load())) as pool:
        yield Services(launcher=pool.serve)
