"""What this machine has, and what a stage should compute with on it.

Standard library only: bootstrap runs it before anything is installed. bootstrap writes what it
found to config/hardware_cache.json, where the other commands read it.
"""

from __future__ import annotations

import json
import math
import os
import platform
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from chalchitra.files import write_json
from chalchitra.paths import hardware_cache

CACHE_VERSION = 1
NVIDIA_SECONDS = 10.0
"""A driver that was asleep takes seconds to answer; one that hangs never does."""

CUDA_PLATFORM = "linux-x86_64"
"""The one platform whose locked wheels of torch and CTranslate2 carry CUDA."""

FLOAT16_CAPABILITY = 7.0
"""NVIDIA's compute capability from which half precision is fast (Volta)."""

FLOAT16_BYTES = 6 * 10**9
"""GPU memory below which a large model needs 8-bit weights (large-v3 in float16 takes 4.5 GB)."""

Device = Literal["cpu", "cuda", "mps"]


@dataclass(frozen=True)
class Gpu:
    """An NVIDIA GPU; `capability` is its compute capability, 0 where the driver does not say."""

    name: str
    memory_bytes: int
    capability: float = 0.0


@dataclass(frozen=True)
class Hardware:
    """What this machine lets us use.

    `cores` are the processors this process may run on (affinity and container limits counted),
    `physical_cores` those that are not two threads of one core (on Apple silicon: the fast ones).
    """

    platform: str
    cores: int
    physical_cores: int
    memory_bytes: int
    gpus: tuple[Gpu, ...] = ()

    @property
    def apple_silicon(self) -> bool:
        return self.platform == "macos-arm64"

    @property
    def cuda(self) -> bool:
        return bool(self.gpus) and self.platform == CUDA_PLATFORM

    def to_dict(self) -> dict[str, Any]:
        data = asdict(self) | {"apple_silicon": self.apple_silicon}
        return data | {"gpus": list(data["gpus"])}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Hardware:
        fields = {key: data[key] for key in ("platform", "cores", "physical_cores", "memory_bytes")}
        return cls(**fields, gpus=tuple(Gpu(**gpu) for gpu in data["gpus"]))


@dataclass(frozen=True)
class Compute:
    """What a stage computes with: device, number format, threads."""

    device: Device
    compute_type: str
    threads: int


def compute(hardware: Hardware, runtime: str | None) -> Compute:
    """What to compute with under `runtime` (a word of config/environments.toml; None: plain CPU).

    "ctranslate2" runs on CUDA or the CPU, "mlx" on Apple's GPU or the CPU, "torch" on any.
    """
    threads = max(1, min(hardware.cores, hardware.physical_cores))
    gpu = max(hardware.gpus, key=lambda item: item.memory_bytes) if hardware.cuda else None
    half = gpu is not None and gpu.capability >= FLOAT16_CAPABILITY
    if runtime == "ctranslate2":
        if gpu is None:
            return Compute("cpu", "int8", threads)
        small = gpu.memory_bytes < FLOAT16_BYTES
        kind = ("int8_float16" if small else "float16") if half else "int8"
        return Compute("cuda", kind, threads)
    if runtime == "mlx" and hardware.apple_silicon:
        return Compute("mps", "float16", threads)
    if runtime == "torch" and gpu is not None:
        return Compute("cuda", "float16" if half else "float32", threads)
    if runtime == "torch" and hardware.apple_silicon:
        return Compute("mps", "float32", threads)
    return Compute("cpu", "float32", threads)


def detect() -> Hardware:
    """Look at the machine (nvidia-smi, where there is one, is what takes time)."""
    cores = usable_cores()
    return Hardware(
        platform=platform_id(),
        cores=cores,
        physical_cores=min(cores, _physical_cores() or cores),
        memory_bytes=_memory_bytes(),
        gpus=nvidia_gpus(),
    )


def platform_id() -> str:
    """`linux-x86_64`, `linux-aarch64`, `macos-arm64`, ...: as config/environments.toml says it."""
    system = {"darwin": "macos"}.get(platform.system().lower(), platform.system().lower())
    return f"{system}-{platform.machine()}"


