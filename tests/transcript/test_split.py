"""Segments cut at sentence ends: nothing lost, ids that stay, times of the words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalchitra.speech.diarization.assign import with_speakers
from chalchitra.speech.diarization.turns import Turn, Turns
from chalchitra.text.sentence_ends import sentence_starts
from chalchitra.transcript.model import Segment, Transcript, Word
from chalchitra.transcript.split import by_sentence

TEXTS = st.sampled_from("मैं घर गया। डॉ. शर्मा क्यों? नहीं… | No. 7 ए. पी. जे. Really! ” “ — हाँ।".split())


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    time, segments = 0.0, []
    numbers = draw(st.lists(st.integers(0, 50), unique=True, max_size=6))
    for number in numbers:
        words = []
        for text in draw(st.lists(TEXTS, max_size=25)):
            start = time + draw(st.sampled_from([0.0, 0.05, 0.3, 1.5]))
            time = start + draw(st.sampled_from([0.05, 0.2, 0.6]))
            words.append(Word(text=text, start=start, end=time))
        segments.append(
            Segment(
                id=number,
                start=words[0].start if words else time,
                end=time,
                text=" ".join(word.text for word in words) or "मैं घर गया। हाँ।",
                words=words,
                avg_logprob=-0.2,
            )
        )
    return Transcript(language="hi", segments=segments)


@given(transcripts())
def test_every_word_is_in_one_part_and_no_sentence_begins_inside_one(whole: Transcript) -> None:
    parts = by_sentence(whole)
    assert parts.words == whole.words
    assert " ".join(s.text for s in parts.segments) == " ".join(s.text for s in whole.segments)
    for part in parts.segments:
        if part.words:
            assert (part.start, part.end) == (part.words[0].start, part.words[-1].end)
            assert part.text == " ".join(word.text for word in part.words)
    for segment in whole.segments:
        mine = by_sentence(whole.model_copy(update={"segments": [segment]})).segments
        starts = sentence_starts([word.text for word in segment.words], "hi")
        assert len(mine) == len(starts) + 1
        assert len(mine) == 1 or all(any(c.isalnum() for c in part.text) for part in mine)


@given(transcripts())
def test_ids_stay_where_they_can_and_are_never_shared(whole: Transcript) -> None:
    parts = by_sentence(whole)
    ids = [part.id for part in parts.segments]
    assert len(set(ids)) == len(ids)
    before = [segment.id for segment in whole.segments]
    assert [number for number in ids if number in before] == before
    fresh = [number for number in ids if number not in before]
    assert fresh == sorted(fresh)
    assert by_sentence(parts) == parts
    turns = Turns(
        turns=[Turn(start=0.0, end=3.0, speaker="S1"), Turn(start=3.0, end=9.0, speaker="S2")]
    )
    told = [segment.id for segment in with_speakers(parts, turns).segments]
    assert len(set(told)) == len(told)
    assert [number for number in told if number in ids] == ids


def test_a_segment_is_cut_where_its_sentences_end() -> None:
    texts = "डॉ. शर्मा आए। ए. पी. जे. कौन हैं? मैं".split()
    words = [Word(text=t, start=n, end=n + 0.5) for n, t in enumerate(texts)]
    one = Segment(id=4, start=0, end=8.5, text=" ".join(texts), words=words, no_speech_prob=0.1)
    other = Segment(id=9, start=20, end=21, text="हाँ। नहीं।")  # no words, no times to cut at
    parts = by_sentence(Transcript(language="hi", segments=[one, other])).segments
    assert [(part.id, part.start, part.end, part.text) for part in parts] == [
        (4, 0.0, 2.5, "डॉ. शर्मा आए।"),
        (10, 3.0, 7.5, "ए. पी. जे. कौन हैं?"),
        (11, 8.0, 8.5, "मैं"),
        (9, 20.0, 21.0, "हाँ। नहीं।"),
    ]
    assert {part.no_speech_prob for part in parts[:3]} == {0.1}


def test_a_text_without_spaces_is_cut_as_it_is_written() -> None:
    texts = ["你", "好", "。", "再", "见", "。"]
    words = [Word(text=t, start=n, end=n + 1) for n, t in enumerate(texts)]
    one = Segment(id=0, start=0, end=6, text="你好。再见。", words=words)
    parts = by_sentence(Transcript(language="zh", segments=[one])).segments
    assert [part.text for part in parts] == ["你好。", "再见。"]
