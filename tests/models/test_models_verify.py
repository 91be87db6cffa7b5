"""Checking models, and the one hash that stands for each."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalchitra import files
from chalchitra.errors import UsageError
from chalchitra.models import hashes, manifest
from chalchitra.models.catalogue import FolderSource, ModelEntry, ModelFile
from chalchitra.models.fetch import fetch
from chalchitra.models.verify import check, fingerprint, known_fingerprint


@pytest.fixture
def fetched(entry: ModelEntry, source_folder: Path) -> Path:
    """The model's folder, with files of its own."""
    shutil.rmtree(entry.path(), ignore_errors=True)
    folder = fetch(entry, sources=[FolderSource(source_folder)]).path
    shutil.rmtree(source_folder)
    return folder


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read to be hashed."""
    names: list[str] = []
    real = files.sha256_file

    def counted(path: Path) -> str:
        names.append(path.name)
        return real(path)

    monkeypatch.setattr(hashes, "sha256_file", counted)
    return names


def test_a_whole_model_is_checked_without_reading_it(
    entry: ModelEntry, fetched: Path, reads: list[str]
) -> None:
    assert check(entry).ok
    assert check(entry).error() is None
    assert not reads
    assert check(entry, full=True).ok
    assert sorted(reads) == ["config.json", "model.bin", "tokenizer.json"]


def test_same_size_and_another_byte(entry: ModelEntry, fetched: Path) -> None:
    data = bytearray((fetched / "model.bin").read_bytes())
    data[1000] ^= 1
    (fetched / "model.bin").write_bytes(data)
    found = check(entry)
    assert found.state == "damaged"
    assert found.problems == ("model.bin has changed since it was fetched",)
    error = found.error()
    assert error is not None
    assert "chalchitra models fetch tiny --format ctranslate2" in error.fix


def test_a_byte_changed_behind_an_unchanged_time_is_found_by_a_full_check(
    entry: ModelEntry, fetched: Path
) -> None:
    path = fetched / "model.bin"
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert check(entry).ok
    assert not check(entry, full=True).ok


def test_a_missing_and_a_short_file(entry: ModelEntry, fetched: Path) -> None:
    (fetched / "tokenizer.json").unlink()
    (fetched / "model.bin").write_bytes(b"short")
    assert set(check(entry).problems) == {
        "tokenizer.json is missing",
        "model.bin has 5 bytes instead of 1048576",
    }


def test_a_copied_models_folder_is_whole_and_read_once(
    entry: ModelEntry,
    fetched: Path,
    reads: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(fetched.parent, moved, copy_function=shutil.copyfile)
    monkeypatch.setenv("CHALCHITRA_MODELS", str(moved))
    assert check(entry).ok
    assert len(reads) == 3
    assert check(entry).ok
    assert len(reads) == 3


def test_a_manifest_that_disagrees_with_the_catalogue(entry: ModelEntry, fetched: Path) -> None:
    newer = dataclasses.replace(
        entry, files=(entry.files[0], ModelFile(("model.bin",), 1, "0" * 64), *entry.files[2:])
    )
    assert check(newer).problems == ("model.bin is not the file listed in the catalogue",)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"files": 3}', "null"])
def test_a_broken_manifest_is_as_none(entry: ModelEntry, fetched: Path, text: str) -> None:
    (fetched / manifest.MANIFEST).write_text(text)
    assert check(entry).state == "not fetched"


def test_a_fingerprint_is_of_the_bytes_and_not_of_the_place(
    fetched: Path, tmp_path: Path, entry: ModelEntry
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(fetched, copy, copy_function=shutil.copyfile)
    (copy / manifest.MANIFEST).unlink()
    (copy / ".cache").mkdir()
    (copy / ".cache" / "state").write_text("x")
    first = fingerprint(copy)
    assert first == fingerprint(fetched) == known_fingerprint(fetched)
    (copy / "config.json").write_text("{}")
    assert fingerprint(copy) != first
    (copy / "config.json").rename(copy / "renamed.json")
    assert fingerprint(copy) != first


def test_a_fetched_model_has_its_fingerprint_without_being_read(
    fetched: Path, reads: list[str]
) -> None:
    assert known_fingerprint(fetched) == fingerprint(fetched)
    assert not reads


def test_a_users_own_folder_is_read_once(source_folder: Path, reads: list[str]) -> None:
    assert known_fingerprint(source_folder) is None
    first = fingerprint(source_folder)
    count = len(reads)
    assert fingerprint(source_folder) == known_fingerprint(source_folder) == first
    assert len(reads) == count
    (source_folder / "config.json").write_bytes(b'{"model": "fine"}')
    assert fingerprint(source_folder) != first
    assert len(reads) == count + 1


def test_a_file_has_its_own_hash(source_folder: Path) -> None:
    assert fingerprint(source_folder / "tokenizer.json") == (
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )


def test_no_model_there(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "missing"):
        with pytest.raises(UsageError, match="There is no model in"):
            fingerprint(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=st.binary(max_size=200))
def test_a_broken_hash_cache_costs_a_reading_and_no_more(
    source_folder: Path, models: Path, text: bytes
) -> None:
    models.mkdir(exist_ok=True)
    wanted = fingerprint(source_folder)
    (models / hashes.KEPT).write_bytes(text)
    assert fingerprint(source_folder) == wanted


def test_the_hash_cache_forgets_files_that_are_gone(source_folder: Path, models: Path) -> None:
    fingerprint(source_folder)
    (source_folder / "model.bin").unlink()
    (source_folder / "config.json").write_text("{ }")
    fingerprint(source_folder)
    kept = json.loads((models / hashes.KEPT).read_text())["files"]
    assert sorted(Path(name).name for name in kept) == [
        "README.md",
        "config.json",
        "tokenizer.json",
    ]


def test_a_models_folder_that_cannot_be_written(
    source_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CHALCHITRA_MODELS", str(tmp_path / "file" / "models"))
    assert len(fingerprint(source_folder)) == 64
