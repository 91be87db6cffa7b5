"""Whatever a film does to the process that reads it, whoever asked goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chalchitra import stopping
from chalchitra.errors import CancelledError, UsageError
from chalchitra.media.guard import Guard
from chalchitra.media.probe import probe

LOOKER = """
import os, signal, sys, time
from chalchitra.media import looker, probe

def look(path):
    if "bad" in path.name:
        {does}
    return {{"name": path.name, "pid": os.getpid()}}

looker.SECONDS = 0
looker.MEMORY_LIMIT = 1 << 30
probe.look = look
looker.main()
"""


@pytest.fixture
def guard():
    made = []

    def make(does):
        made.append(Guard([sys.executable, "-c", LOOKER.format(does=does)]))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed (signal 11)"),
        ("os.abort()", "crashed (signal 6)"),
        ("os._exit(3)", "gave up (status 3)"),
        ("raise ValueError('a defect of ours, or of PyAV')", "gave up (status 1)"),
        ("while True: pass", "did not finish"),
        ("bytearray(4 << 30)", "more memory than any film"),
    ],
)
def test_a_film_that_ends_its_reader_is_refused_and_the_next_is_read(guard, does, told):
    asked = guard(does)
    assert asked.look(Path("good.mkv"))["name"] == "good.mkv"
    for _ in range(2):
        with pytest.raises(UsageError) as error:
            asked.look(Path("bad.mkv"))
        assert "'bad.mkv' cannot be opened as a film." in error.value.what
        assert told in error.value.cause
        assert error.value.fix
        assert asked.look(Path("good.mkv"))["name"] == "good.mkv"


def test_whoever_stops_it_while_it_reads_is_heard_and_the_next_is_read(guard, monkeypatch):
    asked = guard("time.sleep(60)")
    first = asked.look(Path("good.mkv"))["pid"]

    def check():
        raise CancelledError("The run was cancelled.")

    with monkeypatch.context() as told:
        told.setattr(stopping, "check", check)
        with pytest.raises(CancelledError):
            asked.look(Path("bad.mkv"))
    assert not _is_there(first)
    assert asked.look(Path("good.mkv"))["name"] == "good.mkv"


def test_one_process_reads_all_films(guard):
    asked = guard("pass")
    assert len({asked.look(Path(f"{n}.mkv"))["pid"] for n in range(3)}) == 1


def test_names_of_any_kind_reach_it(guard):
    name = "फ़िल्म \n 🎬 \udcff.mkv"
    assert guard("pass").look(Path(name))["name"] == name


def test_it_ends_with_whoever_asked_even_by_force(tmp_path):
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from chalchitra.media.guard import GUARD\n"
        "try: GUARD.look(Path('none.mkv'))\n"
        "except Exception: pass\n"
        "print(GUARD._process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=False)
    assert run.returncode == -signal.SIGKILL
    until = time.monotonic() + 20
    while _is_there(int(run.stdout)):
        assert time.monotonic() < until, "it outlived whoever asked"
        time.sleep(0.05)


def _is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        "Z"
        not in subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
    )


def test_channels_in_an_order_of_their_own_end_nothing(ffmpeg, tmp_path):
    """PyAV 18 frees such a layout twice, and the process aborts."""
    film = tmp_path / "seven.caf"
    ffmpeg("-f lavfi -i sine=d=0.2 -af aformat=channel_layouts=7.1 -c:a pcm_s16le -f caf", film)
    for _ in range(2):
        stream = probe(film).audio[0]
        assert stream.channels == 8
        assert "FC" in stream.channel_layout or stream.channel_layout == "7.1"


def test_a_header_that_says_what_cannot_be_is_no_film(ffmpeg, tmp_path, monkeypatch):
    film = tmp_path / "film.wav"
    ffmpeg("-f lavfi -i sine=d=0.2", film)
    from chalchitra.media.guard import GUARD

    honest = GUARD.look(film)
    monkeypatch.setattr(GUARD, "look", lambda path: {**honest, "duration": float("inf")})
    with pytest.raises(UsageError, match="cannot be opened") as error:
        probe(film)
    assert "duration is inf" in error.value.cause
