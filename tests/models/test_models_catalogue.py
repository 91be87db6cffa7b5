"""The table of models, and finding one in it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalchitra.errors import MissingError, UsageError
from chalchitra.models.catalogue import (
    Catalogue,
    HubSource,
    ModelEntry,
    ModelFile,
    WheelSource,
    load,
)
from chalchitra.paths import config_dir

WHISPER = ["tiny", "base", "small", "medium", "large-v3-turbo", "large-v3"]


@pytest.fixture(scope="module")
def table() -> Catalogue:
    return load()


@pytest.mark.parametrize("format", ["ctranslate2", "mlx"])
def test_every_whisper_model_is_pinned_to_the_byte(table: Catalogue, format: str) -> None:
    entries = table.all("whisper", format)
    assert [entry.name for entry in entries] == WHISPER
    for entry in entries:
        assert all(file.sha256 and file.size for file in entry.files)
        assert entry.size_bytes == sum(file.size or 0 for file in entry.files)
        [hub] = [source for source in entry.sources if isinstance(source, HubSource)]
        assert re.fullmatch("[0-9a-f]{40}", hub.revision or "")
        assert None not in (entry.memory_bytes, entry.cpu_cost, entry.gpu_memory_bytes)


def test_whisper_models_grow_down_the_table(table: Catalogue) -> None:
    memory = [entry.memory_bytes or 0 for entry in table.all("whisper", "mlx")]
    assert memory == sorted(memory)


def test_only_turbo_cannot_translate(table: Catalogue) -> None:
    cannot = {entry.name for entry in table.all("whisper") if not entry.can_translate}
    assert cannot == {"large-v3-turbo"}


def test_base_needs_only_a_package_index(table: Catalogue) -> None:
    base = table.find("base", "whisper", "ctranslate2")
    assert isinstance(base.sources[0], WheelSource)
    assert set(base.sources[0].members) == {file.patterns[0] for file in base.files}


def test_translators_are_gated_and_say_where(table: Catalogue) -> None:
    indictrans2 = [one for one in table.all("seq2seq") if one.name.startswith("indictrans2")]
    for entry in indictrans2:
        assert entry.gated
        assert entry.trust_remote_code
        assert entry.terms
        assert entry.terms.endswith(entry.name)
    directions = {entry.direction for entry in indictrans2}
    assert directions == {"indic-en", "en-indic", "indic-indic"}
    first = table.all("seq2seq", direction="indic-en")[0]
    assert first.name == "indictrans2-indic-en-dist-200M"


def test_nllb_is_not_gated_runs_no_code_and_is_not_for_commerce(table: Catalogue) -> None:
    nllb = [entry for entry in table.all("seq2seq") if entry.name.startswith("nllb")]
    assert len(nllb) == 2
    for entry in nllb:
        assert not entry.gated
        assert not entry.trust_remote_code
        assert entry.non_commercial
        assert any("sentencepiece.bpe.model" in file.patterns for file in entry.files)
    assert not table.find("base", "whisper", "ctranslate2").non_commercial


def test_aligners_are_for_known_languages(table: Catalogue) -> None:
    known = set(tomllib.loads((config_dir() / "languages.toml").read_text(encoding="utf-8")))
    named = {language for entry in table.all("wav2vec2") for language in entry.languages}
    assert named <= known
    assert named >= {"hi", "ta", "te", "kn", "ml", "mr", "bn", "gu", "pa", "or", "as", "ur", "en"}
    for entry in table.all("wav2vec2"):
        assert entry.convert == "torchaudio"
        assert entry.blank_token == ("<s>" if "vakyansh" in entry.name else "<pad>")


VAKYANSH = """hindi-him-4200 tamil-tam-250 telugu-tem-100 kannada-knm-560 bengali-bnm-200
    gujarati-gnm-100 indian-english-enm-700 marathi-mrm-100 nepali-nem-130 odia-orm-100
    sanskrit-sam-60 maithili-maim-50 urdu-urm-60 punjabi-pam-10 dogri-doi-55 malayalam-mlm-8
    assamese-asm-8"""
PINNED = """hindi-him-4200 telugu-tem-100 kannada-knm-560 bengali-bnm-200 marathi-mrm-100"""


def test_vakyansh_aligners_stand_in_a_public_list(table: Catalogue) -> None:
    vakyansh = {
        entry.name.removeprefix("vakyansh-wav2vec2-"): entry
        for entry in table.all("wav2vec2")
        if entry.name.startswith("vakyansh")
    }
    assert set(vakyansh) == set(VAKYANSH.split())
    assert not any(entry.unverified for entry in vakyansh.values())
    assert all(entry.licence == "MIT" for entry in vakyansh.values())
    pinned = {name for name, entry in vakyansh.items() if revision(entry)}
    assert pinned == set(PINNED.split())


def revision(entry: ModelEntry) -> str | None:
    (source,) = entry.sources
    assert isinstance(source, HubSource)
    return source.revision


def test_the_distilled_translators_are_pinned(table: Catalogue) -> None:
    entries = [one for one in table.all("seq2seq") if "-dist-" in one.name]
    assert len(entries) == 3
    for entry in entries:
        assert len(revision(entry) or "") == 40
        names = {name for file in entry.files for name in file.patterns}
        assert {"config.json", "*.py", "dict.SRC.json", "dict.TGT.json", "model.SRC"} <= names
        assert {"model.TGT", "model.safetensors", "tokenizer_config.json"} <= names
    hashes = {(e.direction, f.patterns[0]) for e in entries for f in e.files if f.sha256}
    assert hashes == {("indic-en", "model.SRC"), ("en-indic", "model.safetensors")}


def test_a_language_gets_an_aligner_that_somebody_saw_where_there_is_one(table: Catalogue) -> None:
    for code in "hi ta te kn ml bn gu ur".split():
        assert not table.all("wav2vec2", language=code)[0].unverified
    for code in ("hi", "te", "ml", "ur"):  # those that whisperX aligns
        names = [entry.name for entry in table.all("wav2vec2", language=code)]
        assert any("large" in name for name in names)


def test_every_model_has_a_folder_of_its_own(table: Catalogue) -> None:
    folders = [entry.folder for entry in table.entries]
    assert len(set(folders)) == len(folders)
    assert not [folder for folder in folders if "/" in folder or folder.startswith(".")]
    assert table.find("base", "whisper", "ctranslate2").folder == "whisper-base-ctranslate2"


def test_every_model_is_found_by_each_of_its_names(table: Catalogue) -> None:
    for entry in table.entries:
        for name in entry.names:
            assert table.find(name, entry.kind, entry.format) == entry


def test_a_repository_is_a_name_and_tells_the_format(table: Catalogue) -> None:
    assert table.find("Systran/faster-whisper-small").format == "ctranslate2"
    assert table.find("turbo", format="mlx").name == "large-v3-turbo"


def test_a_name_in_two_formats_needs_one(table: Catalogue) -> None:
    with pytest.raises(UsageError, match="more than one format: ctranslate2, mlx"):
        table.find("base")


def test_a_format_that_a_model_has_not(table: Catalogue) -> None:
    with pytest.raises(UsageError, match="does not come in the format hf"):
        table.find("base", "whisper", "hf")


def test_a_misspelt_name_names_its_neighbours(table: Catalogue) -> None:
    with pytest.raises(UsageError) as error:
        table.find("large-v3-tubro", "whisper")
    assert "large-v3-turbo" in error.value.cause
    with pytest.raises(UsageError, match="There is no whisper model called zzz"):
        table.find("zzz", "whisper")


@given(st.text())
def test_a_text_that_is_no_name_is_a_usage_error(table: Catalogue, name: str) -> None:
    assume(not table.knows(name))
    with pytest.raises(UsageError, match="There is no model called") as error:
        table.find(name)
    assert error.value.fix


def test_patterns_are_in_order_of_preference_and_for_the_top_only() -> None:
    weights = ModelFile(("model.safetensors", "model-*.safetensors", "pytorch_model.bin"))
    assert weights.choose(["pytorch_model.bin", "model.safetensors"]) == ["model.safetensors"]
    assert weights.choose(["model-2.safetensors", "model-1.safetensors", "pytorch_model.bin"]) == [
        "model-1.safetensors",
        "model-2.safetensors",
    ]
    assert weights.choose(["old/model.safetensors", "pytorch_model.bin"]) == ["pytorch_model.bin"]
    assert weights.choose(["old/pytorch_model.bin"]) == []


ROW = '[whisper.x.mlx]\nsources = [{ hub = "a/b" }]\nfiles = [{ name = "f" }]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[whisper", "cannot be read"),
        ("[whisper.x]\nmultilingual = true\n", "whisper.x has no format"),
        ("[whisper.x.mlx]\nfiles = [{ name = 'f' }]\n", "needs files and sources"),
        (ROW + "colour = 1\n", "unknown key colour"),
        (ROW.replace('"f"', '"f", sha256 = "abc"'), "invalid sha256"),
        (ROW.replace('"f"', '"f", hue = 1'), "cannot be read"),
        (ROW.replace("hub =", "hup ="), "neither a hub, wheels nor a folder"),
        ("whisper = 3\n", "cannot be read"),
    ],
)
def test_a_broken_table_is_a_usage_error(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "models.toml").write_text(text)
    with pytest.raises(UsageError, match=said) as error:
        load(tmp_path)
    assert "config/models.toml" in error.value.fix


def test_a_missing_table(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="is missing"):
        load(tmp_path)


def test_every_row_can_be_asked_for_with_others() -> None:
    # fetch_all and preflight take each model once, by value.
    entries = load().entries
    assert len(set(entries)) == len(entries)
