"""Processes: their messages arrive, and none outlives its group or its runner."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chalchitra.runner import launch, processes
from chalchitra.stagekit.protocol import MessageReader

SLEEPING_CHILD = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "open('child', 'w').write(str(child.pid) + ' '); time.sleep(60)"
)


class StoppedError(Exception):
    pass


def run(tmp_path, code, *, timeout=None, check=lambda: None):
    """Run Python code as a stage would be; returns how it ended, its messages and its group."""
    script = tmp_path / "code.py"
    script.write_text(code)
    messages, groups = [], []
    ended = launch.run_cold(
        launch.Launch(
            key="asr",
            environment="one",
            python=Path(sys.executable),
            script=script,
            arguments=(),
            environ=os.environ,
            code="",
            attempt=tmp_path,
            log=tmp_path / "log",
            timeout=timeout,
        ),
        launch.Watch(on_group=groups.append, on_message=messages.append, check=check),
    )
    return ended, messages, groups[0]


def wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def read(path):
    return path.read_text() if path.exists() else ""


def test_exit_status_output_and_messages(tmp_path):
    ended, messages, _ = run(
        tmp_path,
        "import sys; print('printed'); print('shouted', file=sys.stderr);"
        'open("messages.jsonl", "a").write(\'{"type": "log", "text": "said"}\\n not json\\n\');'
        "sys.exit(7)",
    )
    assert ended == launch.Ended(7)
    assert messages == [{"type": "log", "text": "said"}]
    assert {"printed", "shouted"} <= set((tmp_path / "log").read_text().split())


def test_a_stage_reads_nothing_from_whoever_started_it(tmp_path):
    ended, _, _ = run(tmp_path, "import sys; sys.exit(len(sys.stdin.read()))")
    assert ended == launch.Ended(0)


def test_a_message_is_read_when_its_line_is_whole(tmp_path):
    reader = MessageReader(tmp_path / "m")
    assert list(reader.new()) == []
    whole = json.dumps({"type": "progress", "done": 1}) + "\n"
    (tmp_path / "m").write_text(whole + whole[:9])
    assert len(list(reader.new())) == 1
    (tmp_path / "m").write_text(whole + whole)
    assert len(list(reader.new())) == 1


def test_nothing_of_a_stage_that_ended_is_left(tmp_path):
    ended, _, group = run(
        tmp_path,
        "import subprocess, sys;"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])",
    )
    assert ended.status == 0
    assert processes.group_members(group) == []


def test_whoever_stops_the_wait_ends_the_stage_and_what_it_started(tmp_path):
    group = []

    def check():
        if (text := read(tmp_path / "child")).endswith(" "):
            group.append(os.getpgid(int(text)))
            raise StoppedError

    with pytest.raises(StoppedError):
        run(tmp_path, SLEEPING_CHILD, check=check)
    child = int(read(tmp_path / "child"))
    assert child not in [member.pid for member in processes.group_members(group[0])]


def test_a_stage_that_ignores_being_asked_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(launch, "INTERRUPT_SECONDS", 0.2)
    monkeypatch.setattr(launch, "TERMINATE_SECONDS", 0.2)
    code = (
        "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN);"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "open('child', 'w').write('ready '); time.sleep(60)"
    )

    def check():
        if read(tmp_path / "child"):
            raise StoppedError

    with pytest.raises(StoppedError):
        run(tmp_path, code, check=check)


def test_an_interrupted_stage_may_clean_up(tmp_path):
    code = (
        "import time\n"
        "try:\n open('child', 'w').write('ready '); time.sleep(60)\n"
        "except KeyboardInterrupt:\n time.sleep(0.3); open('clean', 'w').write('yes')"
    )

    def check():
        if read(tmp_path / "child"):
            raise StoppedError

    with pytest.raises(StoppedError):
        run(tmp_path, code, check=check)
    assert read(tmp_path / "clean") == "yes"


def test_a_stage_that_takes_too_long_is_ended(tmp_path):
    ended, _, group = run(tmp_path, "import time; time.sleep(60)", timeout=0.3)
    assert ended.timed_out
    assert processes.group_members(group) == []


def test_a_runner_that_is_killed_takes_its_stage_with_it(tmp_path):
    runner = tmp_path / "runner.py"
    runner.write_text(
        "import sys; from pathlib import Path\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import test_launch\n"
        "test_launch.run(Path(sys.argv[1]), test_launch.SLEEPING_CHILD)\n"
    )
    process = subprocess.Popen([sys.executable, runner, tmp_path])
    wait_for(lambda: read(tmp_path / "child").endswith(" "))
    child = int(read(tmp_path / "child"))
    group = os.getpgid(child)
    assert len(processes.group_members(group)) >= 2
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: not processes.group_members(group))
