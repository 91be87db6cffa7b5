"""The variables a stage's process gets."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from chalchitra import paths
from chalchitra.environments.activation import NEVER_INHERITED, activation
from chalchitra.errors import UsageError


def test_names_its_environment_first():
    variables = activation("whisperx", inherited={"PATH": "/usr/bin", "HOME": "/home/asha"})
    folder = paths.venv_dir() / "whisperx"
    assert variables["VIRTUAL_ENV"] == str(folder)
    assert variables["PATH"] == f"{folder / 'bin'}{os.pathsep}/usr/bin"
    assert variables["PYTHONPATH"] == str(paths.source_dir())
    assert variables["HOME"] == "/home/asha"


def test_runs_offline():
    variables = activation("common", inherited={"HF_HUB_OFFLINE": "0"})
    assert variables["HF_HUB_OFFLINE"] == "1"
    assert variables["TRANSFORMERS_OFFLINE"] == "1"
    assert variables["ORT_DISABLE_TELEMETRY"] == "1"


@pytest.mark.parametrize(("debug", "said"), [(True, "true"), (False, "false")])
def test_passes_debug_mode_and_log_level_on(debug, said):
    variables = activation(
        "common", inherited={"DEBUG_MODE": "maybe"}, debug=debug, log_level="WARNING"
    )
    assert variables["DEBUG_MODE"] == said
    assert variables["LOG_LEVEL"] == "WARNING"
    assert variables["PYTHONUTF8"] == "1", "logs are UTF-8, whatever the terminal"


def test_lets_no_other_python_in():
    inherited = dict.fromkeys(NEVER_INHERITED, "/elsewhere")
    inherited |= {"VIRTUAL_ENV": "/elsewhere", "LANG": "hi_IN.UTF-8"}
    variables = activation("common", inherited=inherited)
    assert not [key for key, value in variables.items() if value == "/elsewhere"]
    assert variables["LANG"] == "hi_IN.UTF-8"


def test_without_a_path_the_systems_own_follows():
    path = activation("common", inherited={})["PATH"].split(os.pathsep)
    assert path[1:] == os.defpath.split(os.pathsep)


def test_a_process_under_it_starts_and_sees_the_source(tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    inherited = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONHOME": str(tmp_path)}
    answer = subprocess.run(
        [sys.executable, "-c", "import json, chalchitra; print(chalchitra.__file__)"],
        env=activation("common", inherited=inherited),
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.startswith(str(paths.source_dir()))


def test_gpu_libraries_are_found_where_their_wheels_put_them(tmp_path):
    (tmp_path / "config").symlink_to(paths.config_dir())
    library = tmp_path / "venv/whisperx/lib/python3.11/site-packages/nvidia/cudnn/lib"
    assert "LD_LIBRARY_PATH" not in activation("whisperx", tmp_path, inherited={})
    library.mkdir(parents=True)
    variables = activation("whisperx", tmp_path, inherited={"LD_LIBRARY_PATH": "/opt/lib"})
    assert variables["LD_LIBRARY_PATH"] == f"{library}{os.pathsep}/opt/lib"


def test_an_unknown_environment_is_refused():
    with pytest.raises(UsageError):
        activation("nope", inherited={})