def usable_cores() -> int:
    """The processors this process may use: what the affinity mask and the container allow."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    limit = cgroup_cpus(_cgroup_folders())
    return max(1, min(cores, math.ceil(limit))) if limit else max(1, cores)


def cgroup_cpus(folders: list[Path]) -> float | None:
    """The processor time that these control groups allow, in processors; None: no limit."""
    limits: list[float] = []
    for folder in folders:
        quota, _, period = _read(folder / "cpu.max").partition(" ")
        quota = quota or _read(folder / "cpu.cfs_quota_us")
        period = period or _read(folder / "cpu.cfs_period_us")
        if quota.isdigit() and period.isdigit() and int(period) > 0:
            limits.append(int(quota) / int(period))
    return min(limits, default=None)


def cgroup_memory(folders: list[Path]) -> int | None:
    """The memory that these control groups allow, in bytes; None: no limit."""
    values = [
        _read(folder / name)
        for folder in folders
        for name in ("memory.max", "memory.limit_in_bytes")
    ]
    return min((int(value) for value in values if value.isdigit()), default=None)


def nvidia_gpus() -> tuple[Gpu, ...]:
    """The NVIDIA GPUs that the driver's own tool reports; none without driver or tool."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    # Old drivers do not know compute_cap and refuse the whole query.
    for fields in ("name,memory.total,compute_cap", "name,memory.total"):
        try:
            answer = subprocess.run(
                [tool, f"--query-gpu={fields}", "--format=csv,noheader,nounits"],
                capture_output=True,
                text=True,
                timeout=NVIDIA_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ()
        if answer.returncode == 0:
            return parse_nvidia_smi(answer.stdout)
    return ()


def parse_nvidia_smi(text: str) -> tuple[Gpu, ...]:
    """`name, MiB[, capability]` a line; a GPU that shares the machine's memory says [N/A]."""
    gpus: list[Gpu] = []
    for line in text.splitlines():
        name, _, rest = line.partition(",")
        memory, _, capability = (part.strip() for part in rest.partition(","))
        if not name.strip() or not rest:
            continue
        mebibytes = int(memory) if memory.isdigit() else 0
        gpus.append(Gpu(name.strip(), mebibytes * 2**20, _number(capability)))
    return tuple(gpus)


def write_cache(hardware: Hardware, mapping: dict[str, str], root: Path | None = None) -> None:
    """Write config/hardware_cache.json, unless it says the same already."""
    path = hardware_cache(root)
    data = {
        "version": CACHE_VERSION,
        "hardware": hardware.to_dict(),
        "stage_to_environment_mapping": mapping,
    }
    if _load(path) != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, data)


def read_cache(root: Path | None = None) -> tuple[Hardware, dict[str, str]] | None:
    """The hardware and `stage_to_environment_mapping`; None when bootstrap has written no such file
    for this platform (a checkout can be shared between machines)."""
    data = _load(hardware_cache(root))
    try:
        hardware = Hardware.from_dict(data["hardware"])
        mapping = dict(data["stage_to_environment_mapping"])
    except (KeyError, TypeError, ValueError):
        return None
    if data.get("version") != CACHE_VERSION or hardware.platform != platform_id():
        return None
    return hardware, mapping


def known_hardware(root: Path | None = None) -> Hardware:
    """What the cache says, or a fresh look where there is none."""
    cached = read_cache(root)
    return cached[0] if cached else detect()


def _load(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _physical_cores() -> int | None:
    if platform.system() == "Darwin":
        return _sysctl("hw.perflevel0.physicalcpu") or _sysctl("hw.physicalcpu")
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    topology = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
    cores = {_read(Path(topology.format(cpu))) for cpu in allowed}
    return len(cores) if cores and "" not in cores else None


def _memory_bytes() -> int:
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):  # macOS may not know the first
        total = _sysctl("hw.memsize") or 0
    limit = cgroup_memory(_cgroup_folders())
    return min(total, limit) if limit else total


def _cgroup_folders() -> list[Path]:
    """The folders of this process's control groups and of all above them, both versions."""
    base = Path("/sys/fs/cgroup")
    folders: list[Path] = []
    for line in _read(Path("/proc/self/cgroup")).splitlines():
        _, controllers, inside = line.split(":", 2)
        if controllers not in ("", "memory", "cpu", "cpu,cpuacct"):
            continue
        tops = [base / controllers, base / "unified"] if controllers else [base, base / "unified"]
        for top in tops:
            folder = top / inside.lstrip("/")
            folders += [folder, *(up for up in folder.parents if up.is_relative_to(top))]
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


def _sysctl(name: str) -> int | None:
    try:
        answer = subprocess.run(["sysctl", "-n", name], capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return int(answer.stdout) if answer.stdout.strip().isdigit() else None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
