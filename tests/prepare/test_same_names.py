"""Films with one name in one call: each becomes a job, and a person can tell them apart."""

from __future__ import annotations

import wave

import pytest

from chalchitra.cli import prepare
from chalchitra.prepare.films import collect
from chalchitra.prepare.options import PrepareOptions
from chalchitra.prepare.plan import make_plan


@pytest.fixture
def made(tmp_path):
    """The jobs of these files, which hold a second of silence, or text where they are a `.txt`."""

    def make(*names):
        films = [tmp_path / name for name in names]
        for film in films:
            film.parent.mkdir(parents=True, exist_ok=True)
            if film.suffix == ".txt":
                film.write_text("no film")
                continue
            with wave.open(str(film), "wb") as file:
                file.setparams((1, 2, 16000, 0, "NONE", ""))
                file.writeframes(bytes(32000))
        plan = make_plan(PrepareOptions("transcribe", "en", model="base", no_glossary=True))
        jobs, errors, _ = collect(films, plan, tmp_path / "out")
        return prepare.Made(jobs, errors, None, {})

    return make


def test_each_is_a_job_and_its_line_names_its_folder(made, capsys):
    found = made("S01/ep1.wav", "S02/ep1.wav", "S02/ep2.wav")
    prepare.show(found, debug=False)
    assert [job.title for job, _ in found.jobs] == ["ep1", "ep1", "ep2"]
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("job_")]
    assert [line.split()[1] for line in lines] == ["S01/ep1", "S02/ep1", "ep2"]


def test_so_does_what_is_wrong_with_one(made):
    found = made("S01/ep1.txt", "S02/ep1.txt", "S02/ep2.txt")
    said = [error.what for error in found.errors]
    assert [what.split("'")[0] for what in said] == ["S01/ep1.txt: ", "S02/ep1.txt: ", ""]
