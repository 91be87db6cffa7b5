"""How runs of one and of many jobs are shown: lines, tables, a terminal, JSON."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest

from chalchitra.runner.report import JsonReporter, PlainReporter, time_left

from .conftest import on_terminal

JOB = {"job_id": "job_20260102_001", "time": "2026-01-02T03:04:05+00:00"}
ERROR = {"kind": "stage", "what": "It is too loud.", "cause": "Music.", "fix": "Hush."}


def film(**fields):
    return {
        "job_id": "job_20260102_001",
        "job_dir": "out/1",
        "title": "film",
        "label": fields.get("title", "film"),
        "state": "done",
        "seconds": 1.0,
        "degraded": [],
        "error": None,
        "exit_code": 0,
    } | fields


def summary(**fields):
    return {
        "job_dir": "out/1",
        "state": "done",
        "seconds": 1.0,
        "stages": [{"stage": "asr", "environment": "one", "seconds": 1.0, "state": "done"}],
        "deliverables": [],
        "error": None,
        "notes": [],
    } | fields


def plain(*events, why=False, batch=True) -> list[str]:
    out = io.StringIO()
    with PlainReporter(out, why=why, batch=batch) as reporter:
        for event, fields in events:
            reporter.emit(event, **fields)
    return out.getvalue().splitlines()


def needs(**fields) -> str:
    """What the summary of a batch says that a film needs."""
    lines = plain(("batch_summary", {"seconds": 1.0, "films": [film(**fields)], "workers": {}}))
    assert lines[-3] == "Needs attention:"
    return lines[-2]


# --- lines ----------------------------------------------------------------------------------------

STAGE = {**JOB, "stage": "asr", "environment": "one"}
SAID = [
    ("job_started", {**JOB, "job_dir": "out/1", "title": "A film", "stages": ["asr"]}),
    ("stage_skipped", {**STAGE, "reasons": ["it is done"]}),
    ("stage_started", {**STAGE, "does": "hear", "reasons": ["it is new"]}),
    ("stage_warning", {**STAGE, "text": "Hm."}),
    ("stage_reused", {**STAGE, "seconds": 0.1, "reasons": []}),
    ("stage_retry", {**STAGE, "error": ERROR, "seconds": 1.0, "reduced": {"batch_size": 2}}),
    ("stage_finished", {**STAGE, "seconds": 1.0, "degraded": [], "deliverables": []}),
    ("stage_failed", {**STAGE, "seconds": 1.0, "error": ERROR, "log": "asr.log"}),
    ("summary", {**JOB, **summary()}),
]


def test_in_a_batch_every_line_names_its_job():
    lines = plain(*SAID, why=True)
    assert all(line.startswith("job_20260102_001 ") for line in lines)
    text = "\n".join(lines)
    for said in ("A film", "up to date", "because it is done", "hear", "Hm.", "reused in 0.1 s",
                 "again in 1 s with batch_size 2", "done in 1.0 s", "its log: asr.log",
                 "Done in 1.0 s."):  # fmt: skip
        assert said in text


def test_a_single_job_has_a_table_of_its_own_and_a_batch_one_for_all():
    alone, together = plain(SAID[-1], batch=False), plain(SAID[-1])
    assert [line.split() for line in alone[1:3]] == [
        ["stage", "state", "seconds", "environment"],
        ["asr", "done", "1.0", "one"],
    ]
    assert together == ["job_20260102_001 Done in 1.0 s."]


@pytest.mark.parametrize("state", ["done", "ready", "failed", "cancelled"])
def test_however_a_job_ends_its_last_line_is_one_line(state):
    deliverables = ["/elsewhere/a.srt", "/elsewhere/b.srt"]
    ended = summary(state=state, notes=["Hm."], deliverables=deliverables)
    assert len(plain(("summary", {**JOB, **ended}))) == 1


def test_what_the_summary_says_is_not_said_before():
    degraded = [{"what": "No voices.", "why": "It is quiet.", "fix": "Shout."}]
    stages = [{"stage": "asr", "environment": "one", "seconds": 1.0, "state": "done",
               "degraded": degraded}]  # fmt: skip
    lines = plain(
        ("stage_started", {**STAGE, "does": "hear", "reasons": []}),
        ("stage_warning", {**STAGE, "text": "No voices. It is quiet. Shout."}),
        ("stage_warning", {**STAGE, "text": "The disk is slow."}),
        ("stage_finished", {**STAGE, "seconds": 1.0, "degraded": degraded}),
        ("summary", {**JOB, **summary(stages=stages)}),
        batch=False,
    )
    assert len([line for line in lines if "No voices." in line]) == 1
    assert len([line for line in lines if "The disk is slow." in line]) == 1


def test_of_a_stage_that_failed_every_warning_is_told():
    lines = plain(
        ("stage_started", {**STAGE, "does": "hear", "reasons": []}),
        ("stage_warning", {**STAGE, "text": "No voices."}),
        ("stage_failed", {**STAGE, "seconds": 1.0, "error": ERROR, "log": "asr.log"}),
    )
    assert "No voices." in lines[0]


def test_what_came_up_while_preparing_is_not_told_again_and_what_to_do_is_last():
    told = summary(notes=["Old.", "New."], new_notes=["New."],
                   stages=[{"stage": "subtitle_gen@hi", "environment": "one", "seconds": 1.0,
                            "state": "done"}])  # fmt: skip
    lines = plain(("summary", {**JOB, **told}), batch=False)
    assert "Note: New." in lines
    assert "Note: Old." not in lines
    assert re.search(r"type: \S*chalchitra qc /\S*out/1$", lines[-1])


def test_films_come_first_and_then_subtitles():
    paths = ["out/1/transcript.json", "out/1/film.hi.srt", "out/1/film.subtitled.mkv"]
    lines = plain(("summary", {**JOB, **summary(deliverables=paths)}), batch=False)
    at = lines.index("Deliverables:")
    assert [line.rpartition("/")[2] for line in lines[at + 1 : at + 4]] == [
        "film.subtitled.mkv", "film.hi.srt", "transcript.json",
    ]  # fmt: skip


def test_what_never_began_has_no_table():
    lines = plain(("summary", {**JOB, **summary(stages=[], state="failed")}), batch=False)
    assert lines == ["Failed after 1.0 s."]


def test_where_all_is_there_nothing_was_to_be_done():
    row = {"stage": "asr", "environment": "one", "seconds": 9.0, "state": "up to date"}
    lines = plain(("summary", {**JOB, **summary(stages=[row])}), batch=False)
    assert lines[-1] == "Nothing to do: every stage is up to date."


def test_a_stage_that_was_cancelled_has_not_failed():
    told = {**STAGE, "seconds": 1.0, "log": "asr.log", "error": {**ERROR, "kind": "cancelled"}}
    [line] = plain(("stage_failed", told), batch=False)
    assert line.split() == ["asr", "cancelled", "after", "1.0", "s"]


@pytest.mark.parametrize(
    ("elapsed", "done", "total", "left"),
    [(1, 50, 100, None), (10, 0, 100, None), (10, 0.1, 100, None),
     (10, 25, 100, 30), (10, 100, 100, None),
     (10, 5, None, None)],
)  # fmt: skip
def test_the_time_left_is_told_once_it_is_known(elapsed, done, total, left):
    assert time_left(elapsed, done, total) == left


# --- the table of a batch -------------------------------------------------------------------------


def test_the_table_has_a_row_a_film_and_counts_the_states():
    films = [film(), film(state="failed", error=ERROR, title="फ़िल्म"), film(state="held")]
    lines = plain(("batch_summary", {"seconds": 2.0, "films": films, "workers": {}}))
    assert [line.split()[1] for line in lines[2:5]] == ["done", "failed", "held"]
    assert lines[5:7] == ["Needs attention:", "  job_20260102_001: It is too loud. Hush."]
    assert lines[7:] == ["3 films in 2.0 s: 1 done, 1 failed, 1 held."]


def test_all_that_a_film_needs_is_named():
    errors = [ERROR, {**ERROR, "what": "It is too dark.", "fix": "Light it."}]
    several = {"kind": "several", "what": "2 problems:", "cause": "", "fix": "", "errors": errors}
    assert needs(state="failed", error=several).endswith(
        "It is too loud. Hush. It is too dark. Light it."
    )


def test_what_is_less_than_was_asked_is_named_or_counted():
    assert needs(degraded=["asr: no voices."]).endswith("asr: no voices.")
    more = needs(degraded=["asr: no voices.", "vad: one", "vad: two"])
    assert re.search(r"asr: no voices\. To see 2 more, type: \S*chalchitra status /\S*out/1$", more)


# --- JSON -----------------------------------------------------------------------------------------


def test_json_is_one_event_a_line_as_it_was_told():
    out = io.StringIO()
    with JsonReporter(out) as reporter:
        for event, fields in SAID:
            reporter.emit(event, **fields)
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert told == [{"event": event, **fields} for event, fields in SAID]


# --- a terminal -----------------------------------------------------------------------------------


@pytest.fixture
def terminal(tmp_path):
    """Show events on a terminal: (event, fields) one after another."""

    def show(*events, batch=True, width=80):
        script = tmp_path / "show.py"
        script.write_text(
            "import time\n"
            "from chalchitra.runner.report import choose_reporter\n"
            f"with choose_reporter(as_json=False, why=False, batch={batch}) as reporter:\n"
            f"    for event, fields in {list(events)!r}:\n"
            "        reporter.emit(event, **fields)\n"
            "        time.sleep(0.15)  # bars are drawn ten times a second\n"
        )
        shown = on_terminal([sys.executable, script], width)
        assert shown.code == 0, shown.text
        assert "Traceback" not in shown.text
        return shown.text

    return show


def test_a_terminal_shows_who_is_at_what_and_how_far(terminal):
    other = {**STAGE, "job_id": "job_20260102_002", "stage": "vad"}
    shown = terminal(
        SAID[2],
        ("stage_started", {**other, "does": "find voices", "reasons": []}),
        ("stage_progress", {**STAGE, "done": 1, "total": 4, "unit": "seconds"}),
        ("stage_finished", {**STAGE, "seconds": 1.0}),
        ("stage_progress", {**other, "done": 3, "total": 4, "unit": "seconds"}),
        width=150,
    )
    lines = shown.splitlines()
    assert any("job_20260102_001 asr" in line and "25 %" in line for line in lines)
    assert any("job_20260102_002 vad" in line and "75 %" in line for line in lines)
    _, afterwards = shown.split("done in 1.0 s (one)")
    assert not re.search("asr.*%", afterwards[afterwards.index("75 %") :])


def test_the_path_of_a_log_can_be_copied_from_a_narrow_terminal(terminal):
    log = "/films/" + "x" * 100 + "/asr.log"
    assert log in terminal(("stage_failed", {**SAID[7][1], "log": log}))


def test_names_that_look_like_markup_are_shown_as_they_are(terminal):
    title = "[/bold] film [red]"
    shown = terminal(
        ("job_started", {**SAID[0][1], "title": title}),
        ("fetch", {**JOB, "model": "[/x] base", "done": 1, "total": 2}),
        ("stage_warning", {**STAGE, "text": title}),
        ("batch_summary", {"seconds": 1.0, "films": [film(title=title)], "workers": {}}),
        width=150,
    )
    assert shown.count(title) == 3
    assert "[/x] base" in shown


def test_a_single_jobs_terminal_ends_with_its_own_table(terminal):
    degraded = [{"what": "No voices.", "why": "It is quiet.", "fix": "Shout."}]
    stages = [
        {"stage": "asr", "environment": "one", "seconds": 1.0, "state": "done"}
        | {"degraded": degraded}
    ]
    shown = terminal(
        SAID[2],
        ("summary", {**JOB, **summary(stages=stages, deliverables=["/elsewhere/a.srt"])}),
        batch=False,
        width=120,
    )
    assert "  asr: No voices. It is quiet. Shout." in shown.splitlines()
    assert shown.splitlines()[-3:] == ["Deliverables:", "  /elsewhere/a.srt", "Done in 1.0 s."]


def test_nothing_that_is_told_steers_the_terminal(terminal):
    steering = "a\x9b31m\x1b]0;b\x07\u202e"
    degraded = [{"what": steering, "why": "", "fix": ""}]
    shown = terminal(
        ("job_started", {**SAID[0][1], "title": steering}),
        ("stage_warning", {**STAGE, "text": steering}),
        ("batch_summary", {"seconds": 1.0, "films": [film(degraded=[steering])], "workers": {}}),
    ) + terminal(
        ("summary", {**JOB, **summary(stages=[{"stage": "asr", "environment": "one",
                                               "seconds": 1.0, "state": "done",
                                               "degraded": degraded}])}),
        batch=False,
    )  # fmt: skip
    assert not re.search("\x9b|\x07|\u202e|\x1b\\]", shown)
