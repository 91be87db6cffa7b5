"""What all engines share: options, refusals, and what a model can do by its files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalchitra.errors import MissingError, UsageError
from chalchitra.speech.engines.base import DecodingOptions, ModelOptions, looks_untranslating
from chalchitra.speech.engines.load import ENGINES, load_engine

from ..parrot import Parrot


@pytest.fixture
def parrot(tmp_path):
    return Parrot(tmp_path)


def test_a_language_that_the_model_does_not_know_is_refused(parrot):
    with pytest.raises(UsageError, match="yue"):
        parrot.check("yue", "transcribe")


def test_an_english_model_recognises_no_other_language_and_translates_nothing(parrot, monkeypatch):
    monkeypatch.setattr(Parrot, "multilingual", False)
    with pytest.raises(UsageError, match="does not recognise"):
        parrot.check("hi", "transcribe")
    with pytest.raises(UsageError, match="cannot translate"):
        parrot.check("en", "translate")


def test_tokens_that_only_spell_another_script_are_suppressed(parrot, monkeypatch):
    read = []

    def text_tokens(self):
        read.append(1)
        return {5: "क".encode(), 6: b" raja", 7: b"?"}

    monkeypatch.setattr(Parrot, "text_tokens", text_tokens)
    assert parrot.suppressed(frozenset()) == [-1]
    assert read == [], "any script: the vocabulary is not read"
    for _ in range(2):
        assert parrot.suppressed(frozenset("क?")) == [-1, 6]
        assert parrot.suppressed(frozenset(" raj?")) == [-1, 5]
    assert len(read) == 2, "once for each script, for as long as the model is loaded"


TURBO = {"alignment_heads": [[2, 4], [2, 11], [3, 3]], "lang_ids": list(range(100))}
LARGE = {"alignment_heads": [[7, 0], [10, 17]], "lang_ids": list(range(100))}
TINY = {"alignment_heads": [[2, 2], [3, 0]], "lang_ids": list(range(99))}


@pytest.mark.parametrize(
    ("name", "config", "untranslating"),
    [
        ("a", TURBO, True),
        ("a", LARGE, False),
        ("a", TINY, False),
        ("a", {"n_vocab": 51866, "n_text_layer": 4}, True),
        ("a", {"n_vocab": 51866, "n_text_layer": 32}, False),
        ("a", {"n_vocab": 51865, "n_text_layer": 6}, False),
        ("a", {"n_vocab": 51865, "n_text_layer": 2}, True),
        ("faster-whisper-large-v3-turbo", LARGE, True),
        ("distil-small", {}, True),
        ("a", None, False),
    ],
)
def test_models_that_were_not_trained_to_translate_are_known(tmp_path, name, config, untranslating):
    folder = tmp_path / name
    folder.mkdir()
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config))
    assert looks_untranslating(folder) is untranslating


def test_an_unknown_engine_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(UsageError) as refused:
        load_engine("ears", ModelOptions(model=tmp_path))
    assert all(engine in refused.value.fix for engine in ENGINES)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_that_is_not_here_is_missing(tmp_path, engine):
    with pytest.raises(MissingError, match=engine):
        load_engine(engine, ModelOptions(model=tmp_path))


@pytest.mark.parametrize("wrong", [{"beam_size": 0}, {"batch_size": 0}, {"temperatures": ()}])
def test_options_that_mean_nothing_are_refused(wrong):
    with pytest.raises(UsageError):
        DecodingOptions(**wrong)


def test_a_model_that_is_not_there_is_missing():
    with pytest.raises(MissingError, match="no model folder"):
        ModelOptions(model=Path("nowhere"))
