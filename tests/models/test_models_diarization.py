"""Which way of telling speakers apart a job gets: by what is fetched, by name, by folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalchitra.errors import UsageError
from chalchitra.models.catalogue import FolderSource, load
from chalchitra.models.fetch import fetch
from chalchitra.prepare.resolve.models import diarizer
from chalchitra.settings import AUTO

PIPELINE = "speaker-diarization-3.1"


@pytest.fixture
def pyannote(tmp_path: Path) -> Path:
    """A folder with the names of pyannote's pipeline and its parts."""
    folder = tmp_path / "downloaded"
    folder.mkdir()
    for name in ("config.yaml", "segmentation.bin", "embedding.bin"):
        (folder / name).write_text(name)
    return folder


def test_without_gated_models_the_other_is_required() -> None:
    choice = diarizer(AUTO)
    assert (choice.name, choice.format, choice.required) == ("campplus", "torch", True)
    assert PIPELINE in choice.reason


def test_the_pipeline_is_used_where_it_was_fetched(pyannote: Path) -> None:
    entry = load().find(PIPELINE)
    assert entry.terms == "https://huggingface.co/pyannote/speaker-diarization-3.1"
    fetch(entry, sources=[FolderSource(pyannote)])
    choice = diarizer(AUTO)
    assert (choice.name, choice.path) == (PIPELINE, entry.path())
    assert diarizer("campplus").name == "campplus"


def test_either_can_be_named_or_be_a_folder(pyannote: Path, tmp_path: Path) -> None:
    assert diarizer(PIPELINE).format == "pyannote"
    assert diarizer(str(pyannote)).path == pyannote
    weights = tmp_path / "weights"
    weights.mkdir()
    with pytest.raises(UsageError, match=r"campplus_cn_en_common\.pt"):
        diarizer(str(weights))
    (weights / "campplus_cn_en_common.pt").write_bytes(b"")
    assert diarizer(str(weights)).format == "torch"
    with pytest.raises(UsageError, match="campplus"):
        diarizer("camplus")
