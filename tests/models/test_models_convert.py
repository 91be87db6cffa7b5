"""A fetched aligner is converted once, in the environment of its stage."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from chalchitra.environments.table import python_path
from chalchitra.models.catalogue import FolderSource, load
from chalchitra.models.convert import convert_if_needed
from chalchitra.models.fetch import fetch
from chalchitra.models.verify import check, fingerprint

MAKE = Path(__file__).parents[1] / "speech" / "make_tiny_wav2vec2.py"


@pytest.mark.smoke
def test_an_aligner_is_converted_once_and_stays_whole(tmp_path, monkeypatch):
    tiny = tmp_path / "tiny"
    subprocess.run([python_path("whisperx"), MAKE, tiny], check=True, capture_output=True)
    monkeypatch.setenv("CHALCHITRA_MODELS", str(tmp_path / "models"))
    entry = next(
        entry
        for entry in load().all("wav2vec2")
        if entry.convert and not any(f.sha256 for f in entry.files)
    )
    fetch(entry, sources=[FolderSource(tiny)])
    before = fingerprint(entry.path())
    assert convert_if_needed(entry)
    assert not convert_if_needed(entry)
    assert json.loads((entry.path() / "aligner.json").read_text())
    assert check(entry, full=True).ok
    assert fingerprint(entry.path()) != before
