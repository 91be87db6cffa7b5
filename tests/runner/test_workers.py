"""Warm workers: started when they must be, ended when they are not needed, and nobody's else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalchitra.runner import launch as launching
from chalchitra.runner import workers
from chalchitra.runner.launch import Ended, Launch, Watch
from chalchitra.runner.processes import group_members
from chalchitra.runner.rules import Rules, StageRules, WorkerRules
from chalchitra.runner.workers import WorkerPool
from chalchitra.stagekit.protocol import REQUEST_FILE, REQUEST_VARIABLE

from .conftest import wait_until

SCRIPT = """
# Speaks the stage protocol by hand, without an import of ours, so that it starts at once.
import json, os, subprocess, sys, threading, time
from pathlib import Path

def serve(file):
    folder, do = Path(file).parent, json.loads(Path(file).read_text())["params"]["do"]
    send(folder, type="opened", protocol=1, stage="vad", pid=os.getpid())
    code = 0
    try:
        exec(do, globals())
    except Exception:
        code = 1
    told = {"pid": os.getpid(), "arguments": sys.argv[1:], "environ": dict(os.environ)}
    (folder / "told.json").write_text(json.dumps(told))
    memory = int(Path("/proc/self/statm").read_text().split()[1]) * 4096
    send(folder, type="closed", status="done", exit_code=code, memory=memory)
    return code

def send(folder, **message):
    with open(folder / "messages.jsonl", "a") as messages:
        messages.write(json.dumps(message) + chr(10))

def afterwards():
    pass

if sys.argv[1:] == ["--worker"]:
    for line in sys.stdin:
        serve(json.loads(line)["request"])
        afterwards()
else:
    sys.exit(serve(os.environ["CHALCHITRA_REQUEST"]))
