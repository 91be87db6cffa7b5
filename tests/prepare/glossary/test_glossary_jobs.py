"""Glossaries as a person uses them: beside the film, by option, through a run."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.record import read_record
from chalchitra.jobs.store import read_job
from chalchitra.paths import project_root

pytestmark = pytest.mark.smoke

ROOT = project_root()
DEMO = ROOT / "docs" / "demo" / "demo.mp4"


@pytest.fixture
def film(tmp_path):
    """The demo in a folder, with a glossary of its own and one of the series."""
    film = tmp_path / "films" / "ep 1.mp4"
    film.parent.mkdir()
    shutil.copy(DEMO, film)
    film.with_name("ep 1.glossary.csv").write_text("term,hi\nDashwood,डैशवुड\n", encoding="utf-8")
    film.with_name("glossary.txt").write_text("# all\nWilloughby\nDASHWOOD\n")
    return film


def prepare(film, *options, command="--transcribe", cwd=ROOT):
    arguments = [film, command, "-s", "en", "--model", "base", "--out", film.parents[1] / "out"]
    return subprocess.run(
        [ROOT / "prepare-job.sh", *arguments, "--json", *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


def job_of(done):
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    folder = JobLayout(Path(row["job_dir"]))
    return read_job(folder.root), folder, row


def test_what_lies_beside_the_film_goes_through_the_job(film, base_model):
    job, layout, row = job_of(prepare(film))
    assert "Glossary: 2 terms (ep 1.glossary.csv, glossary.txt)." in row["notes"]
    assert [source.path.name for source in job.glossary.sources] == [
        "ep 1.glossary.csv",
        "glossary.txt",
    ]
    written = json.loads(layout.glossary.read_text())
    assert [term["text"] for term in written["terms"]] == ["Dashwood", "Willoughby"]
    assert written["terms"][0]["renderings"] == {"hi": "डैशवुड"}
    done = subprocess.run(
        [ROOT / "run-pipeline.sh", "--job-dir", layout.root, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    record = read_record(layout, "asr")
    assert record.fingerprint_parts["inputs"]["glossary"] == job.glossary.terms_sha256
    healing = json.loads((layout.root / record.outputs["healing"].path).read_text())
    assert healing["glossary"]["said"] == {"Dashwood": 1}


def test_no_glossary_takes_none_and_a_named_one_only_itself(film):
    job, layout, row = job_of(prepare(film, "--no-glossary"))
    assert (job.glossary, layout.glossary.exists(), row["glossary"]) == (None, False, [])
    (film.parent / "mine.txt").write_text("Norland\n")
    job, _, row = job_of(prepare(film, "--glossary", "mine.txt", cwd=film.parent))
    assert row["glossary"] == [str(film.parent / "mine.txt")]
    assert job.glossary.terms == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--glossary", "none.txt"], "none.txt cannot be read"),
        (["--glossary", str(DEMO)], "line 1: this is not UTF-8"),
        (["--glossary", str(DEMO), "--no-glossary"], "contradict each other"),
    ],
)
def test_what_is_no_glossary_is_refused_and_leaves_no_job(film, options, said):
    done = prepare(film, *options)
    assert done.returncode == 2
    assert said in done.stdout
    assert not list(film.parents[1].glob("out/*/*/*/*/*/job.json"))
