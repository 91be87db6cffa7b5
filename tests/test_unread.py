"""Output whose reader left, or that cannot be written: work goes on, and nobody is blamed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PATIENCE = 60.0
HEAD = "import sys, time\nfrom chalchitra import stopping, unread\nunread.guard()\n"


def start(code: str, **options) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + code], stderr=subprocess.PIPE, text=True, **options
    )


def unread() -> int:
    """The writing end of a pipe that nobody reads."""
    read, write = os.pipe()
    os.close(read)
    return write


def test_work_goes_on_where_nobody_reads(tmp_path):
    write = unread()
    process = start(
        f"print('x' * 100_000)\nsys.stdout.flush()\nopen({str(tmp_path / 'done')!r}, 'w')\n"
        "sys.exit(3 if unread.finish() else 0)",
        stdout=write,
    )
    os.close(write)
    assert process.communicate(timeout=PATIENCE)[1] == ""
    assert process.returncode == 0
    assert (tmp_path / "done").exists()


def test_what_only_shows_something_ends_where_nobody_reads():
    write = unread()
    process = start(
        "unread.need_a_reader()\ntry:\n    print('x' * 100_000)\n"
        "except unread.UnreadError:\n    unread.finish()\n    sys.exit(7)",
        stdout=write,
    )
    os.close(write)
    assert process.communicate(timeout=PATIENCE)[1] == ""
    assert process.returncode == 7


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_told_in_the_end():
    with open("/dev/full", "w") as full:
        process = start("print('x')\nprint(unread.finish().strerror, file=sys.stderr)", stdout=full)
    assert "No space left" in process.communicate(timeout=PATIENCE)[1]


def test_everything_arrives_however_slowly_it_is_read():
    process = start("print('é' * 300_000)", stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.read() == "é" * 300_000 + "\n"
    process.communicate()


def test_a_reader_that_does_not_read_keeps_nobody_who_is_to_stop():
    read, write = os.pipe()
    process = start(
        "stopping.hear()\nstopping.later()\nprint('ready', file=sys.stderr, flush=True)\n"
        "print('x' * 1_000_000, flush=True)\nsys.exit(9)",
        stdout=write,
    )
    os.close(write)
    assert process.stderr is not None
    assert process.stderr.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 9
    os.close(read)


def test_a_descriptor_that_was_closed_becomes_no_files(tmp_path):
    """The next file would get the number of stdout, and what is printed in it."""
    file = tmp_path / "file"
    code = f"file = open({str(file)!r}, 'w')\nprint('no', flush=True)\nfile.write('kept')"
    subprocess.run(
        ["sh", "-c", 'exec "$0" -c "$1" >&-', sys.executable, HEAD + code],
        check=True,
        timeout=PATIENCE,
    )
    assert file.read_text() == "kept"
