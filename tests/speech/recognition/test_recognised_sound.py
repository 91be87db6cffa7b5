"""Each way in which a recogniser fails on films, healed by the whole of `Recogniser.transcribe`.

What is heard is dictated, but for the last test, which looks at how much a real window holds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalchitra.speech.engines.base import RecogniserOptions
from chalchitra.speech.words import RawSegment, RawWord
from chalchitra.text.scripts import script_share

from ..conftest import words_of
from ..engines.test_engines import Film, Parrot, speech

SENTENCE = "राजा ने अपने मंत्री को बुलाया"


class Dictated(Parrot):
    """Says what `says(options, seconds)` gives for a block of so many seconds."""

    def __init__(self, says, **options):
        super().__init__(RecogniserOptions(model=Path(), **options))
        self._says = says

    def hear(self, blocks, language, task):
        for block in blocks:
            self.heard.append(len(block))
            yield self._says(self.options, len(block))


def said(text, start=0.4, each=0.35, probability=0.9, **figures):
    """A segment of words that follow each other from `start` seconds of the block on."""
    words = tuple(
        RawWord(f" {word}", start + n * each, start + (n + 1) * each, probability)
        for n, word in enumerate(text.split())
    )
    figures = {"avg_logprob": -0.3, "no_speech_prob": 0.05, **figures}
    return RawSegment(words, **figures)


def reasons(healed) -> set[str]:
    return {reason for one in healed for reason in one.why}


def text_of(heard) -> str:
    return " ".join(segment.text for segment in heard.segments)


def test_regions_that_a_shared_window_left_empty_get_words():
    def says(options, seconds):
        return [said("all is well")]  # in a block of both regions, the first's words alone

    parrot = Dictated(says)
    heard = parrot.transcribe(Film(), speech((110.0, 112.0), (113.0, 115.0)), "en")
    (healed,) = heard.healed
    assert parrot.heard[0] > max(parrot.heard[1:]), "both together, then one by itself"
    assert "speech without words" in healed.why
    assert (healed.start, healed.after) == (113.0, "all is well")
    assert [(one.text, one.start) for one in heard.segments] == [
        ("all is well", 110.0), ("all is well", 113.0)
    ]  # fmt: skip


def test_hindi_in_latin_letters_that_loops_becomes_devanagari():
    def says(options, seconds):
        return [said(SENTENCE) if options.guard else said("raja ne " * 60, each=0.02)]

    heard = Dictated(says, script="Deva", latin=False, guard=False).transcribe(
        Film(), speech((110.0, 113.0)), "hi"
    )
    assert {"another script", "a loop", "faster than anyone speaks"} <= reasons(heard.healed)
    (healed,) = heard.healed
    assert script_share(healed.before, "Deva") == 0.0
    assert text_of(heard) == healed.after
    assert set(healed.after.split()) == set(SENTENCE.split())  # in each half of the region


def test_a_refrain_that_is_really_said_six_times_stays():
    def says(options, seconds):
        return [said("john is gone", 0.4 + 1.4 * n) for n in range(6)]

    regions = [(110 + 1.4 * n, 111.1 + 1.4 * n) for n in range(6)]
    heard = Dictated(says).transcribe(Film(), speech(*regions), "en")
    assert words_of(text_of(heard)) == 6 * ["john", "is", "gone"]


def test_what_is_invented_for_noise_is_left_out_and_told():
    def says(options, seconds):
        return [said("नहीं", 0.5, each=4.0, probability=0.2, no_speech_prob=0.9)]

    parrot = Dictated(says, script="Deva", prompt="नहीं", invented=("नहीं",), temperatures=(0.0,))
    heard = parrot.transcribe(Film(), speech((110.0, 115.0)), "hi")
    (healed,) = heard.healed
    assert "a common hallucination" in healed.why
    assert healed.before == "नहीं"
    assert text_of(heard) == ""
    assert [word.text.strip() for word in heard.dropped] == ["नहीं"]
    assert healed.left, "speech was detected there, and that is told"


def test_words_where_nobody_speaks_are_heard_again_and_are_not_in_the_text():
    """As in noise: the recogniser writes words around the only voice that is detected."""

    def says(options, seconds):
        return [said("one two three four five six seven eight nine ten", 0.0, 0.6)]

    speaks = speech((110.0, 111.2)).model_copy(update={"pad": 3.0})
    heard = Dictated(says).transcribe(Film(), speaks, "en")
    assert "words where there is no speech" in reasons(heard.healed)
    in_text, dropped = words_of(text_of(heard)), [word.text.strip() for word in heard.dropped]
    assert 0 < len(in_text) < len(dropped)
    (healed,) = heard.healed
    assert words_of(healed.after) == in_text
    assert all(one.start >= 110.0 and one.end <= 111.2 for one in heard.segments)


@pytest.mark.smoke
def test_a_window_that_ends_at_its_last_token_is_cut_and_loses_nothing(
    in_whisperx, base_model, demo_audio
):
    """Windows of the demo hold 12 tokens instead of 224: under half of what a sentence has."""
    script = Path(__file__).with_name("recognise_made_sound.py").read_text()

    def hear(**options: Any) -> dict[str, Any]:
        options = json.dumps(options)
        return json.loads(in_whisperx(script, base_model, demo_audio["audio"], "en", options))

    whole, cut = hear(), hear(cap=12)
    assert "more words than fit into a window" in {
        why for one in cut["healed"] for why in one["why"]
    }
    said = len(words_of(whole["text"]))
    assert 0.9 * said <= len(words_of(cut["text"])) <= 1.1 * said
