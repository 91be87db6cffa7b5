"""Keeping what runs at once within what the machine has: processors, GPUs, memory.

A stage that keeps most processors busy has them alone but for one, so that the small stages of the
next film fit beside it. Whoever comes first in the batch is served first.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from chalchitra.hardware import Hardware

MEMORY_SHARE = 0.8
"""Of the machine's memory; the rest is the system's and the file cache's."""
_WAIT_SECONDS = 0.1


@dataclass(frozen=True)
class Need:
    """What a stage takes while it runs: processors ("most": all but one), a GPU, memory bytes.

    `stage` names it, so that room for it is not made by ending the worker that would serve it.
    """

    cpu: int | str = 1
    gpu: bool = False
    memory: int = 0
    stage: str = ""


@dataclass(frozen=True)
class Slot:
    """What a stage got; `gpu` is the number of the GPU it may use, where there are several."""

    gpu: int | None = None


Gate = Callable[[Need, Callable[[], None]], AbstractContextManager[Slot]]
"""Waits until there is room for a stage, and keeps it while the stage runs. The second argument
is called while it waits, and may raise to end the wait."""


@dataclass(eq=False)
class _Waiter:
    priority: int
    need: Need
    slot: Slot | None = None


@dataclass
class _Use:
    """What is taken now."""

    cpu: int = 0
    most: bool = False
    gpus: set[int] = field(default_factory=set)
    memory: int = 0
    stages: list[str] = field(default_factory=list)


class Resources:
    """The machine as a batch shares it; used by many threads.

    `idle_bytes` tells what idle workers hold, `free_idle` ends one to make room; both leave out one
    worker of each of the stages that they are given.
    """

    def __init__(
        self,
        machine: Hardware,
        *,
        idle_bytes: Callable[[Collection[str]], int] = lambda stages: 0,
        free_idle: Callable[[Collection[str]], bool] = lambda stages: False,
    ) -> None:
        self._cpus = max(2, machine.cores)
        self._gpus = max(1, len(machine.gpus))
        # A system that does not tell its memory is not taken to have none.
        self._memory = machine.memory_bytes * MEMORY_SHARE or math.inf
        self._idle_bytes = idle_bytes
        self._free_idle = free_idle
        self._changed = threading.Condition()
        self._waiting: list[_Waiter] = []
        self._use = _Use()
        self._freeing = False

    @contextmanager
    def room(self, need: Need, check: Callable[[], None], priority: int = 0) -> Iterator[Slot]:
        """Wait for room and keep it; a lower `priority` is served first."""
        waiter = _Waiter(priority, need)
        with self._changed:
            self._waiting.append(waiter)
            self._waiting.sort(key=lambda one: one.priority)
        try:
            while (slot := self._ask(waiter)) is None:
                check()
            yield slot
        finally:
            with self._changed:
                if waiter.slot is None:
                    self._waiting.remove(waiter)
                else:
                    self._give_back(need, waiter.slot)

    def _ask(self, waiter: _Waiter) -> Slot | None:
        """What a waiter was given, after a moment's wait or after one idle worker was ended."""
        with self._changed:
            keep = self._serve()
            if waiter.slot is None and keep is None:
                self._changed.wait(_WAIT_SECONDS)
            if waiter.slot is not None or keep is None:
                return waiter.slot
            self._freeing = True
        try:
            self._free_idle(keep)  # takes a while, in which others give back or stop waiting
        finally:
            with self._changed:
                self._freeing = False
                self._changed.notify_all()
        return None

    def _serve(self) -> Collection[str] | None:
        """Give room to those who wait, first come first; who only waits for a turn with most
        processors or a GPU keeps nobody else waiting.

        Where idle workers are in the way of the next, returns the stages that keep theirs.
        """
        if self._freeing:
            return None  # what is being freed is not free yet
        for waiter in list(self._waiting):
            need = waiter.need
            if self._needs_a_turn(need):
                continue
            if not self._fits(need):
                return None
            # A stage that has just got room may not have taken its worker yet.
            keep = {*self._use.stages, need.stage}
            idle = self._idle_bytes(keep)
            if idle and self._use.memory + idle + need.memory > self._memory:
                return keep
            self._waiting.remove(waiter)
            waiter.slot = self._take(need)
            self._changed.notify_all()
        return None

    def _needs_a_turn(self, need: Need) -> bool:
        if need.gpu:
            return len(self._use.gpus) >= self._gpus
        return need.cpu == "most" and self._use.most

    def _fits(self, need: Need) -> bool:
        """Whether there is room beside what runs; what runs alone must, on the smallest machine."""
        return not self._use.stages or (
            self._use.cpu + self._processors(need) <= self._cpus
            and self._use.memory + need.memory <= self._memory
        )

    def _processors(self, need: Need) -> int:
        if need.gpu:
            return 1
        return self._cpus - 1 if isinstance(need.cpu, str) else min(need.cpu, self._cpus)

    def _take(self, need: Need) -> Slot:
        self._use.stages.append(need.stage)
        self._use.cpu += self._processors(need)
        self._use.memory += need.memory
        if need.gpu:
            number = min(set(range(self._gpus)) - self._use.gpus)
            self._use.gpus.add(number)
            return Slot(number if self._gpus > 1 else None)
        self._use.most = self._use.most or need.cpu == "most"
        return Slot()

    def _give_back(self, need: Need, slot: Slot) -> None:
        self._use.stages.remove(need.stage)
        self._use.cpu -= self._processors(need)
        self._use.memory -= need.memory
        if need.gpu:
            self._use.gpus.discard(slot.gpu or 0)
        elif need.cpu == "most":
            self._use.most = False
        self._changed.notify_all()
