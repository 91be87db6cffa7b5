"""Sentences of all 26 tags through the real SentencePiece and vocabulary, and back to the screen.

golden.json has what the real tokenisers made of them (scripts/translation_golden.py). Where these
are at hand (CHALCHITRA_INDICTRANS2_TOKENIZER names their folder, or the indic-en model was fetched)
they are run again; everywhere SentencePiece itself runs, trained on these sentences.
"""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from chalchitra.languages import all_languages
from chalchitra.models.catalogue import load

GOLDEN = Path(__file__).with_name("golden.json")
ROWS = [(tag, row) for tag, rows in json.loads(GOLDEN.read_bytes()).items() for row in rows]
NUMBERS = range(len(ROWS))


def name(number: int) -> str:
    return ROWS[number][0]


@pytest.fixture(scope="module")
def small(toolkit: Any) -> list[dict[str, Any]]:
    """Cut by a SentencePiece that was trained on these sentences."""
    return toolkit.run_json("cut_golden.py", GOLDEN)


def real_folder() -> Path | None:
    named = os.environ.get("CHALCHITRA_INDICTRANS2_TOKENIZER")
    places = [Path(named)] if named else []
    places += [entry.path() for entry in load().all("seq2seq", direction="indic-en")]
    return next((place for place in places if (place / "model.SRC").is_file()), None)


@pytest.fixture(scope="module")
def real(toolkit: Any) -> list[dict[str, Any]]:
    folder = real_folder()
    if folder is None:
        pytest.skip(
            "no tokeniser of IndicTrans2 is here: name its folder in "
            "CHALCHITRA_INDICTRANS2_TOKENIZER, or fetch indictrans2-indic-en-dist-200M"
        )
    return toolkit.run_json("cut_golden.py", GOLDEN, folder)


def test_every_tag_has_golden_sentences_with_quotes() -> None:
    tags = {language.indictrans2 for language in all_languages() if language.indictrans2}
    assert {tag for tag, _ in ROWS} == tags
    assert {tag for tag, row in ROWS if '"' in row["text"]} == tags
    assert not [row["text"] for _, row in ROWS if row["unknown"]]


@pytest.mark.smoke
@pytest.mark.parametrize("number", NUMBERS, ids=name)
def test_the_tokeniser_is_given_the_golden_text_byte_for_byte(
    small: list[dict[str, Any]], number: int
) -> None:
    assert small[number]["seen"].encode() == ROWS[number][1]["seen"].encode()


@pytest.mark.smoke
@pytest.mark.parametrize("number", NUMBERS, ids=name)
def test_real_pieces_come_to_the_screen_as_they_were_said(
    small: list[dict[str, Any]], number: int
) -> None:
    """Odia's YYA, Punjabi's RRA, Malayalam's AU, Sindhi's YEH, Meitei's APUN IYEK, every quote."""
    expected = unicodedata.normalize("NFC", ROWS[number][1]["shown"])
    assert small[number]["golden"].encode() == expected.encode()


@pytest.mark.smoke
@pytest.mark.parametrize("number", NUMBERS, ids=name)
def test_so_do_pieces_that_sentencepiece_cuts_here(
    small: list[dict[str, Any]], number: int
) -> None:
    expected = unicodedata.normalize("NFC", ROWS[number][1]["shown"])
    assert small[number]["unknown"] == []
    assert small[number]["shown"].encode() == expected.encode()


@pytest.mark.smoke
@pytest.mark.parametrize("number", NUMBERS, ids=name)
def test_the_real_tokeniser_cuts_them_as_it_did(real: list[dict[str, Any]], number: int) -> None:
    row = ROWS[number][1]
    assert real[number]["pieces"] == row["pieces"]
    assert real[number]["unknown"] == row["unknown"]
    assert real[number]["shown"] == unicodedata.normalize("NFC", row["shown"])
