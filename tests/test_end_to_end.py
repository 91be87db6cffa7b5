"""The product as a person uses it: two commands, real environments, a real model and film."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from chalchitra.environments.table import python_path
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.record import read_record
from chalchitra.paths import project_root

pytestmark = pytest.mark.smoke

ROOT = project_root()
DEMO = ROOT / "docs" / "demo" / "demo.mp4"
TEXT = ROOT / "docs" / "demo" / "transcript.txt"
OTHER = DEMO.with_name("README.md")
"""What is named beside a film is taken for a second one until it is opened."""
TESTS = Path(__file__).parent


def command(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / name, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )


def prepare(out: Path, *arguments: str | Path) -> Path:
    done = command("prepare-job.sh", *arguments, "--out", out, "--user", "test", "--json")
    assert done.returncode == 0, done.stderr
    return Path(json.loads(done.stdout)[0]["job_dir"])


def run(job_dir: Path, *arguments: str) -> list[dict]:
    done = command("run-pipeline.sh", "--job-dir", job_dir, "--json", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def spoken_words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower().replace("mr.", "mister"))


def word_errors(wanted: list[str], heard: list[str]) -> int:
    """The Levenshtein distance on words."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(wanted, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return row[-1]


@pytest.fixture(scope="module")
def subtitled(base_model, tmp_path_factory) -> tuple[Path, list[dict]]:
    """The demo clip, subtitled in its own language."""
    out = tmp_path_factory.mktemp("out")
    job_dir = prepare(out, DEMO, "--subtitle", "-s", "en", "--model", "base")
    return job_dir, run(job_dir)


