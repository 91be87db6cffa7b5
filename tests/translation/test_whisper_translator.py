"""The translator `whisper` without a model: what it refuses, and what becomes of each sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.errors import StageError, UsageError
from chalchitra.speech.engines.base import DecodingOptions, Engine, ModelOptions, OnBlock, Task
from chalchitra.speech.raw import RawSegment, RawWord
from chalchitra.speech.recognition.blocks import BlockSamples
from chalchitra.speech.sound import Samples
from chalchitra.transcript.model import Transcript, Word
from chalchitra.translation.request import TranslationRequest
from chalchitra.translation.units import SentenceUnit
from chalchitra.translation.whisper import AGAIN, Listener, check_can_translate, translate


class Says(Engine):
    """An engine that is told what to write: by stretch (s), one text for each decoding."""

    def __init__(self, model: Path, texts: Mapping[float, Sequence[str]]) -> None:
        super().__init__(ModelOptions(model=model))
        self.texts = {start: list(said) for start, said in texts.items()}
        self.decoded: list[tuple[float, float, float]] = []

    def decode(
        self,
        blocks: Sequence[Samples],
        language: str,
        task: Task,
        options: DecodingOptions,
        on_block: OnBlock,
    ) -> Iterator[list[RawSegment]]:
        assert isinstance(blocks, BlockSamples)
        assert task == "translate"
        for block in blocks.blocks:
            (piece,) = block.pieces
            self.decoded.append((piece.start, piece.end, options.repetition_penalty))
            texts = self.texts.get(round(piece.start, 1), ["nothing is known of that"])
            text = texts.pop(0) if len(texts) > 1 else texts[0]
            words = tuple(RawWord(f" {word}", 0.0, 0.1, 0.9) for word in text.split())
            yield [RawSegment(words)] if words else []

    def text_tokens(self) -> dict[int, bytes]:
        return {}

    def count_tokens(self, text: str) -> int:
        return len(text)

    @property
    def multilingual(self) -> bool:
        return True

    def knows(self, language: str) -> bool:
        return True


class Silence:
    """Sound of two minutes that nobody reads."""

    start, end = 0.0, 120.0

    def read(self, start: float, end: float) -> Samples:
        raise AssertionError("the recogniser here hears nothing")


def unit(number: int, start: float, text: str, word: float = 0.5) -> SentenceUnit:
    """A unit of words of `word` seconds each."""
    words = tuple(
        Word(text=each, start=start + n * word, end=start + n * word + word)
        for n, each in enumerate(text.split())
    )
    return SentenceUnit(number, start, words[-1].end, text, (number,), words)


HINDI = [
    unit(0, 1.0, "मैं घर जा रहा हूँ।"),
    unit(1, 4.0, "तुम कहाँ हो?"),
    unit(2, 30.0, "क्या यहाँ कोई और भी है?"),
]


def over(tmp_path: Path, texts: Mapping[float, Sequence[str]]) -> tuple[Listener, Says, list]:  # type: ignore[type-arg]
    engine = Says(tmp_path, texts)
    listener = Listener(engine, DecodingOptions(), Silence(), "hi", ("Thank you for watching",))
    return listener, engine, listener.over(HINDI)


def test_each_sentence_has_its_own_english(tmp_path: Path) -> None:
    texts = {0.8: ["I am going home.।"], 3.8: ["Where are you?,"], 29.8: ["Is anybody here?"]}
    listener, engine, units = over(tmp_path, texts)
    assert [(one.id, one.source, one.text, one.segment_ids, one.status) for one in units] == [
        (0, "मैं घर जा रहा हूँ।", "I am going home.", [0], "translated"),
        (1, "तुम कहाँ हो?", "Where are you?", [1], "translated"),
        (2, "क्या यहाँ कोई और भी है?", "Is anybody here?", [2], "translated"),
    ]
    assert [(one.start, one.end) for one in units] == [(1.0, 3.5), (4.0, 5.5), (30.0, 33.0)]
    assert listener.retried == 0
    # The sound around a sentence is heard with it where nothing else is said.
    assert [stretch[:2] for stretch in engine.decoded] == [
        pytest.approx((0.8, 3.7)),
        pytest.approx((3.8, 5.7)),
        pytest.approx((29.8, 33.2)),
    ]


@pytest.mark.parametrize(
    "bad", ["", "go go go go go go go", "मैं घर जा रहा हूँ।", "Thank you for watching!"]
)
def test_what_comes_out_badly_is_heard_again_in_other_ways(tmp_path: Path, bad: str) -> None:
    listener, engine, units = over(tmp_path, {0.8: [bad, bad, "I am going home."]})
    assert units[0].text == "I am going home."
    assert (units[0].status, units[0].reason) == ("translated", None)
    assert listener.retried == 1
    penalties = [penalty for start, _, penalty in engine.decoded if round(start, 1) == 0.8]
    assert penalties == [1.0, *(variant.repetition_penalty for variant in AGAIN)]


def test_a_translation_that_does_not_end_is_heard_again(tmp_path: Path) -> None:
    class Endless(Says):
        def decode(self, *args: Any, **named: Any) -> Iterator[list[RawSegment]]:
            for segments in super().decode(*args, **named):
                first = len(self.decoded) == 1
                yield [replace(segment, capped=first) for segment in segments]

    engine = Endless(tmp_path, {0.8: ["I am going and", "I am going home."]})
    listener = Listener(engine, DecodingOptions(), Silence(), "hi")
    (unit,) = listener.over(HINDI[:1])
    assert (unit.text, unit.status, listener.retried) == (
        "I am going home.", "translated", 1,
    )  # fmt: skip


def test_a_short_word_is_heard_with_a_second_of_sound(tmp_path: Path) -> None:
    engine = Says(tmp_path, {})
    Listener(engine, DecodingOptions(), Silence(), "hi").over([unit(0, 10.0, "हाँ।", word=0.3)])
    assert engine.decoded[0][:2] == pytest.approx((9.65, 10.65))


def test_a_long_sentence_is_heard_in_halves_at_last(tmp_path: Path) -> None:
    texts = {29.8: ["", "", ""], 30.0: ["Is there"], 31.5: ["anybody else here?"]}
    listener, _, units = over(tmp_path, texts)
    assert units[2].text == "Is there anybody else here?"
    assert listener.in_pieces == 1


def test_what_fails_in_every_way_keeps_its_source_and_says_why(tmp_path: Path) -> None:
    _, _, units = over(tmp_path, {3.8: ["no no no no no no no"]})
    assert (units[1].status, units[1].text) == ("untranslated", "तुम कहाँ हो?")
    assert "repeated" in (units[1].reason or "")
    assert [one.status for one in units] == ["translated", "untranslated", "translated"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["", "Yes.", "go go go go go", "हाँ", "I see it."]), min_size=3))
def test_whatever_is_written_every_sentence_has_one_unit(said: list[str]) -> None:
    with TemporaryDirectory() as folder:
        texts = {at: said[n::3] for n, at in enumerate((0.8, 3.8, 29.8))}
        _, _, units = over(Path(folder), texts)
    assert [(one.id, one.source) for one in units] == [(one.id, one.text) for one in HINDI]
    assert all(one.text.strip() for one in units)
    assert all(one.reason for one in units if one.status == "untranslated")


def request(tmp_path: Path, *, source: str = "hi", target: str = "en", model: str = "base"):  # type: ignore[no-untyped-def]
    (tmp_path / model).mkdir()
    return TranslationRequest(
        transcript=Transcript(language=source, segments=[]),
        target_language=target,
        languages={
            "hi": {"name": "Hindi", "whisper": "hi"},
            "brx": {"name": "Bodo"},
            "en": {"name": "English", "whisper": "en"},
        },
        model_name=model,
        model_path=tmp_path / model,
        device="cpu",
        compute_type="int8",
        threads=1,
        settings={"num_beams": 1, "max_pause": 1.0, "max_chars": 250, "max_seconds": 20.0},
    )


@pytest.mark.parametrize(
    ("source", "target", "sign"),
    [("hi", "ta", "into ta"), ("en", "en", "in English already"), ("brx", "en", "no whisper code")],
)
def test_pairs_that_it_cannot_do_are_refused(
    tmp_path: Path, source: str, target: str, sign: str
) -> None:
    with pytest.raises(UsageError, match=sign) as caught:
        translate(request(tmp_path, source=source, target=target))
    assert caught.value.fix


@pytest.mark.parametrize(
    "model", ["large-v3-turbo", "turbo", "base.en", "distil-large-v3", "whisper-small.en"]
)
def test_models_that_cannot_translate_are_refused(tmp_path: Path, model: str) -> None:
    with pytest.raises(UsageError, match="cannot translate"):
        translate(request(tmp_path, model=model))


@pytest.mark.parametrize("model", ["base", "small", "medium", "large-v2", "large-v3"])
def test_models_that_can_are_not(tmp_path: Path, model: str) -> None:
    check_can_translate(model, tmp_path / model)


def test_without_sound_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="no audio"):
        translate(request(tmp_path))


def test_each_sentence_that_is_done_is_told(tmp_path: Path) -> None:
    told: list[int] = []
    listener = Listener(Says(tmp_path, {}), DecodingOptions(), Silence(), "hi")
    listener.over(HINDI, told.append)
    assert told[:3] == [1, 2, 3]
