"""Room on the machine: never more than there is, first come first, nobody forgotten."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.hardware import Gpu, Hardware
from chalchitra.runner.resources import MEMORY_SHARE, Need, Resources, Slot

from .conftest import wait_until

GB = 10**9


class StoppedError(Exception):
    pass


def machine(cores=4, memory=10 * GB, gpus=0) -> Hardware:
    cards = tuple(Gpu(f"GPU {number}", 8 * GB) for number in range(gpus))
    return Hardware("linux-x86_64", cores, cores, int(memory / MEMORY_SHARE) + 1, cards)


def patient(seconds=30.0):
    """A check that gives up on a wait that should have ended long ago."""
    deadline = time.monotonic() + seconds

    def check():
        assert time.monotonic() < deadline, "there is no room"

    return check


class Film:
    """A thread that waits for room, keeps it until it is let go, and tells how far it is."""

    def __init__(self, resources: Resources, need: Need, priority: int = 0) -> None:
        self.slot: Slot | None = None
        self.error: Exception | None = None
        self._stop = threading.Event()
        self._go = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(resources, need, priority))
        self._thread.start()

    def _run(self, resources, need, priority):
        try:
            with resources.room(need, self._check, priority) as slot:
                self.slot = slot
                assert self._go.wait(60)
        except StoppedError as error:
            self.error = error

    def _check(self):
        if self._stop.is_set():
            raise StoppedError

    @property
    def runs(self) -> bool:
        return self.slot is not None and self._thread.is_alive()

    def leave(self) -> None:
        """End the stage, or the wait for it."""
        self._stop.set()
        self._go.set()
        self._thread.join(60)
        assert not self._thread.is_alive()


@contextmanager
def films():
    """A factory of films; all are let go at the end."""
    made = []

    def film(*args, **fields) -> Film:
        made.append(Film(*args, **fields))
        return made[-1]

    try:
        yield film
    finally:
        for one in made:
            one.leave()


def runs(film: Film) -> bool:
    wait_until(lambda: film.runs)
    return True


def waits(*those: Film) -> bool:
    """They have not got room after several rounds of asking for it."""
    threading.Event().wait(0.4)
    return not any(film.runs for film in those)


MOST = Need("most", memory=GB)
SMALL = Need(1, memory=GB // 10)


def test_only_one_stage_has_most_processors_and_a_small_one_fits_beside_it():
    resources = Resources(machine(cores=2))
    with films() as film:
        first = film(resources, MOST)
        assert runs(first)
        second, small = film(resources, MOST, 1), film(resources, SMALL, 2)
        assert runs(small)
        assert waits(second)
        first.leave()
        assert runs(second)


def test_stages_that_keep_no_processor_busy_never_wait_for_one():
    resources = Resources(machine(cores=2))
    with films() as film:
        assert runs(film(resources, MOST))
        assert all(runs(film(resources, Need(0, memory=1))) for _ in range(5))


def test_a_stage_that_needs_more_memory_than_is_left_waits_for_it():
    resources = Resources(machine(memory=10 * GB))
    with films() as film:
        first = film(resources, Need(1, memory=6 * GB))
        assert runs(first)
        second = film(resources, Need(1, memory=6 * GB), 1)
        assert waits(second)
        first.leave()
        assert runs(second)


@pytest.mark.parametrize("need", [Need(99, memory=1), Need("most", memory=99 * GB)])
def test_a_need_larger_than_the_machine_runs_alone(need):
    resources = Resources(machine())
    with films() as film:
        small = film(resources, SMALL)
        assert runs(small)
        large = film(resources, need, 1)
        assert waits(large) or need.memory <= GB
        small.leave()
        assert runs(large)


def test_a_machine_that_does_not_tell_its_memory_runs_stages_side_by_side():
    unknown = Hardware("linux-x86_64", 4, 4, 0)
    resources = Resources(unknown)
    with films() as film:
        assert runs(film(resources, MOST))
        assert runs(film(resources, SMALL))


def test_the_film_that_came_first_is_served_first():
    resources = Resources(machine())
    with films() as film:
        first = film(resources, MOST, 0)
        assert runs(first)
        later, sooner = film(resources, MOST, 7), film(resources, MOST, 3)
        assert waits(later, sooner)
        first.leave()
        assert runs(sooner)
        assert waits(later)


def test_a_large_stage_is_not_overtaken_for_ever_by_small_ones():
    """Small stages of later films come all the time: no moment has room for the large one unless it
    is kept free for it."""
    resources = Resources(machine(cores=4))
    with films() as film:
        crowd = [film(resources, SMALL, 10 + number) for number in range(3)]
        assert all(runs(one) for one in crowd)
        large = film(resources, MOST, 1)
        assert waits(large)
        newcomers = [film(resources, SMALL, 20 + number) for number in range(3)]
        assert waits(*newcomers)
        for one in crowd:
            one.leave()
        assert runs(large)


def test_every_gpu_is_given_to_one_stage_at_a_time():
    resources = Resources(machine(gpus=2))
    on_gpu = Need("most", gpu=True, memory=1)
    with films() as film:
        first, second = film(resources, on_gpu, 0), film(resources, on_gpu, 1)
        assert runs(first)
        assert runs(second)
        assert {first.slot.gpu, second.slot.gpu} == {0, 1}
        third = film(resources, on_gpu, 2)
        assert waits(third)
        free = first.slot.gpu
        first.leave()
        assert runs(third)
        assert third.slot.gpu == free


def test_the_only_gpu_needs_no_number():
    with films() as film:
        only = film(Resources(machine(gpus=1)), Need(gpu=True))
        assert runs(only)
        assert only.slot == Slot(None)


def test_a_film_that_is_stopped_while_it_waits_is_in_nobodys_way():
    resources = Resources(machine())
    with films() as film:
        first = film(resources, MOST, 0)
        assert runs(first)
        stopped, other = film(resources, MOST, 1), film(resources, MOST, 2)
        assert waits(stopped, other)
        stopped.leave()
        assert isinstance(stopped.error, StoppedError)
        first.leave()
        assert runs(other)


def test_a_film_that_is_stopped_in_the_moment_it_gets_room_gives_it_back():
    resources = Resources(machine())
    with films() as film:
        first = film(resources, MOST, 0)
        assert runs(first)

        def stop():
            first.leave()  # what it waits for is there now
            runs(film(resources, SMALL, 2))  # whoever asks next hands it out
            raise StoppedError

        with pytest.raises(StoppedError), resources.room(MOST, stop, 1):
            pytest.fail("it was stopped")
        assert runs(film(resources, MOST, 3))


def test_a_stage_that_fails_gives_its_room_back():
    resources = Resources(machine())
    for _ in range(3):
        with pytest.raises(StoppedError), resources.room(MOST, patient()):
            raise StoppedError


# --- idle workers ---------------------------------------------------------------------------------


@dataclass
class Idle:
    """Idle workers as the pool tells of them: stage -> bytes, longest idle first."""

    workers: dict[str, int] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    slow: threading.Event | None = None

    def bytes(self, keep=()) -> int:
        return sum(size for stage, size in list(self.workers.items()) if stage not in keep)

    def free(self, keep=()) -> bool:
        found = [stage for stage in self.workers if stage not in keep]
        if not found:
            return False
        del self.workers[found[0]]
        if self.slow is not None:
            assert self.slow.wait(60)
        self.ended.append(found[0])
        return True

    def resources(self, **fields) -> Resources:
        return Resources(machine(**fields), idle_bytes=self.bytes, free_idle=self.free)


def test_idle_workers_are_ended_to_make_room_and_no_more_than_that():
    idle = Idle({"asr": 3 * GB, "vad": 3 * GB, "export": 3 * GB})
    with idle.resources(memory=10 * GB).room(Need(1, memory=4 * GB), patient()):
        assert idle.ended == ["asr"]


def test_idle_workers_make_room_for_a_stage_that_runs_alone_too():
    idle = Idle({"asr": 3 * GB, "vad": 3 * GB})
    with idle.resources(memory=10 * GB).room(Need(1, memory=99 * GB), patient()):
        assert idle.ended == ["asr", "vad"]


def test_no_worker_is_ended_for_a_stage_that_must_wait_all_the_same():
    idle = Idle({"vad": GB})
    resources = idle.resources(memory=10 * GB)
    with films() as film:
        assert runs(film(resources, Need("most", memory=6 * GB, stage="asr")))
        assert waits(film(resources, Need(1, memory=6 * GB, stage="mux"), 1))
        assert idle.ended == []


def test_a_stage_does_not_end_the_worker_that_is_to_serve_it():
    idle = Idle({"asr": 4 * GB, "vad": 4 * GB})
    with idle.resources(memory=10 * GB).room(Need(1, memory=5 * GB, stage="asr"), patient()):
        assert idle.ended == []
    with idle.resources(memory=7 * GB).room(Need(1, memory=5 * GB, stage="asr"), patient()):
        assert idle.ended == ["vad"]


def test_a_stage_that_has_just_got_room_keeps_its_worker_from_the_next():
    idle = Idle({"asr": 4 * GB, "vad": 4 * GB})
    resources = idle.resources(memory=10 * GB)
    with (
        resources.room(Need("most", memory=5 * GB, stage="asr"), patient()),
        resources.room(Need(1, memory=GB, stage="mux"), patient(), 1),
    ):
        assert idle.ended == []
        with resources.room(Need(0, memory=GB, stage="demux"), patient(), 1):
            assert idle.ended == ["vad"]


def test_while_a_worker_ends_others_give_back_stop_waiting_and_get_nothing_that_is_not_free():
    idle = Idle({"vad": 5 * GB}, slow=threading.Event())
    resources = idle.resources(memory=10 * GB)
    with films() as film:
        small = film(resources, SMALL, 0)
        assert runs(small)
        large = film(resources, Need(1, memory=6 * GB), 1)
        wait_until(lambda: not idle.workers)
        other, stopped = film(resources, Need(1, memory=6 * GB), 2), film(resources, MOST, 3)
        assert waits(large, other, stopped)
        small.leave()
        stopped.leave()
        assert isinstance(stopped.error, StoppedError)
        idle.slow.set()
        assert runs(large)
        assert waits(other)


# --- whatever is asked for ------------------------------------------------------------------------


@dataclass
class Meter:
    """What runs at once, as its stages see it; `broken` says what must not be."""

    machine: Hardware
    running: list[tuple[Need, Slot]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, need: Need, slot: Slot) -> None:
        with self.lock:
            self.running.append((need, slot))
            self._look()

    def leave(self, need: Need, slot: Slot) -> None:
        with self.lock:
            self.running.remove((need, slot))

    def _look(self) -> None:
        if len(self.running) == 1:
            return
        needs = [need for need, _ in self.running]
        cores = self.machine.cores
        processors = sum(
            1 if need.gpu else (cores - 1 if need.cpu == "most" else min(need.cpu, cores))
            for need in needs
        )
        gpus = [slot.gpu for need, slot in self.running if need.gpu]
        if processors > cores:
            self.broken.append(f"{processors} processors: {needs}")
        if sum(need.memory for need in needs) > self.machine.memory_bytes * MEMORY_SHARE:
            self.broken.append(f"memory: {needs}")
        if sum(need.cpu == "most" and not need.gpu for need in needs) > 1:
            self.broken.append(f"most twice: {needs}")
        if len(gpus) > len(self.machine.gpus) or len(set(gpus)) < len(gpus):
            self.broken.append(f"GPUs {gpus}")


NEEDS = st.builds(
    Need,
    cpu=st.sampled_from([0, 1, 2, 3, 99, "most"]),
    gpu=st.booleans(),
    memory=st.integers(0, 12 * GB),
)
JOBS = st.lists(
    st.tuples(st.integers(0, 20), st.lists(NEEDS, min_size=1, max_size=4), st.booleans()),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(cores=st.integers(2, 8), gpus=st.integers(1, 3), jobs=JOBS)
def test_whatever_is_asked_for_everything_runs_and_never_more_than_the_machine_has(
    cores, gpus, jobs
):
    """Every film goes through its stages; some are stopped on the way, at their first wait."""
    have = machine(cores=cores, gpus=gpus)
    resources = Resources(have)
    meter = Meter(have)

    def film(priority, needs, is_stopped):
        def check():
            if is_stopped:
                raise StoppedError

        try:
            for need in needs:
                with resources.room(need, check, priority) as slot:
                    meter.enter(need, slot)
                    threading.Event().wait(0.001)
                    meter.leave(need, slot)
        except StoppedError:
            return

    threads = [threading.Thread(target=film, args=job, daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    assert not meter.broken
    # Nothing is kept by those who left: the whole machine can be had again.
    with resources.room(Need(99, memory=99 * GB), patient(5)):
        pass