def test_a_machine_without_the_model_fetches_it_and_runs(tmp_path):
    done = subprocess.run(
        [ROOT / "run-pipeline.sh", "--demo", "--out", tmp_path / "out", "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"CHALCHITRA_MODELS": str(tmp_path / "models")},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert "fetched" in [event["event"] for event in events]
    assert (tmp_path / "models" / "whisper-base-ctranslate2" / "model.bin").is_file()
    assert any(path.endswith("demo.en.srt") for path in events[-1]["deliverables"])


def test_the_words_are_those_that_are_said(subtitled):
    job_dir, _ = subtitled
    transcript = json.loads((job_dir / "output" / "transcript.json").read_text())
    wanted = spoken_words((DEMO.parent / "transcript.txt").read_text())
    heard = spoken_words(" ".join(segment["text"] for segment in transcript["segments"]))
    assert word_errors(wanted, heard) / len(wanted) <= 0.1
    words = [word for segment in transcript["segments"] for word in segment["words"]]
    assert all(0 <= word["start"] <= word["end"] <= transcript["duration"] for word in words)
    assert all(word["probability"] is not None for word in words)


def test_the_film_has_its_streams_and_a_subtitle_track(subtitled):
    import av

    job_dir, _ = subtitled
    with (
        av.open(str(job_dir / "output" / "demo.subtitled.mp4")) as made,
        av.open(str(DEMO)) as film,
    ):
        kinds = [stream.type for stream in made.streams]
        assert kinds == [*(stream.type for stream in film.streams), "subtitle"]
        track = made.streams.subtitles[0]
        assert track.metadata["language"] == "eng"
        shown = [packet for packet in made.demux(track) if packet.size > 2]
    srt = (job_dir / "output" / "demo.en.srt").read_text()
    assert len(shown) == srt.count("-->") > 2


def test_the_deliverables_are_those_of_the_design(subtitled):
    job_dir, events = subtitled
    assert {path.name for path in (job_dir / "output").iterdir()} == {
        "qc.json",
        "demo.en.srt",
        "demo.en.vtt",
        "demo.subtitled.mp4",
        "demo.whisperx.json",
        "transcript.json",
        "transcript.txt",
    }
    summary = events[-1]
    assert (summary["event"], summary["state"]) == ("summary", "done")
    assert {Path(path).name for path in summary["deliverables"]} == {
        path.name for path in (job_dir / "output").iterdir()
    }


def test_a_second_run_does_nothing(subtitled):
    job_dir, first = subtitled
    events = [event["event"] for event in run(job_dir)]
    stages = [event["stage"] for event in first if event["event"] == "stage_finished"]
    assert events == ["job_started", *["stage_skipped"] * len(stages), "summary"]


def test_light_stages_load_no_torch(subtitled):
    job_dir, _ = subtitled
    for stage in ("demux", "vad", "asr", "alignment", "export", "subtitle_gen@en", "mux"):
        assert "torch" not in read_record(JobLayout(job_dir), stage).libraries


def test_two_torch_versions_work_in_one_job(base_model, tmp_path):
    aligner, translator = tmp_path / "wav2vec2", tmp_path / "seq2seq"
    for environment, script, folder in (
        ("whisperx", TESTS / "speech" / "make_tiny_wav2vec2.py", aligner),
        ("indictrans2", TESTS / "translation" / "make_tiny_seq2seq.py", translator),
    ):
        subprocess.run([python_path(environment), script, folder], check=True, capture_output=True)
    job_dir = prepare(
        tmp_path / "out", DEMO, "--subtitle", "-s", "en", "-t", "hi", "--model", "base",
        "--end-time", "8", "--set", f"alignment.model={aligner}",
        "--set", f"translation.model={translator}",
    )  # fmt: skip
    events = run(job_dir)
    layout = JobLayout(job_dir)
    alignment, translation = (read_record(layout, key) for key in ("alignment", "translation@hi"))
    assert alignment.libraries["torch"].startswith("2.8.0")
    assert translation.libraries["torch"].startswith("2.9.1")
    assert alignment.python == str(python_path("whisperx"))
    assert translation.python == str(python_path("indictrans2"))
    assert "IndicTransToolkit" in translation.libraries
    words = json.loads((layout.output / "transcript.json").read_text())["segments"][0]["words"]
    assert {word["timing"] for word in words} <= {"aligned", "interpolated"}
    assert "जॉन डैशवुड" in (layout.output / "demo.hi.txt").read_text()
    assert "जॉन डैशवुड" in (layout.output / "demo.hi.srt").read_text()
    assert events[-1]["state"] == "done"


@pytest.mark.slow
def test_the_whisper_translator_is_taken_only_by_name(base_model, tmp_path):
    refused = command(
        "prepare-job.sh", DEMO, "--translate", "-s", "fr", "-t", "en", "--out", tmp_path
    )
    assert refused.returncode == 2
    assert "--translator whisper" in refused.stderr
    job_dir = prepare(
        tmp_path, DEMO, "--translate", "-s", "fr", "-t", "en", "--translator", "whisper",
        "--model", "base", "--end-time", "8",
    )  # fmt: skip
    run(job_dir)
    record = read_record(JobLayout(job_dir), "translation@en")
    assert record.environment == "whisperx"
    assert record.libraries.keys() >= {"faster_whisper"}
    assert (job_dir / "output" / "demo.en.srt").read_text().count("-->") >= 1


def test_a_text_in_hand_is_what_the_subtitles_show(base_model, tmp_path):
    job_dir = prepare(
        tmp_path, DEMO, "--subtitle", "-s", "en", "--model", "base", "--transcript", TEXT
    )
    run(job_dir)
    shown = (job_dir / "output" / "demo.en.srt").read_text()
    assert "Mister John Dashwood" in " ".join(shown.split())
    text = (job_dir / "output" / "transcript.txt").read_text()
    assert text == TEXT.read_text()
    record = read_record(JobLayout(job_dir), "script")
    assert record.libraries.keys() == {"numpy"}


def test_interrupting_a_run_loses_nothing_and_the_next_goes_on(base_model, tmp_path):
    import signal
    import time

    job_dir = prepare(tmp_path, DEMO, "--transcribe", "-s", "en", "--model", "base")
    process = subprocess.Popen(
        [ROOT / "run-pipeline.sh", "--job-dir", job_dir],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    layout = JobLayout(job_dir)
    while not layout.attempts("asr").exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "cancelled" in stderr
    assert "Traceback" not in stderr
    assert read_record(layout, "asr") is None
    events = run(job_dir)
    skipped = [event["stage"] for event in events if event["event"] == "stage_skipped"]
    assert skipped == ["demux", "vad"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.mp4", None),
        ("empty.mp4", b""),
        ("text.mp4", b"Dear diary, this is no film.\n" * 40),
        ("list.mp4", b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nother.ts\n#EXT-X-ENDLIST\n"),
        ("concat.mp4", b"ffconcat version 1.0\nfile 'other.mp4'\n"),
    ],
)
def test_what_is_no_film_gets_one_clear_error_and_leaves_nothing(tmp_path, name, content):
    film = tmp_path / name
    if content is not None:
        film.write_bytes(content)
    out = tmp_path / "out"
    done = command(
        "prepare-job.sh", film, "--subtitle", "-s", "en", "--model", "base", "--out", out
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Error: ")
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("out/**/job.json"))
    assert not list(tmp_path.glob("out/**/.ids/*"))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--subtitle", "-s", "xx"], 2, "xx"),
        (["--subtitle", "-s", "en", "-t", "en"], 2, "both the spoken language and a target"),
        (["--translate", "-s", "en"], 2, "-t was not given"),
        (["--subtitle", "-s", "or"], 2, "Whisper cannot recognise"),
        (["--subtitle", "-s", "en", "--start-time", "1:00:00"], 2, "s long"),
        (["--subtitle", "-s", "en", "--user", "../../etc"], 2, "user name"),
        (["--subtitle", "-s", "en", "--model", "bose"], 2, "base"),
        (["--subtitle", "-s", "en", "--engine", "ear"], 2, "ctranslate2"),
        (["--subtitle", "-s", "en", "--audio-track", "7"], 2, "no audio track"),
        (["--subtitle", "-s", "en", "--audio-channel", "7"], 2, "no channel"),
        (["--subtitle", "-s", "en", "--set", "asr.beam_size=zero"], 2, "whole number"),
        (["--subtitle", "-s", "en", "--set", "subtitle_gen.template=ta"], 2, "no ta track"),
        (["--subtitle", "-s", "en", "--set", "subtitle_gen.bilingual=en"], 2, "two languages"),
        (["--subtitle", "-s", "en", "--set", "mux.burn_in=ta"], 2, "no such track"),
        (["--subtitle", "-s", "en", "--set", "mux.default_track=ta"], 2, "no such track"),
        (["--subtitle", "-s", "en", "--set", "mux.forced_track=auto"], 2, "no such track"),
        (["--transcribe", "-s", "en", "--speakers", "0"], 2, "not a number of people"),
        (["--transcribe", "-s", "en", "--speakers=two"], 2, "not a number of people"),
        (["--transcribe", "-s", "en", "--speakers", "101"], 2, "between 0 and 100"),
        (["--subtitle", "--transcribe", "-s", "en"], 2, "one workflow"),
        (["-s", "en"], 2, "No workflow"),
        (["--subtitle", "-s", "en", "--transcript", "none.txt"], 2, "none.txt cannot be read"),
        (["--subtitle", "-s", "en", "--transcript", str(DEMO)], 2, "is not a text file"),
        (["--subtitle", "-s", "en", "--transcript", str(TEXT), OTHER], 2, "for one film"),
    ],
)
def test_a_wrong_wish_is_refused(tmp_path, arguments, code, said):
    done = command("prepare-job.sh", DEMO, *arguments, "--out", tmp_path / "out")
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("out/**/job.json"))


