"""What a job's records lead to lies in the job: no link, no special file, no path out of it."""

from __future__ import annotations

import os
import socket

import pytest

from chalchitra import job_files, stopping
from chalchitra.errors import CancelledError, StageError


@pytest.fixture
def root(tmp_path):
    """A job's folder, and beside it what is somebody else's."""
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "file").write_text("secret")
    root = tmp_path / "job"
    (root / "stages" / "asr").mkdir(parents=True)
    (root / "stages" / "asr" / "record.json").write_text("{}")
    return root


def test_who_is_to_stop_hashes_no_file_to_its_end(root):
    def stop():
        raise CancelledError("Told to stop.")

    with stopping.asking(stop), pytest.raises(CancelledError):
        job_files.sha256(root, "stages/asr/record.json")


def test_what_is_larger_than_it_may_be_is_not_hashed(root):
    path = root / "stages/asr/record.json"
    size = path.stat().st_size
    assert job_files.sha256(root, path, size) == job_files.sha256(root, path)
    with pytest.raises(OSError, match="more than"):
        job_files.sha256(root, path, size - 1)


READS = (
    job_files.read_bytes,
    job_files.read_json,
    job_files.sha256,
    job_files.stat,
    job_files.open_file,
)


def test_what_lies_inside_is_read_by_its_path_from_the_job_or_whole(root):
    for path in ("stages/asr/record.json", root / "stages" / "asr" / "record.json"):
        assert job_files.read_bytes(root, path) == b"{}"
        assert job_files.read_json(root, path) == {}
        assert job_files.stat(root, path).st_size == 2
        assert job_files.is_file(root, path)
    assert job_files.names(root, "stages/asr") == ["record.json"]
    assert job_files.read_end(root, "stages/asr/record.json", 1) == b"}"
    job_files.unlink(root, "stages/asr/record.json")
    assert job_files.names(root, root / "stages" / "asr") == []


@pytest.mark.parametrize("read", READS, ids=lambda read: read.__name__)
@pytest.mark.parametrize(
    "path",
    [
        "../secret",
        "stages/../../secret",
        "{secret}",
        "",
        ".",
        "stages//asr",
        "/stages",
        "\ud800",
        "\0",
    ],
)
def test_a_path_out_of_the_job_is_refused(root, read, path):
    with pytest.raises(OSError, match="job's folder"):
        read(root, path.format(secret=root.parent / "secret"))


def special(kind, path):
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            before = os.open(".", os.O_RDONLY)
            os.chdir(path.parent)
            listening.bind(path.name)
            os.fchdir(before)
            os.close(before)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to({"link": path.parents[3] / "secret", "device": "/dev/zero"}[kind])


@pytest.mark.parametrize("read", READS, ids=lambda read: read.__name__)
@pytest.mark.parametrize("kind", ["fifo", "socket", "folder", "link", "device"])
def test_what_is_no_regular_file_is_refused_at_once(root, read, kind):
    path = root / "stages" / "asr" / "odd"
    special(kind, path)
    with pytest.raises(OSError, match=r"Not a regular file|It is a link"):
        read(root, path)
    assert not job_files.is_file(root, path)


def test_no_folder_on_the_way_is_a_link(root):
    (root / "stages" / "vad").symlink_to(root.parent / "theirs")
    for read in READS:
        with pytest.raises(OSError, match="It is a link"):
            read(root, "stages/vad/file")
    assert job_files.names(root, "stages/vad") == []
    with pytest.raises(OSError, match="It is a link"):
        job_files.unlink(root, "stages/vad/file")
    with pytest.raises(StageError, match="stages/vad is not a folder"):
        job_files.require_folders(root, [root / "stages" / "vad"])
    job_files.require_folders(root, [root / "stages" / "asr", root / "not yet"])


def test_a_job_may_itself_be_named_by_a_link(root):
    (root.parent / "mine").symlink_to(root)
    assert job_files.read_bytes(root.parent / "mine", "stages/asr/record.json") == b"{}"


def test_no_more_is_read_than_any_record_has(root):
    os.truncate(root / "stages" / "asr" / "record.json", 1 << 40)
    with pytest.raises(OSError, match="more than 64 MB"):
        job_files.read_bytes(root, "stages/asr/record.json")


@pytest.mark.parametrize("text", ["[" * 100_000, "NaN", '"\\ud800"', "{", ""])
def test_what_is_no_json_of_ours_is_no_json(root, text):
    (root / "x.json").write_text(text)
    with pytest.raises(ValueError, match="column"):
        job_files.read_json(root, "x.json")


def test_what_is_written_in_place_has_no_second_name(root):
    theirs = root.parent / "secret"
    os.link(theirs, root / "asr.log")
    with pytest.raises(OSError, match="hard link"):
        job_files.descriptor(root, "asr.log", os.O_RDWR)
    with job_files.to_append(root / "asr.log") as log:
        log.write(b"new")
    assert theirs.read_text() == "secret"
    assert (root / "asr.log").read_text() == "new"
    with job_files.to_append(root / "asr.log") as log:
        log.write(b"er")
    assert (root / "asr.log").read_text() == "newer"


@pytest.mark.parametrize("kind", ["fifo", "link", "device", "folder"])
def test_a_log_that_is_none_is_not_written_to(root, kind):
    path = root / "stages" / "asr" / "odd"
    special(kind, path)
    with pytest.raises(OSError, match=r"Not a regular file|It is a link|directory"):
        job_files.to_append(path)
    assert (root.parent / "secret").read_text() == "secret"
