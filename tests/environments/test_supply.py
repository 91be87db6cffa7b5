"""Environments that are built on the way."""

from __future__ import annotations

import pytest

from chalchitra import stopping
from chalchitra.environments import supply, table
from chalchitra.errors import CancelledError, MissingError

GOES_ON = """
trap ': >ended; exit 130' TERM
: >started
for each in 1 2 3 4 5 6 7 8 9; do sleep 0.5; done
"""


@pytest.mark.parametrize(
    ("script", "when"), [(GOES_ON, "started"), (": >ended; exit 130", "ended")]
)
def test_a_build_that_is_stopped_is_no_build_that_failed(tmp_path, monkeypatch, script, when):
    """Whether it goes on, or heard Ctrl-C itself and has ended."""
    bootstrap(tmp_path, monkeypatch, script)

    def check():
        if (tmp_path / when).exists():
            raise CancelledError("Enough.")

    with stopping.asking(check), pytest.raises(CancelledError):
        supply.build(["common"])
    assert (tmp_path / "ended").exists()


def test_a_build_that_fails_is_said(tmp_path, monkeypatch):
    bootstrap(tmp_path, monkeypatch, "exit 3")
    with pytest.raises(MissingError, match="common, heavy"):
        supply.build(["common", "heavy"])


def bootstrap(root, monkeypatch, script):
    (root / "bootstrap.sh").write_text(f"#!/bin/sh\ncd {root}\n{script}")
    (root / "bootstrap.sh").chmod(0o755)
    monkeypatch.setenv("CHALCHITRA_ROOT", str(root))


@pytest.fixture
def built(project, monkeypatch) -> list[list[str]]:
    """What was built; the environment `one` is missing until then."""
    place, aside = project.root / "venv" / "one", project.root / "gone"
    place.rename(aside)
    calls: list[list[str]] = []

    def build(names):
        calls.append(list(names))
        aside.rename(place)

    monkeypatch.setattr(supply, "build", build)
    yield calls
    supply.build_if(None)


def test_nothing_is_built_where_nobody_agreed(built):
    assert [item.whole for item in supply.states(["one", "two"])] == [False, True]
    supply.build_if(lambda environments: False)
    assert [item.whole for item in supply.states(["one", "two"])] == [False, True]
    assert built == []


def test_what_is_missing_and_no_more_is_built_once_it_was_agreed_to(built):
    asked = []

    def agree(environments):
        asked.append([item.name for item in environments])
        return True

    supply.build_if(agree)
    assert all(item.whole for item in supply.states(["one", "two"]))
    assert all(item.whole for item in supply.states(["one", "two"]))
    assert asked == built == [["one"]]


def test_the_size_is_that_of_all_of_them(project):
    found = supply.size([table.load().get("one"), table.load().get("two")])
    assert (found.download, found.disk) == (0.2, 0.2)
