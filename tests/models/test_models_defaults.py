"""Which model a machine gets when nobody names one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.hardware import CUDA_PLATFORM, Gpu, Hardware
from chalchitra.models.catalogue import load
from chalchitra.models.defaults import default_whisper, real_time_factor

GIB = 2**30
TABLE = load()
SIZES = ["tiny", "base", "small", "medium", "large-v3-turbo", "large-v3"]


def cpu(cores: int, memory: float) -> Hardware:
    return Hardware("linux-x86_64", cores, cores, int(memory * GIB))


def gpu(memory: float) -> Hardware:
    return Hardware(CUDA_PLATFORM, 4, 4, 16 * GIB, (Gpu("a GPU", int(memory * GIB)),))


def apple(memory: int) -> Hardware:
    return Hardware("macos-arm64", 8, 8, memory * GIB)


@pytest.mark.parametrize(
    ("cores", "memory", "translate", "name"),
    [
        (1, 8, False, "base"),
        (2, 8, False, "small"),
        (2, 1.2, False, "base"),
        (4, 16, False, "large-v3-turbo"),
        (4, 3, False, "small"),
        (4, 16, True, "medium"),
        (64, 256, False, "large-v3-turbo"),
    ],
)
def test_on_a_cpu(cores: int, memory: float, translate: bool, name: str) -> None:
    chosen, reason = default_whisper(cpu(cores, memory), translate=translate)
    assert chosen == name
    assert f"{cores} CPU core" in reason


def test_two_threads_of_a_core_are_one_core() -> None:
    assert default_whisper(Hardware("linux-x86_64", 4, 2, 16 * GIB))[0] == "small"


@pytest.mark.parametrize(
    ("memory", "translate", "name"),
    [
        (3, False, "small"),
        (6, False, "large-v3-turbo"),
        (6, True, "medium"),
        (8, False, "large-v3"),
        (24, True, "large-v3"),
    ],
)
def test_on_a_gpu(memory: int, translate: bool, name: str) -> None:
    chosen, reason = default_whisper(gpu(memory), translate=translate)
    assert chosen == name
    assert f"a GPU with {memory} GB" in reason


@pytest.mark.parametrize(
    ("memory", "translate", "name"),
    [(8, False, "large-v3-turbo"), (64, False, "large-v3-turbo"), (16, True, "medium")],
)
def test_on_apple_silicon(memory: int, translate: bool, name: str) -> None:
    assert default_whisper(apple(memory), translate=translate)[0] == name


def test_a_machine_too_small_for_any_gets_the_smallest_and_is_told() -> None:
    name, reason = default_whisper(cpu(1, 0.25))
    assert name == "tiny"
    assert "a lot for" in reason


machines = (
    st.builds(cpu, st.integers(1, 128), st.integers(1, 128))
    | st.builds(gpu, st.integers(1, 80))
    | st.builds(apple, st.integers(8, 128))
)


@given(machine=machines, translate=st.booleans())
def test_the_choice_is_multilingual_and_can_do_what_is_asked(
    machine: Hardware, translate: bool
) -> None:
    name, reason = default_whisper(machine, translate=translate, catalogue=TABLE)
    entry = TABLE.find(name, "whisper", "ctranslate2")
    assert entry.multilingual
    assert entry.can_translate or not translate
    assert reason


@given(cores=st.integers(1, 64), more=st.integers(0, 64), memory=st.integers(1, 64))
def test_a_better_cpu_never_gets_a_smaller_model(cores: int, more: int, memory: int) -> None:
    def size(cores: int, memory: int) -> int:
        return SIZES.index(default_whisper(cpu(cores, memory), catalogue=TABLE)[0])

    assert size(cores + more, memory) >= size(cores, memory)
    assert size(cores, memory + more) >= size(cores, memory)


def test_the_estimate_is_the_measurement_it_comes_from() -> None:
    base = TABLE.find("base", "whisper", "ctranslate2")
    assert real_time_factor(base, 2) == 0.25
    assert real_time_factor(base, 4) == 0.125
