"""Preparing films: each becomes a job of its own, or says what is wrong with it.

Nothing is written before everything was checked, so that a refused film leaves nothing behind.
With `-s auto` the film is listened to first (prepare/language): its job has the language found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from chalchitra import stopping
from chalchitra.errors import CancelledError, ChalchitraError, unforeseen
from chalchitra.jobs.model import Job
from chalchitra.jobs.told_apart import told_apart
from chalchitra.languages import Language
from chalchitra.prepare.build import build_job
from chalchitra.prepare.film_files import named_film
from chalchitra.prepare.glossary.of_film import FilmGlossary, glossary_of
from chalchitra.prepare.join import Joined
from chalchitra.prepare.look import FilmAsked, look
from chalchitra.prepare.plan import Plan
from chalchitra.prepare.write import writable, write
from chalchitra.runner.events import Reporter, Silent

if TYPE_CHECKING:
    from chalchitra.runner.run import Services


def prepare_film(
    path: Path,
    shared: Plan,
    out: Path,
    reporter: Reporter | None = None,
    services: Services | None = None,
    joined: Joined | None = None,
) -> tuple[Job, Path]:
    """Make the job of one film; returns it and its folder.

    `reporter` is told how the listening goes where the language is to be detected, `services`
    serve it. Raises UsageError for a film that is none, has no sound, is shorter than the clip, or
    does not tell its language; and what stopped the listening.
    """
    asked = look(path, shared.options, shared.source, joined)
    shared = shared.for_film(asked.film)
    with writable(out):
        if shared.source is None:
            return _by_ear(asked, shared, out, reporter or Silent(), services)
        glossary = _glossary(asked, shared, shared.source)
        return write(
            partial(build_job, asked=asked, shared=shared, out=out, glossary=glossary),
            out,
            asked.now.date(),
            shared.script.text if shared.script else None,
            glossary.glossary.to_json() if glossary else None,
            path if joined else None,
        )


def _by_ear(
    asked: FilmAsked, shared: Plan, out: Path, reporter: Reporter, services: Services | None
) -> tuple[Job, Path]:
    """The job of a film whose language is detected by listening to it first."""
    from chalchitra.prepare.language.decide import decide_language
    from chalchitra.prepare.language.listening import listening

    build = partial(build_job, asked=asked, out=out)
    accept = shared.settings["language"]["accept"]
    day = asked.now.date()
    with listening(partial(build, shared=shared), out, day, reporter, services) as found:
        spoken = decide_language(found.heard, asked.given, accept, found.job.language_names)
        settled = shared.spoken(spoken.language)
        glossary = _glossary(asked, shared, spoken.language)
        job = build(
            found.job.job_id,
            shared=settled,
            glossary=glossary,
            detected=spoken.detected,
            found=spoken.notes,
        )
        own = asked.film.path if asked.joined else None
        return job, found.become(job, glossary.glossary.to_json() if glossary else None, own)


def _glossary(asked: FilmAsked, shared: Plan, source: Language) -> FilmGlossary | None:
    if shared.options.no_glossary:
        return None
    return glossary_of(asked.given, source, shared.sheets)


def collect(
    films: Sequence[Path],
    shared: Plan,
    out: Path,
    reporter: Reporter | None = None,
    joined: Joined | None = None,
) -> tuple[list[tuple[Job, Path]], list[ChalchitraError], CancelledError | None]:
    """Prepare every film; what failed is collected, so that one bad film stops no other.

    `joined` says what the only film was joined of. Whoever stops it keeps the jobs that are whole
    already, and is told what failed until then.
    """
    jobs: list[tuple[Job, Path]] = []
    errors: list[ChalchitraError] = []
    names = told_apart([(film.name, named_film(film)) for film in films])
    called = {film: apart.label for film, apart in zip(films, names, strict=True)}
    with _services(films, shared) as services:
        for film in films:
            try:
                stopping.check()
                jobs.append(prepare_film(film, shared, out, reporter, services, joined))
            except ChalchitraError as error:
                if called[film] != film.name:  # its sentences have the file's name alone
                    error.what = f"{called[film]}: {error.what}"
                errors.append(error)
            except Exception as error:
                if shared.options.debug:
                    raise
                found = unforeseen(error)
                found.what = f"{called[film]!r}: {found.what}"
                errors.append(found)
            except CancelledError as stopped:
                return jobs, errors, stopped
    return jobs, errors, None


@contextmanager
def _services(films: Sequence[Path], shared: Plan) -> Iterator[Services | None]:
    """Who serves the listening: where several films want it, workers that keep their models."""
    if shared.source is not None or len(films) < 2:
        yield None
        return
    from chalchitra.runner import rules
    from chalchitra.runner.run import Services
    from chalchitra.runner.workers import WorkerPool

    with closing(WorkerPool(rules.load())) as pool:
        yield Services(launcher=pool.serve)
