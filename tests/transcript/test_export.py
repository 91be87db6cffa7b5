"""The transcript as plain text and in whisperX's shape."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from chalchitra.transcript.export import plain_text, whisperx_json
from chalchitra.transcript.model import Segment, Transcript, Word

TALK = Transcript(
    language="ks-Deva",
    segments=[
        Segment(
            id=0,
            start=1.0,
            end=2.0,
            text="नमस्ते दुनिया",
            words=[
                Word(text="नमस्ते", start=1.0, end=1.4, probability=0.9, speaker="A"),
                Word(text="दुनिया", start=1.5, end=2.0, timing="aligned"),
            ],
            speaker="A",
        ),
        Segment(id=1, start=3.0, end=4.0, text="हाँ", words=[]),
    ],
)


def test_text_has_a_line_a_segment():
    assert plain_text(TALK) == "A: नमस्ते दुनिया\nहाँ\n"
    assert plain_text(Transcript(language="hi", segments=[])) == ""


def test_whisperx_json_has_its_shape():
    words = [
        {"word": "नमस्ते", "start": 1.0, "end": 1.4, "score": 0.9, "speaker": "A"},
        {"word": "दुनिया", "start": 1.5, "end": 2.0},
    ]
    assert whisperx_json(TALK, "ks") == {
        "segments": [
            {"start": 1.0, "end": 2.0, "text": "नमस्ते दुनिया", "words": words, "speaker": "A"},
            {"start": 3.0, "end": 4.0, "text": "हाँ", "words": []},
        ],
        "word_segments": words,
        "language": "ks",
    }


seconds = st.floats(0, 1e5)
words = st.builds(
    Word, text=st.text(min_size=1), start=seconds, end=seconds, probability=st.floats(0, 1)
)
segments = st.builds(
    Segment,
    id=st.integers(0),
    start=seconds,
    end=seconds,
    text=st.text(),
    words=st.lists(words, max_size=5),
)


@given(st.lists(segments, max_size=5))
def test_no_word_and_no_time_is_lost(made):
    transcript = Transcript(language="hi", segments=made)
    data = json.loads(json.dumps(whisperx_json(transcript)))
    assert data["language"] == "hi"
    assert [(w["word"], w["start"], w["end"], w["score"]) for w in data["word_segments"]] == [
        (w.text, w.start, w.end, w.probability) for w in transcript.words
    ]
    assert sum(len(segment["words"]) for segment in data["segments"]) == len(transcript.words)
