"""config/runner.toml: what each stage takes of the machine, and how failures are met."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalchitra.paths import config_file
from chalchitra.toml_tables import read_toml, unusable

_Seconds = Annotated[float, Field(ge=0)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StageRules(_Table):
    """One stage's section; the file's head says what the fields mean. `memory` is GB."""

    cpu: Annotated[int, Field(ge=0)] | Literal["most"] = 1
    memory: float = Field(default=0.5, ge=0)
    model: float = Field(default=0.0, ge=0)
    timeout: tuple[_Seconds, _Seconds] = (600.0, 600.0)
    worker: bool = False

    def timeout_seconds(self, film_seconds: float | None) -> float | None:
        """How long the stage may take for so much film; None, no limit, when that is unknown."""
        if film_seconds is None:
            return None
        return self.timeout[0] + self.timeout[1] * film_seconds / 60

    def memory_bytes(self, model_bytes: int) -> int:
        """What the stage may take with a model of this size on disk."""
        return int(self.memory * 1e9 + self.model * model_bytes)


class RetryRules(_Table):
    """Further attempts after what may pass, and the seconds between them."""

    crashes: int = Field(default=2, ge=0)
    memory: int = Field(default=3, ge=0)
    wait: float = Field(default=1.0, ge=0)
    longest_wait: float = Field(default=60.0, ge=0)

    def wait_seconds(self, retry: int) -> float:
        """The pause before the retry of this number, from 1."""
        doublings = min(retry - 1, 100)  # 2**1024 is no float
        return min(self.longest_wait, self.wait * 2.0**doublings)


class WorkerRules(_Table):
    """When a worker that is not needed, or has grown, ends: seconds, and GB."""

    idle: float = Field(default=300.0, gt=0)
    memory: float = Field(default=8.0, gt=0)


class StoreRules(_Table):
    """What `chalchitra cache prune` leaves: days since the last use, and GB."""

    keep_days: float = Field(default=90.0, ge=0)
    keep_gb: float = Field(default=50.0, ge=0)


class Rules(_Table):
    stages: dict[str, StageRules]
    retry: RetryRules = RetryRules()
    workers: WorkerRules = WorkerRules()
    store: StoreRules = StoreRules()

    def of(self, stage: str) -> StageRules:
        return self.stages.get(stage, StageRules())


@dataclass(frozen=True)
class _File:
    path: Path
    mtime_ns: int


def load(root: Path | None = None) -> Rules:
    """The rules. Raises as `read_toml`, and UsageError where the file says what cannot be."""
    path = config_file("runner.toml", root)
    try:
        return _read(_File(path, path.stat().st_mtime_ns if path.exists() else 0))
    except ValidationError as error:
        first: Any = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise unusable(path, f"{where}: {first['msg']}") from None


@cache
def _read(file: _File) -> Rules:
    return Rules.model_validate(read_toml(file.path))
