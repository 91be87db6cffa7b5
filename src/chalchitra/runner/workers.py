"""Warm workers: a stage's process that stays, with its models loaded, for the next film.

A worker is `scripts/stages/<stage>.py --worker` (stagekit/worker.py). It serves only requests of
the code, environment and variables it was started with, ends when it is not needed or has grown,
and one that crashes is started anew: only the film it had in hand is tried again.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from chalchitra import stopping
from chalchitra.files import sha256_json
from chalchitra.job_files import to_append
from chalchitra.paths import project_root
from chalchitra.pipeline import split_key
from chalchitra.runner.launch import POLL_SECONDS, Ended, GuardedProcess, Launch, Watch, run_cold
from chalchitra.runner.rules import Rules
from chalchitra.stagekit.protocol import REQUEST_VARIABLE, MessageReader

_GOODBYE_SECONDS = 5.0
"""How long a worker may take to end after its stdin closed."""
_ABOVE_THE_GUARDS = 10
"""The lowest file descriptor that the guard's shell (launch.GUARD) does not use itself."""
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
        read, self._write = _pipe()
        try:
            with to_append(launch.log) as log:
                self.process = GuardedProcess(
                    _Kind.of(launch).command,
                    env=_variables(launch.environ),
                    cwd=project_root(),
                    log=log,
                    stdin=read,
                )
        except BaseException:
            os.close(self._write)
            raise
        finally:
            os.close(read)
        self.memory = 0
        self.idle_since = time.monotonic()

    def ask(self, launch: Launch) -> bool:
        """Send a request; False when nobody can read it any more."""
        line = json.dumps({"request": str(launch.request), "log": str(launch.log)}) + "\n"
        try:
            os.write(self._write, line.encode())
        except OSError:
            return False
        return True

    @property
    def gone(self) -> bool:
        return self.process.wait(0) is not None

    def bid_farewell(self) -> None:
        """Let it end by itself, then make it."""
        with suppress(OSError):
            os.close(self._write)
        if not stopping.asked():
            self.process.wait_patiently(_GOODBYE_SECONDS)
        self.process.end()

    def kill(self) -> None:
        with suppress(OSError):
            os.close(self._write)
        self.process.end()


def _pipe() -> tuple[int, int]:
    """A pipe whose reading end the guard's shell leaves alone: the lowest free one may be its 3."""
    low, write = os.pipe()
    try:
        return fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, _ABOVE_THE_GUARDS), write
    except BaseException:
        os.close(write)
        raise
    finally:
        os.close(low)


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
        if not self._rules.of(split_key(launch.key)[0]).worker:
            return run_cold(launch, watch)
        kind = _Kind.of(launch)
        while (worker := self._take_one(kind)) is not None:
            ended = self._serve(kind, worker, launch, watch)
            if ended is not None:
                return ended
            # It was gone before it began: this film did not crash it.
        self._end_outdated(kind)
        worker = _Worker(launch)
        with self._lock:
            self.started[kind.stage] = self.started.get(kind.stage, 0) + 1
        ended = self._serve(kind, worker, launch, watch, new=True)
        assert ended is not None
        return ended

    def _serve(
        self, kind: _Kind, worker: _Worker, launch: Launch, watch: Watch, *, new: bool = False
    ) -> Ended | None:
        """Have a worker serve a request; None when one that is not `new` did not begin with it."""
        deadline = None if launch.timeout is None else time.monotonic() + launch.timeout
        reader = MessageReader(launch.messages)
        begun, healthy = new, False
        try:
            # One that is gone already may have begun: it can crash before we have looked.
            asked = worker.ask(launch)
            unseen = worker.gone and not launch.messages.exists()
            if not new and (not asked or unseen):
                return None
            watch.on_group(worker.process.group)
            while True:
                status = worker.process.wait(POLL_SECONDS)
                for message in reader.new():
                    begun = True
                    if message["type"] == "closed":
                        healthy = True
                        return self._closed(worker, message)
                    watch.on_message(message)
                if status is not None:
                    return Ended(status or 1) if begun else None
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

    def _take_one(self, kind: _Kind) -> _Worker | None:
        with self._lock:
            free = self._idle.get(kind)
            return free.pop() if free else None

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

    def idle_bytes(self, keep: Collection[str] = ()) -> int:
        """The memory that idle workers held after their last film, but for those of `keep`."""
        with self._lock:
            return sum(worker.memory for _, worker in self._spare(keep))

    def free_idle(self, keep: Collection[str] = ()) -> bool:
        """End the worker that has been idle longest; False when there is none to spare.

        Each of the stages `keep` keeps the worker that it used last.
        """
        with self._lock:
            spare = self._spare(keep)
            if not spare:
                return False
            kind, worker = spare[0]
            self._idle[kind].remove(worker)
        worker.bid_farewell()
        return True

    def _spare(self, keep: Collection[str]) -> list[tuple[_Kind, _Worker]]:
        """The idle workers, longest idle first, without the last of each of these stages."""
        idle = [(kind, worker) for kind, free in self._idle.items() for worker in free]
        idle.sort(key=lambda item: item[1].idle_since)
        kept = {kind.stage: worker for kind, worker in idle if kind.stage in keep}
        return [(kind, worker) for kind, worker in idle if kept.get(kind.stage) is not worker]

    def end_idle(self) -> None:
        """End workers that have been idle for longer than config/runner.toml allows, or died."""
        limit = time.monotonic() - self._rules.workers.idle
        with self._lock:
            old = {
                kind: [worker for worker in free if worker.idle_since < limit or worker.gone]
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
