"""Stage: what a stage script holds while it works - its inputs, parameters and outputs."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from chalchitra.errors import MissingError, StageError
from chalchitra.files import fsync_dir, sha256_file
from chalchitra.names import require_plain
from chalchitra.stagekit.protocol import Degraded, MessageWriter, ModelRef, OutputFile, Request

_PROGRESS_STEPS = 200
"""At most so many progress messages a stage: more tell nobody anything."""


class Stage:
    """One attempt of one stage. Everything it may read is in the request."""

    def __init__(self, request: Request, messages: MessageWriter) -> None:
        self._request = request
        self._messages = messages
        self._outputs: dict[str, tuple[Path, str | None]] = {}
        self._last_step = -1
        self.degradations: list[Degraded] = []
        self.metrics: dict[str, Any] = {}

    @property
    def name(self) -> str:
        return self._request.stage

    @property
    def language(self) -> str | None:
        """The language of a stage that runs once a language."""
        return self._request.language

    @property
    def params(self) -> dict[str, Any]:
        return self._request.params

    @property
    def inputs(self) -> dict[str, Path]:
        return self._request.inputs

    @property
    def models(self) -> dict[str, ModelRef]:
        return self._request.models

    @property
    def output_dir(self) -> Path:
        """The attempt's own folder: scratch files may go here too."""
        return self._request.output_dir

    @property
    def device(self) -> str:
        return self._request.device

    @property
    def compute_type(self) -> str:
        return self._request.compute_type

    @property
    def threads(self) -> int:
        return self._request.threads

    @property
    def memory(self) -> Path | None:
        """A folder of earlier results, which may save work and changes none."""
        return self._request.memory

    @property
    def debug(self) -> bool:
        return self._request.debug

    def has_input(self, name: str) -> bool:
        return name in self.inputs

    def input(self, name: str) -> Path:
        """The path of a declared input. Raises StageError when it is not declared or not there."""
        path = self.inputs.get(name)
        if path is None:
            raise StageError(
                f"{self.name} asked for an input {name!r} that it does not declare.",
                cause="The script and the table in pipeline.py differ.",
                fix="Declare the input in src/chalchitra/pipeline.py.",
            )
        if not path.is_file():
            raise StageError(
                f"The input {name} of {self.name} is missing: {path}.",
                cause="The file was moved or removed after the job was prepared.",
                fix="Put it back, or prepare the job again.",
            )
        return path

    def model(self, name: str) -> ModelRef:
        """A model of the request. Raises MissingError when the job has none of that name."""
        ref = self.models.get(name)
        if ref is None or not ref.path.exists():
            what = f"The model {ref.name} is not at {ref.path}." if ref else f"No {name} model."
            raise MissingError(
                what,
                cause="It was not fetched, or its folder was removed.",
                fix="Run the job with run-pipeline, which fetches what is missing.",
            )
        return ref

    def output(self, key: str, filename: str, *, deliver_as: str | None = None) -> Path:
        """Declare an output and get the path to write it to; it is hashed when the stage closes.

        Both names are plain ones: what they are made of comes from job.json.
        """
        for name in (filename, deliver_as):
            if name is not None:
                require_plain(name)
        path = self.output_dir / filename
        self._outputs[key] = (path, deliver_as)
        return path

    def progress(self, done: float, total: float, unit: str) -> None:
        """Say how far the work is: `done` of `total` `unit`s (seconds, batches, cues ...)."""
        step = int(_PROGRESS_STEPS * done / total) if total > 0 else 0
        if step != self._last_step:
            self._last_step = step
            self._messages.send("progress", done=done, total=total, unit=unit)

    def log(self, text: str) -> None:
        self._messages.send("log", text=text)
        print(text, file=sys.stderr, flush=True)

    def warning(self, text: str) -> None:
        self._messages.send("warning", text=text)
        print(f"warning: {text}", file=sys.stderr, flush=True)

    def metric(self, name: str, value: float | int | str) -> None:
        self.metrics[name] = value
        self._messages.send("metric", name=name, value=value)

    def degraded(self, what: str, why: str = "", fix: str = "") -> None:
        """Say that less was done than asked; the job's summary shows it."""
        self.degradations.append(Degraded(what=what, why=why, fix=fix))
        self.warning(" ".join(part for part in (what, why, fix) if part))

    def finished_outputs(self) -> dict[str, OutputFile]:
        """The declared outputs with their hashes, all of them safe on the disk.

        Raises StageError when one was not written.
        """
        outputs: dict[str, OutputFile] = {}
        for key, (path, deliver_as) in self._outputs.items():
            if not path.is_file():
                raise StageError(
                    f"{self.name} declared {key} but did not write it.",
                    cause=f"{path.name} is not in the attempt's folder.",
                    fix="This is a bug in the stage: run it with --debug and report its log.",
                )
            outputs[key] = OutputFile(
                path=path.relative_to(self.output_dir).as_posix(),
                bytes=path.stat().st_size,
                sha256=sha256_file(path),
                deliver_as=deliver_as,
            )
            with open(path, "rb") as written:
                os.fsync(written.fileno())
        for folder in {path.parent for path, _ in self._outputs.values()}:
            fsync_dir(folder)
        return outputs

    def discard_outputs(self) -> None:
        """Remove what was written: a failed attempt's outputs only fill the disk."""
        for path, _ in self._outputs.values():
            with suppress(OSError):
                path.unlink()

    def libraries(self) -> dict[str, str]:
        """The versions of the stage's key libraries that this process really imported."""
        wanted = {name.lower().replace("-", "_") for name in self._request.packages}
        loaded = {name.partition(".")[0] for name in sys.modules}
        found: dict[str, str] = {}
        for module in sorted(loaded):
            if module.lower() not in wanted:
                continue
            version = getattr(sys.modules.get(module), "__version__", None)
            try:
                found[module] = str(version or metadata.version(module))
            except metadata.PackageNotFoundError:
                continue
        return found
