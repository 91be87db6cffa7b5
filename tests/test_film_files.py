"""Folders of films: which files are taken, and what is said of the others."""

from __future__ import annotations

import pytest

from chalchitra.errors import UsageError
from chalchitra.film_files import find_films


@pytest.fixture
def folder(tmp_path):
    def make(*names):
        for name in names:
            path = tmp_path / "season" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
        return tmp_path / "season"

    return make


def names(found):
    return [path.name for path in found.films]


def test_every_container_that_is_opened_is_taken_whatever_its_case(folder):
    films = ["a.MKV", "b.asf", "c.f4v", "d.rmvb", "e.mxf", "f.m4b", "g.aiff", "h.divx", "i.VOB"]
    found = find_films([folder(*films)])
    assert names(found) == films
    assert found.notes == []


def test_what_is_left_out_is_said(folder):
    found = find_films([folder("a.mp4", "b.part", "c.iso", "extras/d.mp4", "a.srt", "a.nfo")])
    assert names(found) == ["a.mp4"]
    (note,) = found.notes
    assert "'b.part', 'c.iso'" in note
    assert "'extras'" in note
    assert "2 files that are not films" in note


def test_hidden_files_are_neither_taken_nor_spoken_of(folder):
    found = find_films([folder("a.mp4", ".b.mp4", ".DS_Store")])
    assert names(found) == ["a.mp4"]
    assert found.notes == []


def test_many_are_counted(folder):
    (note,) = find_films([folder("a.mp4", *(f"{n}.rar" for n in range(30)))]).notes
    assert "25 more" in note


def test_a_folder_without_films_says_what_is_in_it(folder):
    with pytest.raises(UsageError) as caught:
        find_films([folder("extras/d.mp4", "a.iso")])
    assert "extras" in caught.value.cause
    assert "a.iso" in caught.value.cause


def test_a_named_file_may_end_in_anything_and_is_prepared_once(folder):
    film = folder("a.bin") / "a.bin"
    assert find_films([film, film]).films == [film]


def test_a_name_that_no_file_can_have_is_left_to_whoever_opens_it(tmp_path):
    long = tmp_path / ("x" * 300)
    assert find_films([long]).films == [long]
