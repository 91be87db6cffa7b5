"""Being told to stop: what hears it, and that nothing that collects errors takes it for one."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading

import pytest

from chalchitra import stopping
from chalchitra.errors import CancelledError, ExitCode
from chalchitra.files import copy_file, sha256_file, sha256_open

PATIENCE = 60.0
"""Far more than anything takes here, however much else the machine does."""


IMPORTS = "import os\nimport signal\nimport time\nfrom chalchitra import stopping\n"


def start(code: str, **options) -> subprocess.Popen[str]:
    """Python code that says `ready` when it may be told something."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{IMPORTS}{code}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def told():
    raise CancelledError("Enough.")


def test_whoever_collects_errors_does_not_take_it():
    def collect():
        try:
            told()
        except Exception:
            return "swallowed"

    with pytest.raises(CancelledError):
        collect()


@pytest.mark.parametrize("what", ["hashed", "copied"])
def test_a_large_file_is_left_in_the_middle(tmp_path, what):
    film = tmp_path / "film.mkv"
    with open(film, "wb") as handle:
        handle.truncate(1 << 40)  # a terabyte of nothing: to its end it would take an hour
    asked = []

    def check():
        asked.append(1)
        if len(asked) > 2:
            told()

    with open(film, "rb") as source, stopping.asking(check):
        use = {"hashed": sha256_open, "copied": lambda film: copy_file(film, tmp_path / "copy")}
        with pytest.raises(CancelledError):
            use[what](source)
    assert len(asked) == 3
    film.unlink()


def test_a_copy_has_the_bytes(tmp_path):
    data = os.urandom(3_000_001)
    (tmp_path / "a").write_bytes(data)
    with open(tmp_path / "a", "rb") as source:
        copy_file(source, tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == data
    assert sha256_file(tmp_path / "b") == sha256_file(tmp_path / "a")


def test_waiting_for_a_lock_hears_it(tmp_path):
    with open(tmp_path / "lock", "w") as mine, open(tmp_path / "lock", "w") as others:
        fcntl.flock(others, fcntl.LOCK_EX)
        with stopping.asking(told), pytest.raises(CancelledError):
            stopping.lock(mine, fcntl.LOCK_EX)
        fcntl.flock(others, fcntl.LOCK_UN)
        stopping.lock(mine, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            fcntl.flock(others, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_what_waits_and_asks_nobody_is_left_to_itself():
    go, left = threading.Event(), threading.Event()

    def wait():
        go.wait(PATIENCE)
        left.set()

    with stopping.asking(told), pytest.raises(CancelledError):
        stopping.aside(wait)
    assert not left.is_set()
    go.set()
    assert left.wait(PATIENCE)


@pytest.mark.parametrize("error", [TimeoutError("slow"), ValueError("no")])
def test_what_is_done_aside_answers_and_raises(error):
    def fail():
        raise error

    assert stopping.aside(lambda: 3) == 3
    with pytest.raises(type(error)):
        stopping.aside(fail)


@pytest.mark.parametrize("number", stopping.SIGNALS, ids=lambda each: each.name)
def test_a_signal_ends_what_may_be_left_anywhere(number):
    process = start(
        "from chalchitra.errors import CancelledError\n"
        "try:\n    stopping.hear()\n    print('ready', flush=True)\n    time.sleep(60)\n"
        "except CancelledError as told:\n    print(told.cause)"
    )
    process.send_signal(number)
    said, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, "")
    assert number.name in said


@pytest.mark.parametrize("module", ["chalchitra", "chalchitra.environments"])
def test_one_that_came_while_python_started_ends_it_silently(module):
    """As the shell scripts start it: blocked, so that it is not Python's own to take."""

    def press():
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        os.kill(os.getpid(), signal.SIGINT)

    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], preexec_fn=press, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_a_hang_up_that_nohup_ignores_is_ignored():
    process = start(
        "import signal\nstopping.hear()\nprint('ready', flush=True)\n"
        "print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)",
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    assert process.stdout is not None
    assert process.stdout.read() == "True\n"
    process.communicate()


def test_one_that_is_raised_in_a_destructor_is_raised_again():
    """Python prints what is raised there, and goes on."""
    process = start(
        "from chalchitra.errors import CancelledError\nstopping.hear()\n"
        "class Slow:\n    def __del__(self):\n        print('ready', flush=True)\n"
        "        for _ in range(600):\n            time.sleep(0.1)\n"
        "try:\n    Slow()\n    time.sleep(60)\n"
        "except CancelledError:\n    print('heard')"
    )
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=PATIENCE) == ("heard\n", "")


STUCK = (
    "stopping.hear()\nstopping.later()\nstopping.slow('stage', 15)\nprint('ready', flush=True)\n"
    "while True:\n    time.sleep(0.01)"
)


def test_it_is_said_at_once_and_a_second_one_ends_whatever_is_stuck():
    process = start(STUCK)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    said = process.stderr.readline()
    assert "15 s" in said
    assert "Ctrl-C again" in said
    assert process.poll() is None
    while process.poll() is None:  # presses that follow too fast are one
        process.send_signal(signal.SIGINT)
        try:
            process.wait(0.5)
        except subprocess.TimeoutExpired:
            continue
    process.communicate()
    assert process.returncode == ExitCode.CANCELLED


def test_presses_that_follow_at_once_are_one():
    process = start(
        "stopping.hear()\nstopping.later()\n"
        "def press(seconds):\n    stopping.ONE_PRESS = seconds\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    print(stopping.asked(), stopping.at_once(), flush=True)\n"
        "print('ready', flush=True)\n"
        "press(60)\npress(60)\npress(0)"
    )
    assert process.stdout is not None
    said = process.stdout.read()  # what came together with `ready` is in its buffer already
    process.communicate()
    assert said.splitlines() == ["True False", "True False", "True True"]


def test_a_closing_terminal_is_in_no_haste():
    """The kernel and the shell both say that it closes: stages get their time to end."""
    process = start(
        STUCK.replace(
            "    time.sleep(0.01)", "    time.sleep(0.4); print(stopping.at_once(), flush=True)"
        )
    )
    assert process.stdout is not None
    for _ in range(3):
        process.send_signal(signal.SIGHUP)
        assert process.stdout.readline() == "False\n"
        assert process.stdout.readline() == "False\n"
    process.kill()
    process.communicate()
