"""What each target of a job is translated by: environment, model and licence, by stage key."""

from __future__ import annotations

import pytest

from chalchitra import hardware
from chalchitra.errors import ChalchitraError, UsageError
from chalchitra.hardware import Hardware
from chalchitra.languages import find
from chalchitra.models import licences
from chalchitra.models.catalogue import load
from chalchitra.prepare.resolve import choose
from chalchitra.settings import resolve

LINUX = Hardware("linux-x86_64", cores=2, physical_cores=2, memory_bytes=16 * 2**30)
NLLB = "nllb-200-distilled-600M"


@pytest.fixture
def choosing(monkeypatch, tmp_path):
    """What a job into these targets uses, all environments being there and no model."""
    monkeypatch.setattr(choose, "require_whole", lambda names: None)
    monkeypatch.setattr(hardware, "known_hardware", lambda: LINUX)
    monkeypatch.setenv("CHALCHITRA_MODELS", str(tmp_path / "models"))

    def chosen(source, targets, **settings):
        overrides = [(f"translation.{name}", value) for name, value in settings.items()]
        languages = [find(name) for name in targets]
        return choose.choose("translate", find(source), languages, resolve(overrides, {}))

    return chosen


def agree(name: str) -> None:
    licences.accept(load().find(name))


def test_targets_of_one_film_have_translators_of_their_own(choosing):
    agree(NLLB)
    found = choosing("hi", ["en", "ta", "fr"])
    assert found.translators == {
        "translation@en": "indictrans2",
        "translation@ta": "indictrans2",
        "translation@fr": "nllb",
    }
    assert found.translator is None
    assert found.pivots == {}
    assert {key: found.models[key].name for key in found.translators} == {
        "translation@en": "indictrans2-indic-en-dist-200M",
        "translation@ta": "indictrans2-indic-indic-dist-320M",
        "translation@fr": NLLB,
    }
    assert found.environments["translation"] == "indictrans2"  # one for all


def test_one_size_holds_for_every_translator(choosing):
    agree("nllb-200-distilled-1.3B")
    found = choosing("hi", ["en", "fr"], size="1B")
    assert found.models["translation@en"].name == "indictrans2-indic-en-1B"
    assert found.models["translation@fr"].name == "nllb-200-distilled-1.3B"


def test_a_pivot_by_whisper_needs_no_licence_and_has_two_environments(choosing):
    found = choosing("fr", ["hi", "ur"], translator="whisper")
    assert found.translators == {
        "translation@en": "whisper",
        "translation@hi": "indictrans2",
        "translation@ur": "indictrans2",
    }
    assert {key: language.id for key, language in found.pivots.items()} == {
        "translation@hi": "en",
        "translation@ur": "en",
    }
    assert "translation" not in found.environments
    assert found.environments["translation@en"] == "whisperx"
    assert found.environments["translation@hi"] == "indictrans2"
    assert found.machines["translation@en"].compute_type == "int8"
    assert found.machines["translation@hi"].compute_type == "float32"
    assert found.models["translation@en"].kind == "whisper"
    assert any("Hindi is translated via English" in note for note in found.notes)


def test_english_that_is_asked_for_is_the_english_on_the_way(choosing):
    agree(NLLB)
    found = choosing("brx", ["fr", "en"])
    assert found.translators == {"translation@en": "indictrans2", "translation@fr": "nllb"}
    assert [language.id for language in found.via] == ["en"]


def test_a_licence_is_told_before_anything_is_prepared(choosing):
    with pytest.raises(UsageError) as refusal:
        choosing("fr", ["hi"])
    assert "CC-BY-NC-4.0" in refusal.value.what
    assert f"chalchitra models accept {NLLB}" in refusal.value.fix
    assert "--translator whisper" in refusal.value.fix
    agree(NLLB)
    assert choosing("fr", ["hi"]).translator == "nllb"
    with pytest.raises(UsageError, match=r"1\.3B is not for commercial use"):
        choosing("fr", ["hi"], size="1B")


def test_all_targets_that_cannot_be_are_told_at_once(choosing):
    with pytest.raises(ChalchitraError) as refusal:
        choosing("hi", ["la", "br", "hi"])
    said = str(refusal.value.to_dict())
    for name in ("Latin", "Breton", "same"):
        assert name in said


def test_one_named_model_cannot_serve_two_translators(choosing, tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_text("")
    assert choosing("fr", ["hi"], model=str(folder)).models["translation@hi"].path == folder
    with pytest.raises(UsageError, match="cannot be used for every language"):
        choosing("hi", ["en", "fr"], model=str(folder))
    by_ear = choosing("fr", ["hi"], model=str(folder), translator="whisper")
    assert by_ear.models["translation@hi"].path == folder
    assert by_ear.models["translation@en"].kind == "whisper"


def test_a_model_with_code_of_its_own_says_before_the_run_how_to_agree_to_it(choosing):
    line = "type: chalchitra models accept indictrans2-indic-en-dist-200M"
    assert [note for note in choosing("hi", ["en"]).notes if note.endswith(line)]
    agree("indictrans2-indic-en-dist-200M")
    assert not [note for note in choosing("hi", ["en"]).notes if note.endswith(line)]


def test_what_hears_aligns_and_tells_speakers_apart_is_in_the_job(choosing):
    def chosen(*overrides):
        settings = resolve([("asr.model", "base"), *overrides], {})
        return choose.choose("transcribe", find("hi"), [], settings, ["speakers"])

    found = chosen()
    assert (found.engine, found.models["asr"].name) == ("ctranslate2", "base")
    assert found.models["alignment"].required is False, "it is used where it is there"
    assert found.models["speakers"].kind == "diarization"
    assert chosen(("asr.engine", "whisperx")).engine == "whisperx"


def test_a_model_that_cannot_translate_is_refused(choosing):
    settings = resolve([("translation.translator", "whisper"), ("asr.model", "large-v3-turbo")], {})
    with pytest.raises(UsageError, match="cannot translate"):
        choose.choose("translate", find("fr"), [find("en")], settings)
