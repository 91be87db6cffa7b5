"""What all engines share: options, refusals, and times on the film's time line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chalchitra.errors import MissingError, UsageError
from chalchitra.speech.engines.base import Recogniser, RecogniserOptions, looks_untranslating
from chalchitra.speech.engines.load import ENGINES, load_recogniser
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.words import RawSegment, RawWord
from chalchitra.transcript.model import Region


class Film:
    """A minute of sound, one sample a second; it starts 100 s into the film."""

    start = 100.0
    end = 160.0

    def read(self, start, end):
        return [0.0] * round(end - start)


class Parrot(Recogniser):
    """A recogniser that says the same words in every block."""

    engine = "parrot"
    says = (RawWord(" so", 0.4, 0.6, 0.9), RawWord("-so", 0.6, 0.9, 0.7), RawWord(" la", 1.0, 1.3))
    multilingual = True

    def __init__(self, options):
        super().__init__(options)
        self.heard = []

    def count_tokens(self, text):
        return len(text.split())

    def text_tokens(self):
        return {}

    def knows(self, language):
        return language != "yue"

    def hear(self, blocks, language, task):
        for block in blocks:
            self.heard.append(len(block))
            yield [RawSegment(self.says, avg_logprob=-0.25)]


@pytest.fixture
def parrot(tmp_path):
    return Parrot(RecogniserOptions(model=tmp_path))


def speech(*regions):
    return SpeechRegions(regions=[Region(start=a, end=b) for a, b in regions], pad=0.4)


def test_words_come_out_in_film_time_inside_the_voice(parrot):
    parrot.options = replace(parrot.options, heal=False)  # it says little in 28 s
    told = []
    heard = parrot.transcribe(
        Film(),
        speech((110.0, 112.0), (130.0, 158.0)),
        "en",
        on_progress=lambda done, total: told.append((round(done), round(total))),
    )
    first, second = heard.segments
    assert [(w.text, w.start, w.end, w.probability) for w in first.words] == [
        ("so-so", 110.0, 110.5, pytest.approx(0.8)),
        ("la", 110.6, 110.9, None),
    ]
    assert (first.id, second.id) == (0, 1)
    assert (first.text, first.avg_logprob) == ("so-so la", -0.25)
    assert second.start == 130.0
    assert told == [(0, 32), (3, 32), (32, 32)]
    assert parrot.heard == [3, 29]


def test_a_sentence_ends_with_the_mark_of_one_script(parrot):
    parrot.says = (RawWord(" घर", 0.4, 0.9, 0.9), RawWord(" गया", 1.0, 1.6, 0.9),
                   RawWord("।", 1.6, 1.7, 0.9), RawWord(",", 1.7, 1.7, 0.2))  # fmt: skip
    (segment,) = parrot.transcribe(Film(), speech((110.0, 112.0)), "hi").segments
    assert segment.text == "घर गया।"
    assert [word.text for word in segment.words] == ["घर", "गया।"]


class Echo(Parrot):
    """Says its prompt's words over the whole voice; without a prompt, nothing or the same."""

    hears = False
    """Whether they are said."""
    length, probability = 1.2, 0.8

    def hear(self, blocks, language, task):
        words = "वह घर पर नहीं".split() if self.options.prompt or self.hears else []
        each = self.length / 4
        said = tuple(
            RawWord(f" {word}", 0.4 + n * each, 0.4 + (n + 1) * each, self.probability)
            for n, word in enumerate(words)
        )
        for _ in blocks:
            yield [RawSegment(said, avg_logprob=-0.4, no_speech_prob=0.05)] if said else []


@pytest.mark.parametrize(
    ("hears", "length", "probability", "believed"),
    [
        (False, 1.2, 0.8, True),  # nothing speaks against it
        (False, 1.2, 0.12, False),  # guessed
        (False, 0.21, 0.8, False),  # four words in a breath
        (True, 1.2, 0.12, True),  # heard without the prompt too
    ],
)
def test_an_echo_of_the_prompt_is_no_dialogue(tmp_path, hears, length, probability, believed):
    """Whatever Whisper thinks of silence: here it thinks that somebody speaks."""
    echo = Echo(RecogniserOptions(model=tmp_path, prompt="वह घर पर नहीं है।"))
    echo.hears, echo.length, echo.probability = hears, length, probability
    heard = echo.transcribe(Film(), speech((110.0, 110.0 + length)), "hi")
    assert [one.text for one in heard.segments] == (["वह घर पर नहीं"] if believed else [])


def test_no_speech_is_no_text(parrot):
    assert parrot.transcribe(Film(), speech(), "en").segments == []


def test_a_language_that_the_model_does_not_know_is_refused(parrot):
    with pytest.raises(UsageError, match="yue"):
        parrot.transcribe(Film(), speech(), "yue")


def test_an_english_model_hears_no_other_language_and_translates_nothing(parrot, monkeypatch):
    monkeypatch.setattr(Parrot, "multilingual", False)
    with pytest.raises(UsageError, match="does not recognise"):
        parrot.transcribe(Film(), speech(), "hi")
    with pytest.raises(UsageError, match="cannot translate"):
        parrot.transcribe(Film(), speech(), "en", "translate")


TURBO = {"alignment_heads": [[2, 4], [2, 11], [3, 3]], "lang_ids": list(range(100))}
LARGE = {"alignment_heads": [[7, 0], [10, 17]], "lang_ids": list(range(100))}
TINY = {"alignment_heads": [[2, 2], [3, 0]], "lang_ids": list(range(99))}


@pytest.mark.parametrize(
    ("name", "config", "untranslating"),
    [
        ("a", TURBO, True),
        ("a", LARGE, False),
        ("a", TINY, False),
        ("a", {"n_vocab": 51866, "n_text_layer": 4}, True),
        ("a", {"n_vocab": 51866, "n_text_layer": 32}, False),
        ("a", {"n_vocab": 51865, "n_text_layer": 6}, False),
        ("a", {"n_vocab": 51865, "n_text_layer": 2}, True),
        ("faster-whisper-large-v3-turbo", LARGE, True),
        ("distil-small", {}, True),
        ("a", None, False),
    ],
)
def test_models_that_were_not_trained_to_translate_are_known(tmp_path, name, config, untranslating):
    folder = tmp_path / name
    folder.mkdir()
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config))
    assert looks_untranslating(folder) is untranslating


def test_an_unknown_engine_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(UsageError) as refused:
        load_recogniser("ears", RecogniserOptions(model=tmp_path))
    assert all(engine in refused.value.fix for engine in ENGINES)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_that_is_not_here_is_missing(tmp_path, engine):
    with pytest.raises(MissingError, match=engine):
        load_recogniser(engine, RecogniserOptions(model=tmp_path))


@pytest.mark.parametrize("wrong", [{"beam_size": 0}, {"batch_size": 0}, {"temperatures": ()}])
def test_options_that_mean_nothing_are_refused(tmp_path, wrong):
    with pytest.raises(UsageError):
        RecogniserOptions(model=tmp_path, **wrong)


def test_a_model_that_is_not_there_is_missing():
    with pytest.raises(MissingError, match="no model folder"):
        RecogniserOptions(model=Path("nowhere"))
