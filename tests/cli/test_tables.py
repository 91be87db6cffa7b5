"""Every table at 40, 80 and 120 columns and in a pipe, as it was read and approved.

What is right is in tests/cli/tables, one file a table. Write them anew, and read what changed, with
`CHALCHITRA_APPROVE=1 scripts/test tests/cli/test_tables.py`.
"""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.cli import cache, doctor, jobs, languages, models, qc_text, status_text
from chalchitra.diagnosis import Finding
from chalchitra.jobs.listing import Row
from chalchitra.jobs.state import JobState
from chalchitra.jobs.view import StageView
from chalchitra.languages import find
from chalchitra.runner import report_text
from chalchitra.schemas.rows import ModelRow
from chalchitra.subtitles.qc.model import Violation
from chalchitra.tables import Cell, Column, folded, table, width_of

APPROVED = Path(__file__).parent / "tables"
WIDTHS = (40, 80, 120, None)
NOW = datetime.fromisoformat("2026-02-01T12:00:00+00:00")


def job(number, state="done", film="film.mkv", **fields):
    data = JobState(
        job_id=f"job_20260131_{number:03d}",
        title=Path(film).stem,
        user="asha",
        workflow="subtitle",
        film=f"/films/{film}",
        created=f"2026-01-31T0{number}:00:00+00:00",
        stages_total=11,
        state=state,
        **fields,
    )
    shown = "interrupted" if fields.get("pid") else state
    return Row(data.job_id, Path("/out") / data.job_id, "asha", shown, data)


def a_model(name, kind="whisper", format="ctranslate2", **fields):
    return ModelRow(
        **{
            "name": name,
            "kind": kind,
            "format": format,
            "state": "not fetched",
            "bytes": None,
            "gated": False,
            "licence": "MIT",
            "non_commercial": False,
            "accepted": None,
            "languages": [],
            "path": "/models",
            "purpose": "recognition",
            "wanted": False,
            "usable": True,
        }
        | fields
    )


def job_rows():
    broken = {"what": "/out/2026/01/31/asha/007/job.json is broken: EOF.", "cause": "", "fix": ""}
    rows = [
        job(1, film="Pather Panchali (1955) [restored, Bengali, 1080p].mkv", stages_done=11),
        job(2, "failed", "चलचित्र की रात.mp4", stage="translation@ta", stages_done=6),
        job(3, "running", stage="asr", stages_done=2),
        job(4, "queued", stage="alignment", stages_done=3),
        job(5, "done", stages_done=11, degraded=2),
        Row("job_20260131_007", Path("/out"), "asha", "broken", None, broken),
    ]
    return jobs.table_of(rows, NOW)


def model_rows():
    return [
        models.cells(row)
        for row in (
            a_model("small", bytes=484_000_000, wanted=True,
                    purpose="recognition (default)"),
            a_model("vakyansh-wav2vec2-hindi-him-4200", "wav2vec2", "hf", wanted=True,
                    purpose="word times, Hindi"),
            a_model("indictrans2-indic-en-dist-200M", "seq2seq", "hf", wanted=True, gated=True,
                    purpose="Hindi to English"),
            a_model("base", state="ok", bytes=147_900_000),
            a_model("vakyansh-wav2vec2-indian-english-enm-700", "wav2vec2", "hf", state="damaged",
                    purpose="word times, en"),
            a_model("nllb-200-distilled-600M", "seq2seq", "hf", licence="CC-BY-NC-4.0",
                    non_commercial=True, accepted=False, purpose="translation"),
            a_model("large-v3", format="mlx", bytes=3_080_000_000, usable=False,
                    purpose="Apple silicon only"),
        )
    ]  # fmt: skip


def stage_rows():
    return [
        status_text._cells(stage)
        for stage in (
            StageView("demux", "whisperx", "reused", 0.1),
            StageView("vad", "whisperx", "done", 12.25),
            StageView("asr", "whisperx", "done", 431.0, degraded=({"what": "No."},)),
            StageView("alignment", "whisperx", "running", 30.0, 90.0,
                      {"done": 25, "total": 100, "unit": "seconds of speech"}),
            StageView("translation@mni-Beng", "indictrans2", "waiting"),
            StageView("mux", "common", "waiting"),
        )
    ]  # fmt: skip


