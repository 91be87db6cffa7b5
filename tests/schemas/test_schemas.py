"""The schemas in docs are those of the code, and what does not keep to them fails a test."""

from __future__ import annotations

import json

import pytest

from chalchitra import paths
from chalchitra.cli.text import print_json
from chalchitra.runner.events import Silent
from chalchitra.runner.run import RunOptions, _Tagged, run_job
from chalchitra.schemas.registry import SchemaError, schemas

from ..conftest import check_documents

FOLDER = paths.source_dir().parent / "docs" / "schemas"


def test_the_schemas_in_docs_are_those_of_the_code():
    files = {file.name.removesuffix(".schema.json"): file for file in FOLDER.iterdir()}
    assert files.keys() == schemas().keys(), "type scripts/schema"
    for name, schema in schemas().items():
        assert json.loads(files[name].read_bytes()) == schema, f"{name}: type scripts/schema"


def test_every_schema_says_its_version():
    assert all(schema["$id"].endswith(":1") for schema in schemas().values())


def test_a_field_that_a_row_has_and_its_schema_has_not_fails(capsys):
    row = {"what": "disk", "ok": True, "found": "1 GB", "fix": ""}
    print_json("doctor", [row])
    assert json.loads(capsys.readouterr().out) == [row]
    with pytest.raises(SchemaError, match="colour"):
        print_json("doctor", [row | {"colour": "red"}])
    with pytest.raises(SchemaError, match="fix"):
        print_json("doctor", [{"what": "disk", "ok": True, "found": "1 GB"}])


def test_a_field_that_an_event_has_and_its_schema_has_not_fails():
    told = _Tagged(Silent(), "job_20260102_001")
    told.emit("fetched", model="base")
    with pytest.raises(SchemaError, match="colour"):
        told.emit("fetched", model="base", colour="red")
    with pytest.raises(SchemaError, match="invented"):
        told.emit("invented")


@pytest.mark.damages_documents
@pytest.mark.parametrize("name", ["job", "state"])
def test_a_field_that_a_document_has_and_its_schema_has_not_fails(project, name):
    job, layout = project.job("transcribe", ())
    assert run_job(layout.root, Silent(), RunOptions()).exit_code == 0
    check_documents(project.root)
    file = layout.root / f"{name}.json"
    file.write_text(json.dumps(json.loads(file.read_bytes()) | {"colour": "red"}))
    with pytest.raises(SchemaError, match="colour"):
        check_documents(project.root)
