"""Files of a folder that may be anybody's: nothing outside is read, and nothing special."""

from __future__ import annotations

import os

import pytest

from chalchitra import inside


@pytest.fixture
def folder(tmp_path):
    """A folder with a file, and what should not be read beside it."""
    (tmp_path / "secret").write_text("secret")
    own = tmp_path / "own"
    (own / "sub").mkdir(parents=True)
    (own / "sub" / "words.json").write_text("words")
    return own


def read(folder, name, **options):
    with inside.opened(folder) as fd:
        return inside.read(fd, name, **options)


def test_its_own_files_are_read(folder):
    assert read(folder, "sub/words.json") == b"words"


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../secret", "sub/../../secret", "/etc/hostname", "sub//words.json",
     "sub/words.json/", "sub/\0words.json", "sub/\ud800"],
)  # fmt: skip
def test_a_path_that_is_not_plain_is_refused(folder, name):
    with pytest.raises(ValueError, match=r"path|surrogate"):
        read(folder, name)


def test_no_link_is_followed(folder):
    (folder / "link").symlink_to("../secret")
    (folder / "way").symlink_to("..")
    (folder / "near").symlink_to("sub")
    for name in ("link", "way/secret", "near/words.json"):
        with pytest.raises(OSError, match=r"levels of symbolic links|Not a directory"):
            read(folder, name)
    whole = folder.with_name("whole")
    whole.symlink_to(folder)
    with pytest.raises(OSError, match=r"levels of symbolic links|Not a directory"):
        read(whole, "sub/words.json")


@pytest.mark.parametrize("kind", ["fifo", "folder", "device"])
def test_what_is_no_file_is_refused_at_once(folder, kind):
    if kind == "fifo":
        os.mkfifo(folder / "odd")
    elif kind == "folder":
        (folder / "odd").mkdir()
    else:
        try:
            os.mknod(folder / "odd", 0o20666, os.makedev(1, 5))  # /dev/zero
        except OSError:
            pytest.skip("only root makes devices, and not everywhere")
    with pytest.raises(OSError, match=r"regular|denied"):
        read(folder, "odd")


def test_a_large_record_is_refused(folder):
    assert read(folder, "sub/words.json", limit=5) == b"words"
    with pytest.raises(ValueError, match="more than 4 bytes"):
        read(folder, "sub/words.json", limit=4)
