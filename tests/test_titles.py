"""What deliverables are called: as their film, and where not, that is said."""

from __future__ import annotations

import errno
import os
import unicodedata
from pathlib import Path

import pytest

from chalchitra.jobs.store import read_job
from chalchitra.prepare.films import prepare_film
from chalchitra.prepare.options import PrepareOptions
from chalchitra.prepare.plan import make_plan
from chalchitra.titles import title_of

NAMES = [
    "Mission: Impossible - Fallout",
    "Wait for it...",
    "-dash first",
    ".hidden",
    " spaces  kept ",
    'What? "Yes" * <no> | a\\b',
    "50% off #1 & co; $HOME `x`",
    unicodedata.normalize("NFD", "Amélie क़लम"),
    "क्‍ष ಶ್ರೀ‌ಮತಿ 🎬 مِیرا",
    "(१)" + "फ़िल्म" * 12,
]


@pytest.mark.parametrize("name", NAMES)
def test_a_title_is_the_films_own_name_to_the_byte(tmp_path, name):
    assert title_of(name, tmp_path / "out") == (name, None)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("AC/DC live", "AC-DC live"),
        ("../../etc/passwd", "..-..-etc-passwd"),
        ("one\ntwo\x1b[31m", "one two [31m"),
        ("\udcff", "film"),
        ("   ", "film"),
        ("", "film"),
    ],
)
def test_what_no_file_can_be_called_is_replaced_and_said(tmp_path, name, title):
    found, said = title_of(name, tmp_path)
    assert found == title
    assert said is not None
    assert repr(title) in said
    assert said.isprintable()


@pytest.mark.parametrize("name", ["फ" * 83, "क्षि" * 21, "x" * 251, "👩‍👩‍👧‍👦" * 10])
def test_a_name_as_long_as_names_can_be_is_cut_between_two_syllables(tmp_path, name):
    found, said = title_of(name, tmp_path)
    assert said is not None
    assert "too long" in said
    assert name.startswith(found)
    unit = {"फ": "फ", "क": "क्षि", "x": "x", "👩": "👩‍👩‍👧‍👦"}[name[0]]
    assert found == unit * (len(found) // len(unit))
    longest = f"{found}.mni-Latn.new-2.srt"
    (tmp_path / longest).touch()
    assert len(longest.encode()) > 150


def disk_that(refuses):
    """Path.touch of a disk that does not take some names."""

    def touch(self, *, exist_ok=True):
        del exist_ok
        number = refuses(self.name)
        if number:
            raise OSError(number, os.strerror(number))
        self.write_bytes(b"")

    return touch


def test_a_disk_that_takes_no_colons_is_asked_and_said(tmp_path, monkeypatch):
    refuses = disk_that(lambda name: errno.EINVAL if set(name) & set(':*?"<>|') else 0)
    monkeypatch.setattr(Path, "touch", refuses)
    assert title_of("Dune: Part 2?", tmp_path)[0] == "Dune- Part 2-"
    assert "does not accept that name" in title_of("Dune: Part 2?", tmp_path)[1]
    assert title_of("Dune", tmp_path) == ("Dune", None)


def test_a_disk_with_short_names_gets_a_short_one(tmp_path, monkeypatch):
    long = disk_that(lambda name: errno.ENAMETOOLONG if len(name.encode()) > 143 else 0)
    monkeypatch.setattr(Path, "touch", long)
    found, said = title_of("फ" * 60, tmp_path)
    assert found.startswith("फ" * 30)
    assert said is not None


def test_a_full_disk_is_no_matter_of_names(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "touch", disk_that(lambda name: errno.ENOSPC))
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        title_of("Dune", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def film(make_wav, tmp_path):
    return lambda name: make_wav(tmp_path / name)


@pytest.fixture
def make_wav():
    import wave

    def make(path):
        with wave.open(str(path), "wb") as wav:
            wav.setnchannels(1)
            wav.setsampwidth(2)
            wav.setframerate(16000)
            wav.writeframes(bytes(32000))
        return path

    return make


def test_the_job_has_it_and_says_what_changed(film, tmp_path):
    plan = make_plan(PrepareOptions("transcribe", "en", model="base", no_glossary=True))
    job, folder = prepare_film(film("-Dune: Part 2...wav"), plan, tmp_path / "out")
    assert read_job(folder).title == job.title == "-Dune: Part 2.."
    long, _ = prepare_film(film("फ" * 83 + ".wav"), plan, tmp_path / "out")
    assert any("too long" in note for note in long.notes)
    named = make_plan(
        PrepareOptions("transcribe", "en", model="base", no_glossary=True, title="a/b")
    )
    asked, _ = prepare_film(film("x.wav"), named, tmp_path / "out")
    assert asked.title == "a-b"
    assert any("'a-b', not 'a/b'" in note for note in asked.notes)
