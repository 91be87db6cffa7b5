"""Names of parts: their order, what is missing, what the film of them is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalchitra.errors import UsageError
from chalchitra.prepare.film_files import find_films
from chalchitra.prepare.parts import alike, common_name, missing, of_folder


def paths(*names):
    return [Path("/tv/Sholay") / name for name in names]


def in_order(*names):
    folder = Path("/tv/Sholay")
    return [str(film.relative_to(folder)) for film in of_folder(folder, paths(*names))]


def test_a_folder_counts_as_people_do():
    assert in_order("part1.mkv", "part10.mkv", "part2.mkv") == [
        "part1.mkv", "part2.mkv", "part10.mkv",
    ]  # fmt: skip
    assert in_order("CD2/a.avi", "CD10/a.avi", "CD1/b.avi") == [
        "CD1/b.avi", "CD2/a.avi", "CD10/a.avi",
    ]  # fmt: skip


def test_files_that_are_named_keep_their_order(tmp_path):
    for name in ("part1.mkv", "part2.mkv"):
        (tmp_path / name).write_text(name)
    given = [tmp_path / "part2.mkv", tmp_path / "part1.mkv"]
    assert find_films(given, of_folder).films == given
    assert find_films([tmp_path], of_folder).films == given[::-1]


def test_what_was_made_of_the_parts_is_none_of_them(tmp_path):
    folder = tmp_path / "Sholay"
    folder.mkdir()
    for name in ("part2.mkv", "part1.mkv", "Sholay.subtitled.mkv", "other.subtitled.mkv"):
        (folder / name).write_text(name)
    found = [film.name for film in find_films([folder], of_folder).films]
    assert found == ["other.subtitled.mkv", "part1.mkv", "part2.mkv"]


def test_a_dvd_without_its_menus():
    menus = ["VIDEO_TS.VOB", "VTS_01_0.VOB"]
    assert in_order(*menus, "VTS_01_2.VOB", "VTS_01_1.VOB") == ["VTS_01_1.VOB", "VTS_01_2.VOB"]
    with pytest.raises(UsageError, match="2 films of a DVD: VTS_01, VTS_02"):
        in_order(*menus, "VTS_01_1.VOB", "VTS_02_1.VOB", "VTS_02_2.VOB")


@pytest.mark.parametrize(
    ("names", "title"),
    [
        (("Deewar.CD1.avi", "Deewar.CD2.avi"), "Deewar"),
        (("Dil Se (part 1).mkv", "Dil Se (part 2).mkv"), "Dil Se"),
        (("Movie 2 - part10.mkv", "Movie 2 - part11.mkv"), "Movie 2"),
        (("part1.mkv", "part2.mkv"), "Sholay"),
        (("CD1/film.avi", "CD2/film.avi"), "film"),
        (("CD1/1.avi", "CD2/2.avi"), "Sholay"),
        (("VIDEO_TS/VTS_01_1.VOB", "VIDEO_TS/VTS_01_2.VOB"), "Sholay"),
        (("किताब-1.mkv", "किताबें-2.mkv"), "किता"),
        (("ep10.mkv", "ep11.mkv"), "ep"),
        (("फ़िल्म पार्ट 1.mkv", "फ़िल्म पार्ट 2.mkv"), "फ़िल्म"),
    ],
)
def test_the_film_is_called_what_its_parts_have_in_common(names, title):
    assert common_name(paths(*names)) == title


@pytest.mark.parametrize(
    ("names", "gone"),
    [
        (("a part1.mkv", "a part2.mkv", "a part4.mkv"), [3]),
        (("a.cd2.avi", "a.cd3.avi"), [1]),
        (("VTS_01_1.VOB", "VTS_01_3.VOB"), [2]),
        (("a part1.mkv", "a part2.mkv"), []),
        (("morning.mkv", "evening 3.mkv"), []),
        (("2001 part1.mkv", "2010 part3.mkv"), []),
        (("फ़िल्म पार्ट 2.mkv", "फ़िल्म पार्ट 3.mkv"), [1]),
        (("பாகம் 1.mkv", "பாகம் 3.mkv"), [2]),
        (("film-3.ts", "film-4.ts", "film-6.ts"), [5]),
        (("film 1999.mkv", "film 2003 x.mkv"), []),
        (("film 1950.mkv", "film 2003.mkv"), []),
        (("1-film-1.mkv", "2-film-4.mkv"), []),
    ],
)
def test_a_part_that_is_missing_is_noticed(names, gone):
    assert missing(paths(*names)) == gone


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        (("a part1.mkv", "a part2.mkv"), 2),
        (("x.mkv", "A.CD1.avi", "A.CD2.avi"), 2),
        (("CD1/a.avi", "CD2/a.avi"), 2),
        (("VTS_01_1.VOB", "VTS_01_2.VOB"), 2),
        (("S01E01.mkv", "S01E02.mkv"), 0),
        (("Don.mkv", "Don 2.mkv"), 0),
        (("Kill Bill part 1.mkv", "Sholay part 2.mkv"), 0),
    ],
)
def test_names_that_look_like_parts_of_one_film(names, parts):
    assert len(alike(paths(*names))) == parts
