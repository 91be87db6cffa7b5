"""What `doctor` finds: one finding a thing that a job may need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from chalchitra import hardware
from chalchitra.environments import state, table
from chalchitra.environments.build import free_gb
from chalchitra.errors import ChalchitraError
from chalchitra.hints import fetch_line
from chalchitra.media.tools import find_ffmpeg
from chalchitra.models.catalogue import load
from chalchitra.models.verify import check
from chalchitra.paths import config_dir, data_dir, installed, own_config_dir


@dataclass(frozen=True)
class Finding:
    """One thing, whether it is well, and what to type when it is not."""

    what: str
    ok: bool
    found: str
    fix: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def diagnose() -> list[Finding]:
    """Look at everything; nothing is built, fetched or changed."""
    return [*_machine(), *_environments(), _ffmpeg(), *_models()]


def _machine() -> Iterator[Finding]:
    found = hardware.detect()
    gpus = ", ".join(gpu.name for gpu in found.gpus) or "no NVIDIA GPU"
    memory = found.memory_bytes / 1e9
    yield Finding(
        "machine", True, f"{found.platform}, {found.cores} cores, {memory:.0f} GB, {gpus}"
    )
    free = free_gb(data_dir())
    if installed():
        yield Finding("data", True, str(data_dir()))
        own = f"{own_config_dir()} (yours), {config_dir()} (as it came)"
        yield Finding("configuration", True, own)
    yield Finding(
        "disk", free > 2, f"{free:.1f} GB free", "Free some space: films and models need gigabytes."
    )


def _environments() -> Iterator[Finding]:
    apple = hardware.known_hardware().apple_silicon
    for name, environment in table.load().environments.items():
        seen = state.state(name)
        if not seen.whole and not environment.built_unasked(apple_silicon=apple):
            yield Finding(f"environment {name}", True, "not built, and not needed here")
            continue
        if installed() and not table.environment_dir(name).is_dir():
            yield Finding(
                f"environment {name}", True, "not built; the first job that needs it asks"
            )
            continue
        yield Finding(f"environment {name}", seen.whole, seen.reason or "complete", seen.fix)


def _ffmpeg() -> Finding:
    try:
        return Finding("ffmpeg", True, str(find_ffmpeg()))
    except ChalchitraError as error:
        return Finding("ffmpeg", False, error.what, error.fix)


def _models() -> Iterator[Finding]:
    for entry in load().entries:
        found = check(entry)
        if found.state != "not fetched":
            problems = "; ".join(found.problems)
            fix = fetch_line(entry.name, entry.format, "--force")
            yield Finding(f"model {entry}", found.ok, problems or "complete", fix)