def cue(number, text, **fields):
    return Violation(
        **{"kind": "reading_speed", "cue": number, "start": 61.5, "value": 23.1, "limit": 17.0}
        | fields,
        text=text,
    )


FIGURES = [
    ("hi", "154k", "80*", "48", "29", "17", "13"),
    ("mni-Mtei", "", "", "", "", "", "101c"),
    ("en", "8", "3*", "4", "4", "4", "4"),
]
NAMES = ["tiny", "base", "small", "medium", "large-v3-turbo", "large-v3"]
FINDINGS = [
    Finding("machine", True, "linux-x86_64, 2 cores, 25 GB, no NVIDIA GPU"),
    Finding(
        "environment whisperx", False, "it was built from another lock", "Type: ./bootstrap.sh"
    ),
    Finding("model vakyansh-wav2vec2-indian-english-enm-700 (hf)", True, "whole"),
    Finding("ffmpeg", True, "/home/asha/chalchitra/venv/common/lib/imageio_ffmpeg/ffmpeg (7.0.2)"),
]
TRACKS = [
    ("hi", Cell("2: reading speed 1, gap 1", "warning"), "812", "99.8 %", "0", "12.1 / 9.0",
     "16.9 / 13.2", "netflix"),
    ("hi+en", Cell("0", "good"), "812", "", "3", "14.0 / 12.2", "19.1 / 17.0", "netflix"),
]  # fmt: skip
SUMMARY = {
    "job_dir": "/elsewhere/out/2026/01/31/asha/001",
    "state": "done",
    "seconds": 512.3,
    "stages": [
        {"stage": "demux", "environment": "whisperx", "seconds": 2.25, "state": "up to date"},
        {"stage": "asr", "environment": "whisperx", "seconds": 431.0, "state": "done",
         "degraded": [{"what": "No voices.", "why": "It is quiet.", "fix": "Shout."}]},
        {"stage": "subtitle_gen@mni-Beng", "environment": "common", "seconds": 1.0,
         "state": "done",
         "degraded": [{"what": "No voices.", "why": "It is quiet.", "fix": "Shout."}]},
        {"stage": "mux", "environment": "common", "seconds": 0.0, "state": "left alone"},
    ],
    "deliverables": ["/elsewhere/out/2026/01/31/asha/001/output/film.hi.srt"],
    "error": None,
    "notes": ["Audio track 0: it is the only one."],
    "new_notes": [],
}  # fmt: skip


def a_film(number, state="done", **fields):
    return {
        "job_id": f"job_20260131_{number:03d}",
        "job_dir": f"/elsewhere/out/2026/01/31/asha/{number:03d}",
        "title": "Pather Panchali (1955) [restored, Bengali, 1080p]",
        "label": "Pather Panchali (1955) [restored, Bengali, 1080p]",
        "state": state,
        "seconds": 512.3,
        "degraded": [],
        "error": None,
        "exit_code": 0,
    } | fields


ERROR = {"kind": "stage", "what": "It is too loud.", "cause": "Music.", "fix": "Hush."}
BATCH = {
    "seconds": 1024.0,
    "films": [
        a_film(1),
        a_film(2, "failed", label="चलचित्र", error=ERROR),
        a_film(3, degraded=["asr: No voices.", "asr: No voices.", "vad: Quiet."]),
    ],
    "workers": {},
}

