"""The translator `whisper` without a model: what it refuses, and how it matches its sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.errors import StageError, UsageError
from chalchitra.transcript.model import Segment, Transcript, Word
from chalchitra.translation.request import TranslationRequest
from chalchitra.translation.whisper import check_can_translate, match, translate


def said(number: int, start: float, text: str) -> Segment:
    """A segment of words of 0.5 s each."""
    words = [
        Word(text=word, start=start + n * 0.5, end=start + n * 0.5 + 0.5)
        for n, word in enumerate(text.split())
    ]
    return Segment(id=number, start=start, end=words[-1].end, text=text, words=words)


HINDI = Transcript(
    language="hi",
    segments=[said(0, 1.0, "मैं घर जा रहा हूँ।"), said(1, 4.0, "तुम कहाँ हो?"), said(2, 30.0, "कोई है?")],
)


def test_sentences_carry_the_source_that_they_overlap() -> None:
    units = match(HINDI, [said(7, 1.2, "I am going home."), said(8, 4.1, "Where are you?")])
    assert [(unit.id, unit.source, unit.text, unit.segment_ids, unit.status) for unit in units] == [
        (0, "मैं घर जा रहा हूँ।", "I am going home.", [0], "translated"),
        (1, "तुम कहाँ हो?", "Where are you?", [1], "translated"),
        (2, "कोई है?", "कोई है?", [2], "untranslated"),
    ]
    assert (units[0].start, units[0].end) == (1.2, 3.2)
    assert (units[2].start, units[2].end) == (30.0, 31.0)


def test_what_is_heard_where_nothing_was_said_is_doubtful() -> None:
    units = match(HINDI, [said(0, 1.0, "I am going home."), said(1, 60.0, "Thank you.")])
    assert units[-1].text == "Thank you."
    assert "nothing there" in (units[-1].reason or "")
    loop = match(HINDI, [said(0, 1.0, "go go go go go go go")])[0]
    assert "repeated" in (loop.reason or "")


SEGMENTS = st.lists(
    st.tuples(st.floats(0, 100), st.lists(st.sampled_from(["क", "ख।", "गया", "है।"]), min_size=1)),
    max_size=8,
).map(
    lambda drawn: [
        said(n, start, " ".join(words)) for n, (start, words) in enumerate(sorted(drawn))
    ]
)


@given(SEGMENTS, SEGMENTS)
def test_every_source_word_is_in_one_unit(source: list[Segment], english: list[Segment]) -> None:
    units = match(Transcript(language="hi", segments=source), english)
    words = [word.text for segment in source for word in segment.words]
    assert sorted(word for unit in units for word in unit.source.split()) == sorted(words)
    heard = [word.text for segment in english for word in segment.words]
    assert sorted(
        word for unit in units if unit.status == "translated" for word in unit.text.split()
    ) == sorted(heard)
    assert [unit.id for unit in units] == list(range(len(units)))
    assert [unit.start for unit in units] == sorted(unit.start for unit in units)


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
    with pytest.raises(StageError, match="no sound"):
        translate(request(tmp_path))