def test_who_says_what_is_found_on_request(subtitled, tmp_path):
    plain, _ = subtitled
    out = plain.parents[4]
    job_dir = prepare(out, "--speakers", DEMO, "--subtitle", "-s", "en", "--model", "base")
    job, before = (json.loads((folder / "job.json").read_bytes()) for folder in (job_dir, plain))
    assert [stage for stage in job["stages"] if stage not in before["stages"]] == ["speakers"]
    assert job["models"]["speakers"]["name"] in {"campplus", "speaker-diarization-3.1"}
    run(job_dir)
    records = {stage: read_record(JobLayout(job_dir), stage) for stage in job["stages"]}
    reused = {stage for stage, record in records.items() if record and record.reused}
    assert reused == {"demux", "vad", "asr", "alignment", "qc"}  # the cues stay the same
    text = (job_dir / "output" / "transcript.txt").read_text()
    assert text == "".join(
        f"S1: {line}\n" for line in (plain / "output" / "transcript.txt").read_text().splitlines()
    )
    whisperx = json.loads((job_dir / "output" / "demo.whisperx.json").read_bytes())
    assert {word["speaker"] for word in whisperx["word_segments"]} == {"S1"}
    assert (job_dir / "output" / "demo.rttm").read_text().startswith("SPEAKER demo 1 ")
    srt = "demo.en.srt"
    assert (job_dir / "output" / srt).read_text() == (plain / "output" / srt).read_text()


