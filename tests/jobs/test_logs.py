"""Logs: which one is meant, and following what is written."""

from __future__ import annotations

import itertools
import os

import pytest

from chalchitra.errors import UsageError
from chalchitra.jobs.logs import LogReader, Piece, choose_stage, follow, lines, stage_keys
from chalchitra.jobs.state import JobState

POLL = 0.01


def log(layout, key, text):
    layout.log(key).parent.mkdir(exist_ok=True)
    with layout.log(key).open("a") as handle:
        handle.write(text)


def at(job, layout, stage, state="running"):
    JobState.of(job).model_copy(update={"state": state, "stage": stage}).write(layout)


def test_the_stage_that_is_named(project):
    job, layout = project.job(targets=("en",))
    assert choose_stage(layout, job.stages, "asr") == "asr"
    assert choose_stage(layout, job.stages, "translation") == "translation@en"
    assert choose_stage(layout, job.stages, "subtitle_gen@hi") == "subtitle_gen@hi"
    for name, words in (("subtitle_gen", "once per language"), ("dream", "not a stage")):
        with pytest.raises(UsageError, match=words):
            choose_stage(layout, job.stages, name)


def test_without_a_name_the_one_at_which_the_job_is(project):
    job, layout = project.job()
    with pytest.raises(UsageError, match="no log yet"):
        choose_stage(layout, job.stages, None)
    for key in ("demux", "vad", "asr"):
        log(layout, key, "x\n")
    assert choose_stage(layout, job.stages, None) == "asr"
    at(job, layout, "vad", "failed")
    assert choose_stage(layout, job.stages, None) == "vad"
    at(job, layout, "mux", "failed")
    assert choose_stage(layout, job.stages, None) == "asr"


def test_logs_outlive_job_json(project):
    job, layout = project.job()
    log(layout, "asr", "x\n")
    layout.job_file.write_text("{")
    layout.state.unlink()
    assert stage_keys(layout) == ["asr"]
    assert choose_stage(layout, ["asr"], None) == "asr"


def test_a_reader_hands_out_each_byte_once(tmp_path):
    path = tmp_path / "log"
    reader = LogReader(tmp_path, path)
    assert list(reader.new()) == []
    whole = "चलचित्र\n".encode()
    got = ""
    with path.open("ab", buffering=0) as handle:
        for index in range(len(whole)):
            handle.write(whole[index : index + 1])
            got += "".join(reader.new())
    assert got == "चलचित्र\n"


@pytest.mark.parametrize("way", ["cut", "replaced"])
def test_a_reader_begins_anew_when_the_log_does(tmp_path, way):
    path = tmp_path / "log"
    path.write_text("the first run\n")
    reader = LogReader(tmp_path, path)
    assert "".join(reader.new()) == "the first run\n"
    if way == "cut":
        path.write_text("second\n")
    else:
        (tmp_path / "new").write_text("a second, longer run\n")
        (tmp_path / "new").replace(path)
    assert "".join(reader.new()) == ("second\n" if way == "cut" else "a second, longer run\n")


def test_a_log_that_is_not_text_is_read_all_the_same(tmp_path):
    (tmp_path / "log").write_bytes(b"a\xffb\n")
    assert "".join(LogReader(tmp_path, tmp_path / "log").new()) == "a\ufffdb\n"


def test_lines_are_whole_and_none_is_lost():
    pieces = [Piece("a", "one\ntw"), Piece("a", "o\r\n\nth"), Piece("b", "four\n"), Piece("b", "5")]
    assert [(line.stage, line.text) for line in lines(pieces)] == [
        ("a", "one"),
        ("a", "two"),
        ("a", ""),
        ("a", "th"),
        ("b", "four"),
        ("b", "5"),
    ]


def test_a_line_without_an_end_is_handed_on_as_it_comes():
    """Put together before, 16 MB of it would be copied again and again."""
    found = list(lines(Piece("asr", "x" * (1 << 20)) for _ in range(5)))
    assert "".join(piece.text for piece in found) == "x" * (5 << 20)
    assert len(found) > 1


def test_of_a_log_larger_than_any_the_end_is_read(tmp_path):
    with open(tmp_path / "asr.log", "wb") as log:
        log.truncate(1 << 40)
        log.seek(0, os.SEEK_END)
        log.write(b"the end")
    read = "".join(LogReader(tmp_path, tmp_path / "asr.log").new())
    assert read.endswith("\0the end")
    assert len(read) < 1 << 25


def test_following_a_job_that_ended_prints_what_is_there(project):
    job, layout = project.job()
    log(layout, "asr", "one\ntwo")
    found = list(follow(layout, job.stages, "asr", poll=POLL))
    assert found == [Piece("asr", "one\ntwo")]


def test_following_goes_from_stage_to_stage_until_the_job_ends(project, holding):
    job, layout = project.job()
    log(layout, "mux", "of an earlier run\n")
    with holding(layout) as runner:
        at(job, layout, None)
        found = follow(layout, job.stages, None, poll=POLL)
        at(job, layout, "demux")
        log(layout, "demux", "d1\n")
        assert next(found) == Piece("demux", "d1\n")
        log(layout, "demux", "d2\n")
        assert next(found) == Piece("demux", "d2\n")
        log(layout, "demux", "d3\n")
        log(layout, "vad", "v\n")  # began and ended between two looks
        log(layout, "asr", "a\n")
        at(job, layout, "asr")
        assert list(itertools.islice(found, 3)) == [
            Piece("demux", "d3\n"),
            Piece("vad", "v\n"),
            Piece("asr", "a\n"),
        ]
        log(layout, "asr", "the end\n")
        at(job, layout, None, "done")
        runner.kill()
        runner.wait()
        assert list(found) == [Piece("asr", "the end\n")]


def test_following_a_named_stage_stays_with_it(project, holding):
    job, layout = project.job()
    with holding(layout) as runner:
        at(job, layout, "vad")
        found = follow(layout, job.stages, "asr", poll=POLL)
        log(layout, "vad", "v\n")
        log(layout, "asr", "a\n")
        assert next(found) == Piece("asr", "a\n")
        runner.kill()
        runner.wait()
        assert list(found) == []


def test_following_survives_a_cut_log_and_a_removed_job(project, holding):
    job, layout = project.job()
    log(layout, "asr", "a long first line\n")
    with holding(layout):
        at(job, layout, "asr")
        found = follow(layout, job.stages, None, poll=POLL)
        assert next(found).text == "a long first line\n"
        layout.log("asr").write_text("short\n")
        assert next(found).text == "short\n"
        layout.root.rename(layout.root.with_name("elsewhere"))
        assert list(found) == []