"""


class StoppedError(Exception):
    pass


@dataclass
class Served:
    ended: Ended
    folder: Path
    group: int

    @property
    def told(self) -> dict[str, Any]:
        assert self.ended == Ended(0)
        return json.loads((self.folder / "told.json").read_text())

    @property
    def pid(self) -> int:
        return self.told["pid"]


@dataclass
class Shop:
    """A pool, and requests to one small stage."""

    folder: Path
    pool: WorkerPool
    count: int = 0
    groups: list[int] = field(default_factory=list)

    def launch(self, do: str = "", *, stage: str = "vad", **fields) -> Launch:
        self.count += 1
        attempt = self.folder / f"attempt-{self.count:03d}"
        attempt.mkdir()
        (attempt / REQUEST_FILE).write_text(json.dumps({"params": {"do": do}}))
        request = {REQUEST_VARIABLE: str(attempt / REQUEST_FILE)}
        environ = {**os.environ, **fields.pop("environ", {})}
        defaults = {
            "key": stage,
            "environment": "common",
            "python": Path(sys.executable),
            "script": self.folder / "vad.py",
            "arguments": ("--job-dir", str(self.folder)),
            "environ": environ | request,
            "code": "1",
            "attempt": attempt,
            "log": self.folder / f"{attempt.name}.log",
        }
        return Launch(**{**defaults, **fields})

    def serve(self, do: str = "", *, check=lambda: None, **fields) -> Served:
        request = self.launch(do, **fields)
        groups = []
        watch = Watch(on_group=groups.append, on_message=lambda message: None, check=check)
        try:
            ended = self.pool.serve(request, watch)
        finally:
            self.groups += groups
        return Served(ended, request.attempt, groups[-1])

    def one_that(self, do: str) -> Served:
        """A request that must come to a good end."""
        served = self.serve(do)
        assert served.ended == Ended(0)
        return served


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "vad.py").write_text(SCRIPT)
    made = []

    def make(*, worker: bool = True, **workers) -> Shop:
        rules = Rules(stages={"vad": StageRules(worker=worker)}, workers=WorkerRules(**workers))
        made.append(Shop(tmp_path, WorkerPool(rules)))
        return made[-1]

    yield make
    for one in made:
        one.pool.close()
        assert not [group for group in one.groups if group_members(group)]


def test_one_worker_serves_request_after_request(shop):
    here = shop()
    assert len({here.serve().pid for _ in range(5)}) == 1
    assert here.pool.started == {"vad": 1}


def test_requests_at_once_have_a_worker_each_and_the_next_ones_use_these(shop):
    here = shop()
    together = threading.Barrier(3)

    def serve(_):
        together.wait(60)
        return here.serve("time.sleep(1)").pid

    with ThreadPoolExecutor(3) as threads:
        first = set(threads.map(serve, range(3)))
        assert len(first) == 3
        assert set(threads.map(serve, range(3))) <= first
    assert here.pool.started == {"vad": 3}


@pytest.mark.parametrize(
    ("do", "status"),
    [
        ("os.kill(os.getpid(), 9)", -9),
        ("os._exit(5)", 5),
        ("os._exit(0)", 1),  # no answer is no success
        ("sys.exit(5)", 5),
    ],
)
def test_after_a_crash_the_next_request_gets_a_new_worker(shop, do, status):
    here = shop()
    first = here.serve().pid
    assert here.serve(do).ended == Ended(status)
    assert here.serve().pid != first
    assert here.pool.started == {"vad": 2}


def test_a_crash_before_anyone_has_looked_is_the_films_too(shop, monkeypatch):
    here = shop()
    here.serve()
    ask = workers._Worker.ask

    def ask_and_wait(worker, launch):
        sent = ask(worker, launch)
        wait_until(lambda: worker.gone)
        return sent

    monkeypatch.setattr(workers._Worker, "ask", ask_and_wait)
    assert here.serve("os._exit(5)").ended == Ended(5)
    assert here.pool.started == {"vad": 1}


def test_a_failure_that_is_told_keeps_the_worker(shop):
    here = shop()
    first = here.serve().pid
    assert here.serve("raise ValueError").ended == Ended(1)
    assert here.serve().pid == first


def test_a_worker_that_died_while_idle_is_not_noticed_by_the_next_film(shop):
    here = shop()
    first = here.one_that("threading.Timer(0.1, os._exit, (1,)).start()")
    wait_until(lambda: not alive(first.pid))
    assert here.serve().ended == Ended(0)
    assert here.pool.started == {"vad": 2}


def test_a_worker_that_is_about_to_die_is_not_the_next_films_crash(shop):
    """It takes the request, so to say, to its grave: it had run out of memory on the film before,
    and ends without looking at another."""
    here = shop()
    here.one_that("afterwards = lambda: (time.sleep(1), os._exit(1))")
    assert here.serve().ended == Ended(0)
    assert here.pool.started == {"vad": 2}


def test_a_new_worker_that_cannot_begin_is_a_crash_and_not_started_again_and_again(shop):
    here = shop()
    (here.folder / "vad.py").write_text("import sys; sys.exit(3)")
    assert here.serve().ended == Ended(3)
    assert here.pool.started == {"vad": 1}


def test_a_worker_that_has_grown_is_started_anew(shop):
    here = shop(memory=1e-6)
    assert here.serve().pid != here.serve().pid
    assert here.pool.started == {"vad": 2}


def test_when_the_code_changed_the_old_worker_ends_and_a_new_one_serves(shop):
    here = shop()
    old = here.serve(code="1")
    new = here.serve(code="2")
    assert new.pid != old.pid
    assert group_members(old.group) == []
    assert here.serve(code="2").pid == new.pid


def test_requests_that_need_other_variables_have_another_worker(shop):
    here = shop()
    first = here.serve(environ={"CUDA_VISIBLE_DEVICES": "0"}).pid
    second = here.serve(environ={"CUDA_VISIBLE_DEVICES": "1"}).pid
    assert first != second
    assert here.serve(environ={"CUDA_VISIBLE_DEVICES": "0"}).pid == first
    assert here.serve(environ={"CUDA_VISIBLE_DEVICES": "1"}).pid == second


def test_what_belongs_to_one_request_is_in_no_workers_environment(shop):
    here = shop()
    first = here.serve(environ={"DEBUG_MODE": "true"})
    second = here.serve(environ={"DEBUG_MODE": "false"})
    assert first.pid == second.pid
    assert REQUEST_VARIABLE not in first.told["environ"]


def test_a_stage_that_wants_no_worker_gets_a_process_each_time(shop):
    here = shop(worker=False)
    first, second = here.serve(), here.serve()
    assert first.pid != second.pid
    assert first.told["arguments"] == ["--job-dir", str(here.folder)]
    assert here.pool.started == {}


def test_workers_that_are_not_needed_end(shop):
    here = shop(idle=0.2)
    served = here.serve()
    here.pool.end_idle()
    assert alive(served.pid)

    def ended():
        here.pool.end_idle()
        return not group_members(served.group)

    wait_until(ended)


def test_room_is_made_by_the_worker_that_was_idle_longest(shop):
    here = shop()
    first = here.serve(environ={"WHO": "first"})
    second = here.serve(environ={"WHO": "second"})
    assert here.pool.idle_bytes() > 2e6
    assert here.pool.free_idle()
    assert (alive(first.pid), alive(second.pid)) == (False, True)
    assert here.pool.free_idle()
    assert not here.pool.free_idle()
    assert here.pool.idle_bytes() == 0


def test_the_worker_that_a_stage_will_need_is_kept(shop):
    here = shop()
    first = here.serve(environ={"WHO": "first"})
    second = here.serve(environ={"WHO": "second"})
    both = here.pool.idle_bytes()
    assert 0 < here.pool.idle_bytes({"vad"}) < both
    assert here.pool.free_idle({"vad"})
    assert not here.pool.free_idle({"vad"})
    assert (alive(first.pid), alive(second.pid)) == (False, True)


def test_what_a_dead_worker_held_is_free(shop):
    here = shop()
    served = here.one_that("threading.Timer(0.1, os._exit, (1,)).start()")
    wait_until(lambda: not alive(served.pid))
    here.pool.end_idle()
    assert here.pool.idle_bytes() == 0


CHILD = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "


def test_a_request_that_takes_too_long_ends_its_worker_and_what_it_started(shop, monkeypatch):
    monkeypatch.setattr(launching, "INTERRUPT_SECONDS", 1.0)
    here = shop()
    other = here.serve(environ={"WHO": "other"})
    served = here.serve(CHILD + "time.sleep(60)", timeout=1.5)
    assert served.ended == Ended(-signal.SIGKILL, timed_out=True)
    assert group_members(served.group) == []
    assert alive(other.pid)


def test_whoever_stops_the_wait_ends_that_worker_alone(shop):
    here = shop()
    other = here.serve(environ={"WHO": "other"})
    looks = iter(range(20))

    def check():
        if next(looks, None) is None:
            raise StoppedError

    with pytest.raises(StoppedError):
        here.serve(CHILD + "time.sleep(60)", check=check)
    assert group_members(here.groups[-1]) == []
    assert here.serve(environ={"WHO": "other"}).pid == other.pid


# --- pipes and descriptors ------------------------------------------------------------------------


def test_a_worker_starts_when_the_lowest_descriptors_are_free(shop, tmp_path):
    """The shell that guards a worker uses low numbers itself."""
    runner = tmp_path / "runner.py"
    runner.write_text(
        "import os, sys; from pathlib import Path\n"
        "from chalchitra.runner.launch import Launch, Watch\n"
        "from chalchitra.runner.rules import Rules, StageRules\n"
        "from chalchitra.runner.workers import WorkerPool\n"
        "request, log, script = map(Path, sys.argv[1:])\n"
        "pool = WorkerPool(Rules(stages={'vad': StageRules(worker=True)}))\n"
        "served = Launch('vad', 'one', Path(sys.executable), script, (), os.environ, '',\n"
        "    request.parent, log)\n"
        "watch = Watch(lambda group: None, lambda message: None, lambda: None)\n"
        "ended = pool.serve(served, watch)\n"
        "pool.close()\n"
        "sys.exit(ended.status)\n"
    )
    request = shop().launch()
    command = [sys.executable, runner, request.request, request.log, request.script]
    # Its 3 is free: all but the first three are closed.
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + request.log.read_text()
    assert (request.attempt / "told.json").is_file()


def test_no_worker_keeps_the_pipe_of_another_open(shop):
    """Whoever held the end that is written to would keep its reader from seeing the end."""
    here = shop()
    for who in range(4):
        here.serve(environ={"WHO": str(who)})
    members = [member for group in here.groups for member in group_members(group)]
    assert len(members) == 8  # each with its guard
    assert [held for member in members for held in written_pipes(member.pid)] == []


def written_pipes(pid: int) -> list[str]:
    """The pipes that a process may write to."""
    found = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        flags = Path(f"/proc/{pid}/fdinfo/{entry.name}").read_text().split("flags:")[1].split()[0]
        if "pipe:" in str(entry.readlink()) and int(flags, 8) & os.O_ACCMODE != os.O_RDONLY:
            found.append(f"{pid}: {entry.name} -> {entry.readlink()}")
    return found


def test_no_descriptor_is_left_whatever_happens(shop, monkeypatch):
    here = shop()
    here.serve()
    here.pool.close()
    before = descriptors()

    def stop():
        raise StoppedError

    for _ in range(3):
        here.serve()
        here.serve("raise ValueError")
        here.serve("os._exit(1)")
        here.serve("time.sleep(60)", timeout=0.5)
        with pytest.raises(StoppedError):
            here.serve("time.sleep(60)", check=stop)
        with pytest.raises(FileNotFoundError):
            here.serve(log=here.folder / "nowhere" / "log")
        with pytest.raises(OSError, match="too long"):
            here.serve(environ={"LONG": "x" * 200_000})
        assert here.serve(python=here.folder / "no-python").ended.status == 127
    here.pool.close()
    assert descriptors() == before


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
