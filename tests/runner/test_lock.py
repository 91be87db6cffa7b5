"""One runner a job: the lock, who holds it, and looking without being in the way."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
import threading

import pytest

from chalchitra.errors import HeldError, UsageError
from chalchitra.jobs.holding import Holder, holder
from chalchitra.jobs.layout import JobLayout
from chalchitra.runner.lock import held

HOLD = """
import sys
from pathlib import Path
from chalchitra.jobs.layout import JobLayout
from chalchitra.runner.lock import held
with held(JobLayout(Path(sys.argv[1])), "job"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def layout(tmp_path):
    return JobLayout(tmp_path)


@pytest.fixture
def other(layout):
    """Another process that holds the job."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(layout.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_runner_is_told_who_has_it(layout, other):
    with pytest.raises(HeldError) as caught, held(layout, "job_1"):
        pytest.fail("two runners on one job")
    assert f"process {other.pid} on {socket.gethostname()} since" in caught.value.what
    assert caught.value.cause
    assert caught.value.fix


def test_the_holder_is_named_while_it_lives(layout, other):
    found = holder(layout)
    assert (found.pid, found.host) == (other.pid, socket.gethostname())
    assert found.since[:2] == "20"
    other.kill()
    other.wait()
    assert holder(layout) is None
    assert layout.lock.read_text(), "its name is still there, and means nothing"
    with held(layout, "job_1"):
        assert holder(layout).pid == os.getpid()
    assert holder(layout) is None


def test_looking_creates_nothing(layout):
    assert holder(layout) is None
    assert holder(JobLayout(layout.root / "gone")) is None
    assert list(layout.root.iterdir()) == []


@pytest.mark.parametrize("text", ["", "process 12 on here\n", '{"pid": 1', '{"pid": "x"}', "[]"])
def test_a_holder_without_a_name_is_another_process(layout, other, text):
    layout.lock.write_text(text)
    assert holder(layout) == Holder()
    with pytest.raises(HeldError, match="another process"), held(layout, "job_1"):
        pytest.fail("two runners on one job")


def test_a_name_that_comes_late_is_waited_for(layout, other, monkeypatch):
    monkeypatch.setattr("chalchitra.jobs.holding._TEXT_SECONDS", 10)
    text = layout.lock.read_text()
    layout.lock.write_text("")
    timer = threading.Timer(0.05, lambda: layout.lock.write_text(text))
    timer.start()
    found = holder(layout)
    timer.join()
    assert found.pid == other.pid


def test_who_looks_never_stops_a_runner(layout):
    layout.lock.touch()
    stop = threading.Event()

    def look():
        while not stop.is_set():
            holder(layout)

    lookers = [threading.Thread(target=look) for _ in range(4)]
    for thread in lookers:
        thread.start()
    try:
        for _ in range(100):
            with held(layout, "job_1"):
                pass
    finally:
        stop.set()
        for thread in lookers:
            thread.join()


def test_of_ten_at_once_exactly_one_runs(layout):
    ready, leave = threading.Barrier(10), threading.Event()
    inside, refused = [], []

    def run(number):
        ready.wait()
        try:
            with held(layout, "job_1"):
                inside.append(number)
                leave.wait()
        except HeldError:
            refused.append(number)
            if len(refused) == 9:
                leave.set()

    for _ in range(3):
        threads = [threading.Thread(target=run, args=(number,)) for number in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert (len(inside), len(refused)) == (1, 9)
        inside.clear()
        refused.clear()
        leave.clear()


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (errno.EROFS, "read-only"),
        (errno.EACCES, "another user"),
        (errno.EPERM, "another user"),
        (errno.ENOSPC, os.strerror(errno.ENOSPC)),
    ],
)
def test_a_folder_that_cannot_be_locked_says_why(layout, monkeypatch, number, cause):
    def refuse(path, *arguments, **options):
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr("chalchitra.runner.lock.os.open", refuse)
    with pytest.raises(UsageError, match="cannot be locked") as caught, held(layout, "job_1"):
        pytest.fail("not locked")
    assert cause in caught.value.cause
    assert caught.value.fix


def test_a_job_that_is_gone_cannot_be_held(layout):
    with pytest.raises(UsageError, match="gone"), held(JobLayout(layout.root / "gone"), "job_1"):
        pytest.fail("not there")


def test_a_job_removed_while_its_lock_was_waited_for_is_not_run(tmp_path, monkeypatch):
    monkeypatch.setattr("chalchitra.runner.lock._LOOK_SECONDS", 60.0)
    layout = JobLayout(tmp_path / "001")
    layout.root.mkdir()
    entered = threading.Event()
    result = []

    def wait_for_it():
        entered.set()
        try:
            with held(layout, "job_1"):
                result.append("ran")
        except UsageError as error:
            result.append(error.what)

    with held(layout, "job_1"):
        thread = threading.Thread(target=wait_for_it)
        thread.start()
        entered.wait()
        threading.Event().wait(0.1)
        shutil.move(layout.root, tmp_path / ".tmp-rm")
    thread.join()
    assert len(result) == 1
    assert "missing" in result[0]


def test_a_disk_without_room_for_the_name_is_no_reason_not_to_hold(layout, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("chalchitra.runner.lock.os.pwrite", full)
    with held(layout, "job_1"):
        assert holder(layout) == Holder()
