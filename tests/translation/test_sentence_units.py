"""Sentence units: every word once and in order, cut where sentences end and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.transcript.model import Segment, Transcript, Word
from chalchitra.translation.units import UnitLimits, sentence_units

WORDS = st.sampled_from(
    """मैं है। डॉ. शर्मा और, Mr. Rao came. J. 3. 5 … "हाँ!" কি? நான் گا۔ ᱟ ᱾ ꯅꯤ꯫ ... “ ”
    incomprehensibilities-after-all-of-that""".split()
)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    time, segments = draw(st.floats(0, 100)), []
    for number, texts in enumerate(draw(st.lists(st.lists(WORDS, max_size=30), max_size=8))):
        words = []
        for text in texts:
            start = time + draw(st.sampled_from([0.0, 0.05, 0.4, 1.5]))
            time = start + draw(st.sampled_from([0.0, 0.2, 1.0]))
            words.append(Word(text=text, start=start, end=time))
        # half of the segments have only a text, as recognisers without word times give them
        whole = " ".join(texts)
        first, last = (words[0].start, words[-1].end) if words else (time, time)
        kept = words if draw(st.booleans()) else []
        segments.append(Segment(id=number * 3, start=first, end=last, text=whole, words=kept))
    return Transcript(language="hi", segments=segments)


@settings(deadline=None)
@given(transcripts(), st.sampled_from([UnitLimits(), UnitLimits(max_chars=60, max_seconds=3.0)]))
def test_every_word_is_in_exactly_one_unit_in_order(
    transcript: Transcript, limits: UnitLimits
) -> None:
    units = sentence_units(transcript, limits)
    said = [(word, segment.id) for segment in transcript.segments for word in segment.text.split()]
    assert [word for unit in units for word in unit.text.split()] == [word for word, _ in said]
    assert [unit.id for unit in units] == list(range(len(units)))
    position = 0
    for unit in units:
        count = len(unit.text.split())
        ids = [segment for _, segment in said[position : position + count]]
        assert unit.segment_ids == tuple(dict.fromkeys(ids))
        position += count


@settings(deadline=None)
@given(transcripts(), st.integers(40, 200), st.floats(1.0, 30.0))
def test_units_are_bounded_and_timed_by_their_words(
    transcript: Transcript, max_chars: int, max_seconds: float
) -> None:
    units = sentence_units(transcript, UnitLimits(max_chars=max_chars, max_seconds=max_seconds))
    spans = [(segment.start, segment.end) for segment in transcript.segments if segment.text]
    for unit in units:
        assert unit.start <= unit.end
        assert any(start <= unit.start <= end for start, end in spans)
        assert any(start <= unit.end <= end for start, end in spans)
        if " " in unit.text:
            assert len(unit.text) <= max_chars
            assert unit.end - unit.start <= max_seconds
    assert [unit.start for unit in units] == sorted(unit.start for unit in units)


def spoken(*segments: str, gap: float = 0.1, language: str = "hi") -> Transcript:
    """Segments of words of 0.3 s, `gap` seconds between the segments."""
    time, made = 10.0, []
    for number, text in enumerate(segments):
        words = []
        for word in text.split():
            words.append(Word(text=word, start=time, end=time + 0.3))
            time += 0.3
        made.append(Segment(id=number, start=words[0].start, end=time, text=text, words=words))
        time += gap
    return Transcript(language=language, segments=made)


def test_a_sentence_goes_on_over_segments() -> None:
    units = sentence_units(spoken("मैं कल अपने भाई के साथ", "बाज़ार गया था। वहाँ भीड़", "थी।"))
    assert [unit.text for unit in units] == [
        "मैं कल अपने भाई के साथ बाज़ार गया था।",
        "वहाँ भीड़ थी।",
    ]
    assert [unit.segment_ids for unit in units] == [(0, 1), (1, 2)]
    assert (units[0].start, units[0].end) == (10.0, pytest.approx(12.8))


def test_a_long_pause_ends_a_unit_without_punctuation() -> None:
    units = sentence_units(spoken("मैं कल आया", "वह आज आई", gap=1.2))
    assert [unit.text for unit in units] == ["मैं कल आया", "वह आज आई"]


def test_a_pause_ends_a_sentence_where_no_mark_does() -> None:
    """Four turns that nobody punctuated, as Whisper writes Hindi."""
    turns = ["तुम कहाँ थे", "मैं घर पर था", "झूठ मत बोलो", "सच कह रहा हूँ"]
    assert [unit.text for unit in sentence_units(spoken(*turns, gap=0.4))] == turns
    assert [unit.text for unit in sentence_units(spoken(*turns, gap=0.2))] == turns
    # Within a sentence that a mark ends, a breath is a breath.
    marked = [f"{turns[0]}", "और क्यों थे?"]
    assert [unit.text for unit in sentence_units(spoken(*marked, gap=0.4))] == [" ".join(marked)]


def test_words_without_any_mark_or_pause_are_cut_by_length() -> None:
    units = sentence_units(spoken(" ".join(["बोलो"] * 200), gap=0.0))
    assert max(len(unit.text) for unit in units) <= 100
    assert max(unit.end - unit.start for unit in units) <= 7.0 + 1e-6
    long_and_marked = spoken(" ".join(["बोलो"] * 40) + " हाँ।", gap=0.0)
    assert len(sentence_units(long_and_marked, UnitLimits(max_seconds=60))) == 1


def test_a_unit_ends_when_the_last_of_its_words_does() -> None:
    words = [
        Word(text="एक", start=1.0, end=4.0),
        Word(text="दो", start=1.5, end=2.0),
        Word(text="तीन।", start=2.0, end=3.0),
        Word(text="चार।", start=5.0, end=5.5),
    ]
    film = Transcript(
        language="hi",
        segments=[Segment(id=0, start=1.0, end=5.5, text="एक दो तीन। चार।", words=words)],
    )
    assert [(unit.start, unit.end) for unit in sentence_units(film)] == [(1.0, 4.0), (5.0, 5.5)]


def test_a_word_of_nobody_parts_no_two_speakers_from_each_other() -> None:
    transcript = spoken("आप कब आए कल शाम")
    for word, speaker in zip(transcript.words, ("A", "A", None, "B", "B"), strict=True):
        word.speaker = speaker
    units = sentence_units(transcript)
    assert [(unit.text, unit.speaker) for unit in units] == [("आप कब आए", "A"), ("कल शाम", "B")]


def test_two_speakers_are_two_units() -> None:
    transcript = spoken("आप कब आए कल शाम")
    for number, word in enumerate(transcript.words):
        word.speaker = "A" if number < 3 else "B"
    assert [unit.text for unit in sentence_units(transcript)] == ["आप कब आए", "कल शाम"]


def test_a_long_sentence_is_cut_after_a_comma_near_its_middle() -> None:
    text = "जब मैं छोटा था और गाँव में रहता था, तब हम सब नदी पर जाते थे और खेलते थे"
    units = sentence_units(spoken(text), UnitLimits(max_chars=60))
    assert [unit.text.rpartition(" ")[2] for unit in units] == ["था,", "थे"]