@pytest.mark.parametrize(
    "name",
    [
        "two words.mp4",
        'it\'s "quoted".mp4',
        "new\nline.mp4",
        "-dash.mp4",
        "चलचित्र.mp4",
        "100%d.mp4",
    ],
)
def test_any_file_name_will_do(tmp_path, name):
    film = tmp_path / name
    shutil.copy(DEMO, film)
    job_dir = prepare(
        tmp_path / "out", film, "--transcribe", "-s", "en", "--model", "base", "--end-time", "3"
    )
    python = python_path("whisperx")
    script = ROOT / "scripts" / "stages" / "demux.py"
    done = subprocess.run(
        [python, script, "--job-dir", job_dir], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (JobLayout(job_dir).by_hand("demux") / "audio.wav").stat().st_size > 16_000


def test_a_folder_of_films_becomes_one_job_each_and_a_bad_film_stops_no_other(tmp_path):
    films = tmp_path / "films"
    films.mkdir()
    for name in ("a.mp4", "b.mp4"):
        shutil.copy(DEMO, films / name)
    (films / "broken.mp4").write_bytes(b"")
    (films / "notes.txt").write_text("not asked for")
    done = command(
        "prepare-job.sh", films, "--transcribe", "-s", "en", "--model", "base",
        "--out", tmp_path / "out", "--json",
    )  # fmt: skip
    assert done.returncode == 2
    assert [Path(job["film"]).name for job in json.loads(done.stdout)] == ["a.mp4", "b.mp4"]
    assert "broken.mp4" in done.stderr
    assert len({job["job_id"] for job in json.loads(done.stdout)}) == 2


def test_other_tracks_of_a_job_that_ran(subtitled, tmp_path):
    """Another style, then a person's own cues, then these taken back; the film follows."""
    job_dir = tmp_path / "out" / "2026" / "01" / "02" / "test" / "001"
    shutil.copytree(subtitled[0], job_dir)

    def chalchitra(*arguments: str | Path) -> str:
        program = ROOT / "venv" / "common" / "bin" / "chalchitra"
        done = subprocess.run(
            [program, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    srt = job_dir / "output" / "demo.en.srt"
    before = srt.read_text(encoding="utf-8")
    chalchitra("restyle", job_dir, "--style", "bbc", "--set", "subtitle_gen.max_lines=1")
    restyled = srt.read_text(encoding="utf-8")
    assert max(map(len, restyled.splitlines())) <= 37
    assert len(restyled.split("\n\n")) > len(before.split("\n\n"))

    edited = tmp_path / "mine.srt"
    edited.write_text("1\n00:00:01,000 --> 00:00:03,000\nनमस्ते, John.\n", encoding="utf-8")
    chalchitra("review", job_dir, edited, "--yes")
    assert "नमस्ते, John." in srt.read_text(encoding="utf-8")
    report = json.loads((job_dir / "output" / "qc.json").read_bytes())
    assert [track["cues"] for track in report["tracks"]] == [1]
    made = read_record(JobLayout(job_dir), "mux").outputs["film"].sha256

    chalchitra("review", job_dir, "--undo")
    assert srt.read_text(encoding="utf-8") == restyled
    assert read_record(JobLayout(job_dir), "mux").outputs["film"].sha256 != made
