"""`jobs` as a person and a program read it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chalchitra.durations import length
from chalchitra.jobs.state import JobState
from chalchitra.printable import printable


def test_without_jobs_it_says_so(chalchitra):
    assert chalchitra("jobs").out.startswith("No jobs yet. ")
    assert chalchitra("jobs", "--json").data == []


def test_the_newest_is_last(project, chalchitra):
    jobs = [project.job()[0].job_id for _ in range(3)]
    lines = chalchitra("jobs").out.splitlines()
    assert lines[0].replace("words wrong", "wrong").split() == [
        "job", "state", "stage", "stages", "wrong", "age", "user", "film",
    ]  # fmt: skip
    assert [line.split()[0] for line in lines[1:]] == jobs
    assert lines[1].split()[1:3] == ["ready", "0/10"]
    assert lines[1].endswith("film.mkv")
    assert [row["job_id"] for row in chalchitra("jobs", "--json", "--last", 2).data] == jobs[1:]


def test_films_with_one_name_are_told_apart(project, chalchitra):
    for film in ("S01/ep1.mkv", "S02/ep1.mkv", "S02/ep2.mkv", "S02/ep2.mkv"):
        project.job(film=film)
    shown = [line.split()[-1] for line in chalchitra("jobs").out.splitlines()[1:]]
    assert shown == ["S01/ep1.mkv", "S02/ep1.mkv", "ep2.mkv", "ep2.mkv"]


def test_filters(project, chalchitra):
    job, layout = project.job()
    project.job()
    state = JobState.of(job)
    state.state, state.stage, state.error = "failed", "asr", {"what": "It broke."}
    state.write(layout)
    (row,) = chalchitra("jobs", "--json", "--state", "failed").data
    assert (row["job_id"], row["stage"], row["error"]) == (job.job_id, "asr", state.error)
    assert len(chalchitra("jobs", "--json", "--state", "failed", "--state", "ready").data) == 2
    none = chalchitra("jobs", "--user", "nobody")
    assert (none.code, none.out) == (2, "")
    assert none.err.endswith("chalchitra jobs\n")
    assert "No job is cancelled." in chalchitra("jobs", "--state", "cancelled").out
    assert chalchitra("jobs", "--user", "nobody", "--json").data == []
    wrong = chalchitra("jobs", "--state", "finished")
    assert wrong.code == 2
    assert "interrupted" in wrong.err


def test_a_broken_job_is_listed(project, chalchitra):
    job, layout = project.job()
    layout.job_file.write_text("{")
    _, line, why = chalchitra("jobs").out.splitlines()
    assert line.split()[:2] == [job.job_id, "broken"]
    assert "is broken" in why


def test_less_than_was_asked_is_seen(project, chalchitra):
    job, layout = project.job()
    JobState.of(job).model_copy(update={"state": "done", "degraded": 2}).write(layout)
    assert "done, with warnings" in chalchitra("jobs").out


def test_a_folder_that_is_not_there_is_an_error(chalchitra, tmp_path):
    gone = chalchitra("jobs", "--out", tmp_path / "gone")
    assert gone.code == 2
    assert "no folder" in gone.err


def test_listing_loads_no_rich_and_no_runner(project):
    project.job()
    code = "import sys; from chalchitra.cli import main; sys.argv = ['c', 'jobs']\n"
    code += "try: main()\nexcept SystemExit: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "chalchitra.jobs.listing" in loaded
    assert not loaded & {"rich", "av", "chalchitra.runner.run", "chalchitra.jobs.view"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("film.mkv", "film.mkv"),
        ("चलचित्र", "चलचित्र"),
        ("क्\u200dष", "क्\u200dष"),
        ("a\nb\x1b[31m", "a\ufffdb\ufffd[31m"),
        ("\udcff", "\ufffd"),
    ],
)
def test_names_cannot_steer_the_terminal(text, shown):
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "?"),
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (3569, "59 min"),
        (3570, "1 h 00 min"),
        (3900, "1 h 05 min"),
        (86400 * 1.5, "36 h 00 min"),
        (86400 * 3, "3 days"),
    ],
)
def test_lengths_of_time(seconds, text):
    assert length(seconds) == text


def test_all_jobs_of_a_folder_that_is_not_there_are_an_error(chalchitra, tmp_path):
    for options in (("--out", tmp_path / "gone"), ()):  # the last: nothing was ever prepared
        wrong = chalchitra("run-pipeline", "--all", *options)
        assert wrong.code == 2
        assert "There is no folder" in wrong.err
