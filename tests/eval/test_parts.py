"""What is measured beside transcripts: mixing, edits of a text, the race, what is made of them."""

from __future__ import annotations

import json
import subprocess
import wave
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from corpus import Corpus, Item, Sentence
from formats import read_rttm
from heard import Heard, HeardSegment, HeardWord
from hypothesis import given, settings
from hypothesis import strategies as st
from measures.diarization import Turn
from measures.spans import Span
from page import page, versions, with_parts
from parts import Part, first_pass, hearings, script_in_hand, speakers
from parts.conversation import RATE, Phrase, converse, phrases
from parts.first_pass import PAUSE, Race, join
from parts.hearings import DELAYS, Hearings
from parts.script_in_hand import (
    SENTENCES,
    Fault,
    Line,
    Outcome,
    edits_of,
    faults_of,
    texts_of,
)
from parts.speakers import Sound
from score import score
from systems import Run, Setting
from systems.jobs import Made
from targets import Check
from voices import voice_of

from chalchitra.environments.table import python_path
from chalchitra.media.probe import probe
from chalchitra.models.catalogue import load
from chalchitra.models.fetch import fetch
from chalchitra.paths import project_root
from chalchitra.speech.script_alignment.report import NoLine, PlacedLine, ScriptReport

DEMO = project_root() / "docs" / "demo"
MIXER = project_root() / "scripts" / "eval" / "parts" / "conversation.py"


