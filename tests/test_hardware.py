"""What this machine has, and what is computed with on machines it does not have."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra import hardware
from chalchitra.hardware import Compute, Gpu, Hardware
from chalchitra.paths import hardware_cache
from chalchitra.prepare.resolve.machines import machine_for

GB = 10**9


def machine(platform="linux-x86_64", gpu_gb=None, capability=8.6, **fields):
    gpus = (Gpu("RTX", int(gpu_gb * GB), capability),) if gpu_gb else ()
    sizes = {"cores": 8, "physical_cores": 4, "memory_bytes": 16 * GB}
    return Hardware(platform=platform, gpus=gpus, **(sizes | fields))


@pytest.mark.parametrize(
    ("have", "runtime", "expected"),
    [
        (machine(), "ctranslate2", ("cpu", "int8")),
        (machine(), "torch", ("cpu", "float32")),
        (machine(), "mlx", ("cpu", "float32")),
        (machine(), None, ("cpu", "float32")),
        (machine(gpu_gb=8), "ctranslate2", ("cuda", "float16")),
        (machine(gpu_gb=4), "ctranslate2", ("cuda", "int8_float16")),
        (machine(gpu_gb=8, capability=6.1), "ctranslate2", ("cuda", "int8")),
        (machine(gpu_gb=8), "torch", ("cuda", "float16")),
        (machine(gpu_gb=8, capability=6.1), "torch", ("cuda", "float32")),
        (machine(gpu_gb=8), None, ("cpu", "float32")),
        (machine("linux-aarch64", gpu_gb=8), "ctranslate2", ("cpu", "int8")),
        (machine("macos-arm64"), "ctranslate2", ("cpu", "int8")),
        (machine("macos-arm64"), "mlx", ("mps", "float16")),
        (machine("macos-arm64"), "torch", ("mps", "float32")),
    ],
)
def test_what_is_computed_with(have, runtime, expected):
    chosen = hardware.compute(have, runtime)
    assert (chosen.device, chosen.compute_type) == expected
    assert chosen.threads == 4


def test_another_device_than_the_best_gets_a_number_format_of_its_own():
    """Half precision is for graphics cards: a CPU is many times slower with it, or cannot."""
    best = hardware.compute(machine(gpu_gb=8), "torch")
    assert (best.device, best.compute_type) == ("cuda", "float16")
    chosen = machine_for(best, {"device": "cpu"})
    assert (chosen.device, chosen.compute_type) == ("cpu", "float32")
    assert machine_for(Compute("cpu", "float32", 4), {"device": "cuda"}).compute_type == "float16"


def test_threads_never_exceed_what_the_container_allows():
    assert hardware.compute(machine(cores=2, physical_cores=8), "torch") == Compute(
        "cpu", "float32", 2
    )


def test_the_largest_gpu_decides():
    have = machine(gpu_gb=4)
    both = Hardware(**{**vars(have), "gpus": (*have.gpus, Gpu("big", 24 * GB, 9.0))})
    assert hardware.compute(both, "ctranslate2").compute_type == "float16"


def test_this_machine_is_described():
    seen = hardware.detect()
    assert seen.platform == hardware.platform_id()
    assert 1 <= seen.physical_cores <= seen.cores
    assert seen.memory_bytes > 10**8


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, None),
        ({"cpu.max": "max 100000"}, None),
        ({"cpu.max": "150000 100000"}, 1.5),
        ({"cpu.cfs_quota_us": "-1", "cpu.cfs_period_us": "100000"}, None),
        ({"cpu.cfs_quota_us": "200000", "cpu.cfs_period_us": "100000"}, 2.0),
    ],
)
def test_processor_limits_of_containers(tmp_path, files, expected):
    for name, text in files.items():
        (tmp_path / name).write_text(text + "\n")
    assert hardware.cgroup_cpus([tmp_path]) == expected


def test_the_tightest_memory_limit_counts(tmp_path):
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    inner.mkdir()
    outer.mkdir()
    (inner / "memory.max").write_text("max\n")
    assert hardware.cgroup_memory([inner, outer]) is None
    (outer / "memory.max").write_text("4000000000\n")
    (inner / "memory.limit_in_bytes").write_text("2000000000\n")
    assert hardware.cgroup_memory([inner, outer]) == 2 * GB


def fake_nvidia_smi(tmp_path, monkeypatch, text):
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{text}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))


def test_gpus_are_what_the_drivers_tool_reports(tmp_path, monkeypatch):
    fake_nvidia_smi(tmp_path, monkeypatch, "echo 'NVIDIA GeForce RTX 3060, 12288, 8.6'")
    assert hardware.nvidia_gpus() == (Gpu("NVIDIA GeForce RTX 3060", 12288 * 2**20, 8.6),)


def test_an_old_driver_is_asked_for_less(tmp_path, monkeypatch):
    fake_nvidia_smi(
        tmp_path, monkeypatch, 'case "$*" in *compute_cap*) exit 2 ;; esac; echo "Tesla K80, 11441"'
    )
    assert hardware.nvidia_gpus() == (Gpu("Tesla K80", 11441 * 2**20, 0.0),)


@pytest.mark.parametrize("text", ["exit 9", "echo", "echo 'NVIDIA-SMI has failed'"])
def test_a_driver_that_does_not_work_is_no_gpu(tmp_path, monkeypatch, text):
    fake_nvidia_smi(tmp_path, monkeypatch, text)
    assert hardware.nvidia_gpus() == ()


def test_a_gpu_that_shares_the_machines_memory_says_so(tmp_path):
    assert hardware.parse_nvidia_smi("Orin, [N/A], 8.7\n") == (Gpu("Orin", 0, 8.7),)


@given(st.text())
def test_whatever_the_tool_prints_is_no_crash(text):
    hardware.parse_nvidia_smi(text)


@pytest.fixture
def root(tmp_path):
    (tmp_path / "config").mkdir()
    return tmp_path


def test_the_cache_gives_back_what_was_found(root):
    have = machine(hardware.platform_id(), gpu_gb=8)
    hardware.write_cache(have, {"asr": "whisperx"}, root)
    assert hardware.read_cache(root) == (have, {"asr": "whisperx"})
    assert hardware.known_hardware(root) == have


def test_the_cache_is_left_alone_when_nothing_changed(root):
    hardware.write_cache(machine(), {}, root)
    before = hardware_cache(root).stat()
    hardware.write_cache(machine(), {}, root)
    assert hardware_cache(root).stat().st_ino == before.st_ino
    hardware.write_cache(machine(cores=3), {}, root)
    assert json.loads(hardware_cache(root).read_text())["hardware"]["cores"] == 3


@pytest.mark.parametrize("text", ["", "{", "[]", '{"hardware": 3}', '{"version": 1}'])
def test_a_broken_cache_is_none(root, text):
    hardware_cache(root).write_text(text)
    assert hardware.read_cache(root) is None
    assert hardware.known_hardware(root).platform == hardware.platform_id()


def test_another_machines_cache_is_none(root):
    hardware.write_cache(machine("plan9-mips"), {}, root)
    assert hardware.read_cache(root) is None
