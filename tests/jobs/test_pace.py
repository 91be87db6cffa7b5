"""What earlier jobs took: which of them count for an estimate."""

from __future__ import annotations

import pytest

from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import ModelChoice
from chalchitra.jobs.pace import rates_beside, work_of
from chalchitra.jobs.state import JobState
from chalchitra.jobs.store import write_job


@pytest.fixture
def earlier(project, finish):
    """A finished job of one minute, whose stages took so many seconds each."""

    def make(seconds, *, model="base", duration=60.0, **fields):
        job, layout = project.job()
        job.film.duration = duration
        job.models["asr"] = ModelChoice(
            name=model, kind="whisper", format="ctranslate2", path="m", reason=""
        )
        layout.job_file.write_text(job.model_dump_json())
        finish(job, layout, seconds=seconds, **fields)
        return job, layout

    return make


def expected(job, layout, key="asr"):
    return rates_beside(layout.root).expected(work_of(job, key), 1.0)


def test_seconds_per_minute_of_film(project, earlier):
    earlier(10.0)
    earlier(60.0, duration=180.0)
    job, layout = project.job()
    assert expected(job, layout) == 15.0
    assert expected(job, layout, "subtitle_gen@hi") == 15.0


def test_the_same_model_is_preferred(project, earlier):
    earlier(10.0)
    large, layout = earlier(100.0, model="large-v3")
    assert expected(large, layout) == 100.0
    assert expected(large, layout, "demux") == 55.0


def test_another_language_of_the_same_stage_counts(project, earlier):
    earlier(10.0)
    job, layout = project.job(targets=("ta",))
    assert expected(job, layout, "translation@ta") == 10.0


def test_reused_stages_and_unfinished_jobs_do_not_count(project, earlier):
    earlier(1.0, reused=True)
    failed, layout = earlier(3.0)
    JobState.of(failed).model_copy(update={"state": "failed"}).write(layout)
    job, layout = project.job()
    assert expected(job, layout) is None


def test_broken_jobs_and_films_without_a_length_do_not_count(project, earlier):
    _, broken = earlier(3.0)
    broken.job_file.write_text("{")
    earlier(4.0, duration=None)
    job, layout = project.job()
    assert expected(job, layout) is None


def test_only_the_latest_jobs_count(project, earlier):
    for seconds in [100.0] * 5 + [10.0] * 20:
        earlier(seconds)
    job, layout = project.job()
    assert expected(job, layout) == 10.0


def test_a_job_that_lies_elsewhere_has_no_neighbours(project, earlier, tmp_path):
    job, _ = earlier(10.0)
    write_job(job, tmp_path / "alone")
    assert expected(job, JobLayout(tmp_path / "alone")) is None
