"""A model's own code runs only where the person agreed to it, as the catalogue pins it."""

from __future__ import annotations

import dataclasses
import json

import pytest
from typer.testing import CliRunner

from chalchitra.cli.models import app
from chalchitra.errors import UsageError
from chalchitra.files import sha256_file
from chalchitra.models import licences
from chalchitra.models.catalogue import HubSource, load
from chalchitra.own_code import brings_code, may_run, require_may_run

NAME = "indictrans2-indic-en-dist-200M"
CONFIG = {"model_type": "IndicTrans", "auto_map": {"AutoConfig": "code.Config"}}


@pytest.fixture
def models(tmp_path, monkeypatch):
    folder = tmp_path / "models"
    monkeypatch.setenv("CHALCHITRA_MODELS", str(folder))
    return folder


@pytest.fixture
def entry(models):
    return load().find(NAME)


@pytest.fixture
def fetched(entry):
    """The model as a fetch from the hub leaves it."""
    folder = entry.path()
    make(folder, entry.revision)
    return folder


def make(folder, revision):
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "code.py").write_text("Config = 1")
    files = {
        path.name: {"size": 1, "mtime_ns": 1, "sha256": sha256_file(path)}
        for path in folder.iterdir()
    }
    manifest = {"name": NAME, "source": {"hub": "x", "revision": revision}, "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_it_runs_after_the_person_agreed_to_its_name(fetched, entry):
    assert brings_code(fetched)
    assert not may_run(fetched)
    with pytest.raises(UsageError, match="not run") as refusal:
        require_may_run(fetched, NAME)
    assert f"chalchitra models accept {NAME}" in refusal.value.fix
    with pytest.raises(UsageError, match="its own Python code") as refusal:
        licences.require_code_accepted(entry)
    assert f"chalchitra models accept {NAME}" in refusal.value.fix
    assert CliRunner().invoke(app, ["accept", NAME]).exit_code == 0
    licences.require_code_accepted(entry)
    assert require_may_run(fetched, NAME) is True
    assert may_run(fetched)


def test_agreeing_to_one_revision_is_not_agreeing_to_the_next(fetched, entry):
    licences.accept(entry)
    source = HubSource(entry.sources[0].repository, "1" * 40)
    assert not licences.code_accepted(dataclasses.replace(entry, sources=(source,)))
    manifest = json.loads((fetched / "manifest.json").read_text())
    manifest["source"]["revision"] = "1" * 40
    (fetched / "manifest.json").write_text(json.dumps(manifest))
    assert not may_run(fetched)


@pytest.mark.parametrize("change", ["code", "more code", "deep code", "names", "gone"])
def test_changed_code_does_not_run(fetched, entry, change):
    licences.accept(entry)
    if change == "code":
        (fetched / "code.py").write_text("Config = 2")
    elif change == "more code":
        (fetched / "other.py").write_text("")
    elif change == "deep code":
        (fetched / "sub").mkdir()
        (fetched / "sub" / "other.py").write_text("")
    elif change == "names":
        (fetched / "config.json").write_text(json.dumps(CONFIG | {"auto_map": {"x": "os.system"}}))
    else:
        (fetched / "manifest.json").unlink()
    assert not may_run(fetched)


def test_a_folder_elsewhere_never_runs_whatever_it_claims(entry, fetched, tmp_path):
    licences.accept(entry)
    theirs = tmp_path / "job" / NAME
    make(theirs, entry.revision)
    (theirs.parent / licences.ACCEPTED).write_text((fetched.parent / licences.ACCEPTED).read_text())
    assert not may_run(theirs)
    with pytest.raises(UsageError, match="not run"):
        require_may_run(theirs, NAME)
    through = fetched.parent / "x" / ".." / ".." / "job" / NAME
    assert not may_run(through)


def test_a_model_that_nobody_pinned_cannot_be_agreed_to(models):
    unpinned = load().find("indictrans2-indic-en-1B")
    for refuse in (licences.accept, licences.require_code_accepted):
        with pytest.raises(UsageError, match="not run"):
            refuse(unpinned)


def test_data_needs_nobodys_agreement(tmp_path, models):
    (tmp_path / "config.json").write_text('{"model_type": "bart"}')
    assert not brings_code(tmp_path)
    assert require_may_run(tmp_path, "bart") is False
    assert not may_run(tmp_path)
    licences.require_code_accepted(load().find("nllb-200-distilled-600M"))


def test_the_list_says_what_is_to_be_agreed_to(entry):
    def listed():
        printed = CliRunner().invoke(app, ["list", "--kind", "seq2seq", "--json"]).output
        return {row["name"]: row["accepted"] for row in json.loads(printed)}

    assert listed()[NAME] is False
    licences.accept(entry)
    assert listed()[NAME] is True
    assert listed()["indictrans2-indic-en-1B"] is None  # nobody pinned it
