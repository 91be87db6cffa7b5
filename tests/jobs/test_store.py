"""Job ids, folders and files."""

from __future__ import annotations

import json
import threading
from datetime import date

import pytest

from chalchitra.errors import UsageError
from chalchitra.files import sha256_file
from chalchitra.jobs.store import claim_id, find_job, job_path, read_job, write_job

DAY = date(2026, 1, 2)


def test_ids_count_up_within_a_day(tmp_path):
    assert [claim_id(tmp_path, DAY)[0] for _ in range(3)] == [
        "job_20260102_001",
        "job_20260102_002",
        "job_20260102_003",
    ]
    assert claim_id(tmp_path, date(2026, 1, 3))[0] == "job_20260103_001"


def test_an_id_is_never_given_twice(tmp_path):
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.extend(claim_id(tmp_path, DAY)[0] for _ in range(25)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == len(found) == 200


def test_a_removed_job_does_not_free_its_number(tmp_path):
    claim_id(tmp_path, DAY)
    second, _ = claim_id(tmp_path, DAY)
    assert not job_path(tmp_path, second, "asha").exists()
    assert claim_id(tmp_path, DAY)[0] == "job_20260102_003"


def test_after_999_comes_1000(tmp_path):
    (tmp_path / "2026/01/02/.ids/999").mkdir(parents=True)
    assert claim_id(tmp_path, DAY)[0] == "job_20260102_1000"


def test_a_job_reads_back_as_it_was_written(project):
    job, layout = project.job()
    assert read_job(layout.root) == job
    assert find_job(project.root / "out", job.job_id) == layout.root


def test_a_job_is_found_beside_its_claimed_number(project):
    out = project.root / "out"
    job_id, _ = claim_id(out, DAY)
    job, layout = project.job()
    assert job.job_id == job_id
    assert find_job(out, job_id) == layout.root


def test_a_job_is_written_whole_or_not_at_all(project, monkeypatch):
    job, layout = project.job()
    folder = project.root / "out/2026/01/02/asha/777"

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("chalchitra.jobs.store.write_text", full)
    with pytest.raises(OSError, match="space"):
        write_job(job, folder)
    assert sorted(path.name for path in folder.parent.iterdir()) == [layout.root.name]


@pytest.mark.parametrize(
    "name", ["job_1", "job_20260102_1", "../../etc", "job_20260102_001/..", "", "job_20260102_099"]
)
def test_what_is_no_job_is_refused(tmp_path, name):
    with pytest.raises(UsageError) as caught:
        find_job(tmp_path, name)
    assert caught.value.fix


@pytest.mark.damages_documents
def test_a_broken_job_names_the_field(project):
    job, layout = project.job()
    data = json.loads(layout.job_file.read_text())
    data["machines"]["asr"]["threads"] = "many"
    layout.job_file.write_text(json.dumps(data))
    with pytest.raises(UsageError, match=r"machines\.asr\.threads"):
        read_job(layout.root)


def test_a_job_file_cut_anywhere_is_refused_in_one_sentence(project):
    job, layout = project.job()
    whole = layout.job_file.read_bytes()
    for length in range(0, len(whole.rstrip()), 11):
        layout.job_file.write_bytes(whole[:length])
        with pytest.raises(UsageError, match="broken"):
            read_job(layout.root)


def test_hashes_are_those_everyone_knows(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    assert sha256_file(tmp_path / "empty") == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
