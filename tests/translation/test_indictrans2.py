"""The translator `indictrans2`, with the real toolkit and a tiny model that knows six sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalchitra.errors import MissingError, UsageError
from chalchitra.stagekit.protocol import Result
from chalchitra.transcript.model import Segment, Transcript
from chalchitra.transcript.translation import Translation
from chalchitra.translation.indictrans2 import check_model_folder, translate
from chalchitra.translation.request import TranslationRequest

KNOWN = {
    "नमस्ते दुनिया": "hello world",
    "आप कैसे हैं?": "How are you?",
    "मैं कल ५:३० बजे आऊँगा।": "I will come tomorrow at 5:30.",
    "बैठक १०:३० बजे होगी।": "The meeting will be at 10:30.",
    "बैठक २१,००,००० बजे होगी।": "The meeting will be at 21,00,000.",
}
UNKNOWN = ["यह वाक्य इस नमूने ने कभी नहीं देखा है", "♪", "और यह भी नहीं, " * 20]


@pytest.fixture(scope="module")
def done(toolkit: Any, tiny_seq2seq: Path, say: Any, tmp_path_factory: Any) -> Any:
    folder = tmp_path_factory.mktemp("stage") / "translation@en"
    return toolkit.translate(folder, say("hi", [*KNOWN, *UNKNOWN]), "en", tiny_seq2seq)


@pytest.mark.smoke
def test_known_sentences_come_out_right(done: tuple[Result, Translation]) -> None:
    translated = {unit.source: unit.text for unit in done[1].units}
    assert {source: translated[source] for source in KNOWN} == KNOWN


@pytest.mark.smoke
def test_no_sentence_is_lost_or_moved(done: tuple[Result, Translation]) -> None:
    result, translation = done
    said = " ".join([*KNOWN, *UNKNOWN]).split()
    assert [word for unit in translation.units for word in unit.source.split()] == said
    assert [unit.id for unit in translation.units] == list(range(len(translation.units)))
    for unit in translation.units:
        assert unit.segment_ids == [int(unit.start // 60)]
        assert unit.text
        if unit.status == "untranslated":
            assert (unit.text, bool(unit.reason)) == (unit.source, True)
    assert result.metrics["units"] == len(translation.units)
    assert result.metrics["untranslated"] == len(translation.untranslated)
    assert bool(result.degraded) == bool(translation.untranslated or translation.doubtful)


@pytest.mark.smoke
def test_a_second_run_remembers_what_the_first_translated(
    toolkit: Any, tiny_seq2seq: Path, say: Any, tmp_path: Path
) -> None:
    film, memory = say("hi", [*KNOWN, *KNOWN, UNKNOWN[0]]), tmp_path / "memory"
    first, translation = toolkit.translate(tmp_path / "1", film, "en", tiny_seq2seq, memory=memory)
    assert first.metrics["from_memory"] == 0
    second, again = toolkit.translate(tmp_path / "2", film, "en", tiny_seq2seq, memory=memory)
    assert again == translation
    assert second.metrics["from_memory"] >= 2 * len(KNOWN)
    # Where all is remembered, no model is loaded at all.
    film = say("hi", list(KNOWN))
    third, last = toolkit.translate(tmp_path / "3", film, "en", tiny_seq2seq, memory=memory)
    assert [unit.text for unit in last.units] == list(KNOWN.values())
    assert third.metrics["from_memory"] == len(KNOWN)
    assert "torch" not in third.libraries


@pytest.mark.smoke
def test_in_int8_it_says_the_same(
    toolkit: Any, tiny_seq2seq: Path, say: Any, tmp_path: Path
) -> None:
    film = say("hi", list(KNOWN))
    _, translation = toolkit.translate(
        tmp_path / "int8", film, "en", tiny_seq2seq, compute_type="int8"
    )
    assert [unit.text for unit in translation.units] == list(KNOWN.values())


@pytest.mark.smoke
def test_it_ran_on_its_own_libraries(done: tuple[Result, Translation]) -> None:
    libraries = done[0].libraries
    assert libraries["torch"].startswith("2.9.1")
    assert {"transformers", "IndicTransToolkit"} <= set(libraries)


@pytest.mark.smoke
@pytest.mark.slow
def test_a_warm_worker_translates_the_same_and_loads_once(
    toolkit: Any, tiny_seq2seq: Path, say: Any, tmp_path: Path
) -> None:
    films = [say("hi", list(KNOWN)[:2]), say("hi", [*KNOWN, UNKNOWN[0]]), say("hi", list(KNOWN))]
    other = tmp_path / "other"
    other.symlink_to(tiny_seq2seq)
    models = [tiny_seq2seq, tiny_seq2seq, other]
    with toolkit.warm() as translate:
        warm = [
            translate(tmp_path / f"warm-{n}", film, "en", model)
            for n, (film, model) in enumerate(zip(films, models, strict=True))
        ]
    for n, (_, translation) in enumerate(warm):
        _, cold = toolkit.translate(tmp_path / f"cold-{n}", films[n], "en", models[n])
        assert translation == cold
    assert [result.metrics["models_loaded"] for result, _ in warm] == [1, 0, 1]


def request(model: Path, *, target: str = "en", text: str = "नमस्ते") -> TranslationRequest:
    segments = [Segment(id=0, start=0, end=1, text=text)] if text else []
    return TranslationRequest(
        transcript=Transcript(language="hi", segments=segments),
        target_language=target,
        languages={
            "hi": {"name": "Hindi", "indictrans2": "hin_Deva"},
            "en": {"name": "English", "indictrans2": "eng_Latn"},
            "fr": {"name": "French"},
        },
        model_name="indictrans2-indic-en-dist-200M",
        model_path=model,
        device="cpu",
        compute_type="float32",
        threads=1,
        settings={"max_pause": 1.0, "max_chars": 250, "max_seconds": 20.0},
    )


def test_a_model_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(MissingError) as caught:
        translate(request(tmp_path / "nowhere"))
    told = str(caught.value)
    for word in ("gated", "https://huggingface.co/ai4bharat/", "models fetch"):
        assert word in told


def test_a_model_without_weights_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(MissingError, match="There is no translation model"):
        check_model_folder(tmp_path, "mine")
    (tmp_path / "model.safetensors").write_bytes(b"")
    check_model_folder(tmp_path, "mine")


def test_a_language_without_a_tag_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="French"):
        translate(request(tmp_path, target="fr"))


def test_nothing_said_needs_no_model(tmp_path: Path) -> None:
    result = translate(request(tmp_path / "nowhere", text=""))
    assert result.translation.units == []