TABLES = {
    "jobs": lambda width: table(jobs.COLUMNS, job_rows(), width),
    "models": lambda width: table(models.COLUMNS, model_rows(), width),
    "status": lambda width: table(status_text.COLUMNS, stage_rows(), width),
    "languages": lambda width: table(
        languages.COLUMNS,
        [languages.cells(find(name)) for name in ("hi", "mni-Mtei", "ta", "en", "ja")],
        width,
    ),
    "accuracy": lambda width: table(languages.figure_columns(NAMES), FIGURES, width),
    "doctor": lambda width: table(doctor.COLUMNS, doctor.cells(FINDINGS), width),
    "cache": lambda width: table(
        cache.COLUMNS,
        [("demux", "12", "1.2 GB", "0.4 GB"), ("subtitle_gen", "1024", "0.1 MB", "0.0 MB")],
        width,
    ),
    "qc-tracks": lambda width: table(qc_text.TRACKS, TRACKS, width),
    "qc-violations": lambda width: table(
        qc_text.VIOLATIONS,
        [
            qc_text.violation_cells(cue(12, "और इसलिए, मेरे साथी अमेरिकियों, यह मत पूछो")),
            qc_text.violation_cells(cue(0, "Had he\nmarried", kind="characters",
                                        file_line=31, start=None)),
        ],
        width,
    ),
    "summary": lambda width: report_text.summary_lines(SUMMARY, width),
    "batch": lambda width: report_text.batch_lines(BATCH, width),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_as_it_was_approved(name):
    shown = ""
    for width in WIDTHS:
        title = f"--- {width} columns" if width else "--- a pipe"
        shown += "\n".join([title, *TABLES[name](width), ""])
    approved = APPROVED / f"{name}.txt"
    if os.environ.get("CHALCHITRA_APPROVE"):
        approved.write_text(shown, encoding="utf-8")
    assert shown == approved.read_text(encoding="utf-8")


COLUMNS = (Column("name"), Column("n", need=1, right=True), Column("text", folds=True))
WORDS = st.text("ab कीि電́", min_size=1, max_size=30).filter(str.strip)


@given(
    rows=st.lists(st.tuples(WORDS.map(str.split).map("".join), st.just("12"), WORDS), min_size=1),
    width=st.integers(10, 100),
)
def test_at_any_width_nothing_is_cut_and_only_what_has_one_word_is_too_wide(rows, width):
    lines = table(COLUMNS, rows, width)
    shown = "\n".join(lines)
    for name, _, text in rows:
        assert name in shown
        assert all(word in shown for word in text.split())
    assert all(width_of(line) <= width or len(line.split()) == 1 for line in lines)


def test_the_least_needed_column_goes_first_and_is_told():
    columns = (Column("name"), Column("one", need=1), Column("two", need=2))
    rows = [("a" * 10, "b" * 10, "c" * 10)]
    assert table(columns, rows, 34)[0].split() == ["name", "one", "two"]
    shown = table(columns, rows, 30)
    assert shown[0].split() == ["name", "one"]
    assert "two" in shown[-2] + shown[-1]
    assert table(columns, rows, 9)[:2] == ["a" * 10, "  " + "b" * 10 + ","]


def test_a_column_without_anything_in_it_takes_no_room_on_a_terminal():
    columns = (Column("name"), Column("empty"))
    assert table(columns, [("a", "")], 80) == ["name", "a"]
    assert table(columns, [("a", "")]) == ["name  empty", "a"]


def test_colours_take_no_room_and_are_for_terminals_only():
    columns = (Column("name"), Column("state"), Column("x"))
    rows = [("a", Cell("failed", "error"), "y"), ("b", "done", "z")]
    plain, coloured = table(columns, rows, 80), table(columns, rows, 80, colours=True)
    assert "\x1b[31mfailed\x1b[0m" in coloured[1]
    assert [re.sub(r"\x1b\[\d+m", "", line) for line in coloured] == plain
    assert "\x1b" not in "".join(table(columns, rows, colours=True))


def test_columns_stand_below_each_other_in_any_script():
    assert width_of("हिंदी") == 4
    assert width_of("電影") == 4
    columns = (Column("name"), Column("n", right=True), Column("x"))
    lines = table(columns, [("電影", "10", ""), ("हिंदी", "1", "y")])
    assert lines == ["name   n  x", "電影  10", "हिंदी   1  y"]


def test_text_is_parted_between_words_only():
    assert folded("one two three", 8, rest="  ") == ["one two", "  three"]
    assert folded("averylongword b", 4) == ["averylongword", "b"]
