"""What the mlx engine leaves to the next film, on libraries that only pretend."""

from __future__ import annotations

import json
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from chalchitra.speech.engines import mlx
from chalchitra.speech.engines.base import DecodingOptions, ModelOptions
from chalchitra.speech.engines.load import load_engine
from chalchitra.stagekit import warm


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The modules mlx and mlx_whisper, replaced; `loads` are the models that were loaded."""
    made = SimpleNamespace(device="gpu", loads=[])

    class ModelHolder:
        """mlx-whisper's own: it looks at the path and not at the number format."""

        model: Any = None
        model_path = ""

        @classmethod
        def get_model(cls, path: str, dtype: str) -> Any:
            if cls.model is None or path != cls.model_path:
                assert cls.model is None, "two models would be in memory"
                cls.model, cls.model_path = object(), path
                made.loads.append(dtype)
            return cls.model

    def transcribe(samples: Any, *, path_or_hf_repo: str, fp16: bool, **_: Any) -> Any:
        ModelHolder.get_model(path_or_hf_repo, "float16" if fp16 else "float32")
        return {"segments": []}

    core = ModuleType("mlx.core")
    core.cpu, core.float16, core.float32 = "cpu", "float16", "float32"
    core.default_device = lambda: made.device
    core.set_default_device = lambda device: setattr(made, "device", device)
    core.random = SimpleNamespace(seed=lambda seed: None)
    package = ModuleType("mlx")
    package.core = core
    whisper = ModuleType("mlx_whisper")
    whisper.transcribe = transcribe
    module = ModuleType("mlx_whisper.transcribe")
    module.ModelHolder = ModelHolder
    for name, one in {
        "mlx": package,
        "mlx.core": core,
        "mlx_whisper": whisper,
        "mlx_whisper.transcribe": module,
    }.items():
        monkeypatch.setitem(sys.modules, name, one)
    mlx._own_device.cache_clear()
    warm.forget()
    warm.begin(0)
    yield made
    mlx._own_device.cache_clear()
    warm.forget()


@pytest.fixture
def decode(library: Any, tmp_path: Any) -> Any:
    (tmp_path / "config.json").write_text(json.dumps({"n_vocab": 51865, "n_text_layer": 6}))
    (tmp_path / "weights.safetensors").write_text("")

    def decoded(**options: Any) -> None:
        engine = load_engine("mlx", ModelOptions(model=tmp_path, model_sha256="x", **options))
        list(engine.decode([[0.0]], "en", "transcribe", DecodingOptions(), lambda index: None))

    return decoded


def test_the_model_is_loaded_once_and_again_in_another_number_format(decode, library):
    for compute_type in ("float16", "float16", "float32", "float16"):
        decode(device="mps", compute_type=compute_type)
    assert library.loads == ["float16", "float32", "float16"]
    assert warm.models_loaded() == 3


def test_a_film_on_the_processor_does_not_hold_the_next_one_there(decode, library):
    for device, used in (("cpu", "cpu"), ("mps", "gpu"), ("cpu", "cpu")):
        decode(device=device)
        assert library.device == used
