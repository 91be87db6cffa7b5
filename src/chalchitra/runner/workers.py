"""Warm workers: a stage's process that stays, with its models loaded, for the next film.

A worker is `scripts/stages/<stage>.py --worker` (stagekit/worker.py). It serves only requests of
the code, environment and variables it was started with, ends when it is not needed or has grown,
and one that crashes is started anew: only the film it had in hand is tried again.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from chalchitra.files import sha256_json
from chalchitra.paths import project_root
from chalchitra.pipeline import split_key
from chalchitra.runner.launch import POLL_SECONDS, Ended, GuardedProcess, Launch, Watch
from chalchitra.runner.rules import Rules
from chalchitra.stagekit.protocol import REQUEST_VARIABLE, MessageReader

_GOODBYE_SECONDS = 5.0
"""How long a worker may take to end after its stdin closed."""
_OF_THE_REQUEST = frozenset({REQUEST_VARIABLE, "DEBUG_MODE"})
"""Variables that differ from request to request."""


@dataclass(frozen=True)
class _Kind:
    """What a worker can serve: requests that would start the very same process."""

    stage: str
    environment: str
    command: tuple[str, ...]
    code: str
    variables: str

    @classmethod
    def of(cls, launch: Launch) -> _Kind:
        stage, _ = split_key(launch.key)
        return cls(
            stage,
            launch.environment,
            (str(launch.python), str(launch.script), "--worker"),
            launch.code,
            sha256_json(_variables(launch.environ)),
        )


def _variables(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in _OF_THE_REQUEST}


class _Worker:
    def __init__(self, launch: Launch) -> None:
        read, self._write = os.pipe()
        try:
            with open(launch.log, "ab") as log:
                self.process = GuardedProcess(
                    _Kind.of(launch).command,
                    env=_variables(launch.environ),
                    cwd=project_root(),
                    log=log,
                    stdin=read,
                )
        finally:
            os.close(read)
        self.memory = 0
        self.idle_since = time.monotonic()

    def ask(self, launch: Launch) -> bool:
        """Send a request; False when the worker is gone."""
        line = json.dumps({"request": str(launch.request), "log": str(launch.log)}) + "\n"
        try:
            os.write(self._write, line.encode())
        except OSError:
            return False
        return self.process.wait(0) is None

    def bid_farewell(self) -> None:
        """Let it end by itself, then make it."""
        with suppress(OSError):
            os.close(self._write)
        self.process.wait(_GOODBYE_SECONDS)
        self.process.end()

    def kill(self) -> None:
        with suppress(OSError):
            os.close(self._write)
        self.process.end()


class WorkerPool:
    """The workers of a batch; `serve` is a Launcher (runner/attempt.py) for many threads."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._lock = threading.Lock()
        self._idle: dict[_Kind, list[_Worker]] = {}
        self.started: dict[str, int] = {}

    def serve(self, launch: Launch, watch: Watch) -> Ended:
        """Serve a request with a warm worker, started where none is free, and wait for its end.

        What interrupts the wait (`watch.check`, the timeout) ends the worker.
        """
        kind = _Kind.of(launch)
        worker = self._ready(kind, launch)
        deadline = None if launch.timeout is None else time.monotonic() + launch.timeout
        reader = MessageReader(launch.messages)
        healthy = False
        try:
            watch.on_group(worker.process.group)
            while True:
                status = worker.process.wait(POLL_SECONDS)
                for message in reader.new():
                    if message["type"] == "closed":
                        healthy = True
                        return self._closed(worker, message)
                    watch.on_message(message)
                if status is not None:
                    return Ended(status or 1)  # it ended without an answer
                watch.check()
                if deadline is not None and time.monotonic() > deadline:
                    return Ended(-signal.SIGKILL, timed_out=True)
        finally:
            if healthy and worker.memory <= self._rules.workers.memory * 1e9:
                worker.idle_since = time.monotonic()
                with self._lock:
                    self._idle.setdefault(kind, []).append(worker)
            elif healthy:
                worker.bid_farewell()
            else:
                worker.kill()

    def _ready(self, kind: _Kind, launch: Launch) -> _Worker:
        """A worker that has been sent the request."""
        while True:
            with self._lock:
                free = self._idle.get(kind, [])
                worker = free.pop() if free else None
            if worker is None:
                break
            if worker.ask(launch):
                return worker
            worker.kill()
        self._end_outdated(kind)
        worker = _Worker(launch)
        with self._lock:
            self.started[kind.stage] = self.started.get(kind.stage, 0) + 1
        worker.ask(launch)
        return worker

    @staticmethod
    def _closed(worker: _Worker, message: dict[str, Any]) -> Ended:
        worker.memory = int(message.get("memory") or 0)
        return Ended(int(message.get("exit_code", 1)))

    def _end_outdated(self, kind: _Kind) -> None:
        """End idle workers of the same stage and environment whose code has changed."""
        for other in list(self._idle):
            same_place = (other.stage, other.environment) == (kind.stage, kind.environment)
            if same_place and other.code != kind.code:
                self._end(self._take_idle(other))

    def idle_bytes(self) -> int:
        """The memory that idle workers held after their last film."""
        with self._lock:
            return sum(worker.memory for free in self._idle.values() for worker in free)

    def free_idle(self) -> bool:
        """End the worker that has been idle longest; False when there is none."""
        with self._lock:
            found = [
                (worker.idle_since, kind, worker)
                for kind, free in self._idle.items()
                for worker in free
            ]
            if not found:
                return False
            _, kind, worker = min(found, key=lambda item: item[0])
            self._idle[kind].remove(worker)
        worker.bid_farewell()
        return True

    def end_idle(self) -> None:
        """End workers that have been idle for longer than config/runner.toml allows."""
        limit = time.monotonic() - self._rules.workers.idle
        with self._lock:
            old = {
                kind: [worker for worker in free if worker.idle_since < limit]
                for kind, free in self._idle.items()
            }
            for kind, workers in old.items():
                self._idle[kind] = [one for one in self._idle[kind] if one not in workers]
        self._end([worker for workers in old.values() for worker in workers])

    def close(self) -> None:
        """End all workers. None may be serving."""
        self._end([worker for kind in list(self._idle) for worker in self._take_idle(kind)])

    def _take_idle(self, kind: _Kind) -> list[_Worker]:
        with self._lock:
            return self._idle.pop(kind, [])

    @staticmethod
    def _end(workers: list[_Worker]) -> None:
        threads = [threading.Thread(target=worker.bid_farewell) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
