"""From recordings and transcripts to figures, tables, the page, by the command itself."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from corpus import Corpus, Item, Sentence, discover
from heard import Heard, HeardSegment, HeardWord
from measures.diarization import Turn
from measures.spans import Span
from page import page
from score import score
from systems import Cost, Run
from table import columns_of, markdown
from targets import checks

from chalchitra.models.catalogue import load
from chalchitra.models.fetch import fetch
from chalchitra.paths import project_root

DEMO = project_root() / "docs" / "demo"
SENTENCES = (
    Sentence(Span(4.0, 6.0), "पर यह कोरा अनुमान है", sure=True),
    Sentence(Span(7.0, 9.0), "जल्दी जल्दी चल", sure=False),
    Sentence(Span(12.0, 15.0), "कौन है मैं हूँ", False, (Turn(12, 13.2, "a"), Turn(13.0, 15.0, "b"))),
)


@pytest.fixture
def film(tmp_path):
    item = Item(
        tmp_path / "film.mkv",
        20.0,
        " ".join(one.text for one in SENTENCES),
        (
            (0.5, "music"),
            (3.5, "speech"),
            (9.5, "silence"),
            (11.5, "speech+music"),
            (15.5, "music"),
        ),
        SENTENCES,
        turns=SENTENCES[2].turns,
        turns_within=SENTENCES[2].span,
        audio_start=0.5,
    )
    return Corpus("film", "hi", "Deva", (item,))


def words(text, start, step=0.5, speaker=None):
    return tuple(
        HeardWord(word, start + n * step, start + (n + 1) * step, speaker)
        for n, word in enumerate(text.split())
    )


def run(*segments, cost=None, kind="own"):
    heard = tuple(HeardSegment(" ".join(w.text for w in one), one) for one in segments)
    return Run({"film.mkv": Heard(heard, kind)}, cost)


RIGHT = (
    words("पर यह कोरा अनुमान, है।", 4.0, 0.4),
    words("जल्दी जल्दी चल", 7.0),
    words("कौन है", 12.0, speaker="S1"),
    words("मैं हूँ", 13.0, 1.0, speaker="S2"),
)


def test_a_right_transcript(film):
    row = score(film, "ours", run(*RIGHT, cost=Cost(9, 12)))
    assert (row.words.rate, row.characters.rate, row.words.share) == (0, 0, 1)
    assert (row.scripts.fidelity, row.repeats, row.invented_a_minute) == (1, 0, 0)
    assert (row.sentences, row.missed, len(row.timed)) == (3, [], 3)
    assert row.onset == (0, 0)
    assert row.offset == pytest.approx((0, 0.18), abs=1e-6)  # the first turn ends 0.2 s late
    assert row.diarization.rate == pytest.approx(0.2 / 3.2)
    assert row.diarization_without_overlaps.rate == 0
    assert row.speakers == 2
    assert all(check.met for check in checks("film", [row]))


def test_a_wrong_one(film):
    wrong = (
        words("धन्यवाद", 1.0),
        words("پر यह कोरा कोरा कोरा अनुमान है", 3.2, 0.4),
        words("कौन है thank you", 12.3),
    )
    row = score(film, "ours", run(*wrong))
    assert row.words.reference == 12
    assert row.words.found == 12
    assert row.scripts.faithful == 1
    assert row.scripts.faithful_with_latin == 2
    assert row.repeats == 2
    assert [case[2] for case in row.invented] == ["धन्यवाद", "پر"]
    assert row.invented_a_minute == pytest.approx(2 / ((3.5 + 2.0 + 4.5) / 60))
    assert [text for *_, text in row.missed] == ["जल्दी जल्दी चल"]
    assert row.timed[0].onset == pytest.approx(-0.8)
    assert row.diarization is None
    unmet = {check.wanted for check in checks("film", [row]) if not check.met}
    assert {"no unsupported repeat", "no sentence missed", "no word in silence or music"} <= unmet
    assert row.to_dict()["cases"]["repeats"] == [["film.mkv", "कोरा", 3, 1]]


def test_times_can_be_shifted_and_may_not_be_there(film):
    early = Run({"film.mkv": run(*RIGHT).heard["film.mkv"].shifted(-0.5)}, None)
    row = score(film, "whisperx", early)
    assert row.timed[0].onset == pytest.approx(-0.5)
    assert row.early < 0
    made_up_for = score(film, "whisperx", early, shifted=True)
    assert (made_up_for.shift, made_up_for.onset[0]) == (0.5, pytest.approx(0))
    without = score(film, "files", run(*RIGHT, kind="none"))
    assert (without.words.rate, without.onset, without.invented_a_minute) == (0, None, None)


def test_an_rttm_alone_scores_speakers_only(film):
    turns = (Turn(12, 13, "x"), Turn(13, 15, "y"))
    row = score(film, "files", Run({"film.mkv": Heard(word_times="none", turns=turns)}, None))
    assert row.words.reference == 0
    assert row.diarization.rate == pytest.approx(0.2 / 3.2)


def test_a_recording_of_which_the_turns_are_known(tmp_path):
    turns = (Turn(5, 6, "a"), Turn(6.2, 8, "b"))
    item = Item(tmp_path / "film.mkv", 10.0, turns=turns)
    corpus = Corpus("talk", "hi", "Deva", (item,))
    row = score(corpus, "ours", run(words("ऊपर", 1), words("हाँ", 5.1), words("नहीं नहीं", 6.2)))
    assert (row.words.rate, row.sentences, row.quiet_seconds) == (None, 0, 7.0)
    assert [case[2] for case in row.invented] == ["ऊपर"]
    assert [one.onset for one in row.timed] == pytest.approx([0.1, 0])


def test_tables_and_page(film):
    rows = [score(film, "ours", run(*RIGHT, cost=Cost(9.4, 12.6)), collar=0.25)]
    rows.append(score(film, "whisperx", run(*RIGHT), shifted=True))
    headings = [column.heading for column in columns_of(rows)]
    assert headings[0] == "system"
    assert "DER" in headings
    text = markdown(rows)
    assert text.count("\n") == 4
    assert "| ours | 0.000 | 0.000 | 100 % | 100 % |" in text
    assert "| 13 |" in text
    assert "| whisperx +0.5 s |" in text
    options = ["--set", "asr.beam_size=8"]
    answers = checks("film", rows)
    whole = page([film], {"film": rows}, [], answers, model="base", options=options, window=1.0)
    assert "## film" in whole
    assert "--set asr.beam_size=8" in whole
    assert "| film | no sentence missed | 0 | yes |" in whole
    assert str(project_root()) not in whole
    assert "{" not in whole


def demo_truth(folder):
    """The demo as a film with a truth file: its text is known, its sections roughly."""
    (folder / "demo.mp4").symlink_to(DEMO / "demo.mp4")
    text = (DEMO / "transcript.txt").read_text()
    sentence = {"start": 0.0, "end": 28.0, "text": text, "language": "en", "sure": False}
    truth = {
        "file": "demo.mp4",
        "duration": 28.0,
        "sections": [{"start": 0.0, "kind": "speech"}],
        "speech": [sentence],
    }
    (folder / "demo.truth.json").write_text(json.dumps(truth))


def evaluate(*arguments):
    return subprocess.run(
        [sys.executable, project_root() / "scripts" / "eval", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_scores_a_folder_of_transcripts(tmp_path):
    media, transcripts = tmp_path / "media", tmp_path / "transcripts"
    media.mkdir()
    transcripts.mkdir()
    demo_truth(media)
    said = (DEMO / "transcript.txt").read_text().replace("amiable", "amicable").replace("\n", " ")
    (transcripts / "demo.en.srt").write_text(f"1\n00:00:00,100 --> 00:00:27,900\n{said}\n")
    done = evaluate(media, "--files", transcripts, "--json", tmp_path / "figures.json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads((tmp_path / "figures.json").read_text())["rows"]
    assert row["system"] == "files"
    assert row["word_error_rate"] == pytest.approx(2 / row["reference_words"], abs=1e-4)
    assert f"{row['word_error_rate']:.3f}" in done.stdout
    assert row["word_times"] == "spread"
    (transcripts / "demo.srt").write_text("")
    done = evaluate(media, "--files", transcripts)
    assert done.returncode == 2
    assert "several transcripts of demo.mp4" in done.stderr
    assert evaluate(media, "--files", transcripts, "--only", "nothing").returncode == 2


@pytest.mark.smoke
@pytest.mark.slow
def test_ours_and_foreign_tools_on_the_demo(tmp_path):
    """Every system for real; what the foreign ones heard is not heard again."""
    fetch(load().find("base", "whisper", "ctranslate2"))
    media = tmp_path / "media"
    media.mkdir()
    demo_truth(media)
    options = [media, "--cache", tmp_path / "cache", "--json", tmp_path / "figures.json"]
    done = evaluate(*options, "--page", tmp_path / "quality.md")
    assert done.returncode == 0, done.stderr
    rows = {
        row["system"]: row for row in json.loads((tmp_path / "figures.json").read_text())["rows"]
    }
    assert set(rows) == {"ours", "faster-whisper", "faster-whisper-vad", "batched", "whisperx"}
    for row in rows.values():
        assert row["word_error_rate"] < 0.1, row
        assert row["wall_seconds"] > 0
        assert row["cpu_seconds"] > 0
    assert rows["whisperx"]["word_times"] == "spread"
    assert rows["ours"]["word_times"] == "own"
    assert "| ours |" in (tmp_path / "quality.md").read_text()
    parts = json.loads((tmp_path / "figures.json").read_text())["parts"]
    (text,) = parts["A script in hand"]["texts"]
    assert (text["lines"], text["placed"], text["figures"]["word_error_rate"]) == (1, 1, 0.0)
    again = evaluate(*options, "--system", "whisperx")
    assert "hears" not in again.stderr
    assert json.loads((tmp_path / "figures.json").read_text())["rows"] == [rows["whisperx"]]
    assert [corpus.name for corpus in discover([media])] == ["demo"]
