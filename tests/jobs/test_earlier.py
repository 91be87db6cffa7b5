"""A film that is prepared once more: its earlier job is named, with what to type for it."""

from __future__ import annotations

import pytest

from chalchitra.jobs.earlier import earlier_jobs, told


@pytest.fixture
def job(project):
    return lambda: project.job("transcribe", ())


def test_the_newest_job_of_the_film_is_found(project, job):
    job()
    newest, layout = job()
    out, film = project.root / "out", newest.film.path
    found = earlier_jobs(out, "asha", [film, film.with_name("other.mkv")])
    assert [(path, row.job_id) for path, row in found.items()] == [(film, newest.job_id)]
    assert told(found[film]) == (
        f"This film was prepared before, as {newest.job_id} (ready); to continue that job, type: "
        f"./run-pipeline.sh -j {newest.job_id}"
    )
    state = layout.state.read_text().replace('"ready"', '"done"')
    layout.state.write_text(state)
    again = earlier_jobs(out, "asha", [film])[film]
    assert told(again).endswith(f"to see that job, type: chalchitra status {newest.job_id}")


def test_another_users_jobs_and_broken_ones_are_passed_over(project, job):
    made, _ = job()
    film = made.film.path
    assert earlier_jobs(project.root / "out", "rama", [film]) == {}
    assert earlier_jobs(project.root / "nowhere", "asha", [film]) == {}
    job()[1].state.write_text("{")  # it is made again from the rest
    job()[1].job_file.write_text("{")
    assert earlier_jobs(project.root / "out", "asha", [film])[film].job_id.endswith("_002")
