"""Recognition by an engine that only pretends: the film's times, echoes of a prompt."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest

from chalchitra.errors import UsageError
from chalchitra.speech.engines.base import DecodingOptions
from chalchitra.speech.raw import RawSegment, RawWord
from chalchitra.speech.recognition.hotwords import MOST_TOKENS
from chalchitra.speech.recognition.options import RecognitionOptions
from chalchitra.speech.recognition.recognise import recognise

from ..parrot import Film, Parrot, speech


@pytest.fixture
def parrot(tmp_path):
    return Parrot(tmp_path)


def test_words_come_out_in_film_time_inside_the_voice(parrot):
    told = []
    found = recognise(
        parrot,
        RecognitionOptions(redecode=False),  # it says little in 28 s
        Film(),
        speech((110.0, 112.0), (130.0, 158.0)),
        "en",
        on_progress=lambda done, total: told.append((round(done), round(total))),
    )
    first, second = found.segments
    assert [(w.text, w.start, w.end, w.probability) for w in first.words] == [
        ("so-so", 110.0, 110.5, pytest.approx(0.8)),
        ("la", 110.6, 110.9, None),
    ]
    assert (first.id, second.id) == (0, 1)
    assert (first.text, first.avg_logprob) == ("so-so la", -0.25)
    assert second.start == 130.0
    assert told == [(0, 32), (3, 32), (32, 32)]
    assert parrot.decoded == [3, 29]


def test_a_sentence_ends_with_the_mark_of_one_script(parrot):
    parrot.says = (RawWord(" घर", 0.4, 0.9, 0.9), RawWord(" गया", 1.0, 1.6, 0.9),
                   RawWord("।", 1.6, 1.7, 0.9), RawWord(",", 1.7, 1.7, 0.2))  # fmt: skip
    (segment,) = recognise(
        parrot, RecognitionOptions(), Film(), speech((110.0, 112.0)), "hi"
    ).segments
    assert segment.text == "घर गया।"
    assert [word.text for word in segment.words] == ["घर", "गया।"]


class Echo(Parrot):
    """Says its prompt's words over the whole voice; without a prompt, nothing or the same."""

    recognises = False
    """Whether they are said."""
    length, probability = 1.2, 0.8

    def decode(self, blocks, language, task, options, on_block):
        words = "वह घर पर नहीं".split() if options.prompt or self.recognises else []
        each = self.length / 4
        said = tuple(
            RawWord(f" {word}", 0.4 + n * each, 0.4 + (n + 1) * each, self.probability)
            for n, word in enumerate(words)
        )
        for _ in blocks:
            yield [RawSegment(said, avg_logprob=-0.4, no_speech_prob=0.05)] if said else []


@pytest.mark.parametrize(
    ("recognises", "length", "probability", "believed"),
    [
        (False, 1.2, 0.8, True),  # nothing speaks against it
        (False, 1.2, 0.12, False),  # guessed
        (False, 0.21, 0.8, False),  # four words in a breath
        (True, 1.2, 0.12, True),  # recognised without the prompt too
    ],
)
def test_an_echo_of_the_prompt_is_no_dialogue(tmp_path, recognises, length, probability, believed):
    """Whatever Whisper thinks of silence: here it thinks that somebody speaks."""
    echo = Echo(tmp_path)
    prompted = RecognitionOptions(DecodingOptions(prompt="वह घर पर नहीं है।"))
    echo.recognises, echo.length, echo.probability = recognises, length, probability
    found = recognise(echo, prompted, Film(), speech((110.0, 110.0 + length)), "hi")
    assert [one.text for one in found.segments] == (["वह घर पर नहीं"] if believed else [])


def test_no_speech_is_no_text(parrot):
    assert recognise(parrot, RecognitionOptions(), Film(), speech(), "en").segments == []


def test_a_language_that_the_model_does_not_know_is_refused(parrot):
    with pytest.raises(UsageError, match="yue"):
        recognise(parrot, RecognitionOptions(), Film(), speech(), "yue")


class Writes(Parrot):
    """Writes these segments in every block; in a stretch of its own, those for its hotwords."""

    segments = ()
    by_hotwords: ClassVar = {}

    def __init__(self, model):
        super().__init__(model)
        self.told = []

    def decode(self, blocks, language, task, options, on_block):
        self.told.append(options.hotwords)
        for _ in blocks:
            yield list(self.by_hotwords.get(options.hotwords, self.segments))


def said(text, start=0.4, each=0.3, **figures):
    words = tuple(
        RawWord(f" {word}", start + n * each, start + (n + 1) * each, 0.4)
        for n, word in enumerate(text.split())
    )
    return RawSegment(words, **{"avg_logprob": -0.3, "no_speech_prob": 0.0, **figures})


def test_the_scrap_after_a_sentence_is_dropped_and_told(tmp_path):
    engine = Writes(tmp_path)
    engine.segments = [said("all is well"), said("3.", 2.0, no_speech_prob=0.6)]
    options = RecognitionOptions(redecode=False)
    found = recognise(engine, options, Film(), speech((110.0, 112.0)), "en")
    assert [segment.text for segment in found.segments] == ["all is well"]
    assert [word.text for word in found.dropped] == [" 3."]


def test_a_window_that_ended_at_its_last_token_is_decoded_again(tmp_path):
    engine = Writes(tmp_path)
    engine.segments = [said("all is well", capped=True)]
    found = recognise(engine, RecognitionOptions(), Film(), speech((110.0, 111.3)), "en")
    assert "more words than fit into a window" in found.redecoded[0].why


GLOSSARY = RecognitionOptions(redecode=False, script="Latn", terms=("Govardhan", "रघुनंदन"))


def test_a_term_is_looked_for_and_put_and_one_in_another_script_is_told(tmp_path):
    engine = Writes(tmp_path)
    engine.segments = [said("so Gavartan went home")]
    engine.by_hotwords = {"Govardhan": [said("so Govardhan went home")]}
    found = recognise(engine, GLOSSARY, Film(), speech((110.0, 112.0)), "en")
    assert [segment.text for segment in found.segments] == ["so Govardhan went home"]
    assert engine.told == ["", "Govardhan"]
    assert found.glossary.unwritable == ["रघुनंदन"]


def test_terms_share_their_room_with_the_prompt(tmp_path):
    engine = Writes(tmp_path)
    engine.segments = [said("so Gavartan went home")]
    prompted = replace(GLOSSARY, decoding=DecodingOptions(prompt="well " * (MOST_TOKENS - 1)))
    found = recognise(engine, prompted, Film(), speech((110.0, 112.0)), "en")
    assert engine.told == [""]
    assert found.glossary.no_room == ["Govardhan"]
