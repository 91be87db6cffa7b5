"""Cutting the cues of a job that ran by another style."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chalchitra.editing.rerun import remake, require_tracks
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.store import read_job, rewrite_job
from chalchitra.pipeline import TrackPlan
from chalchitra.prepare.following import in_order, settled
from chalchitra.runner.events import Reporter
from chalchitra.runner.lock import held
from chalchitra.runner.run import Outcome
from chalchitra.settings import restyled


def restyle(
    folder: Path,
    reporter: Reporter,
    *,
    style: str | None,
    overrides: Sequence[tuple[str, str]] = (),
    mux: bool = True,
) -> Outcome:
    """Put other settings of its tracks into a job's job.json and make the tracks again.

    See `settings.restyled` for `style` and `overrides`. Raises UsageError for settings that cannot
    be and for a job that did not come so far, HeldError for one that is being run; nothing was
    changed then.
    """
    layout = JobLayout(folder)
    job = read_job(folder)
    require_tracks(job, layout)
    with held(layout, job.job_id):
        job = read_job(folder)
        settings = restyled(job.settings, style, overrides)
        settings["subtitle_gen"] = settled(settings, [job.source_language, *job.target_languages])
        if settings != job.settings:
            stages = in_order(job.stages, TrackPlan.of(settings["subtitle_gen"]))
            rewrite_job(job.model_copy(update={"settings": settings, "stages": stages}), layout)
    return remake(folder, reporter, mux=mux)
