"""What the tests in real environments share: running a script or the stage, and the tiny model."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chalchitra import paths
from chalchitra.environments.table import python_path
from chalchitra.stagekit.protocol import MessageReader, ModelRef, Request, Result
from chalchitra.transcript.model import Segment, Transcript, Word
from chalchitra.transcript.translation import Translation

HERE = Path(__file__).parent
LANGUAGES = {
    "hi": {"name": "Hindi", "indictrans2": "hin_Deva", "nllb": "hin_Deva", "whisper": "hi"},
    "en": {"name": "English", "indictrans2": "eng_Latn", "nllb": "eng_Latn", "whisper": "en"},
    "fr": {"name": "French", "nllb": "fra_Latn", "whisper": "fr", "script": "Latn"},
    "ur": {"name": "Urdu", "indictrans2": "urd_Arab", "nllb": "urd_Arab", "whisper": "ur"},
}
SETTINGS = {
    "batch_size": 4,
    "num_beams": 5,
    "max_new_tokens": 64,
    "max_pause": 1.0,
    "max_chars": 250,
    "max_seconds": 20.0,
}


@dataclass(frozen=True)
class Environment:
    """A real environment of the project, in which a test runs a script."""

    name: str

    def run(
        self, script: Path, *arguments: str | Path, stdin: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        python = paths.venv_dir() / self.name / "bin" / "python"
        assert python.exists(), f"type ./bootstrap.sh --env {self.name}"
        return subprocess.run(
            [python, script, *arguments],
            input=stdin,
            env={**os.environ, "PYTHONPATH": str(paths.source_dir()), **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def run_json(self, script: str, *arguments: str | Path, stdin: Any = None) -> Any:
        """The JSON that a script of this folder prints last; its failure is the test's."""
        done = self.run(HERE / script, *arguments, stdin=json.dumps(stdin))
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        return json.loads(lines[-1]) if lines else None

    def translate(
        self,
        folder: Path,
        transcript: Transcript,
        target: str,
        model: Path,
        *,
        translator: str = "indictrans2",
        songs_left_out: bool = False,
        memory: Path | None = None,
        compute_type: str = "",
        **inputs: Path,
    ) -> tuple[Result, Translation | None]:
        """The stage `translation`, run as the runner does."""
        self.request(
            *(folder, transcript, target, model, translator, inputs, songs_left_out, memory),
            compute_type,
        )
        done = self.run(
            paths.stages_dir() / "translation.py",
            *("--job-dir", folder, "--language", target),
            CHALCHITRA_REQUEST=str(folder / "request.json"),
        )
        result, translation = written(folder)
        assert (result.status == "done") == (done.returncode == 0), done.stderr
        return result, translation

    @contextmanager
    def warm(self) -> Iterator[Any]:
        """A worker of the stage: a function that takes what `translate` takes."""
        process = subprocess.Popen(
            [python_path(self.name), paths.stages_dir() / "translation.py", "--worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(paths.source_dir())},
        )
        assert process.stdin is not None

        def translate(
            folder: Path,
            transcript: Transcript,
            target: str,
            model: Path,
            *,
            translator: str = "indictrans2",
            **inputs: Path,
        ) -> tuple[Result, Translation | None]:
            self.request(folder, transcript, target, model, translator, inputs)
            order = {"request": str(folder / "request.json"), "log": str(folder / "log")}
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
            reader, deadline = MessageReader(folder / "messages.jsonl"), time.monotonic() + 300
            while not any(message["type"] == "closed" for message in reader.new()):
                assert process.poll() is None, "the worker has ended"
                assert time.monotonic() < deadline
                time.sleep(0.01)
            return written(folder)

        try:
            yield translate
            process.stdin.close()
            assert process.wait(60) == 0
        finally:
            process.kill()
            process.wait()

    def request(
        self,
        folder: Path,
        transcript: Transcript,
        target: str,
        model: Path,
        translator: str,
        inputs: dict[str, Path],
        songs_left_out: bool = False,
        memory: Path | None = None,
        compute_type: str = "",
    ) -> None:
        """Write down a request in a new folder."""
        folder.mkdir()
        transcript.write(folder / "transcript.json")
        Request(
            job_id="job_20260102_001",
            stage="translation",
            language=target,
            environment=self.name,
            inputs={"transcript": folder / "transcript.json", **inputs},
            params={
                "translator": translator,
                "languages": LANGUAGES,
                "songs_left_out": songs_left_out,
                **SETTINGS,
            },
            models={"translation": ModelRef(name=model.name, path=model, sha256=f"of {model}")},
            packages=["torch", "transformers", "IndicTransToolkit", "faster-whisper"],
            output_dir=folder,
            device="cpu",
            compute_type=compute_type or ("int8" if translator == "whisper" else "float32"),
            threads=1,
            memory=memory,
        ).write(folder / "request.json")


def written(folder: Path) -> tuple[Result, Translation | None]:
    """An attempt's result and its translation."""
    result = Result.model_validate_json((folder / "result.json").read_bytes())
    output = result.outputs.get("translation")
    return result, Translation.read(folder / output.path) if output else None


@pytest.fixture(scope="session")
def toolkit() -> Environment:
    return Environment("indictrans2")


@pytest.fixture(scope="session")
def whisper_environment() -> Environment:
    return Environment("whisperx")


@pytest.fixture(scope="session")
def tiny_seq2seq(toolkit: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the model that stands in for IndicTrans2's weights."""
    folder = tmp_path_factory.mktemp("models") / "tiny-seq2seq"
    toolkit.run_json("make_tiny_seq2seq.py", folder)
    return folder


def spoken(language: str, sentences: list[str]) -> Transcript:
    """A transcript with one segment a sentence, each a minute after the last, 0.3 s a word."""
    segments = []
    for number, sentence in enumerate(sentences):
        words = [
            Word(text=word, start=number * 60 + n * 0.3, end=number * 60 + n * 0.3 + 0.3)
            for n, word in enumerate(sentence.split())
        ]
        segments.append(
            Segment(id=number, start=words[0].start, end=words[-1].end, text=sentence, words=words)
        )
    return Transcript(language=language, segments=segments)


@pytest.fixture(scope="session")
def say() -> Any:
    return spoken
