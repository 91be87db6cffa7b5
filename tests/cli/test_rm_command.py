"""`rm`: what it removes, what it never touches, and whom it asks."""

from __future__ import annotations

import os
import shutil
import signal
from datetime import date

import pytest

from chalchitra.errors import HeldError, UsageError
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.listing import Jobs
from chalchitra.jobs.store import claim_id, write_job
from chalchitra.runner.lock import held
from chalchitra.runner.remove import plan_removal, remove


def deliver(layout, name="film.hi.srt"):
    layout.output.mkdir(exist_ok=True)
    (layout.output / name).write_text("text")
    return layout.output / name


def test_a_job_is_removed_whole_and_nothing_else_is(project, chalchitra):
    out = project.root / "out"
    claim_id(out, date(2026, 1, 2))
    job, layout = project.job()
    other, beside = project.job()
    path = deliver(layout)
    found = chalchitra("rm", job.job_id, "--yes")
    assert (found.code, found.out) == (0, f"Removed {job.job_id}.\n")
    assert str(path) in found.err
    assert [entry.name for entry in layout.root.parent.iterdir()] == [beside.root.name]
    assert job.film.path.exists()
    assert claim_id(out, date(2026, 1, 2))[0] == "job_20260102_002"
    assert chalchitra("rm", job.job_id, "--yes").code == 2


def test_what_was_removed_for_programs(project, chalchitra):
    (job, layout), (other, second) = project.job(), project.job()
    path = deliver(layout)
    rows = chalchitra("rm", job.job_id, second.root, "--yes", "--json").data
    assert [(row["job_id"], row["deliverables"]) for row in rows] == [
        (job.job_id, [str(path)]),
        (other.job_id, []),
    ]


def test_without_a_terminal_it_needs_to_be_told(project, chalchitra):
    job, layout = project.job()
    found = chalchitra("rm", job.job_id)
    assert found.code == 2
    assert "--yes" in found.err
    assert layout.job_file.exists()


@pytest.mark.parametrize(("answer", "code", "stays"), [("y\n", 0, False), ("n\n", 130, True)])
def test_on_a_terminal_it_asks(project, on_terminal, answer, code, stays):
    job, layout = project.job()
    deliver(layout)
    ended, said = on_terminal("rm", job.job_id, answer=answer)
    assert ended == code
    assert said.index("film.hi.srt") < said.index("Remove it?")
    assert layout.root.exists() == stays


def test_a_running_job_is_not_removed(project, chalchitra, working):
    waiting, first = project.job()
    with working() as (job, layout, runner):
        found = chalchitra("rm", waiting.job_id, job.job_id, "--yes")
        assert found.code == 4
        assert f"process {runner.pid}" in found.err
        assert layout.job_file.exists()
        assert first.job_file.exists(), "one that cannot be removed keeps all"


def test_a_job_that_began_to_run_meanwhile_is_not_removed(project):
    job, layout = project.job()
    plan = plan_removal(layout.root)
    with held(layout, job.job_id), pytest.raises(HeldError):
        remove(plan)
    assert layout.job_file.exists()


def test_links_are_removed_and_not_followed(project, tmp_path):
    job, layout = project.job()
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("kept")
    layout.output.mkdir()
    (layout.output / "link").symlink_to(tmp_path / "kept")
    (layout.root / "film").symlink_to(job.film.path)
    plan = plan_removal(layout.root)
    assert plan.deliverables == (layout.output / "link",)
    remove(plan)
    assert not layout.root.exists()
    assert (tmp_path / "kept" / "file").read_text() == "kept"
    assert job.film.path.exists()


def test_an_output_folder_that_is_a_link_is_not_followed(project, tmp_path):
    job, layout = project.job()
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("kept")
    layout.output.symlink_to(tmp_path / "kept")
    remove(plan_removal(layout.root))
    assert (tmp_path / "kept" / "file").exists()


