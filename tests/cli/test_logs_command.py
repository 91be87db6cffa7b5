"""`logs`: of a stage, of the job's current one, and following."""

from __future__ import annotations

import json


def write(layout, key, text):
    layout.log(key).parent.mkdir(exist_ok=True)
    layout.log(key).write_text(text)


def test_a_log_is_printed_as_it_is(project, chalchitra):
    job, layout = project.job()
    write(layout, "demux", "one\ntwo")
    write(layout, "asr", "three\n")
    assert chalchitra("logs", job.job_id, "demux").out == "one\ntwo"
    assert chalchitra("logs", layout.root).out == "three\n"
    rows = chalchitra("logs", job.job_id, "demux", "--json").out.splitlines()
    assert [json.loads(row) for row in rows] == [
        {"stage": "demux", "line": "one"},
        {"stage": "demux", "line": "two"},
    ]


def test_a_log_that_is_not_there(project, chalchitra):
    job, layout = project.job()
    assert "no log yet" in chalchitra("logs", job.job_id).err
    write(layout, "demux", "one\n")
    for stage, words in (("mux", "mux has no log"), ("dream", "not a stage")):
        found = chalchitra("logs", job.job_id, stage)
        assert (found.code, found.out) == (2, "")
        assert words in found.err


def test_following_ends_with_the_job(working, typed):
    with working() as (job, layout, runner):
        process = typed("logs", job.job_id, "-f")
        assert process.stdout.readline() == "==> asr <==\n"
        while (line := process.stdout.readline()) != "listening\n":
            assert line, "the log ended early"
        runner.terminate()
        process.communicate(timeout=30)
        assert process.returncode == 0
