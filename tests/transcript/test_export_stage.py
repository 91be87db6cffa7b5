"""The stage export: songs, marked, kept or left out; and how right its transcript is likely."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from chalchitra.accuracy import of_job
from chalchitra.languages import find
from chalchitra.paths import stages_dir
from chalchitra.prepare.given_text.read import read_script
from chalchitra.stagekit.protocol import Request, Result
from chalchitra.transcript.expected import Expected
from chalchitra.transcript.export import Exported
from chalchitra.transcript.model import Segment, Transcript, Word

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

    def run(
        song_text: str, transcript: Transcript = TALK, **more: Any
    ) -> tuple[Result, dict[str, str]]:
        attempt = tmp_path / "attempt"
        attempt.mkdir()
        transcript.write(tmp_path / "transcript.json")
        Request(
            job_id="job_20250101_001",
            stage="export",
            environment="common",
            inputs={"transcript": tmp_path / "transcript.json"},
            params={
                "title": "t",
                "source_language": "hi",
                "languages": {},
                "song_text": song_text,
                **more,
            },
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
    assert Exported.model_validate_json(written["transcript"]) == Exported.of(TALK, None)
    assert result.metrics["song_words"] == 5
    assert result.degraded == []
    messages = [json.loads(line) for line in written["messages"].splitlines()]
    assert [each["text"] for each in messages if each["type"] == "warning"] == [
        "5 words are in songs or music and were marked with ♪: 0:01:00 to 0:01:20."
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


def heard(*probabilities, song=False):
    """A transcript of words with these probabilities, one a second."""
    words = [
        Word(text="शब्द", start=at, end=at + 1, probability=p) for at, p in enumerate(probabilities)
    ]
    text = " ".join(word.text for word in words)
    segment = Segment(id=0, start=0, end=len(words), text=text, words=words, song=song)
    return Transcript(language="hi", segments=[segment], duration=len(words))


BASE_HINDI = of_job("base", find("hi"))
BASE_ENGLISH = of_job("base", find("en"))
OURS = [0.48] * 60
"""About what base gives on Hindi; on English it gives 0.9."""


def test_base_on_hindi_is_called_poor_whatever_it_is_sure_of(export):
    result, written = export("mark", heard(*OURS), calibration=BASE_HINDI)
    (said,) = result.degraded
    assert re.match(r"Expect about [789] of 10 words wrong \(", said.what)
    assert "of the characters" in said.what
    assert said.why == "base is not usable for Hindi."
    assert said.fix == "Prepare the job again with --model medium or larger."
    exported = json.loads(written["transcript"])["expected"]
    assert Expected.of(exported) == Expected.of(json.loads(written["expected"]))
    assert 0.7 < exported["words"]["expected"] < 0.95
    assert result.metrics["expected_word_error_rate"] == exported["words"]["expected"]


@pytest.mark.parametrize("probabilities", [[0.99] * 40, [None] * 3])
def test_what_is_known_to_be_no_use_is_never_passed_over(export, probabilities):
    result, _ = export("mark", heard(*probabilities), calibration=BASE_HINDI)
    assert [one.why.partition(".")[0] for one in result.degraded] == [
        "base is not usable for Hindi"
    ]


def test_base_on_english_is_not_called_poor_and_says_how_good_it_is(export):
    result, written = export("mark", heard(*[0.89] * 60), calibration=BASE_ENGLISH)
    assert result.degraded == []
    expected = Expected.of(json.loads(written["transcript"])["expected"])
    assert 0 < expected.words.expected < 0.3
    assert expected.characters is None
    assert not expected.poor


def test_what_is_left_out_does_not_count(export):
    transcript = heard(*[0.9] * 30)
    song = heard(*[0.1] * 30, song=True).segments[0].model_copy(update={"id": 1})
    both = transcript.model_copy(update={"segments": [*transcript.segments, song]})
    _, written = export("leave out", both, calibration=BASE_ENGLISH)
    assert json.loads(written["expected"])["judged"] == 30


@pytest.mark.parametrize("calibration", [None, {"model": "of another version"}])
def test_without_a_curve_nothing_is_said(export, calibration):
    result, written = export("mark", heard(*OURS), calibration=calibration)
    assert result.degraded == []
    assert "expected" not in result.outputs
    assert json.loads(written["transcript"])["expected"] is None


def test_a_film_without_speech_is_not_judged(export):
    silent = Transcript(language="hi", segments=[])
    result, _ = export("mark", silent, calibration=BASE_HINDI)
    assert result.degraded == []
    assert "expected" not in result.outputs


def test_what_is_exported_can_be_given_again_as_a_text(export, tmp_path):
    _, written = export("mark", heard(*OURS), calibration=BASE_HINDI)
    file = tmp_path / "given.json"
    file.write_text(written["transcript"], "utf-8")
    assert len(read_script(file, find("hi")).script.lines) == 1
    assert Exported.read(file).expected is not None
