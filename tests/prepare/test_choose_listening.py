"""What tells the language: the recogniser's own model where CTranslate2 can load it."""

from __future__ import annotations

import pytest

from chalchitra import hardware
from chalchitra.hardware import Gpu, Hardware
from chalchitra.pipeline import LISTENING
from chalchitra.prepare.resolve import listening
from chalchitra.prepare.resolve.choices import Choices, with_listening
from chalchitra.prepare.resolve.listening import LISTENER, choose_listening
from chalchitra.settings import resolve

LINUX = Hardware("linux-x86_64", cores=2, physical_cores=2, memory_bytes=16 * 2**30)
GPU = Hardware(
    "linux-x86_64",
    cores=8,
    physical_cores=8,
    memory_bytes=32 * 2**30,
    gpus=(Gpu("RTX", 6 * 2**30, 8.6),),
)
APPLE = Hardware("macos-arm64", cores=8, physical_cores=4, memory_bytes=16 * 2**30)


@pytest.fixture
def choosing(monkeypatch):
    """What is chosen on a machine with these settings, all environments being there."""
    monkeypatch.setattr(listening, "require_whole", lambda names: None)

    def choose(machine, translated=False, **settings):
        monkeypatch.setattr(hardware, "known_hardware", lambda: machine)
        overrides = [(name.replace("__", "."), value) for name, value in settings.items()]
        return choose_listening(resolve(overrides, {}), translated=translated)

    return choose


@pytest.mark.parametrize("machine", [LINUX, APPLE])
def test_the_three_stages_run_beside_the_recogniser(choosing, machine):
    chosen = choosing(machine)
    assert chosen.environments == dict.fromkeys(LISTENING, "whisperx")
    assert set(chosen.machines) == set(LISTENING)
    assert (chosen.models["language"].kind, chosen.models["language"].format) == (
        "whisper",
        "ctranslate2",
    )


def test_the_recognisers_model_tells_the_language(choosing):
    assert choosing(LINUX, asr__model="medium").models["language"].name == "medium"
    assert (
        choosing(LINUX, asr__engine="whisperx", asr__model="tiny").models["language"].name == "tiny"
    )


def test_a_job_that_whisper_translates_hears_with_a_model_that_can(choosing):
    whisper = {"translation__translator": "whisper"}
    assert choosing(GPU, **whisper).models["language"].name == "large-v3-turbo"
    assert choosing(GPU, translated=True).models["language"].name == "large-v3-turbo"
    both = choosing(GPU, translated=True, **whisper)
    assert both.models["language"].name != "large-v3-turbo"


def test_where_mlx_hears_another_model_tells_the_language(choosing):
    assert choosing(APPLE).models["language"].name == LISTENER
    assert (
        choosing(APPLE, asr__engine="ctranslate2", asr__model="base").models["language"].name
        == "base"
    )
    assert choosing(APPLE, language__model="base").models["language"].name == "base"


def test_a_job_that_tells_its_language_besides_keeps_what_it_had(choosing):
    job = choosing(LINUX, asr__model="tiny")
    both = with_listening(job, choosing(LINUX, asr__model="medium"))
    assert both.models["language"] == job.models["language"]
    other = choosing(LINUX, asr__model="medium")
    plain = with_listening(Choices("ctranslate2", {"asr": "whisperx"}, {}, {}, ("A note.",)), other)
    assert plain.engine == "ctranslate2"
    assert plain.environments == {"asr": "whisperx", **other.environments}
    assert plain.notes[0] == "A note."
