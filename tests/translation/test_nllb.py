"""The translator `nllb`: its stage on a tiny model of the same kind, also beyond a pivot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chalchitra.errors import MissingError
from chalchitra.transcript.translation import Translation, TranslationUnit
from chalchitra.translation import nllb
from chalchitra.translation.nllb import NllbEngine, check_model_folder
from chalchitra.translation.translate_units import translate_units
from chalchitra.translation.units import SentenceUnit


@pytest.fixture(scope="module")
def tiny_nllb(toolkit: Any, tmp_path_factory: Any) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny-nllb"
    toolkit.run_json("make_tiny_nllb.py", folder)
    return folder


@pytest.mark.smoke
def test_sentences_come_out_right_in_order_and_none_is_lost(
    toolkit: Any, tiny_nllb: Path, say: Any, tmp_path: Path
) -> None:
    said = ["वह मेरा भाई है।", "समय: आठ बजे।", "यह कभी नहीं देखा गया वाक्य।", "नमस्ते दुनिया।", "आप कैसे हैं?"]
    known = {
        0: "C'est mon frère.",
        1: "Heure : huit.",
        3: "Bonjour le monde.",
        4: "Comment allez-vous ?",
    }
    result, translation = toolkit.translate(
        tmp_path / "translation@fr", say("hi", said), "fr", tiny_nllb, translator="nllb"
    )
    assert [unit.source for unit in translation.units] == said
    assert {n: translation.units[n].text for n in known} == known
    assert (translation.translator, translation.via) == ("nllb", None)
    for unit in translation.units:
        assert unit.text
        assert unit.status == "translated" or (unit.text == unit.source and unit.reason)
    assert result.metrics["units"] == len(said)


@pytest.mark.smoke
def test_two_sentences_in_a_unit_of_the_pivot_both_arrive_right_to_left_too(
    toolkit: Any, tiny_nllb: Path, say: Any, tmp_path: Path
) -> None:
    texts = ["How are you? He is my brother.", "", "Hello world."]
    first = Translation(
        source_language="hi",
        target_language="en",
        translator="whisper",
        model="large-v3",
        units=[
            TranslationUnit(
                id=number,
                start=number,
                end=number + 0.5,
                source="वाक्य",
                text=text or "वाक्य",
                segment_ids=[number],
                status="translated" if text else "untranslated",
                reason=None if text else "the model gave no text",
            )
            for number, text in enumerate(texts)
        ],
    )
    first.write(tmp_path / "pivot.json")
    _, whole = toolkit.translate(
        tmp_path / "translation@ur",
        say("hi", ["वाक्य"] * 3),
        "ur",
        tiny_nllb,
        translator="nllb",
        pivot=tmp_path / "pivot.json",
    )
    assert (whole.source_language, whole.target_language, whole.via) == ("hi", "ur", "en")
    assert [unit.id for unit in whole.units] == [0, 1, 2]
    assert [unit.text for unit in whole.units] == [
        "آپ کیسے ہیں؟ وہ میرا بھائی ہے۔",
        "वाक्य",
        "ہیلو دنیا۔",
    ]
    assert [unit.pivot for unit in whole.units] == [texts[0], None, texts[2]]
    assert "could not be translated into en first: the model gave no text" in whole.units[1].reason


class Tokens(list[list[int]]):
    """What a tokeniser gives back, as far as it is looked at."""

    def __getitem__(self, name: Any) -> Any:
        return list(self) if isinstance(name, str) else super().__getitem__(name)


class FakeTokenizer:
    """Sees the sentences that the model would; `src_lang` is set by the engine."""

    unk_token_id = 3
    src_lang = ""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.known = {"eng_Latn": 10, "fra_Latn": 11, "hin_Deva": 12}

    def convert_tokens_to_ids(self, token: str) -> int:
        return self.known.get(token, self.unk_token_id)

    def __call__(self, texts: Sequence[str], **options: Any) -> Tokens:
        if options:
            self.seen += texts
        return Tokens([0] * (len(text.split()) + 2) for text in texts)

    def batch_decode(self, rows: Sequence[str], **options: Any) -> list[str]:
        return list(rows)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> NllbEngine:
    class Model:
        class config:  # noqa: N801
            max_position_embeddings = 64

    tokenizer = FakeTokenizer()

    def generate(model: Any, inputs: Any, **options: Any) -> Any:
        assert options["forced_bos_token_id"] == 11
        seen = tokenizer.seen[-len(inputs["input_ids"]) :]
        return [f"fr({text})" for text in seen], [True] * len(seen)

    monkeypatch.setattr(nllb, "generate", generate)
    return NllbEngine(
        Model, tokenizer, ("eng_Latn", "fra_Latn"), "en", num_beams=1, max_new_tokens=64
    )


def test_the_model_never_sees_two_sentences_at_once(engine: NllbEngine) -> None:
    texts = ["Go. Mr. Rao is here! Why?", "One only.", "Time: 5:30 p.m. today."]
    units = [SentenceUnit(n, n, n + 1.0, text, (n,)) for n, text in enumerate(texts)]
    done = translate_units(units, engine, "eng_Latn", "fra_Latn", batch_size=2)
    assert [unit.text for unit in done.units] == [
        "fr(Go.) fr(Mr. Rao is here!) fr(Why?)",
        "fr(One only.)",
        "fr(Time: 5:30 p.m. today.)",
    ]
    assert all(unit.status == "translated" for unit in done.units)


def test_a_colon_reaches_it_as_it_was(engine: NllbEngine) -> None:
    assert [one.text for one in engine.generate(["समय\u200b: आठ"])] == ["fr(समय: आठ)"]


def test_a_folder_without_weights_says_how_to_fetch(tmp_path: Path) -> None:
    with pytest.raises(MissingError) as missing:
        check_model_folder(tmp_path, "nllb-200-distilled-600M")
    assert "chalchitra models fetch nllb-200-distilled-600M" in missing.value.fix
