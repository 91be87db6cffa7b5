"""What the shell offers after the tab key: languages, models, styles, jobs; it never fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps

_MOST_JOBS = 50

Offer = tuple[str, str]
"""A value and what it is."""


def _quietly(offers: Callable[[str], Iterator[Offer]]) -> Callable[[str], list[Offer]]:
    """Offer nothing where something is wrong: the command itself says what."""

    @wraps(offers)
    def quiet(incomplete: str) -> list[Offer]:
        try:
            return [one for one in offers(incomplete) if one[0].startswith(incomplete)]
        except Exception:
            return []

    return quiet


@_quietly
def sources(incomplete: str) -> Iterator[Offer]:
    """What may stand after -s."""
    from chalchitra.languages import all_languages

    yield "auto", "detect it"
    yield from ((row.id, row.name) for row in all_languages() if row.whisper)


@_quietly
def languages(incomplete: str) -> Iterator[Offer]:
    """Languages, of a list such as en,ta the last."""
    from chalchitra.languages import all_languages

    before = incomplete[: incomplete.rfind(",") + 1]
    yield from ((before + row.id, row.name) for row in all_languages())


@_quietly
def models(incomplete: str) -> Iterator[Offer]:
    """Whisper models."""
    from chalchitra.models.catalogue import load

    yield from dict.fromkeys((entry.name, "Whisper model") for entry in load().all("whisper"))


@_quietly
def styles(incomplete: str) -> Iterator[Offer]:
    """Subtitle styles."""
    from chalchitra.paths import config_file
    from chalchitra.toml_tables import read_toml

    yield from ((name, "subtitle style") for name in read_toml(config_file("styles.toml")))


@_quietly
def jobs(incomplete: str) -> Iterator[Offer]:
    """Ids of the newest jobs in the usual place."""
    from chalchitra.jobs.listing import Jobs
    from chalchitra.out import out_dir

    for row in Jobs(out_dir(None)).rows(last=_MOST_JOBS):
        yield row.job_id, row.data.title if row.data else row.state
