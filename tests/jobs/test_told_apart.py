"""Films with one title: as much of their paths as tells them apart."""

from __future__ import annotations

import unicodedata
from pathlib import PurePath

import pytest

from chalchitra.jobs.told_apart import told_apart


def labels(*paths, title=None):
    return [
        apart.label
        for apart in told_apart([(title or PurePath(p).stem, PurePath(p)) for p in paths])
    ]


def folders(*paths):
    return [apart.folder for apart in told_apart([(PurePath(p).stem, PurePath(p)) for p in paths])]


def test_titles_that_differ_stay_as_they_are():
    assert labels("/tv/S01/ep1.mkv", "/tv/S01/ep2.mkv") == ["ep1", "ep2"]
    assert folders("/tv/S01/ep1.mkv", "/tv/S01/ep2.mkv") == [None, None]


def test_equal_ones_get_their_folder():
    paths = ["/tv/S01/ep1.mkv", "/tv/S02/ep1.mkv", "/tv/S01/ep2.mkv"]
    assert labels(*paths) == ["S01/ep1", "S02/ep1", "ep2"]
    assert folders(*paths) == ["S01", "S02", None]


def test_as_much_of_it_as_is_needed():
    paths = ["/tv/A/S01/ep1.mkv", "/tv/B/S01/ep1.mkv", "/tv/B/S02/ep1.mkv", "/ep1.mkv"]
    assert labels(*paths) == ["A/S01/ep1", "B/S01/ep1", "S02/ep1", "ep1.mkv"]
    assert folders(*paths) == ["A/S01", "B/S01", "S02", "ep1.mkv"]


def test_in_one_folder_by_their_files():
    assert labels("/a/film.mkv", "/a/film.mp4") == ["film.mkv", "film.mp4"]
    assert folders("/a/film.mkv", "/a/film.mp4") == ["film.mkv", "film.mp4"]
    paths = ["/a/film.mkv", "/a/film.mp4", "/b/film.mkv"]
    assert labels(*paths) == ["a/film.mkv", "film.mp4", "b/film"]


@pytest.mark.parametrize("other", ["Café", "CAFÉ", unicodedata.normalize("NFD", "café")])
def test_names_that_a_disk_may_take_for_one_are_equal(other):
    assert labels("/1/café.mkv", f"/2/{other}.mkv") == ["1/café", f"2/{other}"]


def test_jobs_of_one_film_keep_its_title():
    assert labels("/a/film.mkv", "/a/film.mkv") == ["film", "film"]
    assert labels("/a/film.mkv", "/a/film.mkv", "/b/film.mkv") == ["a/film", "a/film", "b/film"]


def test_a_title_that_was_asked_for_twice():
    assert labels("/a/x.mkv", "/b/y.mkv", title="T") == ["a/T", "b/T"]