def said(seconds, level=0.1):
    """A phrase: a tone with 50 ms of silence around it."""
    count = int(seconds * RATE)
    tone = level * np.sin(np.arange(count) * 0.2).astype(np.float32)
    margin = np.zeros(RATE // 20, dtype=np.float32)
    return Phrase(np.concatenate([margin, tone, margin]), RATE // 20, RATE // 20 + count)


@pytest.mark.smoke
def test_the_mixer_writes_sound_and_turns(tmp_path):
    command = [python_path("whisperx"), MIXER, tmp_path / "talk.flac", "--rounds", "2"]
    for name in "ab":
        path = tmp_path / f"{name}.wav"
        with wave.open(str(path), "wb") as handle:
            handle.setparams((1, 2, RATE, 0, "NONE", ""))
            handle.writeframes((said(2.0).samples * 32767).astype("<i2").tobytes())
        command += ["--voice", name, path]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    turns = read_rttm(tmp_path / "talk.rttm")
    assert {turn.speaker for turn in turns} == {"a", "b"}
    assert [turn.end - turn.start for turn in turns] == pytest.approx([2.0] * len(turns), abs=0.02)
    assert probe(tmp_path / "talk.flac").duration > turns[-1].end


@pytest.mark.smoke
@pytest.mark.slow
def test_the_race_is_run_by_the_stages_own_code(tmp_path, monkeypatch):
    monkeypatch.setattr(first_pass, "MINUTES", 0.2)
    monkeypatch.setattr(first_pass, "RUNS", 2)
    weights = fetch(load().find("base", "whisper", "ctranslate2")).path
    setting = Setting("base", weights, tmp_path / "work", tmp_path, say=lambda text: None)
    said_there = (DEMO / "transcript.txt").read_text()
    clip = Item(DEMO / "demo.mp4", probe(DEMO / "demo.mp4").duration, said_there)
    part = first_pass.measure([Corpus("en", "en", "Latn", (clip,))], setting)
    assert part.figures["speed"] > 0
    assert len(part.figures["ours_seconds"]) == len(part.figures["theirs_seconds"]) == 2
    assert part.figures["beam_size"] == 5
    assert part.figures["ours_word_error_rate"] < 0.1
    assert part.figures["theirs_word_error_rate"] < 0.1


VOICES = st.dictionaries(
    st.sampled_from("abcd"),
    st.lists(st.floats(0.2, 3.0), min_size=1, max_size=6),
    min_size=2,
)


@settings(max_examples=25, deadline=None)
@given(VOICES, st.integers(1, 3), st.integers(0, 99))
def test_a_conversation_says_nothing_oftener_than_asked(voices, rounds, seed):
    made = {name: [said(seconds) for seconds in own] for name, own in voices.items()}
    sound, turns = converse(made, rounds, 0.5, seed)
    again, same = converse(made, rounds, 0.5, seed)
    assert turns == same
    assert np.array_equal(sound, again)
    for name, own in voices.items():
        lengths = [round((end - start) * RATE) for start, end, who in turns if who == name]
        allowed = [int(seconds * RATE) for seconds in own] * rounds
        for length in set(lengths):
            assert lengths.count(length) <= allowed.count(length)
    # It ends only when one voice alone has anything left.
    counts = {name: sum(who == name for *_, who in turns) for name in voices}
    assert sum(counts[name] < rounds * len(voices[name]) for name in voices) <= 1
    assert all(0 <= start < end <= len(sound) / RATE for start, end, _ in turns)


def test_a_conversation_without_overlaps_has_none_and_one_with_them_has_some():
    made = {name: [said(2.0) for _ in range(8)] for name in "abc"}
    for overlap in (0.0, 1.0):
        sound, turns = converse(made, 1, overlap, 3)
        ordered = sorted(turns)
        meet = [b[0] < a[1] for a, b in pairwise(ordered)]
        assert any(meet) == bool(overlap)
        for start, end, _ in turns:
            voice = sound[int(start * RATE) + 80 : int(end * RATE) - 80]
            assert np.sqrt((voice**2).mean()) > 0.03


def test_phrases_are_cut_at_pauses_and_brought_to_one_loudness():
    silence = np.zeros(RATE // 2, dtype=np.float32)
    one, other = said(1.0, 0.3).samples, said(0.6, 0.25).samples
    made = phrases([np.concatenate([silence, one, silence, other, silence])])
    assert [round((p.end - p.start) / RATE, 1) for p in made] == [1.0, 0.6]
    levels = [np.sqrt((p.samples[p.start : p.end] ** 2).mean()) for p in made]
    assert levels == pytest.approx([10 ** (-23 / 20)] * 2, rel=0.01)


def test_voices_by_name():
    assert voice_of(Path("0215_025.flac")) == "025"
    assert voice_of(Path("librivox_0880.flac")) == voice_of(Path("librivox_0920.flac"))
    assert voice_of(Path("jfk.flac")) == "jfk"


DIALOGUE = (
    "hello hello oh hello i didn't know you were there neither did i okay i thought you know i "
    "heard a beep this is diane in new jersey and i'm sheila in texas originally from chicago oh "
    "i'm originally from chicago also i'm in new jersey now though well there isn't that much "
    "difference at least you know they all call me a yankee down here so what can i say oh i don't "
    "hear that in new jersey now"
)


def film(*sentences):
    item = Item(Path("film.mkv"), 60.0, "x", ((0.0, "speech"),), sentences)
    return Corpus("film", "en", "Latn", (item,)), item


def test_a_films_lines_are_its_sentences_and_the_known_dialogues():
    turns = tuple(Turn(10.0 + n, 10.8 + n, "ab"[n % 2]) for n in range(10))
    plain = Sentence(Span(1, 4), "he was not an ill disposed young man", True)
    whole, lines = texts_of(*film(plain, Sentence(Span(10, 20), DIALOGUE, False, turns)))
    assert (whole.kind, len(whole.lines)) == (SENTENCES, 2)
    assert len(lines.lines) == 12
    assert lines.lines[0] == Line(plain.text, plain.span)
    assert lines.lines[-1].span == Span(19.0, 19.8)
    assert " ".join(line.text for line in lines.lines[1:]) == DIALOGUE
    (only,) = texts_of(*film(plain, Sentence(Span(10, 20), "something else", False, turns)))
    assert only.kind == SENTENCES


@given(st.integers(0, 40))
def test_edits_take_two_lines_and_put_one(count):
    edits = edits_of(count)
    assert edits == edits_of(count)
    assert bool(edits) == (count >= 3)
    assert len({edit.out for edit in edits}) == len(edits)
    for edit in edits:
        assert 0 <= edit.out[0] < edit.out[1] < count
        assert 0 <= edit.put <= count - 2


def report(no_sound=(), partly=(), no_line=()):
    lines = [
        PlacedLine(number=n, text=text, how="no sound", confidence=0)
        for n, text in enumerate(no_sound)
    ]
    lines += [
        PlacedLine(number=9, text="t", how="recognised", confidence=1, missing=text)
        for text in partly
    ]
    speech = [NoLine(start=start, end=end, text="s") for start, end in no_line]
    return ScriptReport(
        kind="plain text", compared_by="letters", words=1, anchors=1, confidence=1.0, lines=lines,
        no_line=speech, shifts=[],
    )  # fmt: skip


OUT = [Line("one", Span(1, 2)), Line("two", Span(5, 9))]
STAY = [Line("three", Span(2.1, 5)), Line("four", Span(10, 12))]


@pytest.mark.parametrize(
    ("made", "unreported", "false"),
    [
        (report(["new"], no_line=[(1, 2), (5, 6), (7, 9)]), 0, 0),
        (report([], no_line=[(1, 2), (5, 6)]), 1, 0),
        (report(["new"], no_line=[(5, 6)]), 1, 0),
        (report(["new", "four"], no_line=[(1, 2), (5, 6), (10, 11)]), 0, 2),
        (report(["new"], ["of four"], [(1, 2), (5, 6), (20, 21)]), 0, 2),
        (report(["new"], no_line=[(1.8, 4), (5, 6)]), 1, 1),
        (report(), 3, 0),
    ],
)
def test_faults_of_an_edits_report(made, unreported, false):
    faults = faults_of(made, "new", OUT, STAY)
    assert sum(fault.unreported for fault in faults) == unreported
    assert sum(not fault.unreported for fault in faults) == false


def test_what_is_wanted_of_a_text(tmp_path):
    corpus, item = film(Sentence(Span(1, 2), "one", True), Sentence(Span(5, 9), "two", True))
    (text,) = texts_of(corpus, item)
    words = (HeardWord("one", 1.1, 1.9), HeardWord("two", 5.05, 8.9))
    heard = {"film.mkv": Heard((HeardSegment("one two", words),))}
    figures = score(corpus, "ours, --transcript", Run(heard, None))
    edit = edits_of(4)[0]
    good = Outcome(text, report(), figures, ((edit, ()),))
    found = list(script_in_hand._checks(good))
    assert [check.met for check in found] == [True, True, True]
    fault = Fault("the line that was put in was placed", unreported=True)
    bad = Outcome(text, report(no_line=[(10, 11)]), figures, ((edit, (fault,)), (edit, ())))
    found = list(script_in_hand._checks(bad))
    assert [check.met for check in found] == [False, True, False]
    assert (bad.exact, bad.changes, bad.unreported, bad.false) == (1, 6, 1, 0)
    assert "| film, sentences | 2 | 0 | 0 | 1 | 0.07 / 0.10 (2 of 2) |" in script_in_hand._text(
        [bad]
    )
    assert "the line that was put in was placed." in script_in_hand._text([bad])
    hindi = replace(bad, text=replace(text, corpus=replace(corpus, script="Deva")))
    assert [check.wanted[:29] for check in script_in_hand._checks(hindi)] == [
        "with `--transcript`: onsets 0"
    ]


def test_clips_are_joined_with_pauses(tmp_path):
    join([DEMO / "demo.mp4"] * 2, tmp_path / "all.flac")
    once = probe(DEMO / "demo.mp4").duration
    assert probe(tmp_path / "all.flac").duration == pytest.approx(2 * (once + PAUSE), abs=0.3)


TOLD = {
    "vad_seconds": [0.5, 0.5, 0.5], "ours_seconds": [9.5, 7.5, 8.0], "theirs_seconds": [8, 20, 8.5],
    "ours_text": "one two three", "theirs_text": "one too three", "heard_again": [],
    "beam_size": 5, "compute_type": "int8", "threads": 2, "batch_size": 8,
}  # fmt: skip


def test_the_race_is_judged_by_medians_and_only_where_nothing_is_heard_again():
    race = Race(170.0, "one two three", TOLD)
    assert (race.ours, race.theirs, race.speed) == (8.5, 8.5, 1.0)
    part = first_pass._part(race)
    assert "| ours | 8.5 | 8.0 to 10.0 | 20.0 | 0.000 | 0 |" in part.text
    assert "| batched | 8.5 | 8.0 to 20.0 | 20.0 | 0.333 | – |" in part.text
    assert [check.met for check in part.checks] == [True]
    again = first_pass._part(Race(170.0, "one", {**TOLD, "heard_again": [{"why": "a loop"}]}))
    assert [check.met for check in again.checks] == [False]
    slow = first_pass._part(Race(170.0, "one", {**TOLD, "ours_seconds": [9, 9.5, 10]}))
    assert [check.met for check in slow.checks] == [False]
    assert slow.figures["speed"] == pytest.approx(0.85)


RTTM = """SPEAKER talk 1 0.000 4.000 <NA> <NA> S1 <NA> <NA>
SPEAKER talk 1 4.000 4.000 <NA> <NA> S2 <NA> <NA>
"""


def job(folder, stage, key, text):
    (folder / "stages" / stage).mkdir(parents=True)
    (folder / "out").write_text(text)
    record = {"seconds": 3.2, "outputs": {key: {"path": "out"}}, "degraded": [{"what": "Less."}]}
    (folder / "stages" / stage / "record.json").write_text(json.dumps(record))
    return Made(folder)


def test_speakers_are_scored_with_and_without_overlaps(tmp_path):
    turns = (Turn(0.0, 4.0, "a"), Turn(3.0, 8.0, "b"))
    corpus = Corpus("talk", "en", "Latn", ())
    sound = Sound("talk", DEMO / "demo.mp4", turns, corpus, tmp_path, "nothing said twice")
    row = speakers._row(sound, 0, job(tmp_path, "speakers", "rttm", RTTM))
    assert (row.speakers, row.found, row.took) == (2, 2, 3.2)
    assert row.errors.rate == pytest.approx(1 / 9)
    assert row.without_overlaps.rate == 0
    assert row.overlapped == pytest.approx(1 / 8)
    text = speakers._text([sound], [row])
    assert "talk: nothing said twice" in text
    assert "| talk | 28 | 2 | 12 % | – | 2 | 0.111 | 0.000 | 0.111 | 0.000 | 0.000 | 3 |" in text
    assert speakers._check(row).met
    assert row.to_dict()["diarization_error"] == 0.1111


def test_a_jobs_transcript_and_what_was_less_than_asked(tmp_path):
    made = job(tmp_path, "speakers", "rttm", RTTM)
    (tmp_path / "job.json").write_text('{"film": {"path": "/films/film.mkv"}}')
    assert made.film.name == "film.mkv"
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "film.rttm").write_text(RTTM)
    segment = {"start": 0, "end": 1, "text": "one", "words": []}
    (tmp_path / "output" / "transcript.json").write_text(json.dumps({"segments": [segment]}))
    heard = made.heard()
    assert heard.notes == ("Less.",)
    assert len(heard.turns) == 2
    assert heard.text == "one"


def test_parts_are_left_out_where_there_is_nothing_to_measure_them_on(tmp_path):
    setting = Setting("base", tmp_path, tmp_path / "work", tmp_path, say=lambda text: None)
    clips = Corpus("hi", "hi", "Deva", (Item(Path("0001_003.flac"), 4.0, "पर"),))
    for part in (speakers, script_in_hand, first_pass):
        assert part.measure([clips], setting) is None


def test_the_page_has_parts_answers_versions_and_the_command():
    part = Part("Who speaks", "Text of it.\n", {}, [])
    answers = [Check("talk", "no fault", "1", met=False), Check("talk", "nothing", "0", met=True)]
    whole = page(
        [], {}, [part], answers, model="base", options=[], window=1.0, given="--only en"
    )  # fmt: skip
    assert "scripts/eval MEDIA --only en --page docs/quality.md" in whole
    assert "## Who speaks\n\nText of it.\n" in whole
    assert "| talk | no fault | 1 | **no** |" in whole
    assert "| talk | nothing | 0 | yes |" in whole
    found = dict(version.split("==") for version in versions())
    assert {"faster-whisper", "ctranslate2", "whisperx", "indo-arabic-transliteration"} <= set(
        found
    )
    assert str(project_root()) not in whole
    assert "{" not in whole


def test_a_part_measured_by_itself_takes_its_place_in_the_page():
    def made(heading, text, measured):
        return Part(
            heading, f"{text}\n", {}, [Check("talk", f"{heading}: less", measured, met=True)]
        )

    first, second, third = (made(heading, "Old.", "1") for heading in ("Who", "When", "Why"))
    whole = page(
        [], {}, [first, second], [*first.checks, *second.checks], model="base", options=[], window=1
    )
    again = with_parts(whole, {"who": made("Who", "New \\1.", "2"), "why": third})
    note = "This part was measured by itself (`--part {}`), after the others.\n"
    assert f"\n## Who\n\nNew \\1.\n\n{note.format('who')}\n## When\n\nOld.\n" in again
    assert f"\n## Why\n\nOld.\n\n{note.format('why')}\n## How it is measured\n" in again
    rows = [line for line in again.splitlines() if line.startswith("| talk |")]
    assert [row.split(" | ")[1:3] for row in rows] == [
        ["Who: less", "2"], ["When: less", "1"], ["Why: less", "1"]
    ]  # fmt: skip
    assert with_parts(again, {"why": third}) == again
    assert (
        with_parts(with_parts(whole, {"why": third}), {"who": made("Who", "New \\1.", "2")})
        == again
    )


def heard_so(system: str, *rates: float, corpus: str = "talk") -> Hearings:
    return Hearings(corpus, system, rates, rates)


def test_error_rates_are_compared_by_their_means():
    talk = Corpus("talk", "en", "Latn", ())
    ours = heard_so("ours", 0.1, 0.3)
    (check,) = hearings.checks(talk, [ours, heard_so("faster-whisper", 0.2, 0.2)])
    assert check == Check(
        "talk", "WER not above faster-whisper's, mean of hearings", "0.200 against 0.200", True
    )
    (check,) = hearings.checks(talk, [ours, heard_so("faster-whisper", 0.1, 0.2)])
    assert not check.met


def test_in_another_script_characters_count_and_both_others_are_to_be_beaten():
    film = Corpus("film", "hi", "Deva", ())
    theirs = [heard_so("faster-whisper", 0.8), heard_so("transliterated", 0.4)]
    found = hearings.checks(film, [heard_so("ours", 0.4), *theirs])
    assert [check.met for check in found] == [True, False]
    assert not hearings.checks(film, [heard_so("ours", 0.4)])


def test_every_recording_is_heard_again_by_all_alike_with_silence_before_it(tmp_path, monkeypatch):
    with wave.open(str(tmp_path / "a.wav"), "wb") as handle:
        handle.setparams((1, 2, 16000, 0, "NONE", ""))
        handle.writeframes(np.full(1600, 1000, dtype=np.int16).tobytes())
    item = Item(tmp_path / "a.wav", 0.1, "one two", turns=(Turn(0, 1, "x"),))
    heard = []

    def system(corpus, setting):
        seconds = [probe(item.path).duration for item in corpus.items]
        heard.append((corpus.name, [round(one - 0.1, 3) for one in seconds]))
        assert not corpus.has_turns
        # The second hearing misses a word.
        texts = ["one" if number == 1 else "one two" for number in range(len(seconds))]
        return Run(
            {
                one.name: Heard((HeardSegment(text, ()),), word_times="none")
                for one, text in zip(corpus.items, texts, strict=True)
            },
            None,
        )

    monkeypatch.setattr(
        hearings, "_COMPARED", dict.fromkeys(("ours", "faster-whisper", "transliterated"), system)
    )
    part = hearings.measure(
        [Corpus("talk", "en", "Latn", (item,))],
        Setting("base", tmp_path, tmp_path / "work", tmp_path / "cache"),
    )
    assert heard == [("talk-later", list(DELAYS))] * 2
    rates = part.figures["talk, ours"]["word_error_rates"]
    assert rates == [0, 0.5, 0, 0, 0]
    assert "| talk | ours | 0.100 | 0.000 to 0.500 |" in part.text
    assert [check.met for check in part.checks] == [True]
