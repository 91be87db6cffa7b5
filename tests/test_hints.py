"""Commands in messages: what is shown can be pasted where the person is."""

from __future__ import annotations

import shlex
import sys

import pytest

from chalchitra import hints, paths


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    root = tmp_path / "my checkout"
    (root / "in").mkdir(parents=True)
    monkeypatch.setenv("CHALCHITRA_ROOT", str(root))
    return root


MESSAGE = "Type ./run-pipeline.sh -j job_20260102_001, or chalchitra rm job_20260102_001."


def test_in_the_checkout_programs_are_named_as_the_readme_does(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    assert hints.pasteable(MESSAGE) == (
        "Type ./run-pipeline.sh -j job_20260102_001, "
        "or venv/common/bin/chalchitra rm job_20260102_001."
    )


@pytest.mark.parametrize("place", ["in", ".."])
def test_elsewhere_a_pasted_command_names_the_checkouts_own(checkout, monkeypatch, place):
    monkeypatch.chdir(checkout / place)
    shown = hints.pasteable("./run-pipeline.sh --demo")
    program, option = shlex.split(shown)
    assert (checkout / place / program).resolve() == (checkout / "run-pipeline.sh").resolve()
    assert option == "--demo"


@pytest.mark.parametrize(
    "text",
    [
        "chalchitra is a word",
        "/elsewhere/run-pipeline.sh",
        "in x/venv/common/bin/hf",
        "my-chalchitra rm",
    ],
)
def test_other_words_stay(checkout, monkeypatch, text):
    monkeypatch.chdir(checkout / "in")
    assert hints.pasteable(text) == text


def test_a_job_is_named_by_its_id_where_jobs_live_and_else_by_its_folder(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    ours = checkout / "out/2026/01/02/asha/001"
    assert hints.run_line(ours) == "Type: ./run-pipeline.sh -j job_20260102_001"
    other = checkout.parent / "all jobs/2026/01/02/asha/001"
    command = shlex.split(hints.run_line(other).removeprefix("Type: "))
    assert command == ["./run-pipeline.sh", "--job-dir", str(other)]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """An installed Chalchitra with its command in `tool/bin`; returns that folder."""
    monkeypatch.delenv("CHALCHITRA_ROOT", raising=False)
    monkeypatch.setattr(paths, "SHIPPED", tmp_path / "site" / "chalchitra" / "_data")
    (tmp_path / "site" / "chalchitra" / "_data").mkdir(parents=True)
    monkeypatch.setenv("CHALCHITRA_DATA", str(tmp_path / "my data"))
    monkeypatch.setenv("CHALCHITRA_CONFIG", str(tmp_path / "my config"))
    tool = tmp_path / "tool"
    (tool / "bin").mkdir(parents=True)
    for name in ("chalchitra", "hf"):
        (tool / "bin" / name).write_text("#!/bin/sh\n")
        (tool / "bin" / name).chmod(0o755)
    monkeypatch.setattr(sys, "prefix", str(tool))
    return tool


def test_installed_every_program_is_the_one_command(installed, monkeypatch):
    monkeypatch.setenv("PATH", str(installed / "bin"))
    assert hints.pasteable(MESSAGE) == (
        "Type chalchitra run-pipeline -j job_20260102_001, or chalchitra rm job_20260102_001."
    )
    assert hints.pasteable("./bootstrap.sh --env common") == "chalchitra bootstrap --env common"
    assert hints.pasteable("./prepare-job.sh film.mp4") == "chalchitra prepare-job film.mp4"
    assert hints.pasteable("venv/common/bin/chalchitra jobs") == "chalchitra jobs"
    assert hints.pasteable("venv/common/bin/hf auth login") == f"{installed}/bin/hf auth login"


def test_installed_but_not_on_the_path_the_command_is_named_whole(installed, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    shown = hints.pasteable("./run-pipeline.sh --demo")
    assert shlex.split(shown) == [str(installed / "bin" / "chalchitra"), "run-pipeline", "--demo"]


def test_installed_a_job_is_named_by_its_id_where_jobs_live(installed, monkeypatch):
    ours = paths.jobs_dir() / "2026/01/02/asha/001"
    assert hints.run_line(ours) == "Type: ./run-pipeline.sh -j job_20260102_001"
    assert hints.jobs_line(paths.jobs_dir()) == "Type: chalchitra jobs"


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ("uv-receipt.toml", "uv tool upgrade --reinstall chalchitra"),
        ("pipx_metadata.json", "pipx reinstall chalchitra"),
        (None, f"{shlex.quote(sys.executable)} -m pip install --force-reinstall chalchitra"),
    ],
)
def test_installed_what_came_along_is_brought_back_by_what_installed_it(installed, of, expected):
    if of:
        (installed / of).write_text("")
    line = hints.restore_line("config/runner.toml")
    assert hints.pasteable(line) == f"Type: {expected}"


def test_installed_a_persons_own_table_is_put_out_of_the_way(installed):
    own = paths.own_config_dir() / "runner.toml"
    own.parent.mkdir()
    own.write_text("wait =")
    shown = hints.pasteable(hints.restore_line("config/runner.toml"))
    assert shlex.split(shown) == ["Type:", "mv", str(own), f"{own}.old"]


def test_installed_a_table_is_named_where_it_lies(installed):
    shipped = paths.config_dir() / "runner.toml"
    shipped.parent.mkdir()
    shipped.write_text("")
    told = "See config/runner.toml, not config/mine.toml."
    assert hints.pasteable(told) == f"See {shipped}, not config/mine.toml."
    own = paths.own_config_dir() / "runner.toml"
    own.parent.mkdir()
    own.write_text("")
    assert hints.pasteable(told) == f"See {own}, not config/mine.toml."


def test_a_checkout_asks_git_for_what_came_along(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    line = hints.restore_line("config/runner.toml")
    assert hints.pasteable(line) == "Type: git checkout -- config/runner.toml"
    assert hints.pasteable("See config/runner.toml.") == "See config/runner.toml."
