"""Tables that people edit: what is wrong with one is said with its line and what brings it back."""

from __future__ import annotations

import pytest

from chalchitra.errors import MissingError, UsageError
from chalchitra.toml_tables import read_toml, unusable


@pytest.fixture
def ours(tmp_path, monkeypatch):
    monkeypatch.setenv("CHALCHITRA_ROOT", str(tmp_path))
    (tmp_path / "config").mkdir()
    return tmp_path / "config" / "routes.toml"


def test_a_table_is_read(ours):
    ours.write_text('[ways]\nname = "हिन्दी"\n', encoding="utf-8")
    assert read_toml(ours) == {"ways": {"name": "हिन्दी"}}


@pytest.mark.parametrize("content", [b"[ways\n", b"a = 1\na = 2\n", b"name = '\xff'\n"])
def test_what_is_no_toml_is_said_with_its_place(ours, content):
    ours.write_bytes(content)
    with pytest.raises(UsageError, match="cannot be read: ") as caught:
        read_toml(ours)
    assert "config/routes.toml" in caught.value.fix
    own = ours.parent.parent / "own.toml"
    own.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_toml(own)
    assert caught.value.fix == "Fix that line."


def test_a_table_of_ours_that_is_gone_can_be_brought_back(ours):
    with pytest.raises(MissingError, match="is missing") as caught:
        read_toml(ours)
    assert "config/routes.toml" in caught.value.fix
    with pytest.raises(UsageError, match="No such file") as caught:
        read_toml(ours.parent.parent / "own.toml")
    assert caught.value.fix == "Correct the name of the file."


def test_a_folder_is_no_table(ours):
    ours.mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        read_toml(ours)


def test_a_table_that_says_what_cannot_be_can_be_brought_back(ours):
    assert "config/routes.toml" in unusable(ours, "a row has no name").fix
    assert unusable(ours.parent.parent / "own.toml", "a row has no name").fix == "Fix it."
