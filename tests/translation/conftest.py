"""What the tests with the real toolkit share: its environment, and the tiny model made once."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from chalchitra import paths

HERE = Path(__file__).parent


class Toolkit:
    """venv/indictrans2, in which a test runs a script of this folder."""

    def __init__(self) -> None:
        self.python = paths.venv_dir() / "indictrans2" / "bin" / "python"

    def run(self, script: str, *arguments: str | Path, stdin: Any = None) -> Any:
        """The JSON that the script prints last; its failure is the test's."""
        assert self.python.exists(), "venv/indictrans2 is missing: ./bootstrap.sh --env indictrans2"
        done = subprocess.run(
            [self.python, HERE / script, *arguments],
            input=json.dumps(stdin),
            env={**os.environ, "PYTHONPATH": str(paths.source_dir()), "HF_HUB_OFFLINE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        return json.loads(lines[-1]) if lines else None


@pytest.fixture(scope="session")
def toolkit() -> Toolkit:
    return Toolkit()


@pytest.fixture(scope="session")
def tiny_seq2seq(toolkit: Toolkit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the model that stands in for IndicTrans2's weights."""
    folder = tmp_path_factory.mktemp("models") / "tiny-seq2seq"
    toolkit.run("make_tiny_seq2seq.py", folder)
    return folder
