"""The stage `language` with a real model, on the demo's readings and on what espeak-ng says."""

from __future__ import annotations

import json
import wave
from pathlib import Path
from typing import Any

import pytest

from chalchitra.languages import all_languages
from chalchitra.speech.language_id.model import DetectedLanguage
from chalchitra.speech.regions import SpeechRegions
from chalchitra.transcript.model import Region

pytestmark = pytest.mark.smoke

NAMES = {language.whisper: language.name for language in all_languages() if language.whisper}
SPANISH = (
    "Hoy hace muy buen tiempo y todos vamos al mercado. Mi hermano dijo que volverá a casa por la "
    "tarde. En nuestro pueblo hay un templo antiguo."
)
"""Of what espeak-ng says, base tells the European languages for sure, and Hindi from nothing."""


def listen(stages: Any, inputs: dict[str, Path], model: Path | None, **params: Any) -> Any:
    fields = {"said_language": None, "language_names": NAMES, "model": model, **params}
    return stages.run("language", inputs, **fields)


def test_the_readings_are_english(stages, demo_regions, base_model):
    result, outputs = listen(stages, demo_regions, base_model)
    detected = DetectedLanguage.read(outputs["language"])
    assert detected.language == "en"
    assert detected.confidence > 0.9
    assert detected.others == result.degraded == []
    speech = SpeechRegions.read(demo_regions["regions"])
    assert detected.windows[0].start == speech.regions[0].start
    assert detected.windows[-1].end == speech.regions[-1].end
    assert (result.metrics["language"], result.metrics["windows"]) == ("en", len(detected.windows))
    assert result.libraries.keys() == {"faster_whisper"}


def test_another_language_than_the_one_that_was_given_is_told(stages, demo_regions, base_model):
    result, outputs = listen(stages, demo_regions, base_model, said_language="hi")
    assert DetectedLanguage.read(outputs["language"]).expected == "hi"
    assert result.degraded[0].what.startswith("It sounds like English, not like Hindi: English fr")
    assert "-s en" in result.degraded[0].fix


def test_silence_tells_nothing_and_loads_nothing(stages, demo_audio, tmp_path):
    regions = tmp_path / "regions.json"
    SpeechRegions(regions=[]).write(regions)
    result, outputs = listen(stages, {**demo_audio, "regions": regions}, None)
    assert DetectedLanguage.read(outputs["language"]).language is None
    assert result.libraries == {}
    assert "models_loaded" not in result.metrics


def test_a_worker_loads_its_model_once_and_detects_the_same(stages, demo_regions, base_model):
    wanted = listen(stages, demo_regions, base_model)[1]["language"].read_bytes()
    with stages.warm("language") as worker:
        for loaded in (1, 0):
            result, outputs = worker.run(
                demo_regions, model=base_model, said_language=None, language_names=NAMES
            )
            assert outputs["language"].read_bytes() == wanted
            assert result.metrics["models_loaded"] == loaded


def test_a_model_that_knows_english_only_is_refused(in_whisperx, base_model):
    code = """
import sys
from pathlib import Path
from types import SimpleNamespace
import faster_whisper
from chalchitra.errors import UsageError
from chalchitra.speech.engines.base import ModelOptions
from chalchitra.speech.language_id.detector import load_detector
english = SimpleNamespace(model=SimpleNamespace(is_multilingual=False))
faster_whisper.WhisperModel = lambda *args, **options: english
try:
    load_detector(ModelOptions(model=Path(sys.argv[1])))
except UsageError as error:
    print(error.what, error.fix)
"""
    told = in_whisperx(code, base_model)
    assert "cannot detect languages" in told
    assert "-s" in told


def test_where_a_film_changes_its_language_is_told(
    stages, demo_audio, demo_regions, base_model, tmp_path, espeak
):
    rate = 16_000
    spanish = resampled(espeak(tmp_path / "spanish.wav", SPANISH, "es"), stages)
    speech = SpeechRegions.read(demo_regions["regions"])
    offset = json.loads(demo_audio["audio_info"].read_bytes())["offset"]
    with wave.open(str(demo_audio["audio"])) as film:
        english = film.readframes(film.getnframes())
        shape = film.getparams()
    files = {name: tmp_path / name for name in ("audio", "audio_info", "regions")}
    with wave.open(str(files["audio"]), "wb") as out:
        out.setparams(shape)
        out.writeframes(english + spanish * 3)
    change = len(english) / 2 / rate
    end = change + 3 * len(spanish) / 2 / rate
    regions = [
        Region(start=region.start - offset, end=region.end - offset) for region in speech.regions
    ]
    at = change
    while at < end:
        regions.append(Region(start=at, end=min(at + 20, end)))
        at += 20
    SpeechRegions(regions=regions, pad=0.2).write(files["regions"])
    files["audio_info"].write_text(json.dumps({"offset": 0.0, "duration": end}))
    result, outputs = listen(stages, files, base_model, said_language="en")
    detected = DetectedLanguage.read(outputs["language"])
    assert detected.language == "en"
    (stretch,) = detected.others
    assert stretch.language == "es"
    assert change - 1 <= stretch.start <= change + 20
    assert stretch.end == pytest.approx(end, abs=0.01)
    assert result.degraded[0].what.startswith("Not only English is spoken")


def resampled(sound: Path, stages: Any) -> bytes:
    """The sound as demux gives it: 16 kHz, mono, 16 bits."""
    _, outputs = stages.run("demux", {"film": sound}, clip=None, audio_stream={"index": 0})
    with wave.open(str(outputs["audio"])) as made:
        return made.readframes(made.getnframes())
