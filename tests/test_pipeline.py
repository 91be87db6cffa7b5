"""The table of stages: workflows, keys, and inputs that some earlier stage makes."""

import pytest

from chalchitra.pipeline import (
    GIVEN,
    SCRIPT,
    STAGES,
    WORKFLOWS,
    TrackPlan,
    inputs_of,
    plan,
    split_key,
    stage_key,
)
from chalchitra.runner.request import parameters

OPTIONAL = tuple(name for name, spec in STAGES.items() if spec.optional)


def test_workflows_are_those_of_the_design():
    transcribe = ["demux", "vad", "asr", "alignment", "export"]
    assert plan("transcribe", "hi", []) == transcribe
    assert plan("translate", "hi", ["en"]) == [
        *transcribe,
        "translation@en",
        "subtitle_gen@hi",
        "subtitle_gen@en",
        "qc",
    ]
    assert plan("subtitle", "hi", ["en", "ta"]) == [
        *transcribe,
        "translation@en",
        "translation@ta",
        "subtitle_gen@hi",
        "subtitle_gen@en",
        "subtitle_gen@ta",
        "qc",
        "mux",
    ]


def test_subtitling_in_the_source_language_needs_no_translation():
    keys = plan("subtitle", "en", [])
    assert not [key for key in keys if key.startswith("translation")]
    assert keys[-3:] == ["subtitle_gen@en", "qc", "mux"]


def test_nothing_is_muxed_without_a_picture():
    assert "mux" not in plan("subtitle", "en", [], picture=False)


def test_cues_are_told_of_shot_changes_where_these_are_looked_for_and_there_is_a_picture():
    plain = plan("subtitle", "hi", ["en"])
    asked = plan("subtitle", "hi", ["en"], wanted=["shots"])
    assert [key for key in asked if key not in plain] == ["shots"]
    for key in ("subtitle_gen@hi", "subtitle_gen@en"):
        assert "shots" not in inputs_of(key, "hi", ["en"], None, plain)
        assert inputs_of(key, "hi", ["en"], None, asked)["shots"] == ("shots", "shots")
    assert "shots" not in plan("subtitle", "hi", ["en"], wanted=["shots"], picture=False)


def test_the_language_is_told_before_anything_is_written_down():
    assert plan("transcribe", "hi", [], wanted=["language"]) == [
        "demux",
        "vad",
        "language",
        "asr",
        "alignment",
        "export",
    ]


@pytest.mark.parametrize("workflow", WORKFLOWS)
@pytest.mark.parametrize("translator", ["indictrans2", "whisper"])
@pytest.mark.parametrize("wanted", [(), *((name,) for name in OPTIONAL), tuple(OPTIONAL)])
def test_every_input_is_made_by_an_earlier_stage_of_the_same_job(workflow, translator, wanted):
    targets = [] if workflow == "transcribe" else ["en", "ta"]
    keys = plan(workflow, "hi", targets, wanted=wanted)
    for_cues = {"shots"} if workflow == "transcribe" else set()
    assert set(wanted) - set(keys) == for_cues & set(wanted)
    for position, key in enumerate(keys):
        for producer, output in inputs_of(key, "hi", targets, translator, keys).values():
            if producer in GIVEN:
                continue
            assert producer in keys[:position]
            assert output in STAGES[split_key(producer)[0]].outputs


def test_a_given_text_takes_the_place_of_what_was_recognised():
    keys = plan("transcribe", "hi", [], wanted=["script"])
    assert keys == ["demux", "vad", "asr", "script", "alignment", "export"]
    assert inputs_of("script", "hi", [], None, keys)["script"] == (SCRIPT, "script")
    assert inputs_of("alignment", "hi", [], None, keys)["transcript"] == ("script", "transcript")
    without = plan("transcribe", "hi", [])
    assert inputs_of("alignment", "hi", [], None, without)["transcript"] == ("asr", "transcript")


def test_only_the_whisper_translator_listens_again():
    keys = plan("translate", "hi", ["en"])
    assert "audio" in inputs_of("translation@en", "hi", ["en"], "whisper", keys)
    assert "audio" not in inputs_of("translation@en", "hi", ["en"], "indictrans2", keys)


