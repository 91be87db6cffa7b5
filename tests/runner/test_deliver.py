"""Deliverables: what a person changed in output/ is never overwritten."""

import pytest

from chalchitra.files import sha256_file
from chalchitra.jobs.layout import JobLayout
from chalchitra.runner.deliver import place


@pytest.fixture
def layout(tmp_path):
    return JobLayout(tmp_path)


def put(layout, text, previous=None, *, move=False):
    source = layout.root / "made.srt"
    source.write_text(text)
    return place(layout, source, "film.hi.srt", sha256_file(source), previous, move=move)


def test_an_untouched_deliverable_is_replaced(layout):
    first, _ = put(layout, "one")
    second, beside = put(layout, "two", first)
    assert (second.path, beside) == ("output/film.hi.srt", False)
    assert (layout.output / "film.hi.srt").read_text() == "two"


def test_a_changed_one_is_kept_and_the_new_one_lies_beside_it(layout):
    first, _ = put(layout, "one")
    (layout.output / "film.hi.srt").write_text("my own words")
    second, beside = put(layout, "two", first)
    assert (second.path, beside) == ("output/film.hi.new.srt", True)
    third, _ = put(layout, "three", second)
    assert third.path == "output/film.hi.new.srt"
    (layout.output / "film.hi.new.srt").write_text("mine too")
    fourth, _ = put(layout, "four", third)
    assert fourth.path == "output/film.hi.new-2.srt"
    texts = {path.name: path.read_text() for path in layout.output.iterdir()}
    assert texts == {
        "film.hi.srt": "my own words",
        "film.hi.new.srt": "mine too",
        "film.hi.new-2.srt": "four",
    }


def test_a_file_that_was_never_ours_is_kept(layout):
    layout.output.mkdir()
    (layout.output / "film.hi.srt").write_text("bought")
    placed, beside = put(layout, "made")
    assert beside
    assert (layout.output / "film.hi.srt").read_text() == "bought"
    assert (layout.root / placed.path).read_text() == "made"


@pytest.mark.parametrize("move", [False, True])
def test_what_is_there_already_is_adopted(layout, move):
    put(layout, "same")
    placed, beside = put(layout, "same", None, move=move)
    assert (placed.path, beside) == ("output/film.hi.srt", False)
    assert [path.name for path in layout.output.iterdir()] == ["film.hi.srt"]


def test_a_moved_deliverable_is_not_kept_twice(layout):
    placed, _ = put(layout, "film", move=True)
    assert not (layout.root / "made.srt").exists()
    assert (layout.root / placed.path).read_text() == "film"


def test_a_copy_is_no_link(layout):
    put(layout, "one")
    (layout.output / "film.hi.srt").write_text("edited")
    assert (layout.root / "made.srt").read_text() == "one"
