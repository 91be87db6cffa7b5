"""Preparing a job: a film and what is wished of it become a checked, complete job.json.

Nothing is written before everything was checked, so that a refused film leaves nothing behind.
"""

from __future__ import annotations

import getpass
import os
import re
import shutil
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from chalchitra.choose import Choices, choose
from chalchitra.errors import ChalchitraError, SeveralErrors, UsageError
from chalchitra.jobs import AudioStream, Clip, Job, ScriptFile, claim_id, job_path, write_job
from chalchitra.languages import Language, find, require_hearable
from chalchitra.media.film import Film
from chalchitra.media.probe import probe
from chalchitra.media.times import validate_clip
from chalchitra.media.tracks import choose_audio_stream
from chalchitra.pipeline import Workflow, plan, split_key
from chalchitra.script import GivenScript, read_script
from chalchitra.settings import Settings, resolve

FILM_SUFFIXES = frozenset(
    ".mp4 .m4v .mov .mkv .webm .avi .ts .m2ts .mts .mpg .mpeg .vob .flv .wmv .3gp .ogv "
    ".mp3 .m4a .aac .wav .flac .ogg .opus .mka .ac3".split()
)
"""What is taken from a folder; a file that is named may end in anything."""

_MAX_TITLE_BYTES = 180
"""A file name may have 255 bytes on most file systems; language and suffix want room."""


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
    model: str | None = None
    engine: str | None = None
    translator: str | None = None
    overrides: tuple[tuple[str, str], ...] = ()
    debug: bool = False
    transcript: Path | None = None


@dataclass(frozen=True)
class Plan:
    """What all films of one call share, checked once."""

    wishes: Wishes
    source: Language
    targets: tuple[Language, ...]
    settings: Settings
    user: str
    choices: Choices = field(repr=False)
    script: GivenScript | None = field(default=None, repr=False)


def options(wishes: Wishes) -> tuple[str, ...]:
    """The optional stages that are wished for."""
    wished = {"script": wishes.transcript is not None}
    return tuple(name for name, on in wished.items() if on)


def make_plan(wishes: Wishes) -> Plan:
    """Check everything that does not depend on the film.

    Raises UsageError for languages, settings, names and a transcript that cannot be read;
    MissingError for an environment.
    """
    source = find(wishes.source)
    require_hearable(source)
    targets = tuple(find(name) for name in wishes.targets)
    _check_targets(wishes, source, targets)
    settings = resolve(_overrides(wishes))
    user = _user(wishes.user)
    script = read_script(wishes.transcript, source) if wishes.transcript is not None else None
    choices = choose(wishes.workflow, source, targets, settings, options(wishes))
    return Plan(wishes, source, targets, settings, user, choices, script)


def prepare_film(path: Path, plan_: Plan, out: Path) -> tuple[Job, Path]:
    """Make the job of one film; returns it and its folder.

    Raises UsageError for a film that is none, has no sound, or is shorter than the clip.
    """
    wishes = plan_.wishes
    # Not resolve(): a film that is named through a link keeps the name it was given.
    film = probe(Path(os.path.normpath(path.absolute())))
    clip = validate_clip(film, wishes.start, wishes.end)
    stream, reason = choose_audio_stream(
        film, wishes.audio_track, plan_.source, _track_language(wishes.audio_track)
    )
    picture = film.has_picture
    keys = plan(
        wishes.workflow,
        plan_.source.id,
        [item.id for item in plan_.targets],
        picture=picture,
        options=options(wishes),
    )
    stages = dict.fromkeys(split_key(key)[0] for key in keys)
    notes = [f"Audio track {stream.position}: {reason}.", *plan_.choices.notes]
    script = plan_.script
    notes += script.notes if script else ()
    if wishes.workflow == "subtitle" and not picture:
        notes.append("The input has sound and no picture: tracks are made, and no film to mux.")
    now = datetime.now().astimezone()
    fields: dict[str, Any] = {
        "created": now.isoformat(timespec="seconds"),
        "user": plan_.user,
        "title": _title(wishes.title, film),
        "workflow": wishes.workflow,
        "film": film,
        "source_language": plan_.source.id,
        "target_languages": [item.id for item in plan_.targets],
        "languages": {item.id: item.to_dict() for item in (plan_.source, *plan_.targets)},
        "clip": Clip(start=clip[0], end=clip[1]) if clip else None,
        "audio_stream": AudioStream(
            index=stream.index,
            position=stream.position,
            language=stream.language,
            title=stream.title,
            reason=reason,
        ),
        "engine": plan_.choices.engine,
        "translator": plan_.choices.translator,
        "stages": keys,
        "stage_environments": {name: plan_.choices.environments[name] for name in stages},
        "models": {key: model for key, model in plan_.choices.models.items() if key in keys},
        "machines": {name: plan_.choices.machines[name] for name in stages},
        "settings": plan_.settings,
        "debug": wishes.debug,
        "notes": notes,
    }
    if script is not None:
        fields["script"] = ScriptFile(
            path=Path(os.path.normpath(script.path.absolute())),
            kind=script.script.kind,
            lines=len(script.script.lines),
            sha256=script.sha256,
        )
    return _write(fields, out, plan_.user, now, script.text if script else None)


