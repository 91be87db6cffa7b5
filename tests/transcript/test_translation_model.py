"""The translation file: written whole, read back equal, refused when it is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from chalchitra.transcript.translation import Translation, TranslationUnit

UNITS = [
    TranslationUnit(id=0, start=0.5, end=2.0, source="नमस्ते", text="Hello", segment_ids=[0]),
    TranslationUnit(
        id=1,
        start=2.0,
        end=3.0,
        source="क़लम",
        text="क़लम",
        segment_ids=[0, 1],
        status="untranslated",
        reason="the model gave no text",
    ),
    TranslationUnit(
        id=2,
        start=3.0,
        end=4.0,
        source="१०:३०",
        text="at",
        segment_ids=[2],
        reason="10:30 is missing",
    ),
]


def test_a_translation_reads_back_equal(tmp_path: Path) -> None:
    translation = Translation(
        source_language="hi",
        target_language="en",
        translator="indictrans2",
        model="m",
        units=UNITS,
    )
    translation.write(tmp_path / "translation.json")
    assert Translation.read(tmp_path / "translation.json") == translation
    assert [unit.id for unit in translation.untranslated] == [1]
    assert [unit.id for unit in translation.doubtful] == [2]


def test_what_is_no_translation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "translation.json"
    path.write_text('{"units": [{"id": 1, "start": NaN}]}')
    with pytest.raises(ValidationError):
        Translation.read(path)
