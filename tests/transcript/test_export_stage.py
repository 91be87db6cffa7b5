"""The stage export and songs: marked, kept or left out, and never in silence."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from chalchitra.paths import stages_dir
from chalchitra.stagekit import Request, Result
from chalchitra.transcript import Segment, Transcript

TALK = Transcript(
    language="hi",
    segments=[
        Segment(id=0, start=1, end=2, text="one two three"),
        Segment(id=1, start=60, end=70, text="la la", song=True),
        Segment(id=2, start=71, end=80, text="♪ lo ♪", song=True),
        Segment(id=3, start=90, end=95, text="four"),
    ],
)


@pytest.fixture
def export(tmp_path):
    """Runs the stage on TALK; gives its result and the text of each output."""

    def run(song_text: str, transcript: Transcript = TALK) -> tuple[Result, dict[str, str]]:
        attempt = tmp_path / "attempt"
        attempt.mkdir()
        transcript.write(tmp_path / "transcript.json")
        Request(
            job_id="job_20250101_001",
            stage="export",
            environment="common",
            inputs={"transcript": tmp_path / "transcript.json"},
            params={"title": "t", "source_language": "hi", "languages": {}, "song_text": song_text},
            output_dir=attempt,
            device="cpu",
            compute_type="int8",
            threads=1,
        ).write(tmp_path / "request.json")
        done = subprocess.run(
            [sys.executable, stages_dir() / "export.py", "--job-dir", tmp_path],
            env={**os.environ, "CHALCHITRA_REQUEST": str(tmp_path / "request.json")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        result = Result.model_validate_json((attempt / "result.json").read_bytes())
        written = {
            key: (attempt / output.path).read_text(encoding="utf-8")
            for key, output in result.outputs.items()
        }
        return result, {**written, "messages": (attempt / "messages.jsonl").read_text("utf-8")}

    return run


def test_songs_are_marked(export):
    result, written = export("mark")
    assert written["text"] == "one two three\n♪ la la ♪\n♪ lo ♪\nfour\n"
    assert Transcript.model_validate_json(written["transcript"]) == TALK
    assert result.metrics["song_words"] == 5
    assert result.degraded == []
    messages = [json.loads(line) for line in written["messages"].splitlines()]
    assert [each["text"] for each in messages if each["type"] == "warning"] == [
        "5 words lie in songs or music and are marked with ♪: 0:01:00 to 0:01:20."
    ]


def test_songs_are_kept_as_they_are(export):
    result, written = export("keep")
    assert written["text"] == "one two three\nla la\n♪ lo ♪\nfour\n"
    assert result.metrics["song_words"] == 5


def test_what_is_left_out_is_said(export):
    result, written = export("leave out")
    assert written["text"] == "one two three\nfour\n"
    for output in ("transcript", "whisperx"):
        assert "la la" not in written[output]
    (said,) = result.degraded
    assert said.what.startswith("5 of 9 words were left out")
    assert "0:01:00 to 0:01:20" in said.what
    assert "songs.text=mark" in said.fix
    assert result.metrics["song_words_left_out"] == 5


def test_nothing_is_said_where_nobody_sings(export):
    result, written = export("leave out", Transcript(language="hi", segments=TALK.segments[:1]))
    assert result.degraded == []
    assert written["text"] == "one two three\n"