def _write(
    fields: dict[str, Any], out: Path, user: str, now: datetime, script: str | None = None
) -> tuple[Job, Path]:
    claim: Path | None = None
    try:
        job_id, claim = claim_id(out, now.date())
        job = Job(job_id=job_id, **fields)
        folder = job_path(out, job_id, user)
        write_job(job, folder, script)
    except OSError as error:
        if claim is not None:
            shutil.rmtree(claim, ignore_errors=True)
        raise UsageError(
            f"No job can be written in {out}: {error.strerror}.",
            cause="The folder is not writable, or the disk is full.",
            fix="Give another folder with --out, or make room.",
        ) from None
    return job, folder


def films_of(paths: list[Path]) -> list[Path]:
    """The films that were named, folders replaced by the films in them (sorted by name).

    Raises UsageError for a folder that holds none.
    """
    films: list[Path] = []
    for path in paths:
        if not path.is_dir():
            films.append(path)
            continue
        found = sorted(
            entry
            for entry in path.iterdir()
            if entry.is_file()
            and entry.suffix.lower() in FILM_SUFFIXES
            and not entry.name.startswith(".")
        )
        if not found:
            raise UsageError(
                f"There is no film in {path}.",
                cause="No file in it ends like a film or a sound file does.",
                fix="Give another folder, or name the films one by one.",
            )
        films += found
    return list(dict.fromkeys(films))


def _check_targets(wishes: Wishes, source: Language, targets: tuple[Language, ...]) -> None:
    if wishes.workflow == "translate" and not targets:
        raise UsageError(
            "--translate needs a language to translate into.",
            cause="-t was not given.",
            fix="For example: --translate -s hi -t en",
        )
    if wishes.workflow == "transcribe" and targets:
        raise UsageError(
            "--transcribe takes no -t.",
            cause="A transcript is in the language that is spoken.",
            fix="Use --translate or --subtitle, or leave -t out.",
        )
    for language in targets:
        if language.id == source.id:
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


def _overrides(wishes: Wishes) -> list[tuple[str, str]]:
    """The flags that are settings, after those of --set."""
    flags = (
        ("asr.model", wishes.model),
        ("asr.engine", wishes.engine),
        ("translation.translator", wishes.translator),
    )
    return [*wishes.overrides, *((name, value) for name, value in flags if value is not None)]


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
        f"{user!r} cannot be a user name here.",
        cause="It becomes a folder: letters, digits and . _ - @ + only, at most 64.",
        fix="For example: --user asha",
    )


def _in_name(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN" or char in "._-@+"


def _title(named: str | None, film: Film) -> str:
    """A title that can be part of a file name everywhere."""
    raw = unicodedata.normalize("NFC", named if named is not None else film.path.stem)
    kept = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in raw)
    # Zero-width joiners are format characters (Cf), and Indian spellings need them.
    kept = "".join(
        old if old in "\u200c\u200d" else new for old, new in zip(raw, kept, strict=True)
    )
    kept = re.sub(r'[/\\:*?"<>|]', "-", kept)
    kept = re.sub(r" +", " ", kept).strip(" .-")
    while len(kept.encode()) > _MAX_TITLE_BYTES:
        kept = kept[:-1].rstrip(" .-")
    return kept or "film"


def collect(
    films: list[Path], plan_: Plan, out: Path
) -> tuple[list[tuple[Job, Path]], ChalchitraError | None]:
    """Prepare every film; what failed is collected, so that one bad film stops no other."""
    jobs: list[tuple[Job, Path]] = []
    errors: list[ChalchitraError] = []
    for film in films:
        try:
            jobs.append(prepare_film(film, plan_, out))
        except ChalchitraError as error:
            errors.append(error)
    if len(errors) > 1:
        return jobs, SeveralErrors(errors)
    return jobs, errors[0] if errors else None
