"""From a name or a folder to a model that can be loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalchitra.errors import UsageError
from chalchitra.models.catalogue import Catalogue, FolderSource, ModelEntry, ModelFile
from chalchitra.models.fetch import fetch
from chalchitra.models.resolve import resolve, resolve_aligner
from chalchitra.models.verify import fingerprint

CT2_HEADER = b"\x06\x00\x00\x00\x0c\x00WhisperSpec\x00"


def make(folder: Path, **files: bytes | str | dict[str, object]) -> Path:
    """A folder with these files; `__` in a name stands for a dot."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        data = json.dumps(content) if isinstance(content, dict) else content
        path = folder / name.replace("__", ".")
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


@pytest.fixture
def ctranslate2(tmp_path: Path) -> Path:
    return make(
        tmp_path / "my model",
        config__json={},
        model__bin=CT2_HEADER + b"weights",
        tokenizer__json={},
        vocabulary__txt="a",
    )


@pytest.fixture
def mlx(tmp_path: Path) -> Path:
    return make(tmp_path / "apple", config__json={"n_audio_state": 512}, weights__npz=b"x")


def test_a_name_that_is_not_fetched(models: Path) -> None:
    found = resolve("base", "whisper", "ctranslate2")
    assert (found.name, found.fetched, found.sha256) == ("base", False, None)
    assert found.path == models / "whisper-base-ctranslate2"
    assert found.entry is not None
    assert found.entry.can_translate


def test_a_name_that_is_fetched(entry: ModelEntry, source_folder: Path) -> None:
    fetch(entry, sources=[FolderSource(source_folder)])
    found = resolve("tiny", "whisper", "ctranslate2", catalogue=Catalogue((entry,)))
    assert found.fetched
    assert found.sha256 == fingerprint(found.path)
    (found.path / "model.bin").unlink()
    assert not resolve("tiny", "whisper", "ctranslate2", catalogue=Catalogue((entry,))).fetched


def test_a_folder_of_a_persons_own(ctranslate2: Path) -> None:
    found = resolve(str(ctranslate2), "whisper", "ctranslate2")
    assert (found.name, found.path, found.entry) == ("my model", ctranslate2, None)
    assert found.fetched
    assert found.sha256 is None
    whole = fingerprint(ctranslate2)
    assert resolve(str(ctranslate2), "whisper", "ctranslate2").sha256 == whole


def test_a_folder_named_from_where_one_stands(
    ctranslate2: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ctranslate2.parent)
    for named in ("my model", "./my model"):
        assert resolve(named, "whisper", "ctranslate2").path == ctranslate2


def test_a_name_of_the_catalogue_comes_before_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: Path
) -> None:
    (tmp_path / "base").mkdir()
    monkeypatch.chdir(tmp_path)
    assert resolve("base", "whisper", "mlx").path == models / "whisper-base-mlx"


def test_a_folder_that_holds_a_catalogue_model_is_recognised(
    ctranslate2: Path, entry: ModelEntry
) -> None:
    size = (ctranslate2 / "model.bin").stat().st_size
    turbo = ModelEntry(
        "turbo", "whisper", "ctranslate2", (ModelFile(("model.bin",), size),), entry.sources
    )
    found = resolve(str(ctranslate2), "whisper", "ctranslate2", catalogue=Catalogue((turbo,)))
    assert found.entry == turbo


def test_mlx_weights_in_either_file(mlx: Path) -> None:
    assert resolve(str(mlx), "whisper", "mlx").path == mlx
    (mlx / "weights.npz").rename(mlx / "weights.safetensors")
    assert resolve(str(mlx), "whisper", "mlx").path == mlx


def test_wav2vec2_and_seq2seq_folders(tmp_path: Path) -> None:
    aligner = make(
        tmp_path / "w",
        config__json={"model_type": "wav2vec2"},
        vocab__json={},
        pytorch_model__bin=b"x",
    )
    assert resolve(str(aligner), "wav2vec2", "hf").path == aligner
    translator = make(
        tmp_path / "t",
        config__json={"model_type": "IndicTrans"},
        **{"model-00001-of-00002__safetensors": b"x"},
    )
    assert resolve(str(translator), "seq2seq", "hf").path == translator


def refused(path: Path, kind: str, format: str) -> UsageError:
    with pytest.raises(UsageError) as error:
        resolve(str(path), kind, format)
    assert error.value.fix
    return error.value


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "There is no model folder" in refused(tmp_path / "no", "whisper", "mlx").what
    assert "There is no model folder" in refused(Path("a/b"), "whisper", "mlx").what


def test_a_file_in_place_of_its_folder(ctranslate2: Path) -> None:
    error = refused(ctranslate2 / "model.bin", "whisper", "ctranslate2")
    assert "given as the folder" in error.cause


def test_what_a_folder_lacks(ctranslate2: Path) -> None:
    (ctranslate2 / "tokenizer.json").unlink()
    (ctranslate2 / "vocabulary.txt").unlink()
    error = refused(ctranslate2, "whisper", "ctranslate2")
    assert error.cause == "It lacks tokenizer.json, vocabulary.json or vocabulary.txt."


def test_another_engines_format_is_named(ctranslate2: Path, mlx: Path) -> None:
    assert "in the format mlx" in refused(mlx, "whisper", "ctranslate2").cause
    assert "in the format ctranslate2" in refused(ctranslate2, "whisper", "mlx").cause


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("config.json", "[]", "not a JSON object"),
        ("config.json", "{", "not a JSON object"),
        ("model.bin", "\x06\x00\x00\x00\x10\x00TransformerSpec", "not a CTranslate2 Whisper model"),
        ("model.bin", "", "not a CTranslate2 Whisper model"),
    ],
)
def test_files_that_are_something_else(
    ctranslate2: Path, name: str, content: str, said: str
) -> None:
    (ctranslate2 / name).write_text(content)
    assert said in refused(ctranslate2, "whisper", "ctranslate2").cause


def test_other_transformers_are_no_aligners(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        config__json={"model_type": "whisper"},
        vocab__json={},
        model__safetensors=b"x",
    )
    assert "model type whisper" in refused(folder, "wav2vec2", "hf").cause


def test_the_aligner_that_is_there_comes_before_the_preferred_one(
    entry: ModelEntry, source_folder: Path
) -> None:
    first, second, other = (
        ModelEntry(
            name,
            "wav2vec2",
            "hf",
            entry.files,
            (FolderSource(source_folder),),
            languages=(language,),
        )
        for name, language in [("first", "hi"), ("second", "hi"), ("other", "ta")]
    )
    table = Catalogue((first, second, other))
    preferred = resolve_aligner("hi", catalogue=table)
    assert preferred is not None
    assert (preferred.name, preferred.fetched) == ("first", False)
    fetch(second)
    there = resolve_aligner("hi", catalogue=table)
    assert there is not None
    assert (there.name, there.fetched) == ("second", True)
    assert resolve_aligner("kok", catalogue=table) is None
