"""What `prepare-job` decides on a film, in a process of its own: a file may crash the libraries.

Run as a program, it answers one line of stdin with one of stdout until stdin ends.
"""

from __future__ import annotations

import json
import os
import resource
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from chalchitra.errors import ChalchitraError
from chalchitra.jobs.model import AudioStream, Job, Machine
from chalchitra.languages import find
from chalchitra.media.probe import probe
from chalchitra.media.tracks import choose_audio_stream
from chalchitra.paths import source_dir
from chalchitra.pipeline import plan, split_key
from chalchitra.settings import resolve

SOURCE = "en"


class CrashedError(Exception):
    """The process ended, did not answer in time, or raised what is no error of ours."""


class RefusedError(Exception):
    """The film was refused: what a person is told."""


def decide(path: Path) -> Job:
    """The job of a film, as `prepare-job --subtitle -s en` would decide on it.

    Raises ChalchitraError as that does.
    """
    film = probe(path)
    language = find(SOURCE)
    stream, reason = choose_audio_stream(film, None, language)
    keys = plan("subtitle", SOURCE, [], picture=film.has_picture)
    names = list(dict.fromkeys(split_key(key)[0] for key in keys))
    return Job(
        job_id="job_20260102_001",
        created="2026-01-02T00:00:00+00:00",
        user="sweep",
        title="film",
        workflow="subtitle",
        film=film,
        source_language=SOURCE,
        target_languages=[],
        languages={SOURCE: language.to_dict()},
        audio_stream=AudioStream(index=stream.index, position=stream.position, reason=reason),
        engine="ctranslate2",
        stages=keys,
        stage_environments=dict.fromkeys(names, "common"),
        models={},
        machines={name: Machine(device="cpu", compute_type="int8", threads=1) for name in names},
        settings=resolve(environ={}),
    )


class Preparer:
    """Decides on one film after another; the process is started anew when a film ended it."""

    def __init__(self, limit_s: float = 30.0) -> None:
        self._limit_s = limit_s
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self, path: Path) -> Job:
        """The film's job. Raises RefusedError, or CrashedError with how."""
        answer = self.ask(path)
        if "crash" in answer:
            raise CrashedError(answer["crash"])
        if "refused" in answer:
            raise RefusedError(answer["refused"])
        return Job.model_validate(answer["job"])

    def ask(self, path: Path) -> dict[str, Any]:
        """What the process answers. Raises CrashedError."""
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(str(path)).encode() + b"\n")
        process.stdin.flush()
        until = time.monotonic() + self._limit_s
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([process.stdout], [], [], max(0, until - time.monotonic()))
            if not ready:
                self.close()
                raise CrashedError(f"preparing did not end within {self._limit_s:g} s")
            part = os.read(process.stdout.fileno(), 1 << 20)
            if not part:
                status = process.wait()
                self._process = None
                raise CrashedError(f"preparing ended with {status}")
            line += part
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": str(source_dir())},
            )
        return self._process


def answer(path: Path) -> dict[str, Any]:
    """The job, or what a person is told, or the exception that is no error of ours."""
    try:
        return {"job": decide(path).model_dump(mode="json")}
    except ChalchitraError as error:
        said = " ".join(part for part in (error.what, error.cause, error.fix) if part)
        return {"refused": said, "kind": error.kind}
    except Exception as error:
        return {"crash": repr(error)}


if __name__ == "__main__":
    for line in sys.stdin:
        said = answer(Path(json.loads(line)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
            1 if sys.platform == "darwin" else 1024
        )
        print(json.dumps({**said, "peak": peak}), flush=True)
