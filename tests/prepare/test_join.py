"""`--join`: parts become the one film of a job, or nothing at all."""

from __future__ import annotations

import shutil
import wave
from collections import namedtuple
from contextlib import suppress

import pytest

from chalchitra import stopping
from chalchitra.errors import CancelledError, UsageError
from chalchitra.files import sha256_file
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.store import read_job
from chalchitra.media import join as joining
from chalchitra.prepare.films import collect
from chalchitra.prepare.join import joined
from chalchitra.prepare.options import PrepareOptions
from chalchitra.prepare.plan import make_plan
from chalchitra.runner.film_again import look_again
from chalchitra.runner.hand_over import Target
from chalchitra.runner.remove import plan_removal, remove


@pytest.fixture
def parts(tmp_path):
    """Parts of a film in a folder: so many seconds of silence each."""

    def make(*seconds, rate=16000):
        found = []
        for number, length in enumerate(seconds, start=1):
            path = tmp_path / "in" / f"Deewar part{number}.wav"
            path.parent.mkdir(exist_ok=True)
            with wave.open(str(path), "wb") as file:
                file.setparams((1, 2, rate, 0, "NONE", ""))
                file.writeframes(bytes(2 * rate * length))
            found.append(path)
        return found

    return make


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def prepared(films, out, **options):
    plan = make_plan(PrepareOptions("transcribe", "en", model="base", **options))
    said = []
    with joined(films, out, said.append) as (film, of_parts):
        jobs, errors, _ = collect([film], plan, out, joined=of_parts)
    assert errors == []
    ((job, folder),) = jobs
    return job, JobLayout(folder), said


def left_in(out):
    """What is in the folder of jobs besides locks and empty folders."""
    return [path for path in out.rglob("*") if path.is_file() and not path.name.endswith(".lock")]


def test_the_job_owns_one_film_of_all_parts(parts, out):
    films = parts(2, 3)
    before = [sha256_file(film) for film in films]
    job, layout, said = prepared(films, out, start=2.5, end=4.5)
    assert job == read_job(layout.root)
    assert job.title == "Deewar"
    assert job.film.path == layout.film / "Deewar.mkv"
    assert job.film.path.stat().st_size == job.film.size
    assert job.film.duration == pytest.approx(5, abs=0.05)
    assert [(part.path, round(part.start, 1)) for part in job.parts] == [
        (films[0], 0.0), (films[1], 2.0),
    ]  # fmt: skip
    assert (job.clip.start, job.clip.end) == (2.5, 4.5), "on the joined time line"
    assert "Joined: Deewar part1.wav at 0:00:00, Deewar part2.wav at 0:00:02." in job.notes
    assert [sha256_file(film) for film in films] == before
    assert {path.name for path in left_in(out)} == {"job.json", "state.json", "Deewar.mkv"}
    assert look_again(job, layout) == (job, None)
    assert said == ["Joining 2 parts (0.0 GB) ..."]


def test_a_title_that_was_asked_for_and_a_part_that_is_missing(parts, out):
    films = parts(1, 1, 1)
    job, _, said = prepared([films[0], films[2]], out, title="दीवार")
    assert job.film.path.name == "दीवार.mkv"
    assert said[0] == "Part 2 is missing; the film is made without."


def test_the_same_parts_give_the_same_film(parts, out):
    films = parts(1, 2)
    one, two = prepared(films, out)[0], prepared(films, out)[0]
    assert one.film.path != two.film.path
    assert sha256_file(one.film.path) == sha256_file(two.film.path)


def test_beside_is_next_to_the_first_part_and_glossaries_are_looked_for_there(parts, out, tmp_path):
    films = parts(1, 1)
    (films[0].parent / "glossary.txt").write_text("Ravi\n")
    job, _, _ = prepared(films, out)
    assert Target().of(job) == films[0].parent
    assert [source.path for source in job.glossary.sources] == [films[0].parent / "glossary.txt"]


def test_removing_the_job_removes_its_film_and_no_part(parts, out):
    films = parts(1, 1)
    _, layout, _ = prepared(films, out)
    remove(plan_removal(layout.root))
    assert not layout.root.exists()
    assert all(film.exists() for film in films)


def test_parts_that_do_not_fit_are_refused_by_name(parts, out, tmp_path):
    first = parts(1)[0].rename(tmp_path / "a.wav")
    other = parts(1, rate=8000)[0]
    with pytest.raises(UsageError, match=r"'Deewar part1.wav' cannot be joined to 'a.wav'") as said:
        prepared([first, other], out)
    assert "the sample rate 8000, and not 16000" in said.value.what
    assert "Leave out --join" in said.value.fix
    assert not out.exists()


def test_one_film_is_not_joined(parts, out):
    with pytest.raises(UsageError, match="needs several parts"):
        prepared(parts(1), out)


def test_without_room_it_is_refused_before_anything_is_written(parts, out, monkeypatch):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(60_000_000))
    with pytest.raises(UsageError, match=r"joining needs 0\.1 GB"):
        prepared(parts(200, 200), out)
    assert left_in(out) == []


@pytest.mark.parametrize("error", [CancelledError("Stop."), OSError(28, "No space left")])
def test_what_stops_it_leaves_nothing(parts, out, monkeypatch, error):
    copy = joining._copy
    copied = []

    def stop(film, path, **more):
        if copied:
            raise error
        copy(film, path, **more)
        copied.append(path)

    monkeypatch.setattr(joining, "_copy", stop)
    with suppress(CancelledError, UsageError):
        prepared(parts(1, 1), out)
        pytest.fail("it was not stopped")
    assert len(copied) == 1
    assert left_in(out) == []
    assert not list(out.rglob(".tmp-*"))


def test_it_asks_whether_to_stop_while_it_copies(parts, out, monkeypatch):
    def check():
        raise CancelledError("Stop.")

    films = parts(1, 1)
    monkeypatch.setattr(stopping, "check", check)
    with pytest.raises(CancelledError), joined(films, out, lambda said: None):
        pass
    assert left_in(out) == []


def test_a_film_that_no_job_took_is_removed(parts, out):
    with joined(parts(1, 1), out, lambda said: None) as (film, _):
        assert film.exists()
    assert left_in(out) == []
