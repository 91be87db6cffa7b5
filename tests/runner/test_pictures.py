"""What a stage needs for the film's pictures is in what the runner reserves for it."""

from __future__ import annotations

import pytest

from chalchitra.errors import UsageError
from chalchitra.media.film import Stream
from chalchitra.runner.pictures import picture_need
from chalchitra.runner.preflight import memory_need, preflight


@pytest.fixture
def job(project):
    job, layout = project.job()
    picture = Stream(index=0, position=0, kind="video", codec="png", width=3840, height=2160)
    job.film = job.film.model_copy(update={"streams": [picture]})
    return job, layout


def test_stages_that_open_the_film_need_room_for_its_pictures(job):
    job, _ = job
    one = 3840 * 2160 * 4
    assert picture_need(job, "asr") == 0
    assert picture_need(job, "demux") == picture_need(job, "mux") == one
    assert memory_need(job, "demux", {}) == int(0.3e9) + one
    job.settings.setdefault("mux", {})["burn_in"] = "en"
    assert picture_need(job, "mux") > 20 * one


def test_a_film_that_is_too_large_for_shots_is_refused_before_anything_runs(job):
    job, layout = job
    job.stages.insert(1, "shots")
    for name in ("stage_environments", "machines"):
        table = getattr(job, name)
        table["shots"] = table["demux"]
    job.film.streams[0].width = job.film.streams[0].height = 16000
    assert picture_need(job, "shots") > 2e9

    class Silent:
        def emit(self, event, **fields):
            pass

    with pytest.raises(UsageError, match="16000 x 16000"):
        preflight(job, layout, Silent(), ["shots"])
