"""What preflight takes a job to need of the disk, from what is believed of the film's length."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest

from chalchitra.errors import UsageError
from chalchitra.jobs.model import Clip
from chalchitra.runner.preflight import preflight

HOUR = 3600.0


class Silent:
    def emit(self, event, **fields):
        pass


@pytest.fixture
def refused(project, monkeypatch):
    """Whether a film is refused on a disk with 200 MB left: room for an hour of sound."""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=200_000_000))

    def ask(*, clip=None, **film):
        job, layout = project.job()
        job = job.model_copy(update={"clip": clip, "film": job.film.model_copy(update=film)})
        try:
            preflight(job, layout, Silent(), ["demux"])
        except UsageError as error:
            return "GB left; this job needs" in error.what
        return False

    return ask


def test_sound_that_does_not_fit_is_refused(refused):
    assert refused(duration=3 * HOUR)
    assert not refused(duration=HOUR)


def test_a_header_that_was_not_measured_fills_no_disk(refused):
    assert not refused(duration=1000 * HOUR, measured=False)


@pytest.mark.parametrize("measured", [True, False])
def test_only_the_clip_is_written(refused, measured):
    long = {"duration": 9 * HOUR, "measured": measured}
    assert not refused(clip=Clip(start=60, end=120), **long)
    assert refused(clip=Clip(start=60, end=4 * HOUR), **long)
    assert not refused(clip=Clip(start=8.5 * HOUR, end=None), **long)


def test_a_clip_ends_with_the_film(refused):
    assert not refused(clip=Clip(start=0, end=40 * HOUR), duration=HOUR)
