"""Each way in which a recogniser fails on films, and what the whole of `recognise` makes of it.

What is decoded is dictated, but for the last test, which looks at how much a real window holds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalchitra.speech.engines.base import DecodingOptions
from chalchitra.speech.raw import RawSegment, RawWord
from chalchitra.speech.recognition.options import RecognitionOptions
from chalchitra.speech.recognition.recognise import recognise
from chalchitra.text.scripts import script_share

from ..conftest import words_of
from ..parrot import Film, Parrot, speech

SENTENCE = "राजा ने अपने मंत्री को बुलाया"


class Dictated(Parrot):
    """Says what `says(options, seconds)` gives for a block of so many seconds."""

    def __init__(self, says):
        super().__init__(Path())
        self._says = says

    def decode(self, blocks, language, task, options, on_block):
        for block in blocks:
            self.decoded.append(len(block))
            yield self._says(options, len(block))


ANY = RecognitionOptions()


def said(text, start=0.4, each=0.35, probability=0.9, **figures):
    """A segment of words that follow each other from `start` seconds of the block on."""
    words = tuple(
        RawWord(f" {word}", start + n * each, start + (n + 1) * each, probability)
        for n, word in enumerate(text.split())
    )
    figures = {"avg_logprob": -0.3, "no_speech_prob": 0.05, **figures}
    return RawSegment(words, **figures)


def reasons(redecoded) -> set[str]:
    return {reason for one in redecoded for reason in one.why}


def text_of(found) -> str:
    return " ".join(segment.text for segment in found.segments)


def test_regions_that_a_shared_window_left_empty_get_words():
    def says(options, seconds):
        return [said("all is well")]  # in a block of both regions, the first's words alone

    parrot = Dictated(says)
    found = recognise(parrot, ANY, Film(), speech((110.0, 112.0), (113.0, 115.0)), "en")
    (redecoded,) = found.redecoded
    assert parrot.decoded[0] > max(parrot.decoded[1:]), "both together, then one by itself"
    assert "speech without words" in redecoded.why
    assert (redecoded.start, redecoded.after) == (113.0, "all is well")
    assert [(one.text, one.start) for one in found.segments] == [
        ("all is well", 110.0), ("all is well", 113.0)
    ]  # fmt: skip


def test_hindi_in_latin_letters_that_loops_becomes_devanagari():
    def says(options, seconds):
        return [said(SENTENCE) if options.characters else said("raja ne " * 60, each=0.02)]

    unguarded = RecognitionOptions(script="Deva", latin=False, guard=False)
    found = recognise(Dictated(says), unguarded, Film(), speech((110.0, 113.0)), "hi")
    assert {"another script", "a loop", "faster than anyone speaks"} <= reasons(found.redecoded)
    (redecoded,) = found.redecoded
    assert script_share(redecoded.before, "Deva") == 0.0
    assert text_of(found) == redecoded.after
    assert set(redecoded.after.split()) == set(SENTENCE.split())  # in each half of the region


def test_a_refrain_that_is_really_said_six_times_stays():
    def says(options, seconds):
        return [said("john is gone", 0.4 + 1.4 * n) for n in range(6)]

    regions = [(110 + 1.4 * n, 111.1 + 1.4 * n) for n in range(6)]
    found = recognise(Dictated(says), ANY, Film(), speech(*regions), "en")
    assert words_of(text_of(found)) == 6 * ["john", "is", "gone"]


def test_what_is_invented_for_noise_is_left_out_and_told():
    def says(options, seconds):
        return [said("नहीं", 0.5, each=4.0, probability=0.2, no_speech_prob=0.9)]

    options = RecognitionOptions(
        DecodingOptions(prompt="नहीं", temperatures=(0.0,)), script="Deva", hallucinations=("नहीं",)
    )
    found = recognise(Dictated(says), options, Film(), speech((110.0, 115.0)), "hi")
    (redecoded,) = found.redecoded
    assert "a common hallucination" in redecoded.why
    assert redecoded.before == "नहीं"
    assert text_of(found) == ""
    assert [word.text.strip() for word in found.dropped] == ["नहीं"]
    assert redecoded.left, "speech was detected there, and that is told"


def test_words_where_nobody_speaks_are_decoded_again_and_are_not_in_the_text():
    """As in noise: the recogniser writes words around the only voice that is detected."""

    def says(options, seconds):
        return [said("one two three four five six seven eight nine ten", 0.0, 0.6)]

    speaks = speech((110.0, 111.2)).model_copy(update={"pad": 3.0})
    found = recognise(Dictated(says), ANY, Film(), speaks, "en")
    assert "words where there is no speech" in reasons(found.redecoded)
    in_text, dropped = words_of(text_of(found)), [word.text.strip() for word in found.dropped]
    assert 0 < len(in_text) < len(dropped)
    (redecoded,) = found.redecoded
    assert words_of(redecoded.after) == in_text
    assert all(one.start >= 110.0 and one.end <= 111.2 for one in found.segments)


@pytest.mark.smoke
def test_a_window_that_ends_at_its_last_token_is_cut_and_loses_nothing(
    in_whisperx, base_model, demo_audio
):
    """Windows of the demo hold 12 tokens instead of 224: under half of what a sentence has."""
    script = Path(__file__).with_name("recognise_made_sound.py").read_text()

    def recognised(**options: Any) -> dict[str, Any]:
        options = json.dumps(options)
        return json.loads(in_whisperx(script, base_model, demo_audio["audio"], "en", options))

    whole, cut = recognised(), recognised(cap=12)
    assert "more words than fit into a window" in {
        why for one in cut["healed"] for why in one["why"]
    }
    said = len(words_of(whole["text"]))
    assert 0.9 * said <= len(words_of(cut["text"])) <= 1.1 * said
