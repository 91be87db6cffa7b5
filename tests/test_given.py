"""What a person names may be no file: nothing waits for it or reads it without an end."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from chalchitra.errors import UsageError
from chalchitra.given import read_given
from chalchitra.languages import find
from chalchitra.prepare.given_text.read import read_script
from chalchitra.prepare.glossary.read import read_sheet
from chalchitra.subtitles.formats.foreign import read_subtitles
from chalchitra.subtitles.tracks.edited import read_edited

READERS = {
    "a.txt": lambda path: read_script(path, find("en")),
    "a.srt": read_subtitles,
    "b.srt": read_edited,
    "a.csv": read_edited,
    "a.tsv": lambda path: read_sheet(path, "en"),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("kind", ["fifo", "zero", "folder"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path, name, kind):
    path = tmp_path / name
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "zero":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    with pytest.raises(UsageError, match="cannot be read") as caught:
        READERS[name](path)
    assert "egular file" in str(caught.value.cause)


@pytest.mark.parametrize("name", READERS)
def test_what_is_too_large_is_refused_unread(tmp_path, name):
    with open(tmp_path / name, "wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UsageError) as caught:
        READERS[name](tmp_path / name)
    assert re.fullmatch(r"It has more than [0-9]{1,2} MB\.", caught.value.cause)
    assert caught.value.fix


def test_no_more_is_read_than_is_allowed(tmp_path):
    path: Path = tmp_path / "a"
    path.write_bytes(b"12345")
    (tmp_path / "link").symlink_to(path)
    assert read_given(tmp_path / "link", 5) == b"12345"
    with pytest.raises(ValueError, match="more than 4"):
        read_given(path, 4)
