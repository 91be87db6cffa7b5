"""The stage with the translator `whisper`: the real base model hears a real conversation.

The sound is the telephone call in pyannote.audio's package. It is English, declared as Hindi:
Whisper's translate task then writes English. Which words base hears differs from one processor to
another, so what is checked here is what becomes of them; which of them are kept, a dictated
recogniser tells in test_whisper_translator.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalchitra import paths
from chalchitra.text.scripts import script_share
from chalchitra.transcript.model import Segment, Transcript
from chalchitra.transcript.translation import TranslationUnit

pytestmark = pytest.mark.smoke

OFFSET = 100.0
"""Seconds of the film at which the sound starts."""


@pytest.fixture(scope="module")
def call() -> Path:
    pattern = "whisperx/lib/python3*/site-packages/pyannote/audio/sample/sample.wav"
    [sound] = paths.venv_dir().glob(pattern)
    return sound


@pytest.fixture
def given(call: Path, tmp_path: Path) -> dict[str, Any]:
    """What the stage is given besides the transcript."""
    (tmp_path / "audio.json").write_text(
        json.dumps({"sample_rate": 16000, "offset": OFFSET, "duration": 30.0})
    )
    return {
        "translator": "whisper",
        "audio": call,
        "audio_info": tmp_path / "audio.json",
    }


def in_english(unit: TranslationUnit) -> None:
    """What was translated is in Latin letters; what was not is as it was said, with the reason."""
    if unit.status == "translated":
        assert script_share(unit.text, "Latn") == 1.0
        assert unit.reason is None
    else:
        assert unit.text == unit.source
        assert unit.reason


def test_it_writes_english_at_the_films_times(
    whisper_environment: Any, base_model: Path, given: dict[str, Any], tmp_path: Path
) -> None:
    transcript = Transcript(
        language="hi",
        segments=[
            Segment(id=3, start=OFFSET + 2.0, end=OFFSET + 3.0, text="अकेला वाक्य।"),
            Segment(id=4, start=OFFSET + 12.6, end=OFFSET + 17.5, text="मैं डायना हूँ।"),
        ],
    )
    result, translation = whisper_environment.translate(
        tmp_path / "translation@en", transcript, "en", base_model, **given
    )
    assert result.status == "done", result.error
    assert "torch" not in result.libraries
    nobody, heard = translation.units
    assert (nobody.source, nobody.segment_ids) == ("अकेला वाक्य।", [3])
    assert (heard.id, heard.source, heard.segment_ids) == (1, "मैं डायना हूँ।", [4])
    assert (heard.start, heard.end) == (OFFSET + 12.6, OFFSET + 17.5)
    for unit in translation.units:
        in_english(unit)
    untranslated = len(translation.untranslated)
    assert result.metrics["untranslated"] == untranslated
    told = [one.what for one in result.degraded]
    assert any(what.startswith(f"{untranslated} of 2") for what in told) == bool(untranslated)
    with whisper_environment.warm() as translate:
        for number, loaded in enumerate((1, 0)):
            again, warm = translate(
                tmp_path / f"warm-{number}", transcript, "en", base_model, **given
            )
            assert warm == translation
            assert again.metrics["models_loaded"] == loaded


def test_what_lies_in_a_song_is_marked_or_left_out(
    whisper_environment: Any, base_model: Path, given: dict[str, Any], tmp_path: Path
) -> None:
    transcript = Transcript(
        language="hi",
        segments=[
            Segment(id=3, start=OFFSET + 10.0, end=OFFSET + 14.3, text="मैं डायना हूँ।"),
            Segment(id=4, start=OFFSET + 14.3, end=OFFSET + 18.5, text="ला ला ला", song=True),
        ],
    )
    result, translation = whisper_environment.translate(
        tmp_path / "marked", transcript, "en", base_model, **given
    )
    assert result.status == "done", result.error
    assert [(unit.song, unit.segment_ids) for unit in translation.units] == [
        (False, [3]),
        (True, [4]),
    ]
    for unit in translation.units:
        in_english(unit)
    result, translation = whisper_environment.translate(
        tmp_path / "left-out", transcript, "en", base_model, songs_left_out=True, **given
    )
    assert result.metrics["song_words_left_out"] == 3
    (spoken,) = translation.units
    assert (spoken.id, spoken.song, spoken.segment_ids) == (0, False, [3])
    in_english(spoken)
