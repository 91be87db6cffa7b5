"""Asking before environments are built: what is said, and what counts as yes."""

from __future__ import annotations

import io

import pytest

from chalchitra import paths
from chalchitra.cli import ask
from chalchitra.environments import supply
from chalchitra.errors import CancelledError


@pytest.fixture
def calls(project, monkeypatch):
    """What was built; the environment `one` is missing."""
    (project.root / "venv" / "one").rename(project.root / "gone")
    built = []
    monkeypatch.setattr(supply, "build", lambda names: built.append(list(names)))
    yield built
    supply.build_if(None)


@pytest.fixture
def terminal(monkeypatch):
    """Someone at a terminal, who types `answer`."""

    def sit_down(answer):
        monkeypatch.setattr(ask, "_can_ask", lambda: True)
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))

    return sit_down


def installed(monkeypatch):
    monkeypatch.setattr(paths, "installed", lambda root=None: True)


def test_a_checkout_neither_asks_nor_builds(calls, terminal, capsys):
    terminal("y\n")
    ask.build_missing(yes=False)
    assert not supply.states(["one"])[0].whole
    assert (calls, capsys.readouterr().err) == ([], "")


@pytest.mark.parametrize("answer", ["y\n", "YES\n"])
def test_installed_it_says_what_it_takes_and_asks(calls, terminal, monkeypatch, capsys, answer):
    terminal(answer)
    with monkeypatch.context() as here:
        installed(here)
        ask.build_missing(yes=False)
    supply.states(["one"])
    said = capsys.readouterr().err
    assert "one (tests)" in said
    assert "0.1 GB to download and 0.1 GB on disk" in said
    assert str(paths.venv_dir()) in said
    assert calls == [["one"]]


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_no_is_no(calls, terminal, monkeypatch, answer):
    terminal(answer)
    with monkeypatch.context() as here:
        installed(here)
        ask.build_missing(yes=False)
    with pytest.raises(CancelledError):
        supply.states(["one"])
    assert calls == []


def test_where_nobody_can_be_asked_nothing_is_built(calls, monkeypatch):
    with monkeypatch.context() as here:
        installed(here)
        ask.build_missing(yes=False)
    assert not supply.states(["one"])[0].whole
    assert calls == []


def test_yes_builds_unasked_and_says_so(calls, capsys):
    ask.build_missing(yes=True)
    supply.states(["one"])
    assert calls == [["one"]]
    assert "0.1 GB on disk" in capsys.readouterr().err


def test_run_pipeline_builds_what_prepared_jobs_miss(calls, chalchitra, project):
    job, _ = project.job()
    assert chalchitra("run-pipeline", "-j", job.job_id).code == 3
    assert calls == []
    chalchitra("run-pipeline", "-j", job.job_id, "--yes")
    assert calls == [["one"]]
    chalchitra("run-pipeline", "-j", job.job_id, "--yes", "--dry-run")
    assert calls == [["one"]]


def test_prepare_job_hands_yes_on(monkeypatch, chalchitra, tmp_path):
    film = tmp_path / "film.mkv"
    film.write_text("the film")
    seen = []
    monkeypatch.setattr("chalchitra.cli.prepare.build_missing", lambda yes: seen.append(yes))
    chalchitra("prepare-job", film, "--transcribe", "-s", "hi", "--yes")
    chalchitra("subtitle", film, "-s", "hi")
    assert seen == [True, False]
