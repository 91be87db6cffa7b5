"""Telling processes apart: group, start, boot and host."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from chalchitra.runner import processes
from chalchitra.runner.processes import (
    RUNNER_VARIABLE,
    end_marked,
    group_members,
    has_variable,
    lives,
    start_of,
)

from .quick import end_group

SLEEP = "import time; print('ready', flush=True); time.sleep(60)"
WITH_CHILD = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', "
    f"{SLEEP!r}]); child.wait()"
)


@pytest.fixture
def start():
    """Start Python code that says when it is ready, in a session and group of its own."""
    started = []

    def run(code=SLEEP, **environ):
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, **environ},
        )
        started.append(process)
        assert process.stdout.readline() == b"ready\n"
        return process

    yield run
    for process in started:
        end_group(process.pid)
        process.communicate()


def test_a_start_tells_processes_apart_and_stays_the_same(start):
    first = start()
    time.sleep(0.02 if sys.platform == "linux" else 1.1)
    second = start()
    assert start_of(first.pid) == start_of(first.pid) != start_of(second.pid)
    second.kill()
    second.wait()
    assert start_of(second.pid) == ""


def test_a_group_is_its_leader_and_its_children(start):
    process = start(WITH_CHILD)
    members = group_members(process.pid)
    assert len(members) == 2
    assert {member.group for member in members} == {process.pid}
    leader = next(member for member in members if member.pid == process.pid)
    assert leader.start == start_of(process.pid)


def test_of_a_group_only_what_bears_the_mark_is_ended(start):
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    ours, other = start(WITH_CHILD, **{RUNNER_VARIABLE: "b/1/2"}), start()
    assert not end_marked(ours.pid, "b/1/3")
    assert not end_marked(other.pid, "b/1/2")
    assert (len(group_members(ours.pid)), len(group_members(other.pid))) == (2, 1)
    assert end_marked(ours.pid, "b/1/2")
    assert group_members(ours.pid) == []
    assert not end_marked(ours.pid, "b/1/2")


@pytest.mark.parametrize("group", [-1, 0, 1, 2**62])
def test_no_group_that_is_everybodys_is_signalled(group, monkeypatch):
    monkeypatch.setattr(processes, "has_variable", lambda *_: True)
    monkeypatch.setattr(processes, "_kill", pytest.fail)
    monkeypatch.setattr(processes, "group_members", lambda group: [] if group > 2**61 else [1])
    assert not end_marked(group, "b/1/2")
    assert not end_marked(os.getpgrp(), "b/1/2"), "nor our own"


def test_a_process_lives_by_its_number_and_its_start(start):
    process = start()
    assert lives(process.pid, start_of(process.pid))
    assert not lives(process.pid, "1")
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not lives(process.pid, start_of(process.pid)), "a zombie holds no number for long"


def test_a_zombie_is_no_member(start):
    process = start()
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert group_members(process.pid) == []


def test_a_name_with_spaces_and_brackets_does_not_confuse(start, tmp_path):
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    name = "a) b (c 1 2"
    code = f"open('/proc/self/comm', 'w').write({name!r}); {SLEEP}"
    process = start(code)
    (member,) = group_members(process.pid)
    assert (member.pid, member.start) == (process.pid, start_of(process.pid))


def test_ps_and_proc_agree_on_groups(start, monkeypatch):
    process = start(WITH_CHILD)
    by_proc = {member.pid for member in group_members(process.pid)}
    monkeypatch.setattr(processes.sys, "platform", "darwin")
    found = group_members(process.pid)
    assert {member.pid for member in found} == by_proc
    leader = next(member for member in found if member.pid == process.pid)
    assert leader.start == start_of(process.pid) != ""


def test_what_a_process_was_started_with(start):
    process = start(REQUEST="/job/request.json")
    known = sys.platform == "linux"
    assert has_variable(process.pid, "REQUEST", "/job/request.json") == known
    assert not has_variable(process.pid, "REQUEST", "/job/request")
    assert not has_variable(process.pid, "EQUEST", "/job/request.json")
    process.kill()
    process.wait()
    assert not has_variable(process.pid, "REQUEST", "/job/request.json")


def test_host_and_boot_stay_the_same():
    code = "from chalchitra.runner.processes import *; print(host(), boot_id())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [processes.host(), *processes.boot_id().split()]
