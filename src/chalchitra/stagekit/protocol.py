"""The stage protocol's documents: request, messages, result (docs/design.md, "The stage protocol").

`request.json` goes to the stage, `messages.jsonl` comes back while it works, `result.json` last.
All three lie in the attempt's folder, so that one rename publishes them with the outputs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json

from chalchitra.files import write_text
from chalchitra.names import AttemptNumber, Count, InsidePath, PlainName, Seconds

PROTOCOL_VERSION: Literal[1] = 1
REQUEST_VARIABLE = "CHALCHITRA_REQUEST"
"""Names the request file; unset when a person runs the stage by hand."""

REQUEST_FILE = "request.json"
RESULT_FILE = "result.json"
MESSAGES_FILE = "messages.jsonl"

MessageType = Literal["opened", "progress", "log", "warning", "metric", "closed"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ModelRef(_Model):
    """A model on disk that the stage may load."""

    name: str
    path: Path
    sha256: str = ""


class Request(_Model):
    """Everything a stage may read. Paths are absolute; `output_dir` is the attempt's folder.

    `memory` is a folder that may make the stage faster and changes nothing of what it gives.

    `fingerprint` and its parts, `attempt`, `started` and `reduced` (what was made smaller than the
    job says, after it ran out of memory) are not for the stage: the runner reads them back when it
    publishes, after a crash too.
    """

    protocol: Literal[1] = PROTOCOL_VERSION
    job_id: str
    stage: str
    language: str | None = None
    environment: str
    inputs: dict[str, Path]
    params: dict[str, Any]
    models: dict[str, ModelRef] = Field(default_factory=dict)
    packages: list[str] = Field(default_factory=list)
    output_dir: Path
    device: str
    compute_type: str
    threads: int
    memory: Path | None = None
    debug: bool = False
    fingerprint: str = ""
    fingerprint_parts: dict[str, Any] = Field(default_factory=dict)
    attempt: AttemptNumber = 0
    started: str = ""
    reduced: dict[str, Any] = Field(default_factory=dict)

    def write(self, path: Path) -> None:
        write_text(path, self.model_dump_json(indent=1) + "\n")


class OutputFile(_Model):
    """One output, `path` relative to the attempt's folder; `deliver_as` its name in `output/`."""

    path: InsidePath
    bytes: Count
    sha256: str
    deliver_as: PlainName | None = None


class Degraded(_Model):
    """Less than was asked: what, why, and what would give the whole."""

    what: str
    why: str = ""
    fix: str = ""


class ErrorInfo(_Model):
    """A stage's error as a person reads it."""

    kind: str
    what: str
    cause: str = ""
    fix: str = ""


class Result(_Model):
    """`result.json`: written last, so that its presence says the stage came to its end."""

    protocol: Literal[1] = PROTOCOL_VERSION
    stage: str
    status: Literal["done", "failed"]
    outputs: dict[str, OutputFile] = Field(default_factory=dict)
    metrics: dict[str, Any] = Field(default_factory=dict)
    degraded: list[Degraded] = Field(default_factory=list)
    error: ErrorInfo | None = None
    python: str
    python_version: str
    libraries: dict[str, str] = Field(default_factory=dict)
    seconds: Seconds

    def write(self, path: Path) -> None:
        write_text(path, self.model_dump_json(indent=1) + "\n")


class MessageWriter:
    """Appends messages to a file, one JSON object a line, flushed at once."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")

    def send(self, type_: MessageType, **fields: Any) -> None:
        self._file.write(json.dumps({"type": type_, **fields}, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


class MessageReader:
    """Reads whole new lines of a messages file each time it is asked; skips what is no message."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def new(self) -> Iterator[dict[str, Any]]:
        try:
            with open(self._path, "rb") as handle:
                handle.seek(self._offset)
                data = handle.read()
        except FileNotFoundError:
            return
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        yield from messages_in(whole)


def messages_in(data: bytes) -> Iterator[dict[str, Any]]:
    """The messages in some lines; what is none is skipped."""
    for line in data.splitlines():
        try:
            message = from_json(line, allow_inf_nan=False)
        except ValueError:
            continue
        if isinstance(message, dict) and isinstance(message.get("type"), str):
            yield message