def test_a_pivot_is_translated_first_and_read_by_those_beyond_it():
    keys = plan("subtitle", "fr", ["hi", "ta"], via=["en"])
    assert [key for key in keys if key.startswith("translation")] == [
        "translation@en",
        "translation@hi",
        "translation@ta",
    ]
    assert "subtitle_gen@en" not in keys  # nobody asked for English
    beyond = inputs_of("translation@hi", "fr", ["hi", "ta"], "indictrans2", keys, via="en")
    assert beyond["pivot"] == ("translation@en", "translation")
    first = inputs_of("translation@en", "fr", ["hi", "ta"], "whisper", keys)
    assert "pivot" not in first
    both = plan("translate", "fr", ["hi", "en"], via=["en"])
    assert both.index("translation@en") < both.index("translation@hi")
    assert both.count("translation@en") == 1


@pytest.mark.parametrize("key", ["export", "translation@en", "subtitle_gen@hi"])
def test_speakers_come_between_alignment_and_what_is_made_of_the_transcript(key):
    plain, asked = (
        plan("subtitle", "hi", ["en"]),
        plan("subtitle", "hi", ["en"], wanted=["speakers"]),
    )
    assert [name for name in asked if name not in plain] == ["speakers"]
    assert inputs_of(key, "hi", ["en"], None, plain)["transcript"] == ("alignment", "transcript")
    assert inputs_of(key, "hi", ["en"], None, asked)["transcript"] == ("speakers", "transcript")


def test_mux_reads_the_track_of_every_language():
    inputs = inputs_of("mux", "hi", ["en"], None, plan("subtitle", "hi", ["en"]))
    assert inputs["srt@hi"] == ("subtitle_gen@hi", "srt")
    assert inputs["srt@en"] == ("subtitle_gen@en", "srt")


def test_a_key_reads_back():
    assert split_key(stage_key("translation", "ks-Arab")) == ("translation", "ks-Arab")
    assert split_key(stage_key("asr")) == ("asr", None)


@pytest.mark.parametrize(
    ("before", "after", "repeated"),
    [
        ("keep", "mark", {"export", "subtitle_gen@hi", "subtitle_gen@en"}),
        ("mark", "leave out", {"export", "translation@en", "subtitle_gen@hi", "subtitle_gen@en"}),
    ],
)
def test_what_becomes_of_songs_repeats_only_what_shows_them(project, before, after, repeated):
    told = []
    for text in (before, after):
        job, _ = project.job(settings={"songs": {"text": text}})
        told.append({key: parameters(job, key) for key in job.stages})
    assert {key for key in told[0] if told[0][key] != told[1][key]} == repeated
    assert project.job()[0].song_text == "mark", (
        "as for a job that was prepared before there was one"
    )


TRACKS = [
    # template, pair -> the language that sets the pair's times, and the one whose stage makes it
    (None, ("hi", "en"), "hi", "en"),
    (None, ("ta", "hi"), "ta", "hi"),
    ("en", ("hi", "en"), "en", "hi"),
    ("ta", ("hi", "en"), "hi", "en"),
    ("en", None, None, None),
]


@pytest.mark.parametrize(("template", "pair", "timed", "maker"), TRACKS)
def test_tracks_that_follow_others_come_after_them(template, pair, timed, maker):
    tracks = TrackPlan(template, pair)
    assert (tracks.timed, tracks.maker) == (timed, maker)
    keys = plan("subtitle", "hi", ["en", "ta"], tracks=tracks)
    assert sorted(keys) == sorted(plan("subtitle", "hi", ["en", "ta"]))
    for position, key in enumerate(keys):
        for producer, output in inputs_of(
            key, "hi", ["en", "ta"], None, keys, tracks=tracks
        ).values():
            assert producer in GIVEN or producer in keys[:position]
            assert producer in GIVEN or output in STAGES[split_key(producer)[0]].outputs
    for language in ("hi", "en", "ta"):
        inputs = inputs_of(
            f"subtitle_gen@{language}", "hi", ["en", "ta"], None, keys, tracks=tracks
        )
        follows = template is not None and language != template
        assert inputs.get("template") == ((f"subtitle_gen@{template}", "cues") if follows else None)
        beside = (f"subtitle_gen@{timed}", "cues") if language == maker else None
        assert inputs.get("beside") == beside
    qc = inputs_of("qc", "hi", ["en", "ta"], None, keys, tracks=tracks)
    made = (f"subtitle_gen@{maker}", "bilingual_qc") if maker else None
    assert qc.get("qc@bilingual") == made
