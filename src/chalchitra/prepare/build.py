"""job.json: from a film and the plan to a Job, and what the person is told of it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from chalchitra import accuracy
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import UNKNOWN, Detected, Job, ModelChoice, ScriptFile
from chalchitra.jobs.store import job_path
from chalchitra.languages import all_languages
from chalchitra.pipeline import LISTENING, TrackPlan, plan, split_key
from chalchitra.prepare.film_files import named_film
from chalchitra.prepare.given_text.read import GivenScript
from chalchitra.prepare.glossary.of_film import FilmGlossary
from chalchitra.prepare.look import FilmAsked
from chalchitra.prepare.plan import Plan
from chalchitra.titles import title_of

_Value = TypeVar("_Value")


def build_job(
    job_id: str,
    asked: FilmAsked,
    shared: Plan,
    out: Path,
    glossary: FilmGlossary | None = None,
    detected: Detected | None = None,
    found: Collection[str] = (),
) -> Job:
    """The job of a film; without a source language the one that only listens for it.

    `found` is what the person is told of the detected language. Raises OSError where nothing can be
    written in `out`.
    """
    options, source, choices = shared.options, shared.source, shared.choices
    joined = asked.joined
    name = joined.name if joined else asked.film.path.stem
    title, renamed = title_of(options.title if options.title is not None else name, out)
    film = asked.film
    if joined and source:  # while it is listened to, the film lies where it was made
        place = JobLayout(job_path(out, job_id, shared.user)).film / f"{title}{film.path.suffix}"
        film = film.model_copy(update={"path": named_film(place)})
    targets = shared.targets if source else ()
    keys = _stages(shared, picture=asked.film.has_picture, detected=detected is not None)
    either = {*keys, *(split_key(key)[0] for key in keys)}
    recogniser = _recogniser(shared)
    return Job(
        job_id=job_id,
        created=asked.now.isoformat(timespec="seconds"),
        user=shared.user,
        title=title,
        workflow=options.workflow,
        film=film,
        parts=list(joined.parts) if joined else [],
        script=_script_file(shared.script) if shared.script else None,
        glossary=glossary.record if glossary else None,
        source_language=source.id if source else UNKNOWN,
        detected=detected,
        language_names=_language_names() if "language" in keys else {},
        target_languages=[item.id for item in targets],
        languages={item.id: item.to_dict() for item in (source, *choices.via, *targets) if item},
        clip=asked.clip,
        audio_stream=asked.stream,
        engine=choices.engine,
        translator=choices.translator,
        translators=_of(choices.translators, keys),
        pivots=_of({key: item.id for key, item in choices.pivots.items()}, keys),
        stages=keys,
        stage_environments=_of(choices.environments, either),
        models=_of(choices.models, keys),
        machines=_of(choices.machines, either),
        settings=shared.settings,
        calibration=accuracy.of_job(recogniser.name, source) if recogniser and source else None,
        debug=options.debug,
        notes=[*found, *_notes(asked, shared, recogniser, renamed, glossary)],
    )


def _stages(shared: Plan, *, picture: bool, detected: bool) -> list[str]:
    """The keys of the job's stages: of one that detected its language with those that did."""
    if shared.source is None:
        return list(LISTENING)
    optional = shared.options.optional_stages(shared.settings)
    if detected or shared.settings["language"]["check"]:
        optional = (*optional, "language")
    return plan(
        shared.options.workflow,
        shared.source.id,
        [item.id for item in shared.targets],
        picture=picture,
        wanted=optional,
        tracks=TrackPlan.of(shared.settings["subtitle_gen"]),
        via=[item.id for item in shared.choices.via],
    )


def _recogniser(shared: Plan) -> ModelChoice | None:
    """The model whose errors are to be expected; none where the text was given."""
    return None if shared.script else shared.choices.models.get("asr")


def _notes(
    asked: FilmAsked,
    shared: Plan,
    recogniser: ModelChoice | None,
    renamed: str | None,
    glossary: FilmGlossary | None,
) -> Iterator[str]:
    yield from shared.notes
    yield from asked.joined.notes if asked.joined else ()
    stream = asked.stream
    one = "" if stream.channel is None else f" Only its channel {stream.channel} is used."
    yield f"Audio track {stream.position}: {stream.reason}.{one}"
    yield from shared.choices.notes
    if renamed:
        yield renamed
    if shared.script:
        yield from shared.script.notes
    source = shared.source
    if recogniser and source and (expected := accuracy.forecast(recogniser.name, source)):
        yield expected
    if glossary:
        yield glossary.note
    if shared.options.workflow == "subtitle" and not asked.film.has_picture:
        yield "The input has sound but no picture: subtitle tracks are made, but no film."


def _language_names() -> dict[str, str]:
    return {item.whisper: item.name for item in all_languages() if item.whisper}


def _of(choices: Mapping[str, _Value], keys: Collection[str]) -> dict[str, _Value]:
    return {key: value for key, value in choices.items() if key in keys}


def _script_file(script: GivenScript) -> ScriptFile:
    return ScriptFile(
        path=Path(os.path.normpath(script.path.absolute())),
        kind=script.script.kind,
        lines=len(script.script.lines),
        sha256=script.sha256,
    )
