"""A licence that forbids commercial use is told before the first use, and agreed to once."""

from __future__ import annotations

import dataclasses
import json

import pytest
from typer.testing import CliRunner

from chalchitra.cli.models import app
from chalchitra.errors import UsageError
from chalchitra.models import licences
from chalchitra.models.catalogue import FolderSource, load
from chalchitra.models.fetch import fetch

NAME = "nllb-200-distilled-600M"


@pytest.fixture
def nllb(tmp_path, monkeypatch):
    monkeypatch.setenv("CHALCHITRA_MODELS", str(tmp_path / "models"))
    return load().find(NAME)


def test_it_is_refused_until_it_was_agreed_to(nllb, tmp_path) -> None:
    with pytest.raises(UsageError) as refusal:
        licences.require_accepted(nllb, otherwise="use --translator whisper")
    assert "CC-BY-NC-4.0" in refusal.value.what
    assert refusal.value.fix == (
        "Either use --translator whisper, or to agree, type: chalchitra models accept " + NAME
    )
    with pytest.raises(UsageError, match="not for commercial use"):
        fetch(nllb, sources=[FolderSource(tmp_path)])
    licences.accept(nllb)
    licences.require_accepted(nllb)
    agreed = json.loads((tmp_path / "models" / licences.ACCEPTED).read_text())
    assert agreed[NAME]["licence"] == "CC-BY-NC-4.0"
    assert len(agreed[NAME]["date"]) == len("2026-01-31")


def test_agreeing_to_one_is_not_agreeing_to_another_or_to_other_terms(nllb) -> None:
    licences.accept(nllb)
    assert not licences.accepted(load().find("nllb-200-distilled-1.3B"))
    assert not licences.accepted(dataclasses.replace(nllb, licence="CC-BY-NC-ND-4.0"))
    licences.accept(load().find("nllb-200-distilled-1.3B"))
    assert licences.accepted(nllb)  # the first is kept


def test_a_record_that_cannot_be_read_agrees_to_nothing(nllb, tmp_path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / licences.ACCEPTED).write_text("[")
    assert not licences.accepted(nllb)


def test_the_commands_say_the_licence_and_take_the_agreement(nllb) -> None:
    before = CliRunner().invoke(app, ["list", "--json", "--kind", "seq2seq"])
    row = next(row for row in json.loads(before.output) if row["name"] == NAME)
    assert (row["licence"], row["non_commercial"]) == ("CC-BY-NC-4.0", True)
    agreed = CliRunner().invoke(app, ["accept", NAME])
    assert agreed.exit_code == 0, agreed.output
    assert "no commercial use" in agreed.output
    assert licences.accepted(nllb)
    needless = CliRunner().invoke(app, ["accept", "large-v3-turbo", "--format", "ctranslate2"])
    assert "needs no agreement" in needless.output
