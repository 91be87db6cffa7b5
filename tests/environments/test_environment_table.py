"""The real table, and what is refused of a broken one."""

from __future__ import annotations

import pytest

from chalchitra import paths
from chalchitra.environments.table import environment_for, load, python_path
from chalchitra.errors import UsageError
from chalchitra.pipeline import STAGES

TABLE = load()


@pytest.mark.parametrize("apple_silicon", [True, False])
def test_every_stage_has_one_default_on_every_machine(apple_silicon):
    for stage in STAGES:
        defaults = [
            service
            for _, service in TABLE.services(stage)
            if service.is_default(apple_silicon=apple_silicon)
        ]
        assert len(defaults) == 1, stage


def test_the_defaults_of_the_design():
    mapping = TABLE.default_mapping(apple_silicon=False)
    assert mapping == {
        **dict.fromkeys(("subtitle_gen", "qc", "mux"), "common"),
        **dict.fromkeys(
            (
                "demux",
                "vad",
                "language",
                "asr",
                "script",
                "alignment",
                "speakers",
                "export",
                "shots",
            ),
            "whisperx",
        ),
        "translation": "indictrans2",
    }
    assert TABLE.default_mapping(apple_silicon=True) == {**mapping, "asr": "mlx"}


def test_only_known_stages_are_served():
    served = {service.stage for item in TABLE.environments.values() for service in item.serves}
    assert served == set(STAGES)


@pytest.mark.parametrize(
    ("stage", "choice", "expected"),
    [
        ("asr", "ctranslate2", "whisperx"),
        ("asr", "whisperx", "whisperx"),
        ("asr", "mlx", "mlx"),
        ("translation", "indictrans2", "indictrans2"),
        ("translation", "whisper", "whisperx"),
        ("mux", None, "common"),
    ],
)
def test_where_an_engine_or_translator_lives(stage, choice, expected):
    assert environment_for(stage, choice).name == expected
    assert environment_for(stage, choice, apple_silicon=True).name == expected


def test_an_engine_nobody_has_is_refused_with_those_there_are():
    with pytest.raises(UsageError) as caught:
        environment_for("asr", "kaldi")
    assert "ctranslate2, whisperx, mlx" in caught.value.cause


def test_mlx_is_built_unasked_on_apple_silicon_only():
    assert TABLE.get("mlx").built_unasked(apple_silicon=True)
    assert not TABLE.get("mlx").built_unasked(apple_silicon=False)


def test_every_environment_has_a_lock_and_one_runs_the_commands():
    for name, environment in TABLE.environments.items():
        for lock in (name, *([environment.dev] if environment.dev else [])):
            wanted = "../pyproject.toml" if environment.has_commands else f"{lock}.in"
            assert (paths.requirements_dir() / (wanted if lock == name else f"{lock}.in")).is_file()
            assert (paths.requirements_dir() / f"{lock}.txt").is_file()
    assert [item.name for item in TABLE.environments.values() if item.has_commands] == ["common"]


@pytest.mark.parametrize("name", ["../whisperx", "", "Common", "/bin"])
def test_only_a_name_of_the_table_becomes_a_path(name):
    with pytest.raises(UsageError):
        python_path(name)


@pytest.mark.parametrize(
    "text",
    [
        "[common",
        "common = 1",
        '[common]\npurpose = "no fields"',
        '[common]\npurpose="x"\nbuild="always"\npython=[]\nimports=[]\nkey_libraries=[]\n'
        'serves=[{stage="mux", wrong=1}]\nplatforms={}',
    ],
)
def test_a_broken_table_is_one_clear_error(tmp_path, text):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "environments.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        load(tmp_path)
    assert "environments.toml" in caught.value.what
    assert "git checkout" in caught.value.fix
