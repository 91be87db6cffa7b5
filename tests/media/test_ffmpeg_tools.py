import signal
import subprocess
import sys
import threading
import time

import pytest

from chalchitra.errors import MissingError, PassingError, StageError
from chalchitra.media import tools
from chalchitra.media.tools import find_ffmpeg, reading_ffmpeg, run_ffmpeg

SILENCE = ["-f", "lavfi", "-i", "anullsrc=duration=1"]


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """A PATH of one empty folder, and an ffmpeg that is looked for anew."""
    monkeypatch.setenv("PATH", str(tmp_path))
    find_ffmpeg.cache_clear()
    yield tmp_path
    find_ffmpeg.cache_clear()


def fake(folder, version_line, status=0):
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' '{version_line}'\nexit {status}\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright (c) 2000-2021", "4.4.2-0ubuntu0.22.04.1"),
        ("ffmpeg version n7.1 Copyright (c) 2000-2024", "7.1"),
        ("ffmpeg version N-118000-gabcdef Copyright (c) 2000-2025", "N-118000-gabcdef"),
    ],
)
def test_the_machines_ffmpeg_comes_first(fresh, line, version):
    program = fake(fresh, line)
    assert find_ffmpeg() == (str(program), version)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("ffmpeg version 4.2.7-0ubuntu0.1 Copyright (c) 2000-2022", 0),
        ("ffmpeg version 7.1 Copyright", 127),
        ("a wrapper that says something else", 0),
    ],
)
def test_one_that_is_old_or_broken_is_passed_over(fresh, line, status):
    program = fake(fresh, line, status)
    assert find_ffmpeg().path != str(program)
    assert "imageio_ffmpeg" in find_ffmpeg().path


def test_no_ffmpeg_at_all_is_missing(fresh, monkeypatch):
    monkeypatch.setattr(tools, "_from_wheel", list)
    with pytest.raises(MissingError, match="no usable ffmpeg") as missing:
        find_ffmpeg()
    assert "bootstrap.sh" in missing.value.fix


def test_a_full_disk_is_named():
    with pytest.raises(StageError, match="The disk is full") as failed:
        run_ffmpeg([*SILENCE, "-t", "60", "-f", "wav", "file:/dev/full"])
    assert failed.value.fix


def test_a_failure_carries_ffmpegs_reason(tmp_path):
    (tmp_path / "broken.mkv").write_bytes(b"\x1aE\xdf\xa3" + bytes(1000))
    with pytest.raises(StageError, match="ffmpeg failed") as failed:
        run_ffmpeg(["-i", str(tmp_path / "broken.mkv"), "-f", "null", "-"])
    assert "Invalid data" in failed.value.cause


def test_a_crash_is_told_as_one(fresh):
    program = fresh / "ffmpeg"
    program.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        "if '-version' in sys.argv: print('ffmpeg version 8.0 Copyright')\n"
        f"else: os.kill(os.getpid(), {signal.SIGSEGV.value})\n"
    )
    program.chmod(0o755)
    with pytest.raises(PassingError) as failed:
        run_ffmpeg([])
    assert "crashed (signal 11)" in failed.value.cause


def test_an_interruption_ends_the_program(monkeypatch):
    started: list[subprocess.Popen] = []
    start = tools._start

    def remember(*args):
        started.append(start(*args))
        return started[-1]

    monkeypatch.setattr(tools, "_start", remember)

    def interrupted(progress):
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_ffmpeg(
            ["-re", "-f", "lavfi", "-i", "anullsrc", "-f", "null", "-"], on_progress=interrupted
        )
    assert [program.poll() is None for program in started] == [False]
    assert time.monotonic() - began < 20


def test_a_reader_that_stops_ends_the_program():
    endless = ["-f", "lavfi", "-i", "anullsrc", "-c:a", "pcm_s16le", "-f", "nut", "pipe:1"]
    with reading_ffmpeg(endless) as running:
        assert running.output.read(5) == b"nut/m"
    assert running.output.closed
    assert running.end()[0] != 0


def test_a_program_that_is_killed_may_do_better_next_time(fresh):
    program = fresh / "ffmpeg"
    program.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        "if '-version' in sys.argv: print('ffmpeg version 8.0 Copyright')\n"
        f"else: os.kill(os.getpid(), {signal.SIGKILL.value})\n"
    )
    program.chmod(0o755)
    with pytest.raises(PassingError, match="killed"):
        run_ffmpeg([])


def test_a_flood_of_messages_does_not_block(tmp_path):
    """More on stderr than a pipe holds."""
    noise = bytes((index * 7919) % 251 for index in range(3_000_000))
    (tmp_path / "noise.h264").write_bytes(b"\0\0\0\1\x67" + noise)
    done = threading.Event()

    def run():
        with pytest.raises(StageError):
            run_ffmpeg(
                ["-f", "mp3", "-i", str(tmp_path / "noise.h264"), "-f", "null", "-xerror", "-"]
            )
        done.set()

    threading.Thread(target=run, daemon=True).start()
    assert done.wait(60)


@pytest.mark.parametrize(
    "said",
    [
        "This decoder does not support parameter changes, but PARAM_CHANGE side data was sent to.",
        "Error while decoding stream #0:0: Invalid argument",
    ],
)
def test_what_says_of_no_loss_is_no_error(tmp_path, said):
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\necho '[aac @ 0x1] [error] {said}' >&2\n")
    program.chmod(0o755)
    with tools.reading_ffmpeg([], program=tools.Ffmpeg(str(program), "5.1")) as running:
        assert running.end() == (0, [])


def test_another_ffmpeg_is_not_the_same_by_another_name(fresh, monkeypatch):
    (fresh / "ffmpeg").symlink_to(tools._from_wheel()[0])
    assert find_ffmpeg().path == str(fresh / "ffmpeg")
    assert tools.find_other_ffmpeg() is None
    (fresh / "ffmpeg").unlink()
    fake(fresh, "ffmpeg version 7.1 Copyright")
    find_ffmpeg.cache_clear()
    assert "imageio_ffmpeg" in tools.find_other_ffmpeg().path


def test_an_error_after_a_line_of_progress_is_kept(tmp_path):
    """ffmpeg 5 ends that line with a carriage return alone."""
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nprintf '[info] size=N/A speed=9x   \\r[error] Bad.\\n' >&2\n")
    program.chmod(0o755)
    with tools.reading_ffmpeg([], program=tools.Ffmpeg(str(program), "5.1")) as running:
        assert running.end() == (0, ["Bad."])
