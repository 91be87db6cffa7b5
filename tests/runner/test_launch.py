"""Processes: their messages arrive, and none outlives its group."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from chalchitra.runner import launch


def run(tmp_path, code, on_message=lambda message: None):
    return launch.run_process(
        [sys.executable, "-c", code],
        env={**os.environ},
        cwd=tmp_path,
        log=tmp_path / "log",
        messages=tmp_path / "messages.jsonl",
        on_message=on_message,
    )


def test_exit_status_output_and_messages(tmp_path):
    messages = []
    code = (
        "import sys; print('printed'); print('shouted', file=sys.stderr);"
        'open("messages.jsonl", "a").write(\'{"type": "log", "text": "said"}\\n not json\\n\');'
        "sys.exit(7)"
    )
    assert run(tmp_path, code, messages.append) == 7
    assert messages == [{"type": "log", "text": "said"}]
    assert {"printed", "shouted"} <= set((tmp_path / "log").read_text().split())


def test_a_message_is_read_when_its_line_is_whole(tmp_path):
    reader = launch.MessageReader(tmp_path / "m")
    assert list(reader.new()) == []
    whole = json.dumps({"type": "progress", "done": 1}) + "\n"
    (tmp_path / "m").write_text(whole + whole[:9])
    assert len(list(reader.new())) == 1
    (tmp_path / "m").write_text(whole + whole)
    assert len(list(reader.new())) == 1


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_interrupted_wait_ends_the_stage_and_what_it_started(tmp_path):
    code = (
        "import subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "open('child', 'w').write(str(child.pid)); time.sleep(60)"
    )

    class Stopped(Exception):
        pass

    def stop(number, frame):
        raise Stopped

    old = signal.signal(signal.SIGUSR1, stop)

    def when_started():
        while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGUSR1)

    thread = threading.Thread(target=when_started)
    thread.start()
    try:
        with pytest.raises(Stopped):
            run(tmp_path, code)
    finally:
        thread.join()
        signal.signal(signal.SIGUSR1, old)
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 5
    while alive(child) and time.monotonic() < deadline and not zombie(child):
        time.sleep(0.02)
    assert not alive(child) or zombie(child)


def zombie(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return False


def test_a_stage_that_ignores_being_asked_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(launch, "INTERRUPT_SECONDS", 0.2)
    monkeypatch.setattr(launch, "TERMINATE_SECONDS", 0.2)
    code = (
        "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN);"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], start_new_session=True, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    with process.stdout:
        process.stdout.readline()
        launch.end_group(process)
    assert process.wait(5) == -signal.SIGKILL
