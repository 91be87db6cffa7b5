"""Stage: what a script holds - inputs, outputs, progress, versions."""

from __future__ import annotations

import hashlib
import json

import pytest

from chalchitra.errors import MissingError, StageError
from chalchitra.stagekit.protocol import MessageReader, MessageWriter, ModelRef, Request
from chalchitra.stagekit.stage import Stage


@pytest.fixture
def make(tmp_path):
    writer = MessageWriter(tmp_path / "messages.jsonl")

    def make_stage(**fields):
        request = Request(
            job_id="job_20260102_001",
            stage="asr",
            environment="whisperx",
            params={"beam_size": 5},
            output_dir=tmp_path,
            device="cpu",
            compute_type="int8",
            threads=1,
            **{"inputs": {}, **fields},
        )
        return Stage(request, writer)

    yield make_stage
    writer.close()


def messages(tmp_path):
    return list(MessageReader(tmp_path / "messages.jsonl").new())


def test_an_output_is_hashed_when_the_stage_ends(make, tmp_path):
    stage = make()
    stage.output("transcript", "a.json", deliver_as="film.json").write_text("{}")
    output = stage.finished_outputs()["transcript"]
    assert output.sha256 == hashlib.sha256(b"{}").hexdigest()
    assert (output.path, output.bytes, output.deliver_as) == ("a.json", 2, "film.json")


def test_a_declared_output_that_was_not_written_is_an_error(make):
    stage = make()
    stage.output("transcript", "a.json")
    with pytest.raises(StageError, match="did not write it"):
        stage.finished_outputs()


def test_inputs_must_be_declared_and_there(make, tmp_path):
    there = tmp_path / "audio.wav"
    there.write_bytes(b"x")
    stage = make(inputs={"audio": there, "regions": tmp_path / "gone.json"})
    assert stage.input("audio") == there
    assert stage.has_input("audio")
    assert not stage.has_input("film")
    with pytest.raises(StageError, match="does not declare"):
        stage.input("film")
    with pytest.raises(StageError, match="is missing"):
        stage.input("regions")


def test_a_model_that_is_not_there_says_what_to_type(make, tmp_path):
    stage = make(models={"asr": ModelRef(name="base", path=tmp_path / "nowhere")})
    with pytest.raises(MissingError, match="base") as caught:
        stage.model("asr")
    assert "run-pipeline" in caught.value.fix
    with pytest.raises(MissingError):
        stage.model("alignment")


def test_progress_is_told_often_enough_and_no_more(make, tmp_path):
    stage = make()
    for done in range(100_001):
        stage.progress(done, 100_000, "cues")
    told = [message for message in messages(tmp_path) if message["type"] == "progress"]
    assert 100 <= len(told) <= 201
    assert told[-1]["done"] == told[-1]["total"] == 100_000


def test_progress_of_nothing_is_no_error(make, tmp_path):
    make().progress(0, 0, "cues")
    assert len(messages(tmp_path)) == 1


def test_degraded_is_kept_and_told(make, tmp_path):
    stage = make()
    stage.degraded("Half of it.", "No time.", "Try again.")
    assert [item.what for item in stage.degradations] == ["Half of it."]
    assert messages(tmp_path)[-1] == {"type": "warning", "text": "Half of it. No time. Try again."}


def test_messages_are_one_json_object_a_line_in_any_script(make, tmp_path):
    stage = make()
    stage.log("दो\nपंक्तियाँ")
    stage.metric("share", 0.5)
    lines = (tmp_path / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["log", "metric"]


def test_only_libraries_that_were_imported_are_reported(make):
    import pydantic

    stage = make(packages=["pydantic", "torch", "not-there"])
    assert stage.libraries() == {"pydantic": pydantic.__version__}


def test_a_failed_attempts_outputs_can_be_removed(make, tmp_path):
    stage = make()
    stage.output("transcript", "a.json").write_text("{}")
    stage.output("text", "never-written.txt")
    stage.discard_outputs()
    assert [path.name for path in tmp_path.iterdir()] == ["messages.jsonl"]
