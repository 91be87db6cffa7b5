"""Finding uv, and telling it what pip was told."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from chalchitra import paths
from chalchitra.environments import fetch_uv, uv
from chalchitra.errors import MissingError


def executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A machine on which neither uv nor pip was ever set up (files in /etc aside)."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return folder


def test_a_shim_that_does_not_run_and_an_old_uv_are_passed_over(tmp_path, home):
    executable(tmp_path / "bin" / "uv", "exit 127")
    ours = executable(tmp_path / "venv" / "common" / "bin" / "uv", "echo 'uv 0.13.9 (x)'")
    assert uv.find_uv(tmp_path, "common", print) == ours
    executable(tmp_path / "bin" / "uv", "echo 'uv 0.4.30'")
    assert uv.find_uv(tmp_path, "common", print) == ours
    machines = executable(tmp_path / "bin" / "uv", "echo 'uv 1.2.0'")
    assert uv.find_uv(tmp_path, "common", print) == machines


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            subprocess.CalledProcessError(1, "pip", stderr="Max retries exceeded"),
            "cannot be reached",
        ),
        (subprocess.CalledProcessError(1, "pip", stderr="odd\nodder"), "odder"),
        (ValueError("no pip"), "no pip"),
    ],
)
def test_no_uv_to_be_had_is_one_clear_error(tmp_path, home, monkeypatch, error, expected):
    def fetch(requirements, venv, python):
        raise error

    monkeypatch.setattr(fetch_uv, "fetch", fetch)
    with pytest.raises(MissingError, match=expected) as caught:
        uv.find_uv(tmp_path, "common", print)
    assert caught.value.cause
    assert caught.value.fix


def test_a_python_with_neither_pip_nor_ensurepip_says_so(tmp_path):
    (tmp_path / "requirements").mkdir()
    lock = (paths.requirements_dir() / "common.txt").read_text()
    (tmp_path / "requirements" / "common.txt").write_text(lock)
    python = executable(tmp_path / "python3", "exit 1")
    with pytest.raises(ValueError, match="neither pip nor ensurepip"):
        fetch_uv.fetch(str(tmp_path / "requirements"), str(tmp_path / "venv"), str(python))


@pytest.mark.parametrize("runs", [True, False])
def test_a_uv_that_was_fetched_has_to_run_here(tmp_path, runs):
    """A disk that runs nothing, or a wheel for another machine, is told, while pip is there."""
    venv = tmp_path / "venv"
    uv_there = executable(venv / fetch_uv.TOOLS / "bin" / "uv", "exit 0" if runs else "exit 126")
    python = executable(tmp_path / "python3", "exit 0")
    requirements = str(paths.requirements_dir())
    if runs:
        assert fetch_uv.fetch(requirements, str(venv), str(python)) == str(uv_there)
        return
    with pytest.raises(subprocess.CalledProcessError):
        fetch_uv.fetch(requirements, str(venv), str(python))


def test_only_uv_is_taken_out_of_the_lock_with_all_its_hashes():
    lock = (paths.requirements_dir() / "common.txt").read_text()
    line = fetch_uv.uv_lines(lock)
    assert line.startswith("uv==")
    section = lock.partition("\nuv==")[2].partition("\n    # via")[0]
    assert line.count("--hash=sha256:") == section.count("--hash=sha256:") > 5
    assert ";" not in line
    with pytest.raises(ValueError, match="does not pin uv"):
        fetch_uv.uv_lines("other==1 \\\n    --hash=sha256:00\n")


def test_fetch_uv_keeps_to_old_syntax():
    # The oldest Python that bootstrap.sh runs it with is 3.8.
    import ast

    ast.parse(
        (paths.source_dir() / "chalchitra/environments/fetch_uv.py").read_text(),
        feature_version=(3, 8),
    )


def test_uv_gets_pips_index_where_it_was_told_none(home):
    told = {
        "HOME": str(home),
        "PIP_INDEX_URL": "http://mirror/simple",
        "PIP_EXTRA_INDEX_URL": "http://a\n http://b",
    }
    variables = uv.variables(told)
    # In the order uv asks: pip's main index first, its default one last.
    assert variables["UV_INDEX"] == "http://mirror/simple http://a"
    assert variables["UV_DEFAULT_INDEX"] == "http://b"
    assert int(variables["UV_HTTP_TIMEOUT"]) >= 120


def test_pips_file_counts_too_and_its_variables_more(home):
    (home / ".config" / "pip").mkdir(parents=True)
    (home / ".config" / "pip" / "pip.conf").write_text(
        "[global]\nindex-url = http://file/simple\n[install]\nextra-index-url =\n  http://a\n  http://b\n"
    )
    variables = uv.variables({"HOME": str(home)})
    assert variables["UV_INDEX"] == "http://file/simple http://a"
    assert variables["UV_DEFAULT_INDEX"] == "http://b"
    told = {"HOME": str(home), "PIP_INDEX_URL": "http://v", "PIP_CERT": "/own.pem"}
    assert uv.variables(told)["UV_INDEX"].split()[0] == "http://v"
    assert uv.variables(told)["SSL_CERT_FILE"] == "/own.pem"


def test_extra_indexes_never_come_before_the_public_one(home):
    variables = uv.variables({"HOME": str(home), "PIP_EXTRA_INDEX_URL": "http://a"})
    assert not {"UV_INDEX", "UV_DEFAULT_INDEX"} & variables.keys()


def test_uvs_own_configuration_is_left_alone(home):
    told = {"HOME": str(home), "PIP_INDEX_URL": "http://mirror", "UV_HTTP_TIMEOUT": "7"}
    variables = uv.variables({**told, "UV_INDEX_URL": "http://own"})
    assert "UV_DEFAULT_INDEX" not in variables
    assert variables["UV_HTTP_TIMEOUT"] == "7"
    (home / ".config" / "uv").mkdir(parents=True)
    (home / ".config" / "uv" / "uv.toml").write_text("")
    assert "UV_DEFAULT_INDEX" not in uv.variables(told)


def test_an_active_environment_does_not_reach_uv(home):
    assert "VIRTUAL_ENV" not in uv.variables({"HOME": str(home), "VIRTUAL_ENV": "/x"})


def test_run_logs_everything_and_returns_what_was_said(tmp_path):
    ticks: list[str] = []
    code, said = uv.run(
        [sys.executable, "-c", "import sys; print('out'); sys.exit('first\\nlast')"],
        env=os.environ,
        log=tmp_path / "log",
        on_tick=ticks.append,
    )
    assert code == 1
    assert said.split() == ["first", "last"]
    assert ticks[-1] == "last"
    assert set(ticks) <= {"", "first", "last"}
    assert {"out", "first", "last"} <= set((tmp_path / "log").read_text().split())


@pytest.mark.parametrize("installed", [True, False])
def test_the_uv_that_was_installed_along_is_found(tmp_path, home, monkeypatch, installed):
    (tmp_path / "tool" / "bin").mkdir(parents=True)
    along = executable(tmp_path / "tool" / "bin" / "uv", "echo uv 0.13.9")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("sys.prefix", str(tmp_path / "tool"))
    monkeypatch.setattr(uv, "installed", lambda root: installed)
    fetched = tmp_path / "fetched"
    monkeypatch.setattr(fetch_uv, "fetch", lambda requirements, venv, python: str(fetched))
    assert uv.find_uv(tmp_path, "common", print) == (along if installed else fetched)
