"""Listing: every job, in order, whatever its folder holds."""

from __future__ import annotations

import os
import shutil
from datetime import datetime

import pytest

from chalchitra.errors import UsageError
from chalchitra.jobs import store
from chalchitra.jobs.listing import Jobs, check_states, row_of, seconds_since
from chalchitra.jobs.state import JobState
from chalchitra.jobs.store import claim_id, find_job, job_path, write_job

NOW = datetime.fromisoformat("2026-01-02T00:01:00+00:00")


@pytest.fixture
def out(project):
    return project.root / "out"


def ids(out, **filters):
    return [row.job_id for row in Jobs(out).rows(**filters)]


def place(job, out, job_id, user="asha"):
    folder = job_path(out, job_id, user)
    write_job(job.model_copy(update={"job_id": job_id, "user": user}), folder)
    return folder


def test_the_newest_come_first_over_days_users_and_lengths_of_number(project, out):
    job, _ = project.job()
    for job_id, user in (
        ("job_20260102_1000", "asha"),
        ("job_20260102_999", "badri"),
        ("job_20251231_777", "asha"),
        ("job_20260110_002", "asha"),
    ):
        place(job, out, job_id, user)
    assert ids(out) == [
        "job_20260110_002",
        "job_20260102_1000",
        "job_20260102_999",
        "job_20260102_001",
        "job_20251231_777",
    ]
    assert ids(out, last=2) == ["job_20260110_002", "job_20260102_1000"]
    assert ids(out, user="badri") == ["job_20260102_999"]
    assert ids(out, user="nobody") == []


def test_last_counts_what_is_asked_for(project, out, finish):
    done, layout = project.job()
    finish(done, layout)
    for _ in range(3):
        project.job()
    assert ids(out, states=("done",), last=1) == [done.job_id]
    assert len(ids(out, states=("ready",), last=2)) == 2
    assert len(ids(out, states=("ready", "done"))) == 4


def test_a_row_says_what_is_shown(project):
    job, layout = project.job()
    row = row_of(layout.root).to_dict(NOW)
    assert row["job_id"] == job.job_id
    assert row["job_dir"] == str(layout.root)
    assert (row["state"], row["stage"], row["user"]) == ("ready", None, "asha")
    assert row["film"] == str(job.film.path)
    assert row["age"] == 60.0


def test_the_age_of_a_job_from_the_future_is_nothing(project):
    job, layout = project.job()
    assert row_of(layout.root).age(datetime.fromisoformat("2025-01-01T00:00:00+00:00")) == 0.0


def test_a_job_file_cut_anywhere_is_listed_as_broken(project, out):
    other, _ = project.job()
    job, layout = project.job()
    whole = layout.job_file.read_bytes().rstrip()
    for length in range(0, len(whole), 7):
        layout.job_file.write_bytes(whole[:length])
        row = row_of(layout.root)
        assert (row.job_id, row.state, row.data) == (job.job_id, "broken", None)
        assert row.error["fix"]
        assert row.to_dict(NOW)["state"] == "broken"
    layout.job_file.unlink()
    assert row_of(layout.root).state == "broken"
    assert ids(out) == [job.job_id, other.job_id]


def test_a_state_cut_anywhere_loses_nothing(project):
    job, layout = project.job()
    whole, row = layout.state.read_bytes().rstrip(), row_of(layout.root)
    for length in range(len(whole)):
        layout.state.write_bytes(whole[:length])
        assert row_of(layout.root) == row


def test_what_is_no_job_is_not_listed(project, out):
    job, layout = project.job()
    claim_id(out, NOW.date())
    day = layout.root.parents[1]
    shutil.copytree(layout.root, layout.root.parent / ".tmp-rm-007-aa")
    shutil.copytree(layout.root, day / ".hidden" / "008")
    for folder in ("asha/notes", "asha/12", "asha/009", "asha/१२३"):
        (day / folder).mkdir(parents=True)
    (day / "a file").touch()
    (out / ".store" / "ab").mkdir(parents=True)
    (out / "films").mkdir()
    assert ids(out) == [job.job_id]


def test_nothing_at_all_is_an_empty_list(tmp_path):
    assert ids(tmp_path) == ids(tmp_path / "missing") == []


def test_what_cannot_be_read_is_told(project, out):
    project.job()
    found = Jobs(out / "2026" / "01" / "02" / "asha" / "001" / "job.json")
    assert list(found.rows()) == []
    assert found.unreadable == [found.out]


def test_running_jobs_without_a_runner_are_listed_as_interrupted(project, out, holding):
    job, layout = project.job()
    JobState.of(job).model_copy(update={"state": "running", "stage": "asr"}).write(layout)
    assert ids(out, states=("interrupted",)) == [job.job_id]
    with holding(layout):
        assert ids(out, states=("running",)) == [job.job_id]


def test_a_state_that_does_not_exist_is_refused():
    check_states(["done", "broken"])
    with pytest.raises(UsageError, match="finished"):
        check_states(["done", "finished"])


def test_links_among_the_folders_are_not_followed(project, out):
    job, layout = project.job()
    elsewhere = project.root / "elsewhere"
    elsewhere.mkdir()
    layout.root.rename(elsewhere / "001")
    assert ids(out) == []
    layout.root.symlink_to(elsewhere / "001")
    (layout.root.parents[1] / "badri").symlink_to(elsewhere)
    (out / "2027").symlink_to(out / "2026")
    assert ids(out) == []
    with pytest.raises(UsageError, match="There is no job"):
        find_job(out, job.job_id)


def test_of_two_folders_of_one_number_ones_own_is_meant(project, out, monkeypatch):
    job, layout = project.job()
    theirs = place(job, out, job.job_id, "aaron")
    monkeypatch.setattr(store, "is_own", lambda folder: folder != theirs)
    assert find_job(out, job.job_id) == layout.root
    monkeypatch.setattr(store, "is_own", lambda folder: False)
    with pytest.raises(UsageError, match="Several folders") as caught:
        find_job(out, job.job_id)
    assert str(theirs) in caught.value.what


def test_a_job_is_ones_own_by_its_folder_and_its_job_json(project, monkeypatch):
    _, layout = project.job()
    assert store.is_own(layout.root)
    layout.job_file.unlink()
    assert store.is_own(layout.root), "a broken one, too"
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert not store.is_own(layout.root)
    assert not store.is_own(layout.root / "gone")


@pytest.mark.damages_documents
@pytest.mark.parametrize("name", ["job.json", "state.json"])
@pytest.mark.parametrize("kind", ["fifo", "link"])
def test_a_special_file_is_shown_as_broken_or_passed_over(project, out, name, kind):
    _, layout = project.job()
    path = layout.root / name
    path.unlink()
    os.mkfifo(path) if kind == "fifo" else path.symlink_to("/dev/zero")
    (row,) = Jobs(out).rows()
    assert row.state == ("broken" if name == "job.json" else "ready")
    if name == "job.json":
        assert "cannot be read" in row.error["what"]


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_time_at_the_end_of_all_time_is_no_error(text):
    assert seconds_since(text, NOW) is None or seconds_since(text, NOW) >= 0
