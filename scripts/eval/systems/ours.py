"""Chalchitra itself: prepare-job and run-pipeline, as a user types them."""

from __future__ import annotations

from corpus import Corpus

from systems import Run, Setting
from systems.jobs import folder_of, prepare, run

SPEAKERS = "--speakers"
"""The option of prepare-job that asks for speakers; given for a corpus whose turns are known."""


def ours(corpus: Corpus, setting: Setting) -> Run:
    """Hear a corpus as one batch in a fresh folder, so that nothing made earlier helps."""
    setting.say(f"chalchitra hears {corpus.name}")
    work = folder_of(corpus.name, setting.work)
    jobs, cost = prepare([item.path for item in corpus.items], asked_of(corpus, setting), work)
    cost += run(jobs, work)
    heard = {job.film.name: job.heard() for job in jobs}
    return Run({item.name: heard[item.name] for item in corpus.items}, cost)


def options_for(corpus: Corpus, setting: Setting) -> list[str]:
    """What prepare-job is told about every job on a corpus."""
    return ["-s", corpus.language, "--model", setting.model, *setting.ours_options]


def asked_of(corpus: Corpus, setting: Setting) -> list[str]:
    """These, and speakers where it is known who they are."""
    options = options_for(corpus, setting)
    asked = any(option.split("=")[0] == SPEAKERS for option in options)
    return options if asked or not corpus.has_turns else [*options, SPEAKERS]
