"""Folders of films: which files are taken, and what is said of the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chalchitra.errors import UsageError
from chalchitra.prepare.film_files import find_films


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
    found = find_films([folder("a.mp4", "b.part", "c.iso", "extras/d.part", "a.srt", "a.nfo")])
    assert names(found) == ["a.mp4"]
    (note,) = found.notes
    assert "'b.part', 'extras/d.part' (unfinished downloads)" in note
    assert "'c.iso' (archives" in note
    assert "2 files that are not films" in note


def test_a_folder_of_folders_is_walked_by_name(folder):
    where = folder("s2/e1.mp4", "s1/e2.mp4", "s1/e1.mp4", "pilot.mp4", "s1/x/y/z.mkv", ".t/u.mp4")
    found = find_films([where])
    assert [str(film.relative_to(where)) for film in found.films] == [
        "pilot.mp4", "s1/e1.mp4", "s1/e2.mp4", "s1/x/y/z.mkv", "s2/e1.mp4",
    ]  # fmt: skip
    assert found.notes == []


def test_it_does_not_go_round_in_circles_nor_into_jobs(folder):
    where = folder("a.mp4", "out/2026/01/02/asha/001/output/a.mp4")
    (where / "out/2026/01/02/asha/001/job.json").write_text("{}")
    (where / "again").symlink_to(where)
    found = find_films([where])
    assert names(found) == ["a.mp4"]
    (note,) = found.notes
    assert "the folder 'again' (links" in note
    assert "the folder 'out/2026/01/02/asha/001' (jobs)" in note


def test_films_that_we_made_are_not_subtitled_again(folder):
    ours = ["a.subtitled.mp4", "a.hi.burned.mp4", "a.subtitled.new.mp4", "a.subtitled.new-2.mp4"]
    found = find_films([folder("a.mkv", "b.subtitled.mp4", *ours)])
    assert names(found) == ["a.mkv", "b.subtitled.mp4"]
    (note,) = found.notes
    assert all(f"'{name}'" in note for name in ours)
    assert find_films([folder() / ours[0]]).films == [folder() / ours[0]], "named, it is taken"


def test_what_begins_as_a_film_is_taken_whatever_its_name(folder, tmp_path):
    where = folder("a.mp4", "b", "c.xyz", "d.mp4.tmp")
    begins = {
        "e": b"\x1a\x45\xdf\xa3" + bytes(100),
        "f.film": b"\0\0\0\x20ftypisom" + bytes(100),
        "g.rec": (b"\x47" + bytes(187)) * 20,
        "h.m2": (bytes(4) + b"\x47" + bytes(187)) * 20,
        "i.bin": b"\0\0\x01\xba" + bytes(100),
        "j.mp4v": b"RIFF\x10\0\0\0AVI LIST" + bytes(100),
    }
    no_films = {
        "k.heic2": b"\0\0\0\x20ftypheic" + bytes(100),
        "l.doc": b"\xd0\xcf\x11\xe0" + bytes(100),
        "m.webp2": b"RIFF\x10\0\0\0WEBPVP8 " + bytes(100),
        "n": b"#!/bin/sh\n",
        "o": b"",
    }
    for name, data in (begins | no_films).items():
        (where / name).write_bytes(data)
    os.mkfifo(where / "p.pipe")
    found = find_films([where])
    assert names(found) == ["a.mp4", *begins]
    (note,) = found.notes
    assert all(f"'{name}'" in note for name in ("b", "c.xyz", "d.mp4.tmp", "p.pipe", *no_films))


def test_hidden_files_are_neither_taken_nor_spoken_of(folder):
    found = find_films([folder("a.mp4", ".b.mp4", ".DS_Store")])
    assert names(found) == ["a.mp4"]
    assert found.notes == []


def test_many_are_counted(folder):
    (note,) = find_films([folder("a.mp4", *(f"{n}.rar" for n in range(30)))]).notes
    assert "20 more" in note


def test_a_folder_without_films_says_what_is_in_it(folder):
    with pytest.raises(UsageError) as caught:
        find_films([folder("extras/d.iso", "a.iso")])
    assert "extras/d.iso" in caught.value.cause
    assert "a.iso" in caught.value.cause


def test_a_named_file_may_end_in_anything_and_is_prepared_once(folder):
    film = folder("a.bin") / "a.bin"
    found = find_films([film, film])
    assert (found.films, found.notes) == (
        [film],
        [f"{film} was named more than once; it is prepared once."],
    )


def test_a_file_with_several_names_is_prepared_once_and_that_is_said(folder, monkeypatch):
    where = folder("a.mkv", "S01/ep1.mkv", "S02/ep1.mkv")
    (where / "b.mkv").hardlink_to(where / "a.mkv")
    (where / "c.mkv").symlink_to("a.mkv")
    monkeypatch.chdir(where)
    found = find_films([where, Path("S01/ep1.mkv"), Path("S01/../S02/ep1.mkv")])
    in_it = [str(film.relative_to(where)) for film in found.films]
    assert in_it == ["a.mkv", "S01/ep1.mkv", "S02/ep1.mkv"]
    assert found.notes == [
        f"{where}/b.mkv is the same file as {where}/a.mkv; it is prepared once.",
        f"{where}/c.mkv is the same file as {where}/a.mkv; it is prepared once.",
        "S01/ep1.mkv was named more than once; it is prepared once.",
        "S01/../S02/ep1.mkv was named more than once; it is prepared once.",
    ]


def test_a_name_that_no_file_can_have_is_left_to_whoever_opens_it(tmp_path):
    long = tmp_path / ("x" * 300)
    assert find_films([long]).films == [long]