def test_a_job_folder_that_is_a_link_is_refused(project):
    job, layout = project.job()
    link = layout.root.with_name("007")
    link.symlink_to(layout.root)
    with pytest.raises(UsageError, match="is a link"):
        plan_removal(link)


def test_a_film_in_the_jobs_own_folder_is_kept(project):
    job, layout = project.job()
    film = layout.root / "film.mkv"
    shutil.move(job.film.path, film)
    job.film.path = film
    layout.job_file.write_text(job.model_dump_json())
    with pytest.raises(UsageError, match="is in the job's own folder"):
        plan_removal(layout.root)
    layout.job_file.write_text("{")
    layout.state.write_text(layout.state.read_text().replace("film.mkv", "other.mkv"))
    assert plan_removal(layout.root).job_id == job.job_id


def test_a_film_is_kept_where_only_the_state_still_knows_it(project):
    job, layout = project.job()
    film = layout.root / "film.mkv"
    shutil.move(job.film.path, film)
    layout.state.write_text(layout.state.read_text().replace(str(job.film.path), str(film)))
    layout.job_file.write_text("{")
    with pytest.raises(UsageError, match="is in the job's own folder"):
        plan_removal(layout.root)


def test_only_a_job_is_removed(project, tmp_path):
    job, layout = project.job()
    layout.job_file.write_text("{")
    remove(plan_removal(layout.root))
    assert not layout.root.exists(), "a broken job where jobs live is one"
    someones = tmp_path / "someones"
    someones.mkdir()
    (someones / "job.json").write_text('{"kind": "something else"}')
    for folder in (someones, tmp_path):
        with pytest.raises(UsageError):
            plan_removal(folder)


def test_a_job_that_lies_elsewhere_can_be_removed(project, tmp_path):
    job, _ = project.job()
    write_job(job, tmp_path / "alone")
    remove(plan_removal(tmp_path / "alone"))
    assert not (tmp_path / "alone").exists()


def test_a_removal_that_is_stopped_says_how_to_go_on(project, chalchitra, monkeypatch):
    jobs = [project.job()[0].job_id for _ in range(3)]

    def and_stop(removal):
        remove(removal)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("chalchitra.runner.remove.remove", and_stop)
    found = chalchitra("rm", *jobs, "--yes")
    assert found.code == 130
    assert found.out.splitlines() == [f"Removed {jobs[0]}."]
    assert "Only 1 of 3 jobs were removed." in found.err
    assert "without those that were removed" in found.err
    monkeypatch.undo()
    assert chalchitra("rm", *jobs[1:], "--yes", "--out", project.root / "out").code == 0


def test_what_only_shows_is_no_run_that_was_cancelled(project, chalchitra, monkeypatch):
    project.job()
    monkeypatch.setattr(Jobs, "rows", lambda *_, **__: os.kill(os.getpid(), signal.SIGINT))
    found = chalchitra("jobs", "--out", project.root / "out")
    assert found.code == 130
    assert found.err.startswith("Error: The command was cancelled.")


def test_a_removal_that_is_cut_short_is_not_listed_and_ended_by_the_next(
    project, chalchitra, monkeypatch
):
    job, layout = project.job()
    other, beside = project.job()
    deliver(layout)

    def stop(path, *arguments, **options):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("chalchitra.runner.remove.shutil.rmtree", stop)
    found = chalchitra("rm", job.job_id, "--yes")
    monkeypatch.undo()
    assert found.code == 2
    assert "not removed completely" in found.err
    out = project.root / "out"
    rows = chalchitra("jobs", "--json", "--out", out).data
    assert [row["job_id"] for row in rows] == [other.job_id]
    parent = layout.root.parent
    (left,) = parent.glob(".tmp-rm-*")
    (parent / ".tmp-0123abcd").mkdir()  # a job that is just being written
    with held(JobLayout(left), "somebody who removes it now"):
        remove(plan_removal(beside.root))
        assert (left / "output").exists()
    _, third = project.job()
    remove(plan_removal(third.root))
    assert [path.name for path in parent.iterdir()] == [".tmp-0123abcd"]
