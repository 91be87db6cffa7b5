"""Names and paths of records: what prepare-job makes is taken, and nothing that leads elsewhere."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chalchitra.errors import UsageError
from chalchitra.jobs.record import Output, Placed, read_record
from chalchitra.jobs.store import read_job
from chalchitra.languages import all_languages
from chalchitra.names import InsidePath, LanguageId, PlacedPath, PlainName, StageKey
from chalchitra.pipeline import STAGES, stage_key
from chalchitra.stagekit.protocol import OutputFile
from chalchitra.titles import title_of

pytestmark = pytest.mark.damages_documents
NAME, PATH = TypeAdapter(PlainName), TypeAdapter(InsidePath)
PLACED, KEY = TypeAdapter(PlacedPath), TypeAdapter(StageKey)
OUT_OF_IT = ["../x", "/x", "a/../../x", "..", ".", "", "a//b", "a/", "a\0b"]


@pytest.mark.parametrize("path", OUT_OF_IT)
@pytest.mark.parametrize("kind", [NAME, PATH, PLACED])
def test_no_path_leads_out(kind, path):
    for tried in (path, f"output/{path}"):
        with pytest.raises(ValidationError):
            kind.validate_python(tried)


@pytest.mark.parametrize("name", ["a/b", "a\nb", "\x1b[31m", "a\u2028b", "x" * 256])
def test_a_name_is_one_line_and_one_part_of_a_path(name):
    with pytest.raises(ValidationError):
        NAME.validate_python(name)
    with pytest.raises(ValidationError):
        PLACED.validate_python(f"output/{name}")


@given(st.text(min_size=1))
def test_every_title_that_prepare_makes_is_taken(tmp_path_factory, name):
    title, _ = title_of(name, tmp_path_factory.getbasetemp() / "titles")
    NAME.validate_python(title if title not in (".", "..") else f"{title}.hi.srt")


def test_every_stage_key_that_prepare_makes_is_taken():
    for language in all_languages():
        TypeAdapter(LanguageId).validate_python(language.id)
        for stage in STAGES:
            KEY.validate_python(stage_key(stage, language.id))


@pytest.mark.parametrize(
    "key", ["", "@hi", "asr@", "ASR", "asr@../x", "../asr", "asr@hi\n", "asr@h\u0968", "a" * 70]
)
def test_other_stage_keys_are_not(key):
    with pytest.raises(ValidationError):
        KEY.validate_python(key)


@pytest.mark.parametrize("path", [*OUT_OF_IT, "stages/asr/x", "output/a/b", "output/"])
def test_what_was_placed_lies_in_output(path):
    with pytest.raises(ValidationError):
        Placed(path=path, bytes=1, mtime_ns=1, sha256="")


@pytest.mark.parametrize("path", OUT_OF_IT)
def test_outputs_lie_in_the_job_and_are_delivered_by_a_plain_name(path):
    fields = {"bytes": 1, "sha256": ""}
    with pytest.raises(ValidationError):
        Output(path=path, mtime_ns=1, **fields)
    with pytest.raises(ValidationError):
        OutputFile(path=path, **fields)
    with pytest.raises(ValidationError):
        OutputFile(path="x", deliver_as=f"{path}/x" if path == ".." else path, **fields)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"title": "../../home/x"}, "title"),
        ({"title": "a\x1b[31m"}, "title"),
        ({"user": ".."}, "user"),
        ({"job_id": "job_20260102_1\u0968"}, "job_id"),
        ({"stages": ["demux", "subtitle_gen@../../../../home/x"]}, "stages"),
        ({"stages": ["demux", "demux"]}, "twice"),
        ({"stages": ["demux", "translation@ta"]}, "a language that this job"),
        ({"stages": ["demux", "subtitle_gen"]}, "not a stage"),
        ({"stages": ["demux", "vad@hi"]}, "not a stage"),
        ({"stages": ["vad", "demux"]}, "comes after"),
        ({"source_language": "../x"}, "source_language"),
        ({"source_language": "ta"}, "nothing is recorded"),
        ({"target_languages": ["../x"]}, "target_languages"),
        ({"stage_environments": {"demux": "../../bin"}}, "stage_environments"),
        ({"stage_environments": {}}, "runs with"),
        ({"machines": {}}, "runs with"),
        ({"pivots": {"translation@en": "../x"}}, "pivots"),
        ({"edits": {"hi": {"path": "x", "cues": 1, "sha256": "../../../x"}}}, "edits"),
        ({"script": {"path": "x", "kind": "srt", "lines": 1, "sha256": "x"}}, "script"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_job_that_prepare_would_not_have_made_is_refused(project, change, where):
    _, layout = project.job()
    data = json.loads(layout.job_file.read_text())
    layout.job_file.write_text(json.dumps(data | change))
    with pytest.raises(UsageError, match="is broken") as caught:
        read_job(layout.root)
    assert where in caught.value.what


def test_a_cycle_of_pivots_is_none(project):
    """Whoever follows producers would never come to an end."""
    _, layout = project.job("subtitle", ("en", "ta"))
    data = json.loads(layout.job_file.read_text())
    data["pivots"] = {"translation@en": "ta", "translation@ta": "en"}
    layout.job_file.write_text(json.dumps(data))
    with pytest.raises(UsageError, match="comes after"):
        read_job(layout.root)


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "asr"},
        {"stage": "../../x"},
        {"attempt": -1},
        {"attempt": 10**300},
        {"seconds": "NaN"},
        {"seconds": -1.0},
    ],
    ids=str,
)
def test_a_record_of_another_stage_or_without_sense_is_none(project, publish, change):
    job, layout = project.job()
    publish(job, layout, "vad")
    assert read_record(layout, "vad") is not None
    data = json.loads(layout.record("vad").read_text()) | change
    layout.record("vad").write_text(json.dumps(data).replace('"NaN"', "NaN"))
    assert read_record(layout, "vad") is None
