"""What the tests in real environments share: running a stage as the runner does, and the demo."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalchitra import paths
from chalchitra.environments.table import python_path
from chalchitra.stagekit import ModelRef, Request, Result

DEMO = paths.project_root() / "docs" / "demo"
SETTINGS = tomllib.loads((paths.config_dir() / "pipeline.toml").read_text("utf-8"))
LANGUAGES = {
    "en": {"name": "English", "native": "English", "script": "Latn", "whisper": "en"},
    "hi": {"name": "Hindi", "native": "हिन्दी", "script": "Deva", "whisper": "hi"},
    "or": {"name": "Odia", "native": "ଓଡ଼ିଆ", "script": "Orya"},
}


@dataclass
class Stages:
    """Runs stage scripts in real environments; each run has a folder of its own."""

    folder: Path
    runs: int = 0
    logs: list[str] = field(default_factory=list)

    def run(
        self,
        stage: str,
        inputs: dict[str, Path],
        *,
        model: Path | None = None,
        environment: str = "whisperx",
        language: str = "en",
        **params: Any,
    ) -> tuple[Result, dict[str, Path]]:
        """The stage's result and its outputs; `params` go over the settings of pipeline.toml."""
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
                **params,
            },
            models={stage: ModelRef(name=model.name, path=model)} if model else {},
            packages=["torch", "transformers", "faster-whisper", "onnxruntime"],
            output_dir=folder,
            device="cpu",
            compute_type="int8",
            threads=2,
        ).write(folder / "request.json")
        done = subprocess.run(
            [
                python_path(environment),
                paths.stages_dir() / f"{stage}.py",
                *("--job-dir", folder),
            ],
            env={
                **os.environ,
                "PYTHONPATH": str(paths.source_dir()),
                "CHALCHITRA_REQUEST": str(folder / "request.json"),
                "HF_HUB_OFFLINE": "1",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        result = Result.model_validate_json((folder / "result.json").read_bytes())
        assert (result.status == "done") == (done.returncode == 0), done.stderr
        self.logs.append(done.stderr)
        return result, {key: folder / output.path for key, output in result.outputs.items()}


def python(code: str, *arguments: str | Path, environment: str = "whisperx") -> str:
    """What a piece of Python prints in a real environment; its failure is the test's."""
    done = subprocess.run(
        [python_path(environment), "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": str(paths.source_dir()), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def words_of(text: str) -> list[str]:
    """Lower case, without punctuation, "Mr." written out."""
    return re.findall(r"[a-z']+", text.lower().replace("mr.", "mister").replace("-", " "))


def word_errors(wanted: list[str], heard: list[str]) -> int:
    """The Levenshtein distance on words."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(wanted, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return row[-1]


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
