"""Keeping what runs at once within what the machine has: processors, GPUs, memory.

A stage that keeps most processors busy has them alone but for one, so that the small stages of the
next film fit beside it. Whoever comes first in the batch is served first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from chalchitra.hardware import Hardware

MEMORY_SHARE = 0.8
"""Of the machine's memory; the rest is the system's and the file cache's."""
_WAIT_SECONDS = 0.1


@dataclass(frozen=True)
class Need:
    """What a stage takes while it runs: processors ("most": all but one), a GPU, memory bytes."""

    cpu: int | str = 1
    gpu: bool = False
    memory: int = 0


@dataclass(frozen=True)
class Slot:
    """What a stage got; `gpu` is the number of the GPU it may use, where there are several."""

    gpu: int | None = None


Gate = Callable[[Need, Callable[[], None]], AbstractContextManager[Slot]]
"""Waits until there is room for a stage, and keeps it while the stage runs. The second argument
is called while it waits, and may raise to end the wait."""


@dataclass
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


class Resources:
    """The machine as a batch shares it; used by many threads.

    `idle_bytes` tells what idle workers hold, `free_idle` ends some to make room.
    """

    def __init__(
        self,
        machine: Hardware,
        *,
        idle_bytes: Callable[[], int] = lambda: 0,
        free_idle: Callable[[], bool] = lambda: False,
    ) -> None:
        self._cpus = max(2, machine.cores)
        self._gpus = max(1, len(machine.gpus))
        self._memory = int(machine.memory_bytes * MEMORY_SHARE)
        self._idle_bytes = idle_bytes
        self._free_idle = free_idle
        self._changed = threading.Condition()
        self._waiting: list[_Waiter] = []
        self._use = _Use()
        self._running = 0

    @contextmanager
    def room(self, need: Need, check: Callable[[], None], priority: int = 0) -> Iterator[Slot]:
        """Wait for room and keep it; a lower `priority` is served first."""
        waiter = _Waiter(priority, need)
        with self._changed:
            self._waiting.append(waiter)
            self._waiting.sort(key=lambda one: one.priority)
            try:
                while waiter.slot is None:
                    self._serve()
                    if waiter.slot is None:
                        self._changed.wait(_WAIT_SECONDS)
                        check()
            except BaseException:
                if waiter.slot is not None:
                    self._give_back(need, waiter.slot)
                else:
                    self._waiting.remove(waiter)
                raise
        try:
            yield waiter.slot
        finally:
            with self._changed:
                self._give_back(need, waiter.slot)

    def _serve(self) -> None:
        """Give room to those who wait, first come first; who only waits for a turn with most
        processors or a GPU keeps nobody else waiting."""
        for waiter in list(self._waiting):
            need = waiter.need
            if self._needs_a_turn(need):
                continue
            if not self._fits(need):
                return
            self._waiting.remove(waiter)
            waiter.slot = self._take(need)
            self._changed.notify_all()

    def _needs_a_turn(self, need: Need) -> bool:
        if need.gpu:
            return len(self._use.gpus) >= self._gpus
        return need.cpu == "most" and self._use.most

    def _fits(self, need: Need) -> bool:
        if not self._running:
            return True  # alone it must run, however small the machine is
        if self._use.cpu + self._processors(need) > self._cpus:
            return False
        while self._use.memory + self._idle_bytes() + need.memory > self._memory:
            if not self._free_idle():
                return self._use.memory + need.memory <= self._memory
        return True

    def _processors(self, need: Need) -> int:
        if need.gpu:
            return 1
        return self._cpus - 1 if isinstance(need.cpu, str) else min(need.cpu, self._cpus)

    def _take(self, need: Need) -> Slot:
        self._running += 1
        self._use.cpu += self._processors(need)
        self._use.memory += need.memory
        if need.gpu:
            number = min(set(range(self._gpus)) - self._use.gpus)
            self._use.gpus.add(number)
            return Slot(number if self._gpus > 1 else None)
        self._use.most = self._use.most or need.cpu == "most"
        return Slot()

    def _give_back(self, need: Need, slot: Slot) -> None:
        self._running -= 1
        self._use.cpu -= self._processors(need)
        self._use.memory -= need.memory
        if need.gpu:
            self._use.gpus.discard(slot.gpu or 0)
        elif need.cpu == "most":
            self._use.most = False
        self._changed.notify_all()
