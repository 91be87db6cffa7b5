"""Run or skip, and the reasons in words."""

import json
import os

import pytest

from chalchitra.files import sha256_file
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.record import Output, StageRecord
from chalchitra.runner.decide import changes, decide, fingerprint
from chalchitra.runner.same_code import digest

PARTS = {
    "code": {"script": "aa"},
    "params": {"beam_size": 5},
    "packages": {"torch": "2.8.0"},
    "models": {"asr": "m1"},
    "inputs": {"audio": "i1"},
    "run_on": {"device": "cpu"},
}


@pytest.fixture
def layout(tmp_path):
    layout = JobLayout(tmp_path)
    done = layout.done("asr", 1)
    done.mkdir(parents=True)
    path = done / "transcript.json"
    path.write_text("{}")
    stat = path.stat()
    StageRecord(
        stage="asr",
        fingerprint=fingerprint(PARTS),
        fingerprint_parts=PARTS,
        attempt=1,
        environment="whisperx",
        python="/x/bin/python",
        python_version="3.11.7",
        started="2026-01-01T00:00:00+00:00",
        seconds=1.0,
        outputs={
            "transcript": Output(
                path=path.relative_to(tmp_path).as_posix(),
                bytes=stat.st_size,
                mtime_ns=stat.st_mtime_ns,
                sha256=sha256_file(path),
            )
        },
    ).write(layout)
    return layout


def test_what_never_ran_runs(tmp_path):
    decision = decide(JobLayout(tmp_path), "asr", PARTS)
    assert decision.run
    assert decision.reasons == ("it has not run yet",)


def test_what_is_unchanged_is_skipped(layout):
    decision = decide(layout, "asr", PARTS)
    assert not decision.run
    assert decision.record is not None
    assert "nothing changed" in decision.reasons[0]


@pytest.mark.parametrize(
    ("part", "values", "reason"),
    [
        ("code", {"script": "bb"}, "code script changed from aa to bb"),
        ("params", {"beam_size": 3}, "settings beam_size changed from 5 to 3"),
        ("packages", {"torch": "2.9.1"}, "libraries torch changed from 2.8.0 to 2.9.1"),
        ("models", {"asr": "m2"}, "model asr changed from m1 to m2"),
        ("inputs", {"audio": "i1", "regions": "r"}, "input regions is new"),
        ("run_on", {}, "machine device was removed"),
    ],
)
def test_each_part_is_a_reason_in_words(layout, part, values, reason):
    decision = decide(layout, "asr", {**PARTS, part: values})
    assert decision.run
    assert decision.reasons == (reason,)


def test_long_values_are_not_printed():
    assert changes({"code": {"x": "a" * 64}}, {"code": {"x": "b" * 64}}) == ("code x changed",)


@pytest.mark.parametrize("damage", ["remove", "grow", "same size"])
def test_a_lost_or_changed_output_runs_again(layout, damage):
    path = layout.done("asr", 1) / "transcript.json"
    if damage == "remove":
        path.unlink()
    else:
        path.write_text("{ }" if damage == "grow" else "[]")
        os.utime(path, ns=(1, 1))
    decision = decide(layout, "asr", PARTS)
    assert decision.run
    assert "transcript" in decision.reasons[0]


def test_a_touched_output_is_hashed_and_trusted(layout):
    os.utime(layout.done("asr", 1) / "transcript.json", ns=(1, 1))
    assert not decide(layout, "asr", PARTS).run


def test_verify_hashes_what_looks_unchanged(layout):
    path = layout.done("asr", 1) / "transcript.json"
    stat = path.stat()
    path.write_text("[]")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert not decide(layout, "asr", PARTS).run
    assert decide(layout, "asr", PARTS, verify=True).run


def test_a_broken_record_is_never_trusted(layout):
    whole = layout.record("asr").read_bytes()
    for length in range(0, len(whole) - 1, 7):
        layout.record("asr").write_bytes(whole[:length])
        decision = decide(layout, "asr", PARTS)
        assert decision.run
        assert decision.reasons == ("its record is broken",)


def test_an_update_is_one_reason():
    old, new = {f"m{n}": "aa" for n in range(60)}, {f"m{n}": "bb" for n in range(70)}
    assert changes({"code": old}, {"code": new}) == ("code changed in 70 modules",)
    few = changes({"code": old}, {"code": old | {"m1": "bb"}})
    assert few == ("code m1 changed from aa to bb",)


NOW = {"script": "bb", "chalchitra.moved": "cc"}


@pytest.fixture
def same(tmp_path, monkeypatch):
    """Writes down what stands for what, and gives the parts of today."""

    def write(text):
        (tmp_path / "same.json").write_text(text if isinstance(text, str) else json.dumps(text))
        monkeypatch.setattr("chalchitra.paths.same_code", lambda: tmp_path / "same.json")
        return {**PARTS, "code": NOW}

    return write


def test_code_that_was_only_tidied_is_no_reason(layout, same):
    parts = same({"asr": {"now": digest(NOW), "before": ["x", digest(PARTS["code"])]}})
    decision = decide(layout, "asr", parts)
    assert not decision.run
    assert decision.record is not None


def test_it_is_one_where_anything_else_differs_too(layout, same):
    parts = same({"asr": {"now": digest(NOW), "before": [digest(PARTS["code"])]}})
    assert decide(layout, "asr", {**parts, "params": {"beam_size": 3}}).run


@pytest.mark.parametrize(
    "known",
    [
        {"asr": {"now": digest({"script": "cc"}), "before": [digest(PARTS["code"])]}},
        {"asr": {"now": digest(NOW), "before": [digest({"script": "older"})]}},
        {"vad": {"now": digest(NOW), "before": [digest(PARTS["code"])]}},
        {"asr": []},
        [],
        "",
    ],
)
def test_it_is_one_where_nobody_said_so_of_this_code(layout, same, known):
    decision = decide(layout, "asr", same(known))
    assert decision.run
    assert "code chalchitra.moved is new" in decision.reasons
