"""What fetching promises whatever the source: whole or not at all, checked, one at a time."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import NamedTuple

import pytest

from chalchitra.errors import MissingError
from chalchitra.models import manifest
from chalchitra.models.catalogue import FolderSource, ModelEntry
from chalchitra.models.fetch import Fetched, FetchError, fetch
from chalchitra.models.verify import check


def test_a_folder_serves_without_being_touched(entry: ModelEntry, source_folder: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in source_folder.iterdir()}
    folder = fetch(entry, sources=[FolderSource(source_folder)]).path
    assert not (folder / "README.md").exists()
    assert {path.name: path.stat().st_mtime_ns for path in source_folder.iterdir()} == before
    assert check(entry, full=True).ok


def test_links_in_a_folder_become_files(
    entry: ModelEntry, source_folder: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "snapshot"
    cache.mkdir()
    for path in source_folder.iterdir():
        (cache / path.name).symlink_to(path)
    folder = fetch(entry, sources=[FolderSource(cache)]).path
    shutil.rmtree(source_folder)
    assert check(entry, full=True).ok
    assert not any(path.is_symlink() for path in folder.iterdir())


def test_another_disk_gets_a_copy(
    entry: ModelEntry, source_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_disk(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", other_disk)
    folder = fetch(entry, sources=[FolderSource(source_folder)]).path
    assert check(entry, full=True).ok
    assert (folder / "model.bin").stat().st_ino != (source_folder / "model.bin").stat().st_ino


def test_a_folder_lacking_a_file_says_which(entry: ModelEntry, source_folder: Path) -> None:
    (source_folder / "tokenizer.json").unlink()
    with pytest.raises(FetchError, match=r"the folder has no tokenizer\.json"):
        fetch(entry, sources=[FolderSource(source_folder)])


def test_a_damaged_model_is_fetched_again(entry: ModelEntry, source_folder: Path) -> None:
    there = FolderSource(source_folder)
    folder = fetch(entry, sources=[there]).path
    (folder / "model.bin").unlink()
    (folder / "model.bin").write_bytes(b"damaged")
    assert fetch(entry, sources=[there]).source == there
    assert check(entry, full=True).ok


def test_a_failed_repair_leaves_what_was_there(entry: ModelEntry, source_folder: Path) -> None:
    folder = fetch(entry, sources=[FolderSource(source_folder)]).path
    (source_folder / "config.json").unlink()
    (source_folder / "config.json").write_bytes(b'{"model": "evil"}')
    with pytest.raises(FetchError, match=r"config\.json is not the expected file"):
        fetch(entry, sources=[FolderSource(source_folder)], force=True)
    assert check(entry, full=True).ok
    assert (folder / "config.json").read_bytes() == b'{"model": "tiny"}'


def test_a_full_disk_is_said_before_anything_is_written(
    entry: ModelEntry, source_folder: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        total: int
        used: int
        free: int

    def other_disk(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 9 * 10**8, 10**8))
    monkeypatch.setattr(os, "link", other_disk)
    with pytest.raises(FetchError, match=r"needs 0\.5 GB of disk and 0\.1 GB are free"):
        fetch(entry, sources=[FolderSource(source_folder)])
    assert not list(models.glob(".fetching*"))


def test_a_folder_without_a_manifest_is_not_fetched(
    entry: ModelEntry, source_folder: Path, models: Path
) -> None:
    shutil.copytree(source_folder, models / entry.folder)
    assert check(entry).state == "not fetched"
    assert fetch(entry, sources=[FolderSource(source_folder)]).source is not None
    assert check(entry).ok


def test_the_models_folder_cannot_be_made(
    entry: ModelEntry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CHALCHITRA_MODELS", str(tmp_path / "file" / "models"))
    with pytest.raises(MissingError, match="Models cannot be kept in"):
        fetch(entry)


def test_two_at_once_download_once(entry: ModelEntry, source_folder: Path) -> None:
    results: list[Fetched] = []
    source = [FolderSource(source_folder)]
    threads = [
        threading.Thread(target=lambda: results.append(fetch(entry, sources=source)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done.source is None for done in results) == [False, True, True, True]


def test_what_is_converted_belongs_to_the_model(
    entry: ModelEntry, source_folder: Path, models: Path
) -> None:
    aligner = ModelEntry(
        "aligner",
        "wav2vec2",
        "hf",
        entry.files,
        (FolderSource(source_folder),),
        convert="torchaudio",
    )
    assert not manifest.needs_conversion(entry, models / entry.folder)
    folder = fetch(aligner).path
    assert manifest.needs_conversion(aligner, folder)
    (folder / "torchaudio.pt").write_bytes(b"converted")
    manifest.record_conversion(aligner, folder, ["torchaudio.pt"])
    assert not manifest.needs_conversion(aligner, folder)
    assert check(aligner).ok
    (folder / "torchaudio.pt").unlink()
    assert manifest.needs_conversion(aligner, folder)
    assert check(aligner).problems == ("torchaudio.pt is missing",)
    fetch(aligner)
    assert manifest.needs_conversion(aligner, folder)


def test_what_was_there_stays_until_the_new_one_is_on_the_disk_and_named(
    entry: ModelEntry, source_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fetch(entry, sources=[FolderSource(source_folder)]).path
    before, rename = (folder / "model.bin").stat().st_ino, Path.rename
    synced: set[int] = set()
    kept: list[bool] = []

    def named(self: Path, target: Path) -> Path:
        if target == folder:
            models = {path.stat().st_ino for path in folder.parent.glob(".old-*/model.bin")}
            kept.append(before in models)
            assert {path.stat().st_ino for path in self.glob("model.bin")} <= synced
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", lambda fd: synced.add(os.fstat(fd).st_ino))
    monkeypatch.setattr(Path, "rename", named)
    fetch(entry, sources=[FolderSource(source_folder)], force=True)
    assert kept == [True]
    assert folder.parent.stat().st_ino in synced
    assert not list(folder.parent.glob(".old-*"))
