"""Reading what other programs wrote."""

from __future__ import annotations

import itertools
import json

import pytest
from formats import read_rttm, read_transcript
from heard import Heard, HeardWord, shares
from hypothesis import given, settings
from hypothesis import strategies as st
from measures.diarization import Turn

from chalchitra.errors import UsageError
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.srt import to_srt
from chalchitra.subtitles.formats.vtt import to_vtt
from chalchitra.transcript.export import plain_text, whisperx_json
from chalchitra.transcript.model import Segment, Transcript, Word

CUES = [
    Cue(1, 1500, 3000, ("पर यह कोरा", "अनुमान है")),
    Cue(2, 3661250, 3662750, ("2 < 3 & so on",)),
]
WORDS = [
    Word(text="पर", start=1.0, end=1.4, speaker="A"),
    Word(text="यह।", start=1.5, end=2.0, speaker="B"),
]
TRANSCRIPT = Transcript(
    language="hi",
    segments=[
        Segment(id=0, start=1.0, end=2.0, text="पर यह।", words=WORDS),
        Segment(id=1, start=4.0, end=5.0, text="नहीं", speaker="A"),
    ],
)


@pytest.fixture
def written(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_subtitles_of_ours(written):
    for name, text in (("film.srt", to_srt(CUES)), ("film.vtt", to_vtt(CUES))):
        heard = read_transcript(written(name, text))
        assert [one.text.replace("\u2060", "") for one in heard.segments] == [
            "पर यह कोरा अनुमान है",
            "2 < 3 & so on",
        ]
        assert heard.word_times == "spread"
        assert (heard.words[0].start, heard.words[4].end) == (1.5, 3.0)
        assert heard.words[5].start == 3661.25


def test_vtt_with_hours_left_out_and_srt_with_tags_and_a_mark(written):
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.500 line:0\n<v Asha><i>चलो</i>\n"
    (segment,) = read_transcript(written("a.vtt", vtt)).segments
    assert (segment.text, segment.words[0].start, segment.words[0].end) == ("चलो", 1.0, 2.5)
    srt = "\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\n{\\an8}<i>चलो</i>\r\n-अब\r\n\r\n2\r\n"
    assert read_transcript(written("a.srt", srt)).text == "चलो -अब"


def test_our_transcript_and_the_one_in_whisperxs_shape_are_one(written):
    ours = read_transcript(written("t.json", TRANSCRIPT.model_dump_json()))
    theirs = read_transcript(written("w.json", json.dumps(whisperx_json(TRANSCRIPT))))
    assert ours.segments == theirs.segments
    assert ours.word_times == "spread"  # the second segment has no words
    assert ours.words == [
        HeardWord("पर", 1.0, 1.4, "A"),
        HeardWord("यह।", 1.5, 2.0, "B"),
        HeardWord("नहीं", 4.0, 5.0, "A"),
    ]


def test_words_that_whisperx_could_not_align_get_the_time_between(written):
    words = [
        {"word": "in"},
        {"word": "1947", "speaker": "S1"},
        {"word": "we", "start": 2.0, "end": 2.2},
        {"word": "won"},
    ]
    segment = {"start": 0.8, "end": 3.0, "text": " in 1947 we won", "words": words, "speaker": "S0"}
    heard = read_transcript(written("x.json", json.dumps({"segments": [segment]})))
    assert [word.text for word in heard.words] == ["in", "1947", "we", "won"]
    starts, ends = zip(*((word.start, word.end) for word in heard.words), strict=True)
    assert starts == pytest.approx([0.8, 1.2, 2.0, 2.2])
    assert ends == pytest.approx([1.2, 2.0, 2.2, 3.0])
    assert [word.speaker for word in heard.words] == ["S0", "S1", "S0", "S0"]
    assert heard.word_times == "own"


def test_plain_text_has_no_times(written):
    heard = read_transcript(written("t.txt", plain_text(TRANSCRIPT)))
    assert (heard.word_times, len(heard.segments), len(heard.words)) == ("none", 2, 4)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.json", "[]"),
        ("t.json", '{"segments": [{"text": "x"}]}'),
        ("t.json", "not json"),
        ("t.srt", "no timing here"),
        ("t.docx", ""),
    ],
)
def test_what_is_no_transcript_is_said(written, name, text):
    with pytest.raises(UsageError) as caught:
        read_transcript(written(name, text))
    assert name in caught.value.what


def test_rttm(written):
    text = (
        ";; made by hand\n"
        "SPKR-INFO film 1 <NA> <NA> <NA> unknown asha <NA>\n"
        "SPEAKER film 1 6.690 0.430 <NA> <NA> asha <NA> <NA>\n\n"
        "SPEAKER film 1 7.5 1 <NA> <NA> ravi <NA>\n"
    )
    asha, ravi = read_rttm(written("f.rttm", text))
    assert asha == Turn(6.69, pytest.approx(7.12), "asha")
    assert ravi == Turn(7.5, 8.5, "ravi")
    with pytest.raises(UsageError, match="Line 1"):
        read_rttm(written("g.rttm", "SPEAKER film 1 six"))


def test_heard_is_kept_as_json():
    heard = Heard.from_dict(
        {
            "segments": [
                {
                    "text": "पर",
                    "words": [{"text": "पर", "start": 1.0, "end": 1.5, "speaker": None}],
                }
            ],
            "word_times": "own",
            "notes": ["short"],
            "turns": [{"start": 1.0, "end": 2.0, "speaker": "a"}],
        }
    )
    assert Heard.from_dict(json.loads(json.dumps(heard.to_dict()))) == heard
    later = heard.shifted(0.5)
    assert (later.words[0].start, later.turns[0].end, later.text) == (1.5, 2.5, "पर")


@settings(deadline=None)
@given(st.lists(st.text("कab", max_size=9), max_size=9), st.floats(0, 50), st.floats(0, 50))
def test_shares_fill_the_time(texts, start, length):
    spans = shares(texts, start, start + length)
    assert len(spans) == len(texts)
    if spans:
        assert (spans[0].start, spans[-1].end) == pytest.approx((start, start + length))
    assert all(a.end == b.start for a, b in itertools.pairwise(spans))
